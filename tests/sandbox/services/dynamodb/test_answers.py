"""What DynamoDB answers, and what it remembers of requests (H24-H30)."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal.moto.streams import size_of
from tests.sandbox.services.dynamodb.common import KEY, to_key

ORDERS = {"TableName": "orders"}
INDEX = {
    "IndexName": "by-what",
    "KeySchema": [{"AttributeName": "what", "KeyType": "HASH"}],
    "Projection": {"ProjectionType": "ALL"},
}
ATTRIBUTES = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "what")]
INDEXED = {"GlobalSecondaryIndexes": [INDEX], "AttributeDefinitions": ATTRIBUTES}
CAPACITY = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
PROVISIONED = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": CAPACITY}


def hits(dynamodb: Any) -> str:
    return dynamodb.get_item(**ORDERS, Key=KEY)["Item"]["hits"]["N"]


def add(number: str) -> list[dict[str, Any]]:
    values = {":n": {"N": number}}
    update = {"Key": KEY, "UpdateExpression": "ADD hits :n", "ExpressionAttributeValues": values}
    return [{"Update": {**ORDERS, **update}}]


def test_nothing_is_answered_that_was_not_asked_for(table: str, dynamodb: Any, item: Any) -> None:
    """H24."""
    put = {"PutRequest": {"Item": item("2")}}
    metered = ({}, {"ReturnConsumedCapacity": "NONE"})
    for more in metered:
        for answer in (
            dynamodb.put_item(**ORDERS, Item=item("3"), **more),
            dynamodb.update_item(**ORDERS, Key=KEY, UpdateExpression="REMOVE a", **more),
            dynamodb.delete_item(**ORDERS, Key=KEY, **more),
            dynamodb.batch_write_item(RequestItems={"orders": [put]}, **more),
            dynamodb.batch_get_item(RequestItems={"orders": {"Keys": [KEY]}}, **more),
            dynamodb.transact_write_items(TransactItems=add("1"), **more),
            dynamodb.query(
                **ORDERS,
                KeyConditionExpression="id = :i",
                ExpressionAttributeValues={":i": {"S": "1"}},
                **more,
            ),
        ):
            assert not {"ConsumedCapacity", "ItemCollectionMetrics"} & set(answer)
    asked = dynamodb.batch_write_item(
        RequestItems={"orders": [put]}, ReturnConsumedCapacity="TOTAL"
    )
    assert asked["ConsumedCapacity"][0]["TableName"] == "orders"


def test_the_description_has_awss_members(dynamodb: Any, make_table: Any) -> None:
    """H25."""
    made = make_table(more=INDEXED)
    assert made["TableStatus"] == made["GlobalSecondaryIndexes"][0]["IndexStatus"] == "CREATING"
    about = dynamodb.describe_table(**ORDERS)["Table"]
    (index,) = about["GlobalSecondaryIndexes"]
    assert set(index) - {"WarmThroughput"} == {
        "IndexArn", "IndexName", "IndexSizeBytes", "IndexStatus", "ItemCount", "KeySchema",
        "Projection", "ProvisionedThroughput",
    }  # fmt: skip
    assert index["IndexArn"] == f"{about['TableArn']}/index/by-what"
    assert index["IndexStatus"] == "ACTIVE"
    assert "LocalSecondaryIndexes" not in about
    on_demand = about["BillingModeSummary"]["LastUpdateToPayPerRequestDateTime"]
    assert on_demand == about["CreationDateTime"].replace(microsecond=on_demand.microsecond)


def test_when_a_table_was_put_on_demand(dynamodb: Any, make_table: Any, sandbox: Any) -> None:
    """H25: of a table that never was there is no summary."""
    make_table(more=PROVISIONED)
    about = dynamodb.describe_table(**ORDERS)["Table"]
    assert "BillingModeSummary" not in about and "GlobalSecondaryIndexes" not in about
    assert about["ProvisionedThroughput"]["NumberOfDecreasesToday"] == 0
    sandbox.advance(hours=1)
    dynamodb.update_table(**ORDERS, BillingMode="PAY_PER_REQUEST")
    changed = dynamodb.describe_table(**ORDERS)["Table"]["BillingModeSummary"]
    assert changed["LastUpdateToPayPerRequestDateTime"] > about["CreationDateTime"]
    dynamodb.update_table(**ORDERS, **PROVISIONED)
    kept = dynamodb.describe_table(**ORDERS)["Table"]["BillingModeSummary"]
    assert kept == {**changed, "BillingMode": "PROVISIONED"}


def test_a_deleted_table_is_described_in_part(dynamodb: Any, table: str) -> None:
    """H25."""
    gone = dynamodb.delete_table(**ORDERS)["TableDescription"]
    assert gone["TableStatus"] == "DELETING"
    assert not {"AttributeDefinitions", "KeySchema", "CreationDateTime"} & set(gone)


def test_capacity_and_on_demand_do_not_go_together(
    dynamodb: Any, make_table: Any, refused: Any
) -> None:
    """H25."""
    text = "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified "
    with refused("ValidationException", text + "when BillingMode is PAY_PER_REQUEST"):
        make_table(more={"ProvisionedThroughput": CAPACITY})
    index = {**INDEX, "ProvisionedThroughput": CAPACITY}
    said = "ProvisionedThroughput should not be specified for index: by-what when BillingMode"
    with refused("ValidationException", said):
        make_table(more={**INDEXED, "GlobalSecondaryIndexes": [index]})
    make_table(more=PROVISIONED)
    more = {"BillingMode": "PAY_PER_REQUEST", "ProvisionedThroughput": CAPACITY}
    with refused("ValidationException", text):
        dynamodb.update_table(**ORDERS, **more)


def test_a_stream_records_changes_alone(dynamodb: Any, make_table: Any) -> None:
    """H26."""
    make_table(
        more={
            "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
        }
    )
    fred = {"id": {"S": "Fred"}}
    for _ in range(2):
        dynamodb.put_item(**ORDERS, Item=fred)
    dynamodb.delete_item(**ORDERS, Key={"id": {"S": "not there"}})
    for _ in range(2):
        dynamodb.update_item(
            **ORDERS,
            Key=fred,
            UpdateExpression="SET n = :n",
            ExpressionAttributeValues={":n": {"N": "12"}},
        )
    dynamodb.delete_item(**ORDERS, Key=fred)
    streams = boto3.client("dynamodbstreams")
    arn = streams.list_streams(**ORDERS)["Streams"][0]["StreamArn"]
    shards = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"]
    place = {"StreamArn": arn, "ShardId": shards[0]["ShardId"]}
    iterator = streams.get_shard_iterator(**place, ShardIteratorType="TRIM_HORIZON")
    records = streams.get_records(ShardIterator=iterator["ShardIterator"])["Records"]
    assert [record["eventName"] for record in records] == ["INSERT", "MODIFY", "REMOVE"]
    assert {record["eventVersion"] for record in records} == {"1.1"}
    # Keys, new image and old image: of 6, and of 6 + 1 + 2 bytes with the number.
    assert [record["dynamodb"]["SizeBytes"] for record in records] == [12, 21, 15]
    after = streams.describe_stream(StreamArn=arn, ExclusiveStartShardId=shards[0]["ShardId"])
    assert after["StreamDescription"]["Shards"] == []


@pytest.mark.parametrize(
    ("value", "size"),
    [({"S": "\u00e4b"}, 3), ({"N": "-12.5"}, 4), ({"N": "100"}, 2), ({"B": b"abc"}, 3),
     ({"B": "YWJj"}, 3), ({"BOOL": False}, 1), ({"NULL": True}, 1), ({"SS": ["a", "bc"]}, 3),
     ({"L": [{"S": "a"}, {"N": "1"}]}, 8), ({"M": {"ab": {"S": "c"}}}, 7)],
)  # fmt: skip
def test_the_size_of_an_attribute(value: dict[str, Any], size: int) -> None:
    assert size_of({"k": value}) == 1 + size


def test_a_transaction_is_done_once_for_its_token(
    table: str, dynamodb: Any, sandbox: Any, refused: Any
) -> None:
    """H27."""
    token = {"ClientRequestToken": "0123456789abcdef"}
    for _ in range(2):
        dynamodb.transact_write_items(TransactItems=add("1"), **token)
    assert hits(dynamodb) == "1"
    with refused("IdempotentParameterMismatchException", "a different payload"):
        dynamodb.transact_write_items(TransactItems=add("2"), **token)
    dynamodb.transact_write_items(TransactItems=add("1"), ClientRequestToken="another")
    assert hits(dynamodb) == "2"
    sandbox.advance(minutes=11)
    dynamodb.transact_write_items(TransactItems=add("2"), **token)
    assert hits(dynamodb) == "4"


def test_a_transaction_that_failed_may_be_repeated(table: str, dynamodb: Any) -> None:
    token = {"ClientRequestToken": "0123456789abcdef"}
    check = {"Key": {"id": {"S": "2"}}, "ConditionExpression": "attribute_exists(id)"}
    items = [*add("1"), {"ConditionCheck": {**ORDERS, **check}}]
    with pytest.raises(ClientError):
        dynamodb.transact_write_items(TransactItems=items, **token)
    dynamodb.put_item(**ORDERS, Item={"id": {"S": "2"}})
    dynamodb.transact_write_items(TransactItems=items, **token)
    assert hits(dynamodb) == "1"


def test_statements_are_done_once_for_their_token(table: str, dynamodb: Any) -> None:
    dynamodb.transact_write_items(TransactItems=add("1"))
    statement = {"Statement": "UPDATE orders SET hits = hits + 1 WHERE id = '1'"}
    for _ in range(2):
        dynamodb.execute_transaction(TransactStatements=[statement], ClientRequestToken="a")
    assert hits(dynamodb) == "2"


def test_a_token_opens_nothing(table: str, dynamodb: Any, user: Any, refused: Any) -> None:
    """Who repeats another's transaction needs the key, too."""
    token = {"ClientRequestToken": "0123456789abcdef"}
    dynamodb.transact_write_items(TransactItems=add("1"), **token)
    with refused("AccessDeniedException", "KMS key access denied error"):
        user.transact_write_items(TransactItems=add("1"), **token)


