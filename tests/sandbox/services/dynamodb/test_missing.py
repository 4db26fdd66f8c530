"""What is not there: every operation, with one error each; and who may not is told so first."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal.services.dynamodb.operations import OPERATIONS, REFUSED, STREAM_OPERATIONS

RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/none"
BACKUP, STREAM = f"{ARN}/backup/01489602797149-73d8d5bc", f"{ARN}/stream/2026-01-01T00:00:00.000"
KEY, TABLE = {"id": {"S": "1"}}, {"TableName": "none"}
POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
    '"Action": "dynamodb:GetItem", "Resource": "*"}]}'
)
ITEM = "Requested resource not found"
NAMED = f"{ITEM}: Table: none not found"
TAGGED = f"{ITEM}: ResourcArn: {ARN} not found"
NOT_FOUND, NO_TABLE = "ResourceNotFoundException", "TableNotFoundException"
NO_BACKUP = "BackupNotFoundException"
SELECT = {"Statement": "SELECT * FROM none WHERE id = '1'"}

#: Operation -> a request, the code and the message.
MISSING: dict[str, tuple[dict[str, Any], str, str]] = {
    "GetItem": ({**TABLE, "Key": KEY}, NOT_FOUND, ITEM),
    "PutItem": ({**TABLE, "Item": KEY}, NOT_FOUND, ITEM),
    "UpdateItem": ({**TABLE, "Key": KEY, "UpdateExpression": "REMOVE a"}, NOT_FOUND, ITEM),
    "DeleteItem": ({**TABLE, "Key": KEY}, NOT_FOUND, ITEM),
    "Query": (
        {
            **TABLE,
            "KeyConditionExpression": "id = :i",
            "ExpressionAttributeValues": {":i": {"S": ""}},
        },
        NOT_FOUND,
        ITEM,
    ),
    "Scan": (TABLE, NOT_FOUND, ITEM),
    "BatchGetItem": ({"RequestItems": {"none": {"Keys": [KEY]}}}, NOT_FOUND, ITEM),
    "BatchWriteItem": (
        {"RequestItems": {"none": [{"DeleteRequest": {"Key": KEY}}]}},
        NOT_FOUND,
        ITEM,
    ),
    "TransactGetItems": ({"TransactItems": [{"Get": {**TABLE, "Key": KEY}}]}, NOT_FOUND, ITEM),
    "TransactWriteItems": ({"TransactItems": [{"Put": {**TABLE, "Item": KEY}}]}, NOT_FOUND, ITEM),
    "ExecuteStatement": (SELECT, NOT_FOUND, ITEM),
    "ExecuteTransaction": ({"TransactStatements": [SELECT]}, NOT_FOUND, ITEM),
    "UpdateTable": ({**TABLE, "DeletionProtectionEnabled": True}, NOT_FOUND, NAMED),
    "DeleteTable": (TABLE, NOT_FOUND, NAMED),
    "DescribeTable": (TABLE, NOT_FOUND, NAMED),
    "TagResource": (
        {"ResourceArn": ARN, "Tags": [{"Key": "a", "Value": "b"}]},
        NOT_FOUND,
        TAGGED,
    ),
    "UntagResource": ({"ResourceArn": ARN, "TagKeys": ["a"]}, NOT_FOUND, TAGGED),
    "ListTagsOfResource": ({"ResourceArn": ARN}, NOT_FOUND, TAGGED),
    "PutResourcePolicy": ({"ResourceArn": ARN, "Policy": POLICY}, NOT_FOUND, NAMED),
    "GetResourcePolicy": ({"ResourceArn": ARN}, NOT_FOUND, NAMED),
    "DeleteResourcePolicy": ({"ResourceArn": ARN}, NOT_FOUND, NAMED),
    "UpdateTimeToLive": (
        {**TABLE, "TimeToLiveSpecification": {"Enabled": True, "AttributeName": "a"}},
        NOT_FOUND,
        NAMED,
    ),
    "DescribeTimeToLive": (TABLE, NOT_FOUND, NAMED),
    "UpdateContinuousBackups": (
        {**TABLE, "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}},
        NO_TABLE,
        "Table not found: none",
    ),
    "DescribeContinuousBackups": (TABLE, NO_TABLE, "Table not found: none"),
    "CreateBackup": ({**TABLE, "BackupName": "nightly"}, NO_TABLE, "Table not found: none"),
    "DescribeBackup": ({"BackupArn": BACKUP}, NO_BACKUP, f"Backup not found: {BACKUP}"),
    "DeleteBackup": ({"BackupArn": BACKUP}, NO_BACKUP, f"Backup not found: {BACKUP}"),
    "RestoreTableFromBackup": (
        {"TargetTableName": "new", "BackupArn": BACKUP},
        NO_BACKUP,
        f"Backup not found: {BACKUP}",
    ),
    "RestoreTableToPointInTime": (
        {"SourceTableName": "none", "TargetTableName": "new", "UseLatestRestorableTime": True},
        "SourceTableNotFoundException",
        "Source table not found: none",
    ),
    "DescribeStream": ({"StreamArn": STREAM}, NOT_FOUND, f"{ITEM}: Stream: {STREAM} not found"),
    "GetShardIterator": (
        {"StreamArn": STREAM, "ShardId": "shardId-" + "0" * 20, "ShardIteratorType": "LATEST"},
        NOT_FOUND,
        f"{ITEM}: Stream: {STREAM} not found",
    ),
    "GetRecords": ({"ShardIterator": f"{STREAM}|1|AA"}, NOT_FOUND, f"{ITEM}: Stream: {STREAM} not"),
}
#: They name nothing, or make it, or answer for each of its statements.
NAMELESS = {
    "CreateTable",
    "ListTables",
    "DescribeLimits",
    "DescribeEndpoints",
    "ListBackups",
    "ListStreams",
    "BatchExecuteStatement",
}


def test_every_operation_is_asked() -> None:
    every = {**OPERATIONS, **STREAM_OPERATIONS}
    served = {name for name, operation in every.items() if operation.key != REFUSED}
    assert served == set(MISSING) | NAMELESS


def ask(session: Any, operation: str, params: dict[str, Any]) -> dict[str, Any]:
    """The error of a request that fails."""
    service = "dynamodb" if operation in OPERATIONS else "dynamodbstreams"
    with pytest.raises(ClientError) as caught:
        getattr(session.client(service, config=RAW), xform_name(operation))(**params)
    error: dict[str, Any] = caught.value.response["Error"]
    return error


@pytest.mark.parametrize("operation", sorted(MISSING))
def test_what_is_not_there(sandbox: Any, operation: str) -> None:
    """H16."""
    params, code, text = MISSING[operation]
    error = ask(boto3.Session(), operation, params)
    assert (error["Code"], error["Message"][: len(text)]) == (code, text)
    if text == ITEM:
        assert error["Message"] == text


@pytest.mark.parametrize("operation", sorted(MISSING))
def test_who_may_not_does_not_learn_that_it_is_not_there(
    sandbox: Any, make_user: Any, operation: str
) -> None:
    """H15: DynamoDB asks for permission before it looks for the table."""
    error = ask(make_user("kim"), operation, MISSING[operation][0])
    assert error["Code"] == "AccessDeniedException"
    assert "is not authorized to perform: dynamodb:" in error["Message"]


@pytest.mark.parametrize(
    "given", ["arn:aws:dynamodb:nonsense", f"{ARN[:20]}::table/none", "arn:aws:s3:::none"]
)
@pytest.mark.parametrize("operation", sorted(MISSING))
def test_an_arn_that_is_none(sandbox: Any, operation: str, given: str) -> None:
    params = MISSING[operation][0]
    changed = {
        name: given if name in ("TableName", "ResourceArn", "SourceTableName") else value
        for name, value in params.items()
    }
    if changed == params:
        return
    assert ask(boto3.Session(), operation, changed)["Code"] == "ValidationException"


@pytest.mark.parametrize("operation", ["Query", "Scan"])
def test_an_index_that_is_not_there(table: str, operation: str) -> None:
    params = {**MISSING[operation][0], "TableName": "orders", "IndexName": "nope"}
    error = ask(boto3.Session(), operation, params)
    assert error["Message"] == "The table does not have the specified index: nope"


def test_what_cannot_be_read_is_said_before_anything_else(sandbox: Any, make_user: Any) -> None:
    for params in ({"TableName": "a b", "Key": KEY}, {"TableName": "none"}):
        assert ask(make_user("kim" + str(len(params))), "GetItem", params)["Code"] == (
            "ValidationException"
        )
