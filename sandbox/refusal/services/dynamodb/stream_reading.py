"""DynamoDB Streams: describing a stream, its iterators, its records. Texts: H26, H79."""

from __future__ import annotations

from typing import Any

from ...errors import AwsError, validation
from ...moto import dynamodb as moto_dynamodb
from ...moto import streams as moto_streams
from ...requests import shapes
from ...requests.calls import Call, Forwarded
from .answers import edited
from .resources import table_name
from .tables import Tables

#: botocore's model: the largest page of an operation.
_LARGEST = {"ListStreams": 100, "DescribeStream": 100, "GetRecords": 1000}
_NUMBERED = ("AT_SEQUENCE_NUMBER", "AFTER_SEQUENCE_NUMBER")


def require_readable(call: Call) -> None:
    """Refuse a request that cannot be read.

    Raises:
        AwsError: ``SerializationException`` or ``ValidationException``.
    """
    shapes.read_params("dynamodbstreams", call.operation, call.params)
    limit, largest = call.params.get("Limit"), _LARGEST.get(call.operation)
    if limit is not None and largest is not None and limit > largest:
        raise validation(
            f"1 validation error detected: Value '{limit}' at 'limit' failed to satisfy "
            f"constraint: Member must have value less than or equal to {largest}"
        )
    if call.operation == "GetRecords" and "|" not in call.params["ShardIterator"]:
        raise _no_iterator()
    if call.operation == "GetShardIterator":
        _require_number(call.params)


def _no_iterator() -> AwsError:
    return validation("Invalid ShardIterator")  # The wording is the sandbox's own.


def _require_number(params: dict[str, Any]) -> None:
    kind, number = params["ShardIteratorType"], params.get("SequenceNumber")
    problem = ""
    if kind in _NUMBERED and number is None:
        problem = f"SequenceNumber is required with the ShardIteratorType {kind}"
    elif kind not in _NUMBERED and number is not None:
        problem = f"SequenceNumber cannot be used with the ShardIteratorType {kind}"
    elif number is not None and not number.isdecimal():
        problem = f"The SequenceNumber is not a number: {number}"
    if problem:
        raise validation(problem)  # The wording is the sandbox's own.


def stream_of(call: Call) -> str:
    """The stream's ARN: an iterator starts with it."""
    return str(call.params.get("StreamArn") or call.params["ShardIterator"]).partition("|")[0]


def _require_stream(call: Call) -> None:
    stream = stream_of(call)
    name = table_name(call, stream)
    table = moto_dynamodb.table_named(call.account, call.region, name)
    label = stream.rpartition("/stream/")[2]
    if table is None or table.latest_stream_label != label:
        raise _missing(f"Stream: {stream}")
    shard = call.params.get("ShardId")
    if shard is not None and shard != moto_streams.shard_id(table):
        raise _missing(f"Shard: {shard} in Stream: {stream}")


def _missing(what: str) -> AwsError:
    """The wording is the sandbox's assumption."""
    text = f"Requested resource not found: {what} not found"
    return AwsError("ResourceNotFoundException", text)


def forward(tables: Tables, call: Call) -> Forwarded:
    """GetShardIterator."""
    _require_stream(call)
    return tables.moto.forward(call, service="dynamodbstreams")


def describe(tables: Tables, call: Call) -> Forwarded:
    """DescribeStream: the shards after one that is named (H26)."""
    after = call.params.get("ExclusiveStartShardId") or ""

    def change(body: dict[str, Any]) -> None:
        about = body["StreamDescription"]
        about["Shards"] = [shard for shard in about["Shards"] if shard["ShardId"] > after]

    return edited(forward(tables, call), change)


def records(tables: Tables, call: Call) -> Forwarded:
    """GetRecords asks KMS as a read of the table does."""
    _require_stream(call)
    if not moto_streams.has_iterator(call.account, call.region, call.params["ShardIterator"]):
        raise _no_iterator()
    names = (table_name(call, stream_of(call)),)
    return tables.moto.with_rows(call, names, writes=False, service="dynamodbstreams")
