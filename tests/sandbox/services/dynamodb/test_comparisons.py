"""Conditions and filters compare by type and value, in expressions (H70) and in the older forms
(H71)."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from refusal import Sandbox
from refusal.services.dynamodb import comparison

RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
#: Value of `a`, value of `b`; the sort key is the place in this list.
ITEMS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"S": "1"}, {"N": "1"}),
    ({"N": "1"}, {"N": "2"}),
    ({"BOOL": True}, {"N": "1"}),
    ({"B": b"ab"}, {"S": "x"}),
    ({"NULL": True}, {"S": "1"}),
    ({"SS": ["1", "2"]}, {"S": "1"}),
    ({"L": [{"S": "1"}]}, {"N": "1"}),
    ({"NS": ["1"]}, {"N": "1"}),
    ({"M": {"k": {"N": "1"}}}, {"N": "1"}),
]
ALL = list(range(len(ITEMS) + 1))  # The last item has neither.
HASH, RANGE = {"S": "k"}, "line"


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    made = boto3.client("dynamodb", config=RAW)
    made.create_table(
        TableName="mixed",
        KeySchema=[
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": RANGE, "KeyType": "RANGE"},
        ],
        AttributeDefinitions=[
            {"AttributeName": "id", "AttributeType": "S"},
            {"AttributeName": RANGE, "AttributeType": "N"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    for number, (a, b) in enumerate(ITEMS):
        made.put_item(TableName="mixed", Item={**key(number), "a": a, "b": b})
    made.put_item(TableName="mixed", Item=key(len(ITEMS)))
    return made


def key(number: int) -> dict[str, Any]:
    return {"id": HASH, RANGE: {"N": str(number)}}


def without(*numbers: int) -> list[int]:
    return [number for number in ALL if number not in numbers]


N1, S1 = {"N": "1"}, {"S": "1"}
#: An expression, its values in order, and the items that meet it.
MET: list[tuple[str, list[dict[str, Any]], list[int]]] = [
    ("a = :0", [N1], [1]),
    ("a <> :0", [N1], without(1)),
    ("NOT a = :0", [N1], without(1)),
    ("a < :0", [{"N": "2"}], [1]),
    ("a >= :0", [S1], [0]),
    ("a < :0", [{"B": b"b"}], [3]),
    ("a < b", [], [1]),
    ("a = b", [], []),
    ("a BETWEEN :0 AND :1", [{"N": "0"}, {"N": "2"}], [1]),
    ("a IN (:0, :1)", [N1, {"BOOL": True}], [1, 2]),
    ("a = :0", [{"NULL": True}], [4]),
    ("a = :0", [{"SS": ["2", "1"]}], [5]),
    ("a = :0", [{"L": [S1]}], [6]),
    ("a = :0", [{"L": [N1]}], []),
    ("a = :0", [{"M": {"k": {"N": "1.0"}}}], [8]),
    ("a.k = :0", [S1], []),
    ("contains(a, :0)", [S1], [0, 5, 6]),
    ("contains(a, :0)", [N1], [7]),
    ("contains(a, :0)", [{"B": b"b"}], [3]),
    ("begins_with(a, :0)", [{"B": b"a"}], [3]),
    ("begins_with(a, :0)", [S1], [0]),
    ("size(a) > :0", [{"N": "0"}], [0, 3, 5, 6, 7, 8]),
    ("size(a) = :0", [{"N": "2"}], [3, 5]),
    ("size(a) <> :0", [{"N": "0"}], ALL),
    ("size(a) = :0", [S1], []),
    ("c = d", [], []),
    ("c <> d", [], ALL),
    ("c = :0", [{"NULL": True}], []),
]


@pytest.mark.parametrize(("expression", "given", "met"), MET, ids=[f"{e} {v}" for e, v, _ in MET])
def test_a_filter(client: Any, expression: str, given: list[Any], met: list[int]) -> None:
    asked: dict[str, Any] = {"TableName": "mixed", "FilterExpression": expression}
    if given:
        asked["ExpressionAttributeValues"] = {f":{n}": value for n, value in enumerate(given)}
    assert lines(client.scan(**asked)) == met
    for number in (0, 1, 4, len(ITEMS)):
        put = {
            "TableName": "mixed",
            "Item": key(number),
            "ConditionExpression": asked["FilterExpression"],
        }
        if given:
            put["ExpressionAttributeValues"] = asked["ExpressionAttributeValues"]
        assert done(client.put_item, put) is (number in met)


def lines(answer: dict[str, Any]) -> list[int]:
    return sorted(int(item[RANGE]["N"]) for item in answer["Items"])


def done(call: Any, asked: dict[str, Any]) -> bool:
    try:
        call(**asked)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "ConditionalCheckFailedException"
        return False
    return True


def older(operator: str, *values: dict[str, Any]) -> dict[str, Any]:
    listed = {"AttributeValueList": list(values)} if values else {}
    return {"ComparisonOperator": operator, **listed}


TWO = {"a": older("EQ", N1), "b": older("EQ", {"S": "x"})}
#: Conditions in the older form, what joins them, and the items that meet them.
OLDER: list[tuple[dict[str, Any], str, list[int]]] = [
    ({"a": older("LT", {"N": "2"})}, "", [1]),
    ({"a": older("NE", N1)}, "", without(1)),
    ({"a": older("NULL")}, "", [9]),
    ({"a": older("NOT_NULL")}, "", without(9)),
    ({"a": older("CONTAINS", S1)}, "", [0, 5, 6]),
    ({"a": older("NOT_CONTAINS", S1)}, "", without(0, 5, 6)),
    ({"a": older("BEGINS_WITH", {"B": b"a"})}, "", [3]),
    ({"a": older("IN", N1, {"N": "3"})}, "", [1]),
    ({"a": older("IN", N1)}, "", [1]),
    ({"a": older("BETWEEN", {"N": "0"}, N1)}, "", [1]),
    (TWO, "", []),
    (TWO, "AND", []),
    (TWO, "OR", [1, 3]),
]


@pytest.mark.parametrize(("conditions", "joined", "met"), OLDER, ids=[str(row) for row in OLDER])
def test_the_older_form(client: Any, conditions: Any, joined: str, met: list[int]) -> None:
    more = {"ConditionalOperator": joined} if joined else {}
    assert lines(client.scan(TableName="mixed", ScanFilter=conditions, **more)) == met
    keys = {"id": older("EQ", HASH)}
    query = {"TableName": "mixed", "KeyConditions": keys, "QueryFilter": conditions, **more}
    assert lines(client.query(**query)) == met
    for number in (0, 1, 4, len(ITEMS)):
        write = {"TableName": "mixed", "Expected": conditions, **more}
        update = {"AttributeUpdates": {"z": {"Value": S1, "Action": "PUT"}}}
        assert done(client.update_item, {**write, **update, "Key": key(number)}) is (number in met)
        assert done(client.delete_item, {**write, "Key": key(number)}) is (number in met)
    found = client.get_item(TableName="mixed", Key=key(2))["Item"]
    assert "z" not in found


def test_what_is_expected_to_be(client: Any) -> None:
    write = {"TableName": "mixed", "Item": {**key(0), "a": S1}}
    assert not done(client.put_item, {**write, "Expected": {"a": {"Value": N1}}})
    assert not done(client.put_item, {**write, "Expected": {"a": {"Exists": True, "Value": N1}}})
    assert not done(client.put_item, {**write, "Expected": {"a": {"Exists": False}}})
    assert done(client.put_item, {**write, "Expected": {"a": {"Exists": True, "Value": S1}}})
    assert done(
        client.put_item, {**write, "Expected": {"c": {"Exists": False}, "a": {"Value": S1}}}
    )


INVALID = "One or more parameter values were invalid: "
WITHOUT = "ConditionalOperator cannot be used without Filter or Expected"
TWO_OR_MORE = (
    "ConditionalOperator can only be used when Filter or Expected has two or more elements"
)
MIXED = "Can not use both expression and non-expression parameters in the same request: "
KEYS = {"KeyConditions": {"id": older("EQ", HASH)}}
A = {"a": older("EQ", S1)}
BY_KEY = {"KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": HASH}}
FILTER = {"FilterExpression": "a = :v", "ExpressionAttributeValues": {":v": S1}}


def expected(**condition: Any) -> dict[str, Any]:
    return {"Key": key(0), "Expected": {"a": condition}}


def mixed(old: str, new: str) -> str:
    return f"{MIXED}Non-expression parameters: {{{old}}} Expression parameters: {{{new}}}"


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("scan", {"ConditionalOperator": "AND"}, WITHOUT),
    ("scan", {"ConditionalOperator": "AND", "ScanFilter": {}}, WITHOUT),
    ("scan", {"ConditionalOperator": "AND", "ScanFilter": A}, TWO_OR_MORE),
    ("query", {"ConditionalOperator": "OR", **KEYS}, WITHOUT),
    ("query", {"ConditionalOperator": "AND"}, WITHOUT),
    ("query", {"ConditionalOperator": "OR", **KEYS, "QueryFilter": A}, TWO_OR_MORE),
    ("delete_item", {"Key": key(0), "ConditionalOperator": "OR"}, WITHOUT),
    ("update_item", {"Key": key(0), "ConditionalOperator": "OR"}, WITHOUT),
    ("scan", {"ConditionalOperator": "AND", **FILTER},
     mixed("ConditionalOperator", "FilterExpression")),
    ("scan", {"AttributesToGet": ["a"], "ScanFilter": A, "ConditionalOperator": "AND",
              "ProjectionExpression": "b", **FILTER},
     mixed("AttributesToGet, ScanFilter, ConditionalOperator",
           "ProjectionExpression, FilterExpression")),
    ("query", {**KEYS, "QueryFilter": A, "ConditionalOperator": "AND",
               "ProjectionExpression": "b", "FilterExpression": "a = :v", **BY_KEY},
     mixed("QueryFilter, ConditionalOperator, KeyConditions",
           "ProjectionExpression, FilterExpression, KeyConditionExpression")),
    ("update_item", {"Key": key(0), "AttributeUpdates": {"a": {"Value": S1}}, "Expected": A,
                     "ConditionalOperator": "AND", "UpdateExpression": "SET a = :v",
                     "ConditionExpression": "attribute_exists(id)",
                     "ExpressionAttributeValues": {":v": S1}},
     mixed("AttributeUpdates, Expected, ConditionalOperator",
           "UpdateExpression, ConditionExpression")),
    ("delete_item", expected(ComparisonOperator="LT"),
     f"{INVALID}Value or AttributeValueList must be used with ComparisonOperator: LT for "
     "Attribute: a"),
    ("delete_item", expected(Exists=True, ComparisonOperator="LT"),
     f"{INVALID}Exists and ComparisonOperator cannot be used together for Attribute: a"),
    ("delete_item", expected(AttributeValueList=[]),
     f"{INVALID}AttributeValueList can only be used with a ComparisonOperator for Attribute: a"),
    ("delete_item", expected(Value=S1, AttributeValueList=[]),
     f"{INVALID}Value and AttributeValueList cannot be used together for Attribute: a"),
    ("delete_item", expected(Exists=True),
     f"{INVALID}Value must be provided when Exists is true for Attribute: a"),
    ("delete_item", expected(),
     f"{INVALID}Value must be provided when Exists is null for Attribute: a"),
    ("delete_item", expected(Exists=False, Value=S1),
     f"{INVALID}Value cannot be used when Exists is false for Attribute: a"),
    ("delete_item", expected(Value=S1, ComparisonOperator="BETWEEN"),
     f"{INVALID}Invalid number of argument(s) for the BETWEEN ComparisonOperator"),
    ("scan", {"ScanFilter": {"a": older("EQ")}},
     f"{INVALID}Invalid number of argument(s) for the EQ ComparisonOperator"),
    ("scan", {"ScanFilter": {"a": older("NULL", S1)}},
     f"{INVALID}Invalid number of argument(s) for the NULL ComparisonOperator"),
    *[("scan", {"ScanFilter": {"a": older(operator, *[S1] * many)}},
       f"{INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator")
      for operator, many in (
          ("IN", 0), ("NOT_NULL", 1), ("CONTAINS", 0), ("BEGINS_WITH", 2), ("NE", 2),
          ("BETWEEN", 0), ("BETWEEN", 1), ("BETWEEN", 3))],
    ("scan", {"ScanFilter": {"a": older("LT", {"BOOL": True})}},
     f"{INVALID}ComparisonOperator LT is not valid for BOOL AttributeValue type"),
    ("scan", {"ScanFilter": {"a": older("BEGINS_WITH", N1)}},
     f"{INVALID}ComparisonOperator BEGINS_WITH is not valid for N AttributeValue type"),
    ("scan", {"ScanFilter": {"a": older("IN", N1, S1)}},
     f"{INVALID}AttributeValues inside AttributeValueList must be of same type"),
    ("scan", {"ScanFilter": {"a": older("BETWEEN", {"N": "2"}, N1)}},
     "The BETWEEN condition was provided a range where the lower bound is greater than the upper "
     "bound"),
    ("scan", {"FilterExpression": ":v > :x", "ExpressionAttributeValues": {
        ":v": {"BOOL": True}, ":x": N1}},
     "Invalid FilterExpression: Incorrect operand type for operator or function; operator or "
     "function: >, operand type: BOOL"),
    ("scan", {"FilterExpression": "a BETWEEN :v AND :x", "ExpressionAttributeValues": {
        ":v": {"BOOL": True}, ":x": {"BOOL": False}}},
     "Invalid FilterExpression: Incorrect operand type for operator or function; operator or "
     "function: BETWEEN, operand type: BOOL"),
]  # fmt: skip


@pytest.mark.parametrize(("call", "asked", "text"), REFUSED, ids=[row[2] for row in REFUSED])
@pytest.mark.parametrize("table", ["mixed", "not-there"])
def test_what_is_refused(
    client: Any, call: str, asked: dict[str, Any], text: str, table: str
) -> None:
    """Before it is looked whether the table is there."""
    with pytest.raises(ClientError) as caught:
        getattr(client, call)(TableName=table, **asked)
    error = caught.value.response["Error"]
    counted = call.endswith("_item") and text.startswith((MIXED, "Invalid"))
    found = error["Message"].removeprefix("1 validation error detected: " if counted else "")
    assert (error["Code"], found) == ("ValidationException", text)


def test_older_keys_go_with_other_expressions(client: Any) -> None:
    assert lines(client.query(TableName="mixed", **KEYS, **FILTER)) == [0]
    found = client.query(TableName="mixed", **KEYS, ProjectionExpression="b")["Items"]
    assert all(set(item) <= {"b"} for item in found) and len(found) == len(ALL)


SCALARS = st.one_of(
    st.sampled_from(["", "a", "ab", "b", "1"]).map(lambda v: {"S": v}),
    st.sampled_from(["-1", "0", "1", "1.0", "10"]).map(lambda v: {"N": v}),
    st.sampled_from([b"", b"a", b"\xff"]).map(lambda v: {"B": v}),
    st.booleans().map(lambda v: {"BOOL": v}),
    st.just({"NULL": True}),
)


@given(SCALARS, SCALARS)
def test_values_of_one_type_have_one_order_and_others_none(one: Any, other: Any) -> None:
    less, equal, more = (
        comparison.ordered("<", one, other),
        comparison.same(one, other),
        comparison.ordered(">", one, other),
    )
    assert comparison.same(other, one) is equal
    if set(one) != set(other):
        assert (less, equal, more) == (False, False, False)
    elif set(one) <= {"S", "N", "B"}:
        assert [less, equal, more].count(True) == 1
        assert comparison.ordered("<=", one, other) is (less or equal)
        assert comparison.ordered(">", other, one) is less
