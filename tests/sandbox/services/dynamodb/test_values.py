"""What a value and a member may be: JSON's types, numbers, sizes, depth (H18, H77)."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal import Sandbox

RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
KEY = {"id": {"S": "a"}}


@pytest.fixture(scope="module")
def client() -> Any:
    with Sandbox():
        made = boto3.client("dynamodb", config=RAW)
        made.create_table(
            TableName="values",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield made


def refusal(call: Any, **asked: Any) -> tuple[str, str]:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    error = caught.value.response["Error"]
    return error["Code"], error["Message"]


def send(client: Any, operation: str, body: Any) -> tuple[str, str]:
    """The refusal of a body as it is, past all that boto3 does with it."""

    def put(request: AWSRequest, **_: Any) -> None:
        request.data = json.dumps(body)

    events = client.meta.events
    events.register_first("before-sign.dynamodb", put)
    try:
        return refusal(getattr(client, operation), TableName="values", Key=KEY)
    finally:
        events.unregister("before-sign.dynamodb", put)


STRUCTURE = "Start of structure or map found where not expected"
MODEL = "com.amazonaws.dynamodb.v20120810."
MAP = f"Unrecognized collection type java.util.Map<java.lang.String, {MODEL}AttributeValue>"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"S": 1}, "NUMBER_VALUE cannot be converted to String"),
        ({"S": 1.5}, "DECIMAL_VALUE cannot be converted to String"),
        ({"N": True}, "TRUE_VALUE cannot be converted to String"),
        ({"S": []}, "Unrecognized collection type class java.lang.String"),
        ({"S": {}}, STRUCTURE),
        ({"BOOL": "true"}, "Unexpected token received from parser"),
        ({"NULL": 1}, "NUMBER_VALUE cannot be converted to Boolean"),
        ({"L": "x"}, "Unexpected field type"),
        ({"SS": {}}, STRUCTURE),
        ({"NS": [1]}, "NUMBER_VALUE cannot be converted to String"),
        ({"M": []}, MAP),
        ({"M": 1}, "Unexpected field type"),
        ({"B": 1}, "only base-64-encoded strings are convertible to bytes"),
        ({"B": "abc"}, "Base64 encoded length is expected a multiple of 4 bytes but found: 3"),
        ({"BS": [True]}, "only base-64-encoded strings are convertible to bytes"),
        ("x", "Unexpected value type in payload"),
        (["x"], f"Unrecognized collection type class {MODEL}AttributeValue"),
    ],
)
def test_a_value_of_another_type(client: Any, value: Any, said: str) -> None:
    for held in (value, {"L": [value]}, {"M": {"a": value}}):
        body = {"TableName": "values", "Key": {"id": held}}
        assert send(client, "get_item", body) == ("SerializationException", said)


@pytest.mark.parametrize(
    ("member", "value", "said"),
    [
        ("TableName", 1, "NUMBER_VALUE cannot be converted to String"),
        ("Key", "x", "Unexpected field type"),
        ("Key", [], MAP),
        ("ConsistentRead", "yes", "Unexpected token received from parser"),
        ("ProjectionExpression", True, "TRUE_VALUE cannot be converted to String"),
        ("AttributesToGet", "x", "Unexpected field type"),
        ("ExpressionAttributeNames", [],
         "Unrecognized collection type java.util.Map<java.lang.String, java.lang.String>"),
        ("ExpressionAttributeNames", {"#a": 5}, "NUMBER_VALUE cannot be converted to String"),
    ],
)  # fmt: skip
def test_a_member_of_another_type(client: Any, member: str, value: Any, said: str) -> None:
    body = {"TableName": "values", "Key": KEY, member: value}
    assert send(client, "get_item", body) == ("SerializationException", said)


def test_a_limit_that_is_no_number(client: Any) -> None:
    code = "SerializationException"
    asked = {"TableName": "values", "Limit": "5"}
    assert refusal(client.scan, **asked) == (code, "STRING_VALUE cannot be converted to Integer")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({}, "Supplied AttributeValue is empty, must contain exactly one of the supported "
             "datatypes"),
        ({"N": "x"}, "The parameter cannot be converted to a numeric value: x"),
    ],
)  # fmt: skip
def test_a_value_of_an_expression(client: Any, value: Any, said: str) -> None:
    text = f"ExpressionAttributeValues contains invalid value: {said} for key :a"
    given = {"TableName": "values", "ExpressionAttributeValues": {":a": value}}
    assert refusal(client.scan, FilterExpression="n = :a", **given)[1] == text
    update = refusal(client.update_item, Key=KEY, UpdateExpression="SET n = :a", **given)[1]
    assert update == f"1 validation error detected: {text}"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"SS": []}, "An string set  may not be empty"),
        ({"NS": []}, "An number set  may not be empty"),
        ({"SS": ["x", "x"]}, 'Input collection ["x", "x"] contains duplicates.'),
    ],
)
def test_a_set_of_an_expression_is_refused_without_its_name(
    client: Any, value: Any, said: str
) -> None:
    text = f"1 validation error detected: One or more parameter values were invalid: {said}"
    given = {"TableName": "values", "ExpressionAttributeValues": {":a": value}}
    for asked in ({"UpdateExpression": "SET n = :a"}, {"UpdateExpression": "ADD n :a"}):
        assert refusal(client.update_item, Key=KEY, **asked, **given)[1] == text


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"#": "a"}, 'key: Syntax error; key: "#"'),
        ({"#a-b": "a"}, 'key: Syntax error; key: "#a-b"'),
        ({"#" + "a" * 255: "a"}, "key: The expression attribute map contains a key that is too "
         "long; size of key: 256"),
        ({"#a": ""}, "value: Empty attribute name for key #a"),
    ],
)  # fmt: skip
def test_a_name_of_an_expression(client: Any, names: Any, said: str) -> None:
    asked = {"ProjectionExpression": "#a", "ExpressionAttributeNames": names}
    text = refusal(client.get_item, TableName="values", Key=KEY, **asked)[1]
    assert text == f"ExpressionAttributeNames contains invalid {said}"


def nested(depth: int) -> dict[str, Any]:
    value: dict[str, Any] = {"S": "x"}
    for number in range(depth):
        value = {"M": {"a": value}} if number % 2 else {"L": [value]}
    return value


def test_how_deep_a_value_may_be(client: Any) -> None:
    client.put_item(TableName="values", Item={**KEY, "a": nested(31)})
    text = "Nesting Levels have exceeded supported limits: Attributes in the item have nested "
    said = refusal(client.put_item, TableName="values", Item={**KEY, "a": nested(32)})[1]
    assert said == f"1 validation error detected: {text}levels beyond supported limit"


def test_how_large_an_item_may_be(client: Any) -> None:
    """409,600 bytes: names and values, of which ``id``, ``a`` and ``a`` are four."""
    item = {**KEY, "a": {"S": "x" * 409_596}}
    client.put_item(TableName="values", Item=item)
    code, larger = "ValidationException", {**KEY, "a": {"S": "x" * 409_597}}
    text = "Item size has exceeded the maximum allowed size"
    assert refusal(client.put_item, TableName="values", Item=larger) == (code, text)
    batch = {"values": [{"PutRequest": {"Item": larger}}]}
    assert refusal(client.batch_write_item, RequestItems=batch) == (code, text)
    missing = refusal(client.put_item, TableName="none", Item=larger)
    assert missing == ("ResourceNotFoundException", "Requested resource not found")
    update = {"TableName": "values", "Key": KEY, "UpdateExpression": "SET b = :b"}
    values = {"ExpressionAttributeValues": {":b": {"S": ""}}}
    said = refusal(client.update_item, **update, **values)
    assert said == (code, "Item size to update has exceeded the maximum allowed size")
    assert client.get_item(TableName="values", Key=KEY)["Item"] == item
    put = {"Put": {"TableName": "values", "Item": larger}}
    assert refusal(client.transact_write_items, TransactItems=[put])[1].endswith(
        "[ValidationError]"
    )


@pytest.mark.parametrize(
    ("left", "sign", "right", "result"),
    [
        ("0.3", "-", "0.1", "0.2"),
        ("12345678901234567890123456789012345.5", "+", "1",
         "12345678901234567890123456789012346.5"),
        ("1e30", "+", "1", "1" + "0" * 29 + "1"),
        ("1e100", "-", "1e100", "0"),
        ("9e125", "+", "9e125", None),
        ("9e125", "-", "-9e125", None),
        ("1e50", "+", "1", None),
        ("9" * 38, "+", "0.5", None),
    ],
)  # fmt: skip
def test_sums_are_exact_or_refused(
    client: Any, left: str, sign: str, right: str, result: str | None
) -> None:
    text = "Number overflow. Attempting to store a number with magnitude larger than supported ran"
    client.put_item(TableName="values", Item={**KEY, "n": {"N": left}})
    other = {"N": right if sign == "+" else right.removeprefix("-")}
    asked: dict[str, Any] = {
        "TableName": "values", "Key": KEY, "ReturnValues": "UPDATED_NEW",
        "UpdateExpression": f"SET n = n {sign} :r",
        "ExpressionAttributeValues": {":r": {"N": right}},
    }  # fmt: skip
    if result is None:
        code, said = refusal(client.update_item, **asked)
        assert code == "ValidationException" and said.startswith(text)
        assert client.get_item(TableName="values", Key=KEY)["Item"]["n"]["N"] != ""
        cancelled = refusal(client.transact_write_items, TransactItems=[{"Update": {
            k: v for k, v in asked.items() if k != "ReturnValues"}}])  # fmt: skip
        assert cancelled[0] == "TransactionCanceledException"
    else:
        assert client.update_item(**asked)["Attributes"] == {"n": {"N": result}}
    if sign == "+" and result is not None:
        client.put_item(TableName="values", Item={**KEY, "n": {"N": left}})
        for add in (
            {"UpdateExpression": "ADD n :r", "ExpressionAttributeValues": {":r": other}},
            {"AttributeUpdates": {"n": {"Action": "ADD", "Value": other}}},
        ):
            client.put_item(TableName="values", Item={**KEY, "n": {"N": left}})
            client.update_item(TableName="values", Key=KEY, **add)
            assert client.get_item(TableName="values", Key=KEY)["Item"]["n"] == {"N": result}


OLDER: list[dict[str, Any]] = [
    {"S": "x"}, {"N": "1"}, {"B": b"b"}, {"BOOL": True}, {"NULL": True}, {"SS": ["a"]},
    {"NS": ["1"]}, {"BS": [b"b"]}, {"L": [{"S": "x"}]}, {"M": {"k": {"S": "v"}}},
]  # fmt: skip


@pytest.mark.parametrize("value", OLDER, ids=[next(iter(value)) for value in OLDER])
def test_an_older_update_keeps_the_type(client: Any, value: dict[str, Any]) -> None:
    """moto writes a text in the place of a Boolean value, and a list for a set of bytes."""
    client.put_item(TableName="values", Item={**KEY, "keep": {"S": "k"}, "gone": {"S": "g"}})
    updates = {"size": {"Value": value}, "gone": {"Action": "DELETE"}}
    client.update_item(TableName="values", Key=KEY, AttributeUpdates=updates)
    found = client.get_item(TableName="values", Key=KEY)["Item"]
    assert found == {**KEY, "keep": {"S": "k"}, "size": value}
    kind = next(iter(value))
    if kind in ("SS", "NS", "BS"):
        update = {"size": {"Action": "DELETE", "Value": value}}
        client.update_item(TableName="values", Key=KEY, AttributeUpdates=update)
        assert "size" not in client.get_item(TableName="values", Key=KEY)["Item"]
    if kind == "L":
        update = {
            "size": {"Action": "ADD", "Value": value},
            "new": {"Action": "ADD", "Value": value},
        }
        client.update_item(TableName="values", Key=KEY, AttributeUpdates=update)
        found = client.get_item(TableName="values", Key=KEY)["Item"]
        assert (found["size"], found["new"]) == ({"L": value["L"] * 2}, value)


@pytest.mark.parametrize("table", ["values", "none"])
def test_what_comes_before_the_table(client: Any, table: str) -> None:
    keys = [{"id": {"S": str(number)}} for number in range(60)]
    asked = {"none": {"Keys": keys}, "values": {"Keys": keys}}
    said = refusal(client.batch_get_item, RequestItems=asked)[1]
    assert said == "Too many items requested for the BatchGetItem call"
    required = "is required but was not present in the request when"
    for segments, text in (
        ({"Segment": 0}, f"The TotalSegments parameter {required} Segment parameter is present"),
        ({"TotalSegments": 2}, f"The Segment parameter {required} parameter TotalSegments is"),
        ({"Segment": 2, "TotalSegments": 2}, "Segment: 2 is not less than TotalSegments: 2"),
        ({"Select": "SPECIFIC_ATTRIBUTES"}, "Must specify the AttributesToGet or Projection"),
        ({"Select": "ALL_PROJECTED_ATTRIBUTES"}, "only when Querying using an IndexName"),
    ):
        assert text in refusal(client.scan, TableName=table, **segments)[1]


def test_a_transaction_reads_an_item_once(client: Any) -> None:
    get = {"Get": {"TableName": "values", "Key": KEY}}
    said = refusal(client.transact_get_items, TransactItems=[get, get])
    text = "Transaction request cannot include multiple operations on one item"
    assert said == ("ValidationException", text)


@pytest.mark.parametrize("kind", ["SS", "NS", "BS"])
def test_a_set_holds_no_null(client: Any, kind: str) -> None:
    body = {"TableName": "values", "Key": {"id": {kind: [None]}}}
    code, said = send(client, "get_item", body)
    assert code == "ValidationException"
    assert said.startswith("One or more parameter values were invalid: ")
