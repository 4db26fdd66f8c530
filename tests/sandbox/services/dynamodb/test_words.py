"""What DynamoDB refuses of projections, updates and older members, in its words (H72)."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.testing import as_user

RAW = Config(retries={"max_attempts": 0}, parameter_validation=False)
KEY = {"id": {"S": "a"}}
ITEM: dict[str, Any] = {
    **KEY,
    "g": {"S": "x"},
    "n": {"N": "5"},
    "l": {"L": [{"N": "1"}]},
    "m": {"M": {"k": {"S": "v"}}},
}


@pytest.fixture
def client(sandbox: Sandbox) -> Any:
    made = boto3.client("dynamodb", config=RAW)
    made.create_table(
        TableName="words",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("id", "g")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "by-g",
                "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    made.put_item(TableName="words", Item=ITEM)
    return made


def message(call: Any, **asked: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**asked)
    error = caught.value.response["Error"]
    assert error["Code"] == "ValidationException"
    return str(error["Message"])


@pytest.mark.parametrize(
    ("projection", "text"),
    [
        ("m, m.k", "path one: [m], path two: [m, k]"),
        ("l[0].x, #l[0]", "path one: [l, [0], x], path two: [l, [0]]"),
        ("n, n", "path one: [n], path two: [n]"),
        ("a..b", 'Syntax error; token: ".", near: "..b"'),
        ("a,", 'Syntax error; token: "<EOF>", near: ","'),
        ("a b", 'Syntax error; token: "b", near: "a b"'),
        ("l[x]", 'Syntax error; token: "x", near: "[x]"'),
        ("l[0", 'Syntax error; token: "<EOF>", near: "0"'),
    ],
)
@pytest.mark.parametrize("table", ["words", "not-there"])
def test_a_projection(client: Any, projection: str, text: str, table: str) -> None:
    names = {"ExpressionAttributeNames": {"#l": "l"}} if "#l" in projection else {}
    asked = {"TableName": table, "ProjectionExpression": projection, **names}
    for said in (
        message(client.get_item, Key=KEY, **asked),
        message(client.scan, **asked),
    ):
        assert said.startswith("Invalid ProjectionExpression: ") and said.endswith(text)


RICH: dict[str, Any] = {
    "id": {"S": "rich"},
    "S": {"M": {"N": {"SS": ["a"]}, "x.y": {"B": b"b"}}},
    "l": {"L": [{"N": "0"}, {"M": {"k": {"NULL": True}, "z": {"N": "1"}}}, {"L": [{"N": "2"}]}]},
    "e": {"L": []},
    "n": {"N": "12345678901234567890123456789012345678"},
}
#: A projection, and what it gives of RICH.
GIVEN: list[tuple[str, dict[str, Any]]] = [
    (
        " S.N , #l[0],n",
        {"S": {"M": {"N": {"SS": ["a"]}}}, "l": {"L": [{"N": "0"}]}, "n": RICH["n"]},
    ),
    ("S.#d", {"S": {"M": {"x.y": {"B": b"b"}}}}),
    ("#l[2], #l[0]", {"l": {"L": [{"N": "0"}, {"L": [{"N": "2"}]}]}}),
    ("#l[1].k, #l[2][0]", {"l": {"L": [{"M": {"k": {"NULL": True}}}, {"L": [{"N": "2"}]}]}}),
    ("S.nope, #l[9], n.x, nope", {}),
    ("e", {"e": {"L": []}}),
]


@pytest.mark.parametrize(("projection", "found"), GIVEN, ids=[row[0] for row in GIVEN])
def test_what_a_projection_gives(client: Any, projection: str, found: dict[str, Any]) -> None:
    client.put_item(TableName="words", Item=RICH)
    names = {key: name for key, name in (("#l", "l"), ("#d", "x.y")) if key in projection}
    asked: dict[str, Any] = {"ProjectionExpression": projection}
    asked |= {"ExpressionAttributeNames": names} if names else {}
    key = {"id": RICH["id"]}
    got = client.get_item(TableName="words", Key=key, **asked)
    assert got.get("Item", {}) == found
    query = {"TableName": "words", **asked, "KeyConditionExpression": "id = :i",
             "ExpressionAttributeValues": {":i": RICH["id"]}}  # fmt: skip
    assert client.query(**query)["Items"] == [found]
    batch = client.batch_get_item(RequestItems={"words": {"Keys": [key], **asked}})
    assert batch["Responses"]["words"] == [found]
    transacted = client.transact_get_items(
        TransactItems=[{"Get": {"TableName": "words", "Key": key, **asked}}]
    )
    assert transacted["Responses"][0].get("Item", {}) == found
    assert client.get_item(TableName="words", Key=key)["Item"] == RICH


def older(**more: Any) -> Any:
    return {"TableName": "words", "AttributesToGet": ["n", "m"], **more}


def test_key_conditions_of_a_key_of_several_parts(dynamodb: Any, make_table: Any) -> None:
    """An index can have up to eight key attributes; elsewhere two conditions are the most.

    getmoto/moto 5.2.5, `test_dynamodb_multi_attribute_gsi.py`, marked as verified against AWS.
    """
    parts = [("p", "HASH"), ("s", "RANGE"), ("t", "RANGE")]
    index = {
        "IndexName": "by-parts",
        "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in parts],
        "Projection": {"ProjectionType": "ALL"},
    }
    short = {**index, "IndexName": "by-p", "KeySchema": index["KeySchema"][:1]}
    defined = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "p", "s", "t")]
    make_table(more={"GlobalSecondaryIndexes": [index, short], "AttributeDefinitions": defined})
    for one in ("a", "b", "c"):
        item = {"id": {"S": one}, "p": {"S": "p"}, "s": {"S": "s"}, "t": {"S": one}}
        dynamodb.put_item(TableName="orders", Item=item)
    keys = {
        name: {"ComparisonOperator": operator, "AttributeValueList": [{"S": value}]}
        for name, operator, value in (("p", "EQ", "p"), ("s", "EQ", "s"), ("t", "GT", "a"))
    }
    asked = {"TableName": "orders", "KeyConditions": keys}
    found = dynamodb.query(**asked, IndexName="by-parts")["Items"]
    assert [item["id"]["S"] for item in found] == ["b", "c"]
    for more in ({"IndexName": "by-p"}, {}):
        assert message(dynamodb.query, **asked, **more) == "Conditions can be of length 1 or 2 only"


def test_attributes_to_get(client: Any) -> None:
    """moto answers the whole item, whatever was asked for."""
    wanted = {name: ITEM[name] for name in "nm"}
    keys = {"id": {"ComparisonOperator": "EQ", "AttributeValueList": [KEY["id"]]}}
    assert client.get_item(**older(Key=KEY))["Item"] == wanted
    assert client.scan(**older())["Items"] == [wanted]
    assert client.query(**older(KeyConditions=keys))["Items"] == [wanted]
    asked = {"words": {"Keys": [KEY], "AttributesToGet": ["n", "m"]}}
    assert client.batch_get_item(RequestItems=asked)["Responses"]["words"] == [wanted]
    assert message(client.get_item, **older(Key=KEY, AttributesToGet=["n", "n"])) == (
        "One or more parameter values were invalid: Duplicate value in attribute name: n"
    )


def test_who_may_see_some_attributes_sees_no_others(client: Any, sandbox: Sandbox) -> None:
    statement = {
        "Effect": "Allow",
        "Action": "dynamodb:GetItem",
        "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"dynamodb:Attributes": ["id", "n"]}},
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    mira = as_user("mira", json.dumps(document)).client("dynamodb")
    got = mira.get_item(TableName="words", Key=KEY, AttributesToGet=["n"])
    assert got["Item"] == {"n": ITEM["n"]}


N1, TEXT = {"N": "1"}, {"S": "x"}
OPERAND = "Invalid UpdateExpression: Incorrect operand type for operator or function; operator"
UPDATES: list[tuple[str, dict[str, Any], str]] = [
    ("SET n = n + :v", TEXT, f"{OPERAND} or function: +, operand type: S"),
    ("SET n = :v - n", TEXT, f"{OPERAND} or function: -, operand type: S"),
    ("ADD n :v", TEXT, f"{OPERAND}: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    ("add n :v", {"L": []},
     f"{OPERAND}: ADD, operand type: LIST, typeSet: ALLOWED_FOR_ADD_OPERAND"),
    ("SET l = :v DELETE n :v", {"BOOL": True},
     f"{OPERAND}: DELETE, operand type: BOOLEAN, typeSet: ALLOWED_FOR_DELETE_OPERAND"),
    ("SET n = foo(:v)", N1, "Invalid UpdateExpression: Invalid function name; function: foo"),
]  # fmt: skip


@pytest.mark.parametrize(("expression", "value", "text"), UPDATES, ids=[u[0] for u in UPDATES])
@pytest.mark.parametrize("table", ["words", "not-there"])
def test_an_update(
    client: Any, expression: str, value: dict[str, Any], text: str, table: str
) -> None:
    asked = {"UpdateExpression": expression, "ExpressionAttributeValues": {":v": value}}
    said = message(client.update_item, TableName=table, Key=KEY, **asked)
    assert said == f"1 validation error detected: {text}"


WRONG_PATH = "The document path provided in the update expression is invalid for update"
WRONG_TYPE = "An operand in the update expression has an incorrect data type"


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("SET m.k.z = :v", WRONG_PATH),
        ("SET n.z = :v", WRONG_PATH),
        ("SET m[0] = :v", WRONG_PATH),
        ("SET l.z = :v", WRONG_PATH),
        ("SET nope.z = :v", WRONG_PATH),
        ("SET n = :v + m", WRONG_TYPE),
        ("SET n = g - :v", WRONG_TYPE),
        ("ADD m :v", WRONG_TYPE),
    ],
)
def test_an_update_of_what_is_of_another_type(client: Any, expression: str, text: str) -> None:
    values = {"ExpressionAttributeValues": {":v": N1}}
    asked = {"TableName": "words", "Key": KEY, "UpdateExpression": expression, **values}
    assert message(client.update_item, **asked) == text
    assert client.get_item(TableName="words", Key=KEY)["Item"] == ITEM
    with pytest.raises(ClientError) as caught:
        client.transact_write_items(TransactItems=[{"Update": asked}])
    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["ValidationError"]


def test_an_update_may_name_words_of_its_language(client: Any) -> None:
    """A section is not taken for one where its word is a part of a name or of a path."""
    client.update_item(
        TableName="words", Key=KEY, UpdateExpression="SET m.added = :v, set_n = :v",
        ExpressionAttributeValues={":v": TEXT},
    )  # fmt: skip
    found = client.get_item(TableName="words", Key=KEY)["Item"]
    assert (found["m"]["M"]["added"], found["set_n"]) == (TEXT, TEXT)


def test_an_update_of_nothing_makes_the_item(client: Any) -> None:
    new = {"id": {"S": "new"}}
    client.update_item(TableName="words", Key=new)
    assert client.get_item(TableName="words", Key=new)["Item"] == new


@pytest.mark.parametrize(
    ("update", "text"),
    [
        ({"Action": "PUT"}, "Only DELETE action is allowed when no attribute value is specified"),
        ({"Action": "ADD", "Value": TEXT}, "ADD action is not supported for the type S"),
        ({"Action": "DELETE", "Value": N1},
         "DELETE action with value is not supported for the type N"),
    ],
)  # fmt: skip
def test_an_older_update(client: Any, update: dict[str, Any], text: str) -> None:
    asked = {"TableName": "not-there", "Key": KEY, "AttributeUpdates": {"n": update}}
    said = message(client.update_item, **asked)
    assert said == f"One or more parameter values were invalid: {text}"


def test_return_values(client: Any) -> None:
    text = "ReturnValues can only be ALL_OLD or NONE"
    for value in ("UPDATED_OLD", "ALL_NEW"):
        asked = {"TableName": "words", "ReturnValues": value}
        assert message(client.put_item, Item=KEY, **asked) == text
        assert message(client.delete_item, Key=KEY, **asked) == text


def test_what_is_selected(client: Any) -> None:
    text = (
        "1 validation error detected: Cannot specify the ProjectionExpression when choosing to get "
        "only the Count"
    )
    asked = {"TableName": "words", "Select": "COUNT", "ProjectionExpression": "n"}
    assert message(client.scan, **asked) == text
    keyed = {"KeyConditionExpression": "id = :i", "ExpressionAttributeValues": {":i": KEY["id"]}}
    assert message(client.query, **asked, **keyed) == text


def test_a_key_twice_in_a_batch(client: Any) -> None:
    for table in ("words", "not-there"):
        said = message(client.batch_get_item, RequestItems={table: {"Keys": [KEY, KEY]}})
        assert said == "Provided list of item keys contains duplicates"


def test_what_an_index_does_not_have(client: Any) -> None:
    invalid = "One or more parameter values were invalid: "
    asked = {"TableName": "words", "IndexName": "by-g", "KeyConditionExpression": "g = :g"}
    values = {":g": {"S": "x"}, ":n": N1}
    said = message(client.query, **asked, FilterExpression="n = :n",
                   ExpressionAttributeValues=values)  # fmt: skip
    assert (
        said == f"{invalid}Secondary index by-g does not project one or more filter attributes: [n]"
    )
    asked["ExpressionAttributeValues"] = {":g": {"S": "x"}}  # type: ignore[assignment]
    said = message(client.query, **asked, ProjectionExpression="n, id")
    assert said == f"{invalid}Global secondary index by-g does not project [n]"
    assert client.query(**asked, ProjectionExpression="id")["Items"] == [KEY]
