"""moto's streams of tables: which changes are recorded, and what a record says."""

from __future__ import annotations

from typing import Any, cast

from moto.dynamodb.models.table import StreamRecord, StreamShard
from moto.dynamodbstreams.models import dynamodbstreams_backends

from .dynamodb import MotoTable
from .hooks import Hooks
from .sizes import size_of


def shard_id(table: MotoTable) -> str | None:
    """The one shard of a table's stream; None if it has had none."""
    shard = table.stream_shard
    return None if shard is None else str(cast("Any", shard).id)


def has_iterator(account: str, region: str, iterator: str) -> bool:
    """Whether an iterator was given out."""
    return iterator in dynamodbstreams_backends[account][region].shard_iterators


def record_as_aws(hooks: Hooks) -> None:
    """Let a stream record what changed, and nothing else, in records of version 1.1 (H26)."""
    add, init = StreamShard.add, StreamRecord.__init__

    def added(shard: Any, old: Any, new: Any) -> None:
        if old is None or new is None or old.to_json() != new.to_json():
            add(shard, old, new)

    def made(record: Any, table: Any, *args: Any) -> None:
        init(record, table, *args)
        record.record.update(eventVersion="1.1", awsRegion=table.region_name)
        change = record.record["dynamodb"]
        parts = (change.get(name) or {} for name in ("Keys", "NewImage", "OldImage"))
        change["SizeBytes"] = sum(map(size_of, parts))

    hooks.replace(StreamShard, "add", added)
    hooks.replace(StreamRecord, "__init__", made)
