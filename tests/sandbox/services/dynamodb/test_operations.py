"""No side door: every operation that botocore knows asks KMS, needs no key, or is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from botocore.model import Shape

from refusal.requests.shapes import service_model
from refusal.services.dynamodb.operations import (
    ASKS_KMS,
    NO_KEY,
    OPERATIONS,
    REFUSED,
    STREAM_OPERATIONS,
)
from tests.sandbox.services.dynamodb.common import DENIED, KEY, USER
from tests.sandbox.services.dynamodb.conftest import FULL_ACCESS, ONCE, item

TABLE = {"TableName": "orders"}
SELECT = "SELECT * FROM orders WHERE id = '1'"
STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
SCHEMA = {
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "BillingMode": "PAY_PER_REQUEST",
}
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
    '"Action": "dynamodb:DeleteTable", "Resource": "*"}]}'
)


class World:
    """A table under K with a row, a stream, a backup, a policy and point-in-time recovery."""

    def __init__(self, make_user: Any, key: str) -> None:
        admin = boto3.client("dynamodb", config=ONCE)
        self.key = key
        self.make_user = make_user
        sse = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
        made = admin.create_table(
            **TABLE, **SCHEMA, SSESpecification=sse, StreamSpecification=STREAM
        )["TableDescription"]
        self.arn, self.stream = made["TableArn"], made["LatestStreamArn"]
        admin.put_item(**TABLE, Item=item("1"))
        backup = admin.create_backup(**TABLE, BackupName="nightly")
        self.backup = backup["BackupDetails"]["BackupArn"]
        recovery = {"PointInTimeRecoveryEnabled": True}
        admin.update_continuous_backups(**TABLE, PointInTimeRecoverySpecification=recovery)
        admin.put_resource_policy(ResourceArn=self.arn, Policy=POLICY)
        streams = boto3.client("dynamodbstreams", config=ONCE)
        shards = streams.describe_stream(StreamArn=self.stream)["StreamDescription"]["Shards"]
        self.shard = shards[0]["ShardId"]
        self.iterator = streams.get_shard_iterator(
            StreamArn=self.stream, ShardId=self.shard, ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]

    def ask(self, session: Any, operation: str) -> Any:
        """Make the request of ``REQUESTS``."""
        service = "dynamodb" if operation in OPERATIONS else "dynamodbstreams"
        client = session.client(service, config=ONCE)
        answer = getattr(client, xform_name(operation))(**REQUESTS[operation](self))
        for response in answer.get("Responses", ()) if operation == "BatchExecuteStatement" else ():
            if "Error" in response:  # Of one statement; see test_batches.
                error = {**response["Error"], "Code": response["Error"]["Code"] + "Exception"}
                raise ClientError({"Error": error}, operation)
        return answer

    def state(self, sandbox: Any) -> Any:
        """What lies in the account: pages, streams, tables, backups, grants."""
        dynamodb, kms = boto3.client("dynamodb"), boto3.client("kms")
        names = dynamodb.list_tables()["TableNames"]
        iterator = {"ShardIterator": self.iterator}
        records = boto3.client("dynamodbstreams").get_records(**iterator)["Records"]
        return (
            [sandbox.at_rest(name).pages for name in names],
            [dynamodb.describe_table(TableName=name)["Table"] for name in names],
            [
                dynamodb.describe_time_to_live(TableName=name)["TimeToLiveDescription"]
                for name in names
            ],
            dynamodb.list_backups()["BackupSummaries"],
            kms.list_grants(KeyId=self.key)["Grants"],
            records,
        )


@pytest.fixture
def world(sandbox: Any, make_user: Any, key: str) -> World:
    return World(make_user, key)


@pytest.fixture
def mira(sandbox: Any, world: World) -> Any:
    """U: a session of a user with AmazonDynamoDBFullAccess and nothing else."""
    sandbox.services.iam.load_managed_policy(FULL_ACCESS, sandbox.account_id)
    return world.make_user("mira", FULL_ACCESS)


def _always(**params: Any) -> Callable[[World], dict[str, Any]]:
    return lambda _world: params


def _on_table(**params: Any) -> Callable[[World], dict[str, Any]]:
    return _always(**TABLE, **params)


_PUT = {"Put": {**TABLE, "Item": item("2")}}

#: A request of each operation that U may make as far as DynamoDB is concerned.
REQUESTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "GetItem": _on_table(Key=KEY),
    "PutItem": _on_table(Item=item("2")),
    "UpdateItem": _on_table(Key=KEY, UpdateExpression="REMOVE what"),
    "DeleteItem": _on_table(Key=KEY),
    "Query": _on_table(
        KeyConditionExpression="id = :i", ExpressionAttributeValues={":i": {"S": "1"}}
    ),
    "Scan": _on_table(),
    "BatchGetItem": _always(RequestItems={"orders": {"Keys": [KEY]}}),
    "BatchWriteItem": _always(RequestItems={"orders": [{"DeleteRequest": {"Key": KEY}}]}),
    "TransactGetItems": _always(TransactItems=[{"Get": {**TABLE, "Key": KEY}}]),
    "TransactWriteItems": _always(TransactItems=[_PUT]),
    "ExecuteStatement": _always(Statement=SELECT),
    "BatchExecuteStatement": _always(Statements=[{"Statement": SELECT}]),
    "ExecuteTransaction": _always(TransactStatements=[{"Statement": SELECT}]),
    "CreateTable": lambda world: {
        "TableName": "bills",
        **SCHEMA,
        "SSESpecification": {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": world.key},
    },
    # Of the changes that UpdateTable makes, that of the encryption asks KMS; the others need no
    # key: see test_update_table_asks_kms_for_the_encryption_only.
    "UpdateTable": _on_table(SSESpecification={"Enabled": False}),
    "DeleteTable": _on_table(),
    "DescribeTable": _on_table(),
    "ListTables": _always(),
    "DescribeLimits": _always(),
    "DescribeEndpoints": _always(),
    "TagResource": lambda world: {
        "ResourceArn": world.arn,
        "Tags": [{"Key": "team", "Value": "sales"}],
    },
    "UntagResource": lambda world: {"ResourceArn": world.arn, "TagKeys": ["team"]},
    "ListTagsOfResource": lambda world: {"ResourceArn": world.arn},
    "PutResourcePolicy": lambda world: {"ResourceArn": world.arn, "Policy": POLICY},
    "GetResourcePolicy": lambda world: {"ResourceArn": world.arn},
    "DeleteResourcePolicy": lambda world: {"ResourceArn": world.arn},
    "UpdateTimeToLive": _on_table(
        TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"}
    ),
    "DescribeTimeToLive": _on_table(),
    "UpdateContinuousBackups": _on_table(
        PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    ),
    "DescribeContinuousBackups": _on_table(),
    "CreateBackup": _on_table(BackupName="mine"),
    "ListBackups": _always(),
    "DescribeBackup": lambda world: {"BackupArn": world.backup},
    "DeleteBackup": lambda world: {"BackupArn": world.backup},
    "RestoreTableFromBackup": lambda world: {
        "TargetTableName": "mine",
        "BackupArn": world.backup,
        "SSESpecificationOverride": {"Enabled": False},
    },
    "RestoreTableToPointInTime": _always(
        SourceTableName="orders",
        TargetTableName="mine",
        UseLatestRestorableTime=True,
        SSESpecificationOverride={"Enabled": False},
    ),
    "ListStreams": _on_table(),
    "DescribeStream": lambda world: {"StreamArn": world.stream},
    "GetShardIterator": lambda world: {
        "StreamArn": world.stream,
        "ShardId": world.shard,
        "ShardIteratorType": "TRIM_HORIZON",
    },
    "GetRecords": lambda world: {"ShardIterator": world.iterator},
}

EVERY = {**OPERATIONS, **STREAM_OPERATIONS}


def named(kind: str) -> list[str]:
    return [name for name, operation in EVERY.items() if operation.key == kind]


def test_every_operation_that_botocore_knows_is_in_the_table() -> None:
    """An operation that a new botocore brings is looked at before it can be called."""
    assert set(OPERATIONS) == set(service_model("dynamodb").operation_names)
    assert set(STREAM_OPERATIONS) == set(service_model("dynamodbstreams").operation_names)
    assert {operation.key for operation in EVERY.values()} == {ASKS_KMS, NO_KEY, REFUSED}
    assert set(REQUESTS) == set(named(ASKS_KMS)) | set(named(NO_KEY))


@pytest.mark.behaviour(84, 85)
@pytest.mark.parametrize("operation", named(ASKS_KMS))
def test_what_asks_kms_is_refused_without_leave_on_the_key(
    sandbox: Any, world: World, mira: Any, calls: Any, refused: Any, operation: str
) -> None:
    before = world.state(sandbox)
    calls.clear()
    with refused("AccessDeniedException", f"{DENIED}: ", f"User: {USER} is not authorized"):
        world.ask(mira, operation)
    asked = [call for call, _, error in calls if call.service == "kms" and error]
    assert [(call.caller.arn, call.via) for call in asked] == [(USER, "dynamodb.amazonaws.com")]
    assert world.state(sandbox) == before


@pytest.mark.parametrize("operation", named(ASKS_KMS))
def test_what_asks_kms_works_with_leave(sandbox: Any, world: World, operation: str) -> None:
    """The same requests, so that it was the key that they were refused for."""
    session = boto3.Session()
    before = world.state(sandbox)
    answer = world.ask(session, operation)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    changes = operation.startswith(("Put", "Update", "Delete", "Create", "Restore")) or (
        operation in ("BatchWriteItem", "TransactWriteItems")
    )
    assert (world.state(sandbox) != before) is changes


@pytest.mark.behaviour(86, 87)
@pytest.mark.parametrize("operation", named(NO_KEY))
def test_what_needs_no_key_works_without_leave(
    world: World, mira: Any, calls: Any, operation: str
) -> None:
    """B26: what looks at, tags, protects or deletes the table."""
    if operation == "DeleteTable":
        boto3.client("dynamodb").delete_resource_policy(ResourceArn=world.arn)
    calls.clear()
    answer = world.ask(mira, operation)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 200
    assert not [call for call, _, _ in calls if call.service == "kms" and call.caller.arn == USER]
    assert "four blue chairs" not in repr(answer)


def test_update_table_asks_kms_for_the_encryption_only(world: World, mira: Any, calls: Any) -> None:
    client = mira.client("dynamodb")
    calls.clear()
    client.update_table(**TABLE, DeletionProtectionEnabled=True)
    client.update_table(**TABLE, StreamSpecification={"StreamEnabled": False})
    assert not [call for call, _, _ in calls if call.service == "kms"]


def test_what_the_sandbox_lacks_is_refused_in_clear_words(
    sandbox: Any, world: World, mira: Any
) -> None:
    """For the administrator too."""
    before = world.state(sandbox)
    for session in (boto3.Session(), mira):
        client = session.client("dynamodb", config=ONCE)
        for operation in named(REFUSED):
            shape = service_model("dynamodb").operation_model(operation).input_shape
            with pytest.raises(ClientError) as caught:
                getattr(client, xform_name(operation))(**_least(shape))
            error = caught.value.response["Error"]
            assert error["Code"] == "NotInSandbox", (operation, error)
            assert error["Message"].startswith("The sandbox does not have ")
    assert world.state(sandbox) == before


def _least(shape: Shape) -> Any:
    """The smallest value that a shape lets pass."""
    if shape.type_name == "structure":
        return {name: _least(shape.members[name]) for name in shape.required_members}
    if shape.type_name == "list":
        return [_least(shape.member)] * shape.metadata.get("min", 0)
    if shape.type_name == "string":
        return shape.metadata.get("enum", ["x" * 40])[0]
    simple = {"map": {}, "boolean": False, "timestamp": 0, "blob": b""}
    return simple.get(shape.type_name, shape.metadata.get("min", 1))


def test_a_table_that_is_not_there_has_one_error(dynamodb: Any, refused: Any) -> None:
    """Where moto says it otherwise, or nothing (botocore's model of each operation)."""
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/none"
    until = {"Enabled": True, "AttributeName": "until"}
    get = {"Get": {"TableName": "none", "Key": {"id": {"S": "1"}}}}
    for ask in (
        lambda: dynamodb.describe_time_to_live(TableName="none"),
        lambda: dynamodb.update_time_to_live(TableName="none", TimeToLiveSpecification=until),
        lambda: dynamodb.tag_resource(ResourceArn=arn, Tags=[{"Key": "a", "Value": "b"}]),
        lambda: dynamodb.untag_resource(ResourceArn=arn, TagKeys=["a"]),
        lambda: dynamodb.transact_get_items(TransactItems=[get]),
        lambda: dynamodb.transact_write_items(
            TransactItems=[{"Delete": {"TableName": "none", "Key": {"id": {"S": "1"}}}}]
        ),
    ):
        with refused("ResourceNotFoundException", "Requested resource not found"):
            ask()
