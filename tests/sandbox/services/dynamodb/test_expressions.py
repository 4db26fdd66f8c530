"""Expressions: what DynamoDB reads, what it refuses and in which words (H75, H76)."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.errors import AwsError
from refusal.services.dynamodb.expressions import parse_condition, parse_update, plain

RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
KEY = {"id": {"S": "a"}, "line": {"N": "1"}}
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "5"},
    "s": {"S": "x"},
    "l": {"L": [{"N": "1"}]},
    "m": {"M": {"k": {"S": "v"}}},
}
#: The types of values by the letter that their placeholders begin with.
VALUES: dict[str, dict[str, Any]] = {
    ":n": {"N": "1"},
    ":m": {"N": "2"},
    ":s": {"S": "x"},
    ":t": {"BOOL": True},
    ":l": {"L": [{"N": "1"}]},
    ":id": {"S": "a"},
    ":empty": {"S": ""},
}


@pytest.fixture(scope="module")
def client() -> Any:
    """A client, with the tables ``lines`` and ``plain`` (which has no sort key)."""
    with Sandbox():
        made = boto3.client("dynamodb", config=RAW)
        for name, sort in (("lines", True), ("plain", False)):
            keys = ["id", "line"] if sort else ["id"]
            made.create_table(
                TableName=name,
                KeySchema=[
                    {"AttributeName": key, "KeyType": kind}
                    for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
                ],
                AttributeDefinitions=[
                    {"AttributeName": key, "AttributeType": "S" if key == "id" else "N"}
                    for key in keys
                ],
                BillingMode="PAY_PER_REQUEST",
            )
        made.put_item(TableName="lines", Item=ITEM)
        yield made


def values_in(text: str) -> dict[str, Any]:
    used = {key: VALUES[key] for key in VALUES if key in parse_tokens(text)}
    return {"ExpressionAttributeValues": used} if used else {}


def parse_tokens(text: str) -> set[str]:
    from refusal.services.dynamodb.expressions.tokens import tokens_of

    return {token.text for token in tokens_of(text)}


def message(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


OPERAND = "Incorrect operand type for operator or function; operator or function: "
COUNT = "Incorrect number of operands for operator or function; operator or function: "
PLACE = "The function is not allowed to be used this way in an expression; function: "
TWICE = "The first operand must be distinct from the remaining operands for this operator or "
UPDATES = [
    ("SET n = n + :n + :m", 'Syntax error; token: "+", near: ":n + :m"'),
    ("SET", 'Syntax error; token: "<EOF>", near: "SET"'),
    ("INVALID SYNTAX HERE", 'Syntax error; token: "INVALID", near: "INVALID SYNTAX"'),
    ("SET _1 = :n", 'Syntax error; token: "_", near: "SET _1"'),
    ("SET n = :n,", 'Syntax error; token: "<EOF>", near: ","'),
    ("ADD n = :n", 'Syntax error; token: "=", near: "n = :n"'),
    ("SET n = :n SET s = :n",
     'The "SET" section can only be used once in an update expression;'),
    ("SET n = size(l)", "The function is not allowed in an update expression; function: size"),
    ("SET n = if_not_exists(l)", f"{COUNT}if_not_exists, number of operands: 1"),
    ("SET n = if_not_exists(:n, :n)",
     "Operator or function requires a document path; operator or function: if_not_exists"),
    ("SET l = list_append(l, :s)", f"{OPERAND}list_append, operand type: S"),
    ("SET a.b = :n, a = :n", "Two document paths overlap with each other; must remove or rewrite "
     "one of these paths; path one: [a, b], path two: [a]"),
    ("SET a.b = :n, a[0] = :n", "Two document paths conflict with each other; must remove or "
     "rewrite one of these paths; path one: [a, b], path two: [a, [0]]"),
    ("SET n = :n REMOVE n", "Two document paths overlap with each other; must remove or rewrite "
     "one of these paths; path one: [n], path two: [n]"),
    ("SET a[99999999999] = :n",
     "List index is not within the allowable range; index: [99999999999]"),
    ("SET " + "a" * 5000 + " = :n", "Expression size has exceeded the maximum allowed size;"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), UPDATES, ids=[row[0][:40] for row in UPDATES])
@pytest.mark.parametrize("table", ["lines", "none"])
def test_an_update_is_refused(client: Any, text: str, said: str, table: str) -> None:
    """Whether its table is there or not; in a transaction without a count of the errors."""
    asked = {"TableName": table, "Key": KEY, "UpdateExpression": text, **values_in(text)}
    refused = f"Invalid UpdateExpression: {said}"
    assert message(client.update_item, **asked) == f"1 validation error detected: {refused}"
    assert message(client.transact_write_items, TransactItems=[{"Update": asked}]) == refused
    assert client.get_item(TableName="lines", Key=KEY)["Item"] == ITEM


CONDITIONS = [
    ("n +", 'Syntax error; token: "+", near: "n +"'),
    ("n", 'Syntax error; token: "<EOF>", near: "n"'),
    ("n IN ()", 'Syntax error; token: ")", near: "()"'),
    ("n = :n)", 'Syntax error; token: ")", near: ":n)"'),
    ("size(n)", f"{PLACE}size"),
    ("contains(n, :s) = :s", f"{PLACE}contains"),
    ("list_append(n, :l)",
     "The function is not allowed in a condition expression; function: list_append"),
    ("attribute_exist(n)", "Invalid function name; function: attribute_exist"),
    ("attribute_exists(n, s)", f"{COUNT}attribute_exists, number of operands: 2"),
    ("attribute_exists(:s)",
     "Operator or function requires a document path; operator or function: attribute_exists"),
    ("attribute_type(n, :s)", "Invalid attribute type name found; type: x, "
     "valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}"),
    ("attribute_type(n, :n)", f"{OPERAND}attribute_type, operand type: N"),
    ("begins_with(s, :n)", f"{OPERAND}begins_with, operand type: N"),
    ("begins_with(:n, s)", f"{OPERAND}begins_with, operand type: N"),
    ("size(:n) > :m", f"{OPERAND}size, operand type: N"),
    ("attribute_not_exists(n) OR n > :t", f"{OPERAND}>, operand type: BOOL"),
    (":l <= n", f"{OPERAND}<=, operand type: L"),
    ("size(s) < :t", f"{OPERAND}<, operand type: BOOL"),
    ("m.k IN (:s, m.k)", f"{TWICE}function; operator: IN, first operand: [m, k]"),
    ("n = n", f"{TWICE}function; operator: =, first operand: [n]"),
    ("n IN (" + ", ".join([":n"] * 101) + ")",
     "The IN operator is provided with too many operands; number of operands: 101"),
    (" OR ".join(["n=:n"] * 151),
     "The expression contains too many operators; operator count: 301"),
    ("a" * 4096 + "=:n",
     "Expression size has exceeded the maximum allowed size; expression size: 4099"),
    ("((n = :n) )", "The expression has redundant parentheses;"),
    ("((n)) = :n", "The expression has redundant parentheses;"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), CONDITIONS, ids=[row[0][:40] for row in CONDITIONS])
@pytest.mark.parametrize("table", ["lines", "none"])
def test_a_condition_is_refused(client: Any, text: str, said: str, table: str) -> None:
    found = values_in(text)
    scan = {"TableName": table, "FilterExpression": text, **found}
    assert message(client.scan, **scan) == f"Invalid FilterExpression: {said}"
    put = {"TableName": table, "Item": KEY, "ConditionExpression": text, **found}
    refused = f"Invalid ConditionExpression: {said}"
    assert message(client.put_item, **put) == f"1 validation error detected: {refused}"
    assert message(client.transact_write_items, TransactItems=[{"Put": put}]) == refused


BAD = "Invalid condition in KeyConditionExpression: "
NO_OPERATOR = "Invalid operator used in KeyConditionExpression: "
KEYS = [
    ("id = :id OR line = :n", f"{NO_OPERATOR}OR"),
    ("NOT id = :id", f"{NO_OPERATOR}NOT"),
    ("id IN (:id)", f"{NO_OPERATOR}IN"),
    ("id <> :id", f"{NO_OPERATOR}<>"),
    ("attribute_exists(id)", f"{NO_OPERATOR}attribute_exists"),
    ("Begins_With(id, :id)",
     "Invalid KeyConditionExpression: Invalid function name; function: Begins_With"),
    ("size(id) = :n", "KeyConditionExpressions cannot contain nested operations"),
    ("id = :id AND id = :id",
     "KeyConditionExpressions must only contain one condition per key"),
    ("id = line", f"{BAD}Multiple attribute names used in one condition"),
    (":id = :id", f"{BAD}No key attribute specified"),
    (":n BETWEEN line AND :n",
     f"{BAD}BETWEEN operator must have the key attribute as its first operand"),
    ("begins_with(:id, id)",
     f"{BAD}begins_with operator must have the key attribute as its first operand"),
    ("id.x = :id", "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions "
     "on nested attributes"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "said"), KEYS, ids=[row[0] for row in KEYS])
@pytest.mark.parametrize("table", ["lines", "none"])
def test_a_key_condition_is_refused(client: Any, text: str, said: str, table: str) -> None:
    asked = {"TableName": table, "KeyConditionExpression": text, **values_in(text)}
    assert message(client.query, **asked) == said


MISSED = "Query condition missed key schema element: "
TYPE = (
    "One or more parameter values were invalid: Condition parameter type does not match schema type"
)
START = "The provided starting key "


@pytest.mark.parametrize(
    ("table", "text", "start", "said"),
    [
        ("lines", "s = :s", None, f"{MISSED}id"),
        ("lines", "id = :id AND s = :s", None, f"{MISSED}line"),
        ("plain", "id = :id AND s = :s", None, "Query key condition not supported"),
        ("lines", "id > :id", None, "Query key condition not supported"),
        ("lines", "id = :n", None, TYPE),
        ("lines", "id = :id AND line < :s", None, TYPE),
        ("lines", "id = :empty", None, "One or more parameter values are not valid. The "
         "AttributeValue for a key attribute cannot contain an empty string value. Key: id"),
        ("lines", "id = :id", {"id": {"S": "a"}},
         "Exclusive Start Key must have same size as table's key schema"),
        ("lines", "id = :id", {"id": {"S": "a"}, "s": {"N": "1"}}, f"{START}is invalid"),
        ("lines", "id = :id", {**KEY, "id": {"S": "b"}},
         f"{START}is outside query boundaries based on provided conditions"),
        ("lines", "id = :id AND line > :m", KEY, f"{START}does not match the range key predicate"),
    ],
)  # fmt: skip
def test_a_key_condition_does_not_fit(
    client: Any, table: str, text: str, start: Any, said: str
) -> None:
    asked = {"TableName": table, "KeyConditionExpression": text, **values_in(text)}
    asked |= {"ExclusiveStartKey": start} if start else {}
    assert message(client.query, **asked) == said


@pytest.mark.parametrize(
    "condition",
    ["(n) = (:n)", ":m >= n", "NOT NOT n = :n", "m . k = :s OR l [ 0 ] = :n", "(size(s)) = (:n)",
     "(n = :n OR s = :s) AND NOT (n = :m AND s = :s)", "n between :n and :m"],
)  # fmt: skip
def test_what_moto_cannot_read_is_answered_rightly(client: Any, condition: str) -> None:
    """The conditions hold for no item, or for one whose ``n`` is 1 and ``s`` is x."""
    new = {"id": {"S": "forms"}, "line": {"N": "1"}}
    client.put_item(TableName="lines", Item={**new, "n": {"N": "1"}, "s": {"S": "x"},
                                             "l": {"L": [{"N": "1"}]}})  # fmt: skip
    asked = {"FilterExpression": f"id = :forms AND {condition}"}
    if " OR " in condition and not condition.startswith("("):
        asked["FilterExpression"] = f"id = :forms AND ({condition})"
    found = {**values_in(condition)["ExpressionAttributeValues"], ":forms": new["id"]}
    answer = client.scan(TableName="lines", ExpressionAttributeValues=found, **asked)
    assert answer["Count"] == 1
    client.delete_item(TableName="lines", Key=new)


@pytest.mark.parametrize(
    "condition", [":id = id", "(id = :id)", ":id = id AND :m >= line", "line < :m AND id = :id"]
)
def test_key_conditions_of_any_form_find_the_item(client: Any, condition: str) -> None:
    asked = {"KeyConditionExpression": condition, **values_in(condition)}
    assert client.query(TableName="lines", **asked)["Items"] == [ITEM]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a=:n", "a = :n"),
        ("a = :n AND (b = :n OR c = :n)", "a = :n AND (b = :n OR c = :n)"),
        ("(a = :n AND b = :n) OR c = :n", "(a = :n AND b = :n) OR c = :n"),
        ("NOT (a = :n)", "NOT (a = :n)"),
        ("NOT attribute_exists ( a )", "NOT attribute_exists(a)"),
        (":n < a [ 0 ] . b", "a[0].b > :n"),
    ],
)
def test_the_plainest_form(text: str, written: str) -> None:
    assert plain("FilterExpression", text) == written
    assert parse_condition(written) == parse_condition(plain("FilterExpression", written))


def test_the_plainest_form_of_an_update() -> None:
    text = "SET a=(:n),b =c -:n REMOVE d, e[ 1 ] ADD f :n"
    written = plain("UpdateExpression", text)
    assert written == "SET a = :n, b = c - :n REMOVE d, e[1] ADD f :n"
    assert parse_update(text) == parse_update(written)


def test_what_is_too_deep_is_refused() -> None:
    with pytest.raises(AwsError):
        parse_condition("NOT " * 5000 + "a = :b")
