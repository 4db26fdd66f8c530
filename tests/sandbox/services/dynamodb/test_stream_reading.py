"""Iterators and pages of streams; batches of statements of one kind (H79)."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}


@pytest.fixture
def shard(make_table: Any, dynamodb: Any) -> dict[str, str]:
    """A stream of three records, and its shard."""
    arn = make_table(more=STREAM)["LatestStreamArn"]
    for number in range(3):
        dynamodb.put_item(TableName="orders", Item={"id": {"S": str(number)}})
    about = streams().describe_stream(StreamArn=arn)["StreamDescription"]
    return {"StreamArn": arn, "ShardId": about["Shards"][0]["ShardId"]}


def streams() -> Any:
    return boto3.client("dynamodbstreams", config=RAW)


def code(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    return str(caught.value.response["Error"]["Code"])


@pytest.mark.parametrize(
    "asked",
    [
        {"ShardIteratorType": "AT_SEQUENCE_NUMBER"},
        {"ShardIteratorType": "AFTER_SEQUENCE_NUMBER", "SequenceNumber": "x" * 21},
        {"ShardIteratorType": "TRIM_HORIZON", "SequenceNumber": "1" * 21},
        {"ShardIteratorType": "LATEST", "SequenceNumber": "1" * 21},
        {"ShardIteratorType": "NEWEST"},
        {},
    ],
)
def test_an_iterator_that_there_is_not(shard: dict[str, str], asked: dict[str, str]) -> None:
    assert code(streams().get_shard_iterator, **shard, **asked) == "ValidationException"


def test_a_shard_or_an_iterator_of_nothing(shard: dict[str, str]) -> None:
    other = {**shard, "ShardId": "shardId-" + "0" * 20, "ShardIteratorType": "LATEST"}
    assert code(streams().get_shard_iterator, **other) == "ResourceNotFoundException"
    for iterator in ("abc", f"{shard['StreamArn']}|1|AA"):
        assert code(streams().get_records, ShardIterator=iterator) == "ValidationException"


def test_pages(shard: dict[str, str]) -> None:
    client = streams()

    def begin(**more: str) -> str:
        return str(client.get_shard_iterator(**shard, **more)["ShardIterator"])

    first = client.get_records(ShardIterator=begin(ShardIteratorType="TRIM_HORIZON"), Limit=2)
    rest = client.get_records(ShardIterator=first["NextShardIterator"])
    keys = [one["dynamodb"]["Keys"]["id"]["S"] for one in first["Records"] + rest["Records"]]
    assert keys == ["0", "1", "2"]
    second = first["Records"][1]["dynamodb"]["SequenceNumber"]
    for kind, found in (("AT", ["1", "2"]), ("AFTER", ["2"])):
        at = begin(ShardIteratorType=f"{kind}_SEQUENCE_NUMBER", SequenceNumber=second)
        records = client.get_records(ShardIterator=at)["Records"]
        assert [one["dynamodb"]["Keys"]["id"]["S"] for one in records] == found
    latest = begin(ShardIteratorType="LATEST")
    assert client.get_records(ShardIterator=latest)["Records"] == []
    assert code(client.get_records, ShardIterator=latest, Limit=1001) == "ValidationException"
    assert code(client.list_streams, Limit=101) == "ValidationException"


def test_a_batch_reads_or_writes(make_table: Any, dynamodb: Any) -> None:
    make_table()
    statements = [
        "SELECT * FROM orders WHERE id = '1'",
        "INSERT INTO orders VALUE {'id': '1'}",
        "SELEC",
    ]
    mixed = [{"Statement": text} for text in statements]
    assert code(dynamodb.batch_execute_statement, Statements=mixed) == "ValidationException"
    assert dynamodb.scan(TableName="orders")["Count"] == 0
    answers = dynamodb.batch_execute_statement(Statements=mixed[1:])["Responses"]
    assert [one.get("Error", {}).get("Code") for one in answers] == [None, "ValidationError"]
