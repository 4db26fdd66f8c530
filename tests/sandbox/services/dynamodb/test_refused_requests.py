"""Requests that DynamoDB refuses and moto takes (H16-H21)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal.services.dynamodb.checks.values import number

#: Requests as they are, past boto3's own checks.
RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
INVALID = "One or more parameter values were invalid: "
EMPTY = "The AttributeValue for a key attribute cannot contain an empty {} value. "
TEXT, KEY = {"S": "x"}, {"id": {"S": "a"}, "line": {"N": "1"}}


@pytest.fixture
def client(sandbox: Any) -> Any:
    """A client, and a table ``lines`` with an index of ``kind``."""
    made = boto3.client("dynamodb", config=RAW)
    made.create_table(
        TableName="lines",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "line", "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": kind}
            for name, kind in (("id", "S"), ("line", "N"), ("kind", "S"))
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-kind",
                "KeySchema": [{"AttributeName": "kind", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    return made


def put(**item: Any) -> dict[str, Any]:
    return {"Item": {**KEY, **item}}


def query(condition: str = "id = :i", **more: Any) -> dict[str, Any]:
    values = {":i": TEXT, **more.pop("values", {})}
    return {"KeyConditionExpression": condition, "ExpressionAttributeValues": values, **more}


def update(expression: str, **more: Any) -> dict[str, Any]:
    return {"Key": KEY, "UpdateExpression": expression, **more}


ONE = "1 validation error detected: "
#: Operation, its members beside the table, and what DynamoDB says.
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    # Members
    ("get_item", {"Key": KEY, "TableName": ""}, f"{ONE}Value at 'TableName' failed to satisfy con"),
    ("get_item", {"Key": KEY, "TableName": "a b"}, f"{ONE}Value 'a b' at 'tableName' failed to"),
    ("get_item", {"Key": KEY, "TableName": "a" * 256}, "have length less than or equal to 255"),
    ("get_item", {}, f"{ONE}Value null at 'key' failed to satisfy constraint: Member must not be"),
    ("query", query(Limit=0), "Member must have value greater than or equal to 1"),
    ("query", query(Select="X"), "enum value set: [SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, AL"),
    ("scan", {"ReturnConsumedCapacity": "X"}, "enum value set: [INDEXES, TOTAL, NONE]"),
    # Values
    ("put_item", put(a={}), "Supplied AttributeValue is empty, must contain exactly one"),
    ("put_item", put(a={"S": "x", "N": "1"}), "has more than one datatypes set"),
    ("put_item", put(a={"SS": []}), f"{ONE}{INVALID}An string set  may not be empty"),
    ("put_item", put(a={"M": {"b": {"NS": []}}}), f"{INVALID}An number set  may not be empty"),
    ("put_item", put(a={"L": [{"BS": []}]}), "Binary sets should not be empty"),
    ("put_item", put(a={"SS": ["a", "a"]}), 'Input collection ["a", "a"] contains duplicates.'),
    ("put_item", put(a={"NS": ["1", "1.0"]}), "contains duplicates."),
    ("put_item", put(a={"N": "1" * 39}), "Attempting to store more than 38 significant digits"),
    ("put_item", put(a={"N": "1e126"}), "Number overflow. Attempting to store a number with"),
    ("put_item", put(a={"N": "-1e-131"}), "Number underflow. Attempting to store a number with"),
    ("put_item", put(a={"N": "x"}), "The parameter cannot be converted to a numeric value: x"),
    # Expressions
    ("get_item", {"Key": KEY, "ProjectionExpression": "#x"},
     "Invalid ProjectionExpression: An expression attribute name used in the document path is not "
     "defined; attribute name: #x"),
    ("get_item", {"Key": KEY, "ProjectionExpression": "a", "AttributesToGet": ["a"]},
     "Non-expression parameters: {AttributesToGet} Expression parameters: {ProjectionExpression}"),
    ("query", query(QueryFilter={"a": {"ComparisonOperator": "NOT_NULL"}}),
     "Non-expression parameters: {QueryFilter} Expression parameters: {KeyConditionExpression}"),
    ("scan", {"FilterExpression": " "}, "Invalid FilterExpression: The expression can not be emp"),
    ("scan", {"FilterExpression": "a = :a"}, "value used in expression is not defined; attribute "
     "value: :a"),
    ("scan", {"ExpressionAttributeNames": {"#a": "a"}},
     "ExpressionAttributeNames can only be specified when using expressions"),
    ("put_item", {**put(), "ExpressionAttributeValues": {":a": TEXT}},
     f"{ONE}ExpressionAttributeValues can only be specified when using expressions"),
    ("scan", {"FilterExpression": "attribute_exists(a)", "ExpressionAttributeValues": {}},
     "ExpressionAttributeValues must not be empty"),
    ("scan", {"FilterExpression": "a = :a", "ExpressionAttributeValues": {":a": TEXT, "b": TEXT}},
     'ExpressionAttributeValues contains invalid key: Syntax error; key: "b"'),
    ("query", query(values={":u": TEXT}), "unused in expressions: keys: {:u}"),
    ("update_item", update("REMOVE a", ExpressionAttributeNames={"#u": "u"}),
     f"{ONE}Value provided in ExpressionAttributeNames unused in expressions: keys: {{#u}}"),
    ("scan", {"FilterExpression": "attribute_exists(size)"},
     "Attribute name is a reserved keyword; reserved keyword: size"),
    ("scan", {"FilterExpression": "((attribute_exists(a)))"}, "has redundant parentheses;"),
    ("scan", {"FilterExpression": "contains(a, a)"},
     "operator: contains, first operand: [a]"),
    ("scan", {"FilterExpression": "a BETWEEN :b AND :a",
              "ExpressionAttributeValues": {":a": {"N": "2"}, ":b": {"N": "10"}}},
     "The BETWEEN operator requires upper bound to be greater than or equal to lower bound; lower "
     "bound operand: AttributeValue: {N:10}, upper bound operand: AttributeValue: {N:2}"),
    ("scan", {"FilterExpression": "a BETWEEN :b AND :a",
              "ExpressionAttributeValues": {":a": {"N": "2"}, ":b": {"S": "1"}}},
     "requires same data type for lower and upper bounds"),
    ("scan", {"FilterExpression": "a < :a", "ExpressionAttributeValues": {":a": {"BOOL": True}}},
     "operator or function: <, operand type: BOOL"),
    ("scan", {"FilterExpression": "begins_with(a, :a)",
              "ExpressionAttributeValues": {":a": {"N": "1"}}},
     "operator or function: begins_with, operand type: N"),
    # Keys
    ("get_item", {"Key": {"id": TEXT}}, "The provided key element does not match the schema"),
    ("delete_item", {"Key": {**KEY, "a": TEXT}}, "The provided key element does not match"),
    ("update_item", {**update("REMOVE a"), "Key": {**KEY, "id": {"S": ""}}},
     EMPTY.format("string") + "Key: id"),
    ("put_item", {"Item": {"id": TEXT}}, f"{INVALID}Missing the key line in the item"),
    ("put_item", put(line=TEXT), f"{INVALID}Type mismatch for key line expected: N actual: S"),
    ("put_item", put(id={"S": "x" * 2049}), "maximum size limit of2048 bytes"),
    ("put_item", put(kind={"N": "1"}),
     f"{INVALID}Type mismatch for Index Key kind Expected: S Actual: N IndexName: by-kind"),
    ("put_item", put(kind={"S": ""}),
     EMPTY.format("string") + "IndexName: by-kind, IndexKey: kind"),
    ("update_item", update("SET kind = :k", ExpressionAttributeValues={":k": {"S": ""}}),
     "attempted to update a secondary index key to a value that is not supported. "
     + EMPTY.format("string").strip()),
    ("update_item", update("SET kind = :k", ExpressionAttributeValues={":k": {"N": "1"}}),
     "Type mismatch for Index Key kind Expected: S Actual: N IndexName: by-kind"),
    ("update_item", update("SET line = :k", ExpressionAttributeValues={":k": {"N": "1"}}),
     f"{INVALID}Cannot update attribute line. This attribute is part of the key"),
    # Queries
    ("query", {}, "Either the KeyConditions or KeyConditionExpression parameter must be specified "
     "in the request."),
    ("query", query("line = :i"), "Query condition missed key schema element: id"),
    ("query", query("id > :i"), "Query key condition not supported"),
    ("query", query("id = :i OR line = :i"), "Invalid operator used in KeyConditionExpression: OR"),
    ("query", query("id = :i AND contains(line, :i)"), "KeyConditionExpression: contains"),
    ("query", query(IndexName="none"), "The table does not have the specified index: none"),
    ("scan", {"IndexName": "none"}, "The table does not have the specified index: none"),
    ("query", query("kind = :i", IndexName="by-kind", ConsistentRead=True),
     "Consistent reads are not supported on global secondary indexes"),
    ("query", query(FilterExpression="line = :i"), "Filter Expression can only contain non-primary "
     "key attributes: Primary key attribute: line"),
    ("scan", {"ExclusiveStartKey": {"id": TEXT}}, "The provided starting key is invalid"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params", "text"), REFUSED)
def test_the_request_is_refused_and_changes_nothing(
    client: Any, refused: Any, operation: str, params: dict[str, Any], text: str
) -> None:
    client.put_item(TableName="lines", Item={**KEY, "a": TEXT})
    with refused("ValidationException", text):
        getattr(client, operation)(**{"TableName": "lines", **params})
    assert client.scan(TableName="lines")["Items"] == [{**KEY, "a": TEXT}]


def _several(name: str, count: int) -> list[dict[str, Any]]:
    return [{name: {"Item": {"id": TEXT, "line": {"N": str(n)}}}} for n in range(count)]


_TWICE = [{"DeleteRequest": {"Key": KEY}}, {"PutRequest": {"Item": KEY}}]
_MANY_KEYS = [{"id": TEXT, "line": {"N": str(n)}} for n in range(101)]
BATCHES: list[tuple[str, dict[str, Any], str]] = [
    ("batch_write_item", {"RequestItems": {}}, "The requestItems parameter is required for BatchW"),
    ("batch_get_item", {"RequestItems": {}}, "The requestItems parameter is required for BatchGet"),
    ("batch_write_item", {"RequestItems": {"lines": _several("PutRequest", 26)}},
     "at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: [Member "
     "must have length less than or equal to 25, Member must have length greater than or equal"),
    ("batch_write_item", {"RequestItems": {"lines": _TWICE}},
     "Provided list of item keys contains duplicates"),
    ("batch_write_item", {"RequestItems": {"lines": [{"PutRequest": {"Item": {"id": TEXT}}}]}},
     "The provided key element does not match the schema"),
    ("batch_get_item", {"RequestItems": {"lines": {"Keys": _MANY_KEYS}}},
     "Member must have length less than or equal to 100"),
    ("batch_get_item", {"RequestItems": {"lines": {"Keys": [KEY, KEY]}}},
     "Provided list of item keys contains duplicates"),
    ("transact_write_items", {"TransactItems": []},
     f"{ONE}Value '[]' at 'transactItems' failed to satisfy constraint: Member must have length "),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "lines", "Key": KEY}}] * 101},
     "Member must have length less than or equal to 100"),
    ("transact_write_items",
     {"TransactItems": [{"Delete": {"TableName": "lines", "Key": KEY}}] * 2},
     "Transaction request cannot include multiple operations on one item"),
    ("transact_write_items", {"TransactItems": [{}]},
     "TransactItems can only contain one of Check, Put, Update or Delete"),
    ("transact_write_items",
     {"TransactItems": [{"Delete": {"TableName": "lines", "Key": {**KEY, "id": {"S": ""}}}}]},
     EMPTY.format("string") + "Key: id"),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "params", "text"), BATCHES)
def test_a_batch_is_refused_as_a_whole(
    client: Any, refused: Any, operation: str, params: dict[str, Any], text: str
) -> None:
    with refused("ValidationException", text):
        getattr(client, operation)(**params)
    assert client.scan(TableName="lines")["Count"] == 0


def _write(kind: str, **params: Any) -> dict[str, Any]:
    return {kind: {"TableName": "lines", **params}}


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (_write("Update", Key=KEY, UpdateExpression="SET a = b"),
         "The provided expression refers to an attribute that does not exist in the item"),
        (_write("Put", Item={"id": TEXT}), f"{INVALID}Missing the key line in the item"),
        (_write("Delete", Key={"id": TEXT}), "The provided key element does not match the schema"),
        (_write("Put", Item={**KEY, "kind": {"N": "1"}}), "Type mismatch for Index Key kind"),
    ],
)  # fmt: skip
def test_a_transaction_is_cancelled_with_a_reason_for_each_item(
    client: Any, item: Any, reason: str
) -> None:
    other = _write("Put", Item={**KEY, "id": TEXT})
    with pytest.raises(ClientError) as caught:
        client.transact_write_items(TransactItems=[other, item])
    error = caught.value.response["Error"]
    assert error["Code"] == "TransactionCanceledException"
    assert error["Message"].endswith("for specific reasons [None, ValidationError]")
    first, second = caught.value.response["CancellationReasons"]
    assert first["Code"] == "None" and second["Code"] == "ValidationError"
    assert reason in second["Message"]
    assert client.scan(TableName="lines")["Count"] == 0


def test_a_transaction_holds_a_hundred_items_and_names_that_nothing_uses(client: Any) -> None:
    items = [_write("Put", Item={"id": TEXT, "line": {"N": str(n)}}) for n in range(100)]
    items[0]["Put"] |= {"ExpressionAttributeNames": {"#x": "x"}}
    client.transact_write_items(TransactItems=items)
    keys = [item["Put"]["Item"] for item in items]
    answer = client.transact_get_items(TransactItems=[_write("Get", Key=key) for key in keys])
    assert len(answer["Responses"]) == 100


@pytest.mark.parametrize(
    ("written", "read"),
    [("00042", "42"), ("1.5E2", "150"), ("-0", "0"), ("3.1400", "3.14"), ("+7", "7"), (".5", "0.5"),
     ("1" * 38, "1" * 38), ("1e-130", "0." + "0" * 129 + "1")],
)  # fmt: skip
def test_numbers_are_read_as_dynamodb_writes_them(client: Any, written: str, read: str) -> None:
    """H18."""
    assert number(written) == read
    client.put_item(TableName="lines", Item={**KEY, "a": {"N": written}, "b": {"NULL": False}})
    found = client.get_item(TableName="lines", Key={**KEY, "line": {"N": "1.0"}})["Item"]
    assert found == {**KEY, "a": {"N": read}, "b": {"NULL": True}}


ACCEPTED: list[Callable[[Any], Any]] = [
    lambda c: c.query(TableName="lines", **query("id=:i AND line BETWEEN :a AND :a",
                                                 values={":a": {"N": "1"}})),
    lambda c: c.query(TableName="lines", **query("(id = :i) AND (line > :a)",
                                                 values={":a": {"N": "1"}})),
    lambda c: c.scan(TableName="lines", FilterExpression="NOT (a = :a OR (b = :a AND c = :a))",
                     ExpressionAttributeValues={":a": TEXT}),
    lambda c: c.scan(TableName="lines", FilterExpression="a.#b[0] IN (:a)",
                     ExpressionAttributeNames={"#b": "size"},
                     ExpressionAttributeValues={":a": TEXT}),
    lambda c: c.put_item(TableName="lines", Item={**KEY, "e": {"S": ""}, "f": {"B": b""}}),
    lambda c: c.update_item(TableName="lines", Key=KEY, UpdateExpression="SET a = :a, b = :b",
                            ExpressionAttributeValues={":a": TEXT, ":b": {"N": "1"}}),
]  # fmt: skip


@pytest.mark.parametrize("ask", ACCEPTED)
def test_what_dynamodb_takes_is_taken(client: Any, ask: Callable[[Any], Any]) -> None:
    assert ask(client)["ResponseMetadata"]["HTTPStatusCode"] == 200
