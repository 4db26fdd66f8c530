"""moto's streams of tables: which changes are recorded, and what a record says."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from moto.dynamodb.models.table import StreamRecord, StreamShard

from .hooks import Hooks


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


def size_of(item: Mapping[str, Any]) -> int:
    """The size of an item in bytes: DynamoDB Developer Guide, "Item sizes and formats".

    Args:
        item: attribute values as the API has them; binaries as bytes or in Base64.
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Any) -> int:
    kind, data = next(iter(value.items())) if isinstance(value, dict) else (value.type, value.value)
    if kind == "S":
        return len(data.encode())
    if kind == "N":
        digits = len(Decimal(data).normalize().as_tuple().digits)
        return (digits + 1) // 2 + 1 + int(data.startswith("-"))
    if kind == "B":
        size: int = len(data) if isinstance(data, bytes) else len(data) * 3 // 4 - data.count("=")
        return size
    if kind in ("SS", "NS", "BS"):
        return sum(_size({kind[0]: member}) for member in data)
    if kind == "L":
        return 3 + sum(_size(member) + 1 for member in data)
    if kind == "M":
        return 3 + sum(len(n.encode()) + _size(member) + 1 for n, member in data.items())
    return 1  # BOOL and NULL.
