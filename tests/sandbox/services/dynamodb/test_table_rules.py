"""What CreateTable, UpdateTable, ListTables and tags refuse, in DynamoDB's words (H78)."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal import Sandbox

RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
INVALID = "One or more parameter values were invalid: "
CAPACITY = {"ReadCapacityUnits": 5, "WriteCapacityUnits": 5}
ON_DEMAND = "when BillingMode is PAY_PER_REQUEST"


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    return boto3.client("dynamodb", config=RAW)


def keys(*names: str, kinds: str = "HASH RANGE RANGE") -> list[dict[str, str]]:
    return [{"AttributeName": n, "KeyType": k} for n, k in zip(names, kinds.split(), strict=False)]


def defined(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": name, "AttributeType": "S"} for name in names]


def index(*names: str, called: str = "by-g", projection: Any = None, **more: Any) -> Any:
    wanted = {"ProjectionType": "ALL"} if projection is None else projection
    schema = keys(*(names or ("g",)))
    return {"IndexName": called, "KeySchema": schema, "Projection": wanted, **more}


def table(**more: Any) -> dict[str, Any]:
    plain = {
        "TableName": "orders",
        "KeySchema": keys("id"),
        "AttributeDefinitions": defined("id"),
        "BillingMode": "PAY_PER_REQUEST",
    }
    return {name: value for name, value in {**plain, **more}.items() if value is not None}


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


G = {"AttributeDefinitions": defined("id", "g")}
SORTED = {"KeySchema": keys("id", "b"), "AttributeDefinitions": defined("id", "b", "g")}


def of(kind: str, **projection: Any) -> dict[str, Any]:
    wanted = {"ProjectionType": kind, **projection} if kind else projection
    return {**G, "GlobalSecondaryIndexes": [index(projection=wanted)]}


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"TableName": None},
     "The parameter 'TableName' is required but was not present in the request"),
    ({"BillingMode": None}, f"{INVALID}ReadCapacityUnits and WriteCapacityUnits must both be "
     "specified when BillingMode is PROVISIONED"),
    ({"BillingMode": None, "ProvisionedThroughput": {**CAPACITY, "ReadCapacityUnits": 10**12 + 1}},
     "Given value 1000000000001 for ReadCapacityUnits is out of bounds"),
    ({"ProvisionedThroughput": CAPACITY}, f"{INVALID}Neither ReadCapacityUnits nor "
     f"WriteCapacityUnits can be specified {ON_DEMAND}"),
    ({**G, "BillingMode": None, "ProvisionedThroughput": CAPACITY,
      "GlobalSecondaryIndexes": [index()]},
     f"{INVALID}ProvisionedThroughput is not specified for index: by-g"),
    ({**G, "GlobalSecondaryIndexes": [index(ProvisionedThroughput=CAPACITY)]},
     f"{INVALID}ProvisionedThroughput should not be specified for index: by-g {ON_DEMAND}"),
    ({"KeySchema": keys("id", "id")},
     "Invalid KeySchema: Some index key attribute have no definition"),
    ({"KeySchema": keys("id", "id"), "AttributeDefinitions": defined("id", "b")},
     "Both the Hash Key and the Range Key element in the KeySchema have the same name"),
    ({"KeySchema": keys("id", kinds="RANGE")},
     "Invalid KeySchema: The first KeySchemaElement is not a HASH key type"),
    ({"KeySchema": keys("id", "b", kinds="HASH HASH"), "AttributeDefinitions": defined("id", "b")},
     "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type"),
    ({"AttributeDefinitions": defined("id", "id")}, "Attribute Name is duplicated: id"),
    ({"GlobalSecondaryIndexes": []}, f"{INVALID}List of GlobalSecondaryIndexes is empty"),
    ({"LocalSecondaryIndexes": []}, f"{INVALID}List of LocalSecondaryIndexes is empty"),
    (of(""), f"{INVALID}Unknown ProjectionType: null"),
    (of("INCLUDE"), f"{INVALID}ProjectionType is INCLUDE, but NonKeyAttributes is not specified"),
    (of("ALL", NonKeyAttributes=["x"]),
     f"{INVALID}ProjectionType is ALL, but NonKeyAttributes is specified"),
    (of("INCLUDE", NonKeyAttributes=["x", "x"]),
     f"{INVALID}Duplicate element in NonKeyAttributes: x"),
    ({**G, "GlobalSecondaryIndexes": [index(), index()]},
     f"{INVALID}Duplicate index name: by-g"),
    ({**SORTED, "GlobalSecondaryIndexes": [index()], "LocalSecondaryIndexes": [index("id", "g")]},
     f"{INVALID}Duplicate index name: by-g"),
    ({**G, "GlobalSecondaryIndexes": [index("g", "g")]},
     "Both the Hash Key and the Range Key element in the KeySchema have the same name"),
    ({**G, "GlobalSecondaryIndexes": [index(called=f"by-{n}") for n in range(100, 121)]},
     f"{INVALID}GlobalSecondaryIndex count exceeds the per-table limit of 20"),
    ({**SORTED, "LocalSecondaryIndexes": [index("id", "g", called=f"by-{n}") for n in range(6)]},
     f"{INVALID}Number of LocalSecondaryIndexes exceeds per-table limit of 5"),
    ({**G, "LocalSecondaryIndexes": [index("id", "g")]}, f"{INVALID}Table KeySchema does not have "
     "a range key, which is required when specifying a LocalSecondaryIndex"),
    ({**SORTED, "LocalSecondaryIndexes": [index("g", "b")]}, f"{INVALID}Index KeySchema does not "
     "have the same leading hash key as table KeySchema for index: by-g. index hash key: g, table "
     "hash key: id"),
    ({**SORTED, "LocalSecondaryIndexes": [index("id")]},
     f"{INVALID}Index KeySchema does not have a range key for index: by-g"),
    ({"StreamSpecification": {"StreamEnabled": True}},
     f"{INVALID}Table is being created with a stream enabled, UpdateViewType is required"),
    ({"StreamSpecification": {"StreamEnabled": False, "StreamViewType": "KEYS_ONLY"}}, f"{INVALID}"
     "Table is being created with a stream disabled, UpdateViewType should not be specified"),
    ({"Tags": [{"Key": "a", "Value": "b"}] * 2},
     "Duplicate Tag Keys provided as input: Duplicate Tag Key found a"),
]  # fmt: skip


@pytest.mark.parametrize(("more", "said"), REFUSED, ids=[row[1][-40:] for row in REFUSED])
def test_no_table_is_made(client: Any, more: dict[str, Any], said: str) -> None:
    assert refusal(client.create_table, **table(**more)) == ("ValidationException", said)
    assert client.list_tables()["TableNames"] == []


def test_twenty_global_indexes_and_five_local_ones(client: Any) -> None:
    made = table(
        **SORTED,
        GlobalSecondaryIndexes=[index(called=f"by-{n}") for n in range(100, 120)],
        LocalSecondaryIndexes=[index("id", "g", called=f"own-{n}") for n in range(5)],
    )
    found = client.create_table(**made)["TableDescription"]
    assert len(found["GlobalSecondaryIndexes"]) == 20 and len(found["LocalSecondaryIndexes"]) == 5


@pytest.fixture
def on_demand(client: Any) -> Any:
    """``orders``, on demand, with an index of ``g``; its UpdateTable."""
    client.create_table(**table(**G, GlobalSecondaryIndexes=[index()]))

    def update(**asked: Any) -> Any:
        return client.update_table(TableName="orders", **asked)

    return update


def creating(*names: str, called: str = "new") -> dict[str, Any]:
    return {"GlobalSecondaryIndexUpdates": [{"Create": index(*names, called=called)}]}


STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
UPDATES: list[tuple[dict[str, Any], str]] = [
    ({}, "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
     "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
     "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
     "OnDemandThroughput, WarmThroughput or TableClass is required"),
    ({"DeletionProtectionEnabled": True, **STREAM},
     f"{INVALID}DeletionProtection modification must be the only operation in the request"),
    ({"SSESpecification": {"Enabled": True}, **STREAM},
     f"{INVALID}Server-Side Encryption modification must be the only operation in the request"),
    ({"ProvisionedThroughput": CAPACITY}, f"{INVALID}Neither ReadCapacityUnits nor "
     f"WriteCapacityUnits can be specified {ON_DEMAND}"),
    ({"ProvisionedThroughput": CAPACITY, **STREAM},
     f"{INVALID}You cannot modify stream status while updating table IOPS"),
    ({**STREAM, **creating("g")},
     f"{INVALID}You cannot create or delete index while changing stream status"),
    ({"BillingMode": "PROVISIONED"},
     f"{INVALID}ProvisionedThroughput must be specified when BillingMode is PROVISIONED"),
    ({"BillingMode": "PROVISIONED", "ProvisionedThroughput": CAPACITY},
     f"{INVALID}ProvisionedThroughput must be specified for index: by-g"),
    ({"StreamSpecification": {"StreamEnabled": True}},
     f"{INVALID}If stream is being enabled then UpdateViewType is required"),
    ({"StreamSpecification": {"StreamEnabled": False}},
     "Table has no stream to disable: TableName: orders"),
    (creating("g", called="by-g"), "Attempting to create an index which already exists"),
    (creating("x"), f"{INVALID}AttributeDefinitions is not specified for index: new"),
    ({"GlobalSecondaryIndexUpdates": []},
     f"{INVALID}List of GlobalSecondaryIndexUpdates is empty"),
    ({"GlobalSecondaryIndexUpdates": [{}]}, f"{INVALID}One of GlobalSecondaryIndexUpdate.Update, "
     "GlobalSecondaryIndexUpdate.Create, GlobalSecondaryIndexUpdate.Delete must not be null"),
]  # fmt: skip


@pytest.mark.parametrize(("asked", "said"), UPDATES, ids=[row[1][-40:] for row in UPDATES])
def test_no_table_is_changed(on_demand: Any, client: Any, asked: dict[str, Any], said: str) -> None:
    client.get_waiter("table_exists").wait(TableName="orders")
    before = client.describe_table(TableName="orders")["Table"]
    assert refusal(on_demand, **asked) == ("ValidationException", said)
    assert client.describe_table(TableName="orders")["Table"] == before


def test_two_indexes_at_once_and_an_index_that_is_not_there(on_demand: Any) -> None:
    two = [{"Create": index(called="one")}, {"Create": index(called="two")}]
    code, said = refusal(on_demand, GlobalSecondaryIndexUpdates=two)
    assert code == "LimitExceededException" and said.startswith("Subscriber limit exceeded: Only 1")
    for kind in ("Delete", "Update"):
        update = {"IndexName": "none"}
        asked = [{kind: update}]
        missing = refusal(on_demand, GlobalSecondaryIndexUpdates=asked)
        assert missing == ("ResourceNotFoundException", "Requested resource not found")


def test_definitions_are_added_to_those_of_the_table(on_demand: Any, client: Any) -> None:
    """moto forgets the table's own, and then fails on its items."""
    on_demand(AttributeDefinitions=defined("h"), **creating("h"))
    found = client.describe_table(TableName="orders")["Table"]["AttributeDefinitions"]
    assert sorted(one["AttributeName"] for one in found) == ["g", "h", "id"]
    client.put_item(TableName="orders", Item={"id": {"S": "1"}, "h": {"S": "x"}})
    asked = {"KeyConditionExpression": "h = :h", "ExpressionAttributeValues": {":h": {"S": "x"}}}
    assert client.query(TableName="orders", IndexName="new", **asked)["Count"] == 1
    on_demand(GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": "new"}}])
    found = client.describe_table(TableName="orders")["Table"]["AttributeDefinitions"]
    assert sorted(one["AttributeName"] for one in found) == ["g", "id"]


def test_capacity_that_does_not_change(client: Any) -> None:
    made = {"BillingMode": None, "ProvisionedThroughput": CAPACITY}
    client.create_table(**table(**made))
    code, said = refusal(client.update_table, TableName="orders", ProvisionedThroughput=CAPACITY)
    assert code == "ValidationException" and said.startswith(
        "The provisioned throughput for the table will not change. The requested value equals the "
        "current value. Current ReadCapacityUnits provisioned for the table: 5. Requested "
    )
    more = {**CAPACITY, "ReadCapacityUnits": 6}
    answer = client.update_table(TableName="orders", ProvisionedThroughput=more)
    assert answer["TableDescription"]["ProvisionedThroughput"]["ReadCapacityUnits"] == 6


def test_a_stream_is_switched_once(client: Any) -> None:
    client.create_table(**table(**STREAM))
    for kind in ("KEYS_ONLY", "NEW_IMAGE"):
        stream = {"StreamEnabled": True, "StreamViewType": kind}
        said = refusal(client.update_table, TableName="orders", StreamSpecification=stream)
        text = "Table already has an enabled stream: TableName: orders"
        assert said == ("ValidationException", text)
    client.update_table(TableName="orders", StreamSpecification={"StreamEnabled": False})
    client.update_table(TableName="orders", **STREAM)


def test_a_table_that_is_protected(client: Any) -> None:
    client.create_table(**table(DeletionProtectionEnabled=True))
    said = refusal(client.delete_table, TableName="orders")
    assert said == (
        "ValidationException",
        "Resource cannot be deleted as it is currently protected against deletion. Disable "
        "deletion protection first.",
    )
    client.update_table(TableName="orders", DeletionProtectionEnabled=False)
    client.delete_table(TableName="orders")


def test_tables_are_listed_in_order(client: Any) -> None:
    for name in ("t-c", "t-a", "t-b"):
        client.create_table(**table(TableName=name))
    page = client.list_tables(Limit=2)
    assert (page["TableNames"], page["LastEvaluatedTableName"]) == (["t-a", "t-b"], "t-b")
    for start, names in (("t-b", ["t-c"]), ("t-bb", ["t-c"]), ("t-c", []), ("aaa", None)):
        found = client.list_tables(ExclusiveStartTableName=start)
        assert found["TableNames"] == (["t-a", "t-b", "t-c"] if names is None else names)
        assert "LastEvaluatedTableName" not in found


def test_tags_and_arns(client: Any) -> None:
    arn = client.create_table(**table())["TableDescription"]["TableArn"]
    atleast = "Atleast one Tag {}needs to be provided as Input."
    many = [{"Key": f"k{number}", "Value": "v"} for number in range(51)]
    for tags, text in (
        ([], atleast.format("")),
        ([{"Key": "aws:a", "Value": "b"}], "Tag Key cannot be prefixed with aws:, Key: aws:a"),
        (many[:1] * 2, "Duplicate Tag Keys provided as input: Duplicate Tag Key found k0"),
        (many, "Number of Tags exceed the current limit for the provided ResourceArn"),
    ):
        said = refusal(client.tag_resource, ResourceArn=arn, Tags=tags)
        assert said == ("ValidationException", text)
    client.tag_resource(ResourceArn=arn, Tags=many[:50])
    assert refusal(client.tag_resource, ResourceArn=arn, Tags=many[50:])[1].startswith("Number of")
    assert refusal(client.untag_resource, ResourceArn=arn, TagKeys=[])[1] == atleast.format("Key ")
    for given, text in (
        ("abcd", f"{INVALID}ARNs must start with 'arn:': abcd"),
        ("arn:aws:s3:::x", f"{INVALID}Provided Arn is not a DynamoDB resource arn: arn:aws:s3:::x"),
        (arn.replace("us-east-1", "eu-west-1"), "Invalid TableArn: Invalid ResourceArn provided"),
    ):
        code, said = refusal(client.list_tags_of_resource, ResourceArn=given)
        assert code == "ValidationException" and said.startswith(text)


def test_one_moment_to_restore_to(client: Any) -> None:
    client.create_table(**table())
    names = {"SourceTableName": "orders", "TargetTableName": "again"}
    for more in ({}, {"UseLatestRestorableTime": True, "RestoreDateTime": 1}):
        said = refusal(client.restore_table_to_point_in_time, **names, **more)
        assert said[1] == (
            "Invalid Request: Either one of RestoreDateTime or UseLatestRestorableTime must be "
            "specified, but not both"
        )