def test_a_time_to_live_is_switched_once(
    table: str, dynamodb: Any, sandbox: Any, refused: Any
) -> None:
    """H28."""

    def switch(name: str, *, enabled: bool) -> None:
        asked = {"Enabled": enabled, "AttributeName": name}
        dynamodb.update_time_to_live(**ORDERS, TimeToLiveSpecification=asked)

    with refused("ValidationException", "TimeToLive is already disabled"):
        switch("until", enabled=False)
    switch("until", enabled=True)
    with refused("ValidationException", "TimeToLive is already enabled"):
        switch("until", enabled=True)
    with refused("ValidationException", "TimeToLive is active on a different AttributeName"):
        switch("other", enabled=True)
    with refused("ValidationException", "modified multiple times within a fixed interval"):
        switch("until", enabled=False)
    sandbox.advance(minutes=61)
    switch("until", enabled=False)
    about = dynamodb.describe_time_to_live(**ORDERS)["TimeToLiveDescription"]
    assert about["TimeToLiveStatus"] == "DISABLED"


def test_a_replica_needs_a_key_of_its_own(table: str, dynamodb: Any, refused: Any) -> None:
    """H29; with one it is refused for what the sandbox lacks."""
    replica = {"RegionName": "eu-west-1"}
    with refused("ValidationException", "KMSMasterKeyId must be specified for each replica."):
        dynamodb.update_table(**ORDERS, ReplicaUpdates=[{"Create": replica}])
    replica["KMSMasterKeyId"] = "alias/there"
    with refused("NotInSandbox", "UpdateTable with ReplicaUpdates"):
        dynamodb.update_table(**ORDERS, ReplicaUpdates=[{"Create": replica}])


def test_the_trail_shows_what_a_change_answered(table: str, dynamodb: Any, kms: Any) -> None:
    """H30; of requests for items it shows nothing."""
    to_key(dynamodb, kms.create_key()["KeyMetadata"]["Arn"])
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "UpdateTable"}]
    (event,) = boto3.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
    record = json.loads(event["CloudTrailEvent"])
    about = record["responseElements"]["tableDescription"]
    assert about["sSEDescription"]["status"] == "UPDATING"
