"""What UpdateItem answers, and when it makes no item; keys have no inside (H80)."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

KEY = {"id": {"S": "a"}}
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "5"},
    "m": {"M": {"k": {"S": "v"}, "l": {"L": [{"N": "1"}, {"N": "2"}, {"N": "3"}]}}},
    "s": {"SS": ["x"]},
}


@pytest.fixture
def orders(make_table: Any, dynamodb: Any) -> Any:
    """UpdateItem of a table with ITEM and an index of ``g``; with ``old`` of another item."""
    index = {
        "IndexName": "by-g",
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    defined = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "g")]
    make_table(more={"GlobalSecondaryIndexes": [index], "AttributeDefinitions": defined})
    dynamodb.put_item(TableName="orders", Item=ITEM)

    def update(text: str, returned: str, key: Any = KEY, **values: Any) -> Any:
        given = {f":{name}": value for name, value in values.items()}
        more = {"ExpressionAttributeValues": given} if given else {}
        answer = dynamodb.update_item(
            TableName="orders", Key=key, UpdateExpression=text, ReturnValues=returned, **more
        )
        return answer.get("Attributes")

    return update


N, K = {"N": "7"}, {"S": "w"}
RETURNED: list[tuple[str, dict[str, Any], Any, Any]] = [
    ("SET n = :n", {"n": N}, {"n": {"N": "5"}}, {"n": N}),
    ("SET n = :n", {"n": ITEM["n"]}, {"n": ITEM["n"]}, {"n": ITEM["n"]}),
    ("SET n = :n, q = :n", {"n": N}, {"n": {"N": "5"}}, {"n": N, "q": N}),
    ("SET q = :n", {"n": N}, None, {"q": N}),
    ("REMOVE n", {}, {"n": {"N": "5"}}, None),
    ("REMOVE q", {}, None, None),
    ("ADD n :n", {"n": N}, {"n": {"N": "5"}}, {"n": {"N": "12"}}),
    ("SET m.k = :k", {"k": K}, {"m": {"M": {"k": {"S": "v"}}}}, {"m": {"M": {"k": K}}}),
    ("SET m.l[1] = :n", {"n": N}, {"m": {"M": {"l": {"L": [{"N": "2"}]}}}},
     {"m": {"M": {"l": {"L": [N]}}}}),
    ("SET m.l[2] = :n, m.k = :k, m.l[0] = :n", {"n": N, "k": K},
     {"m": {"M": {"k": {"S": "v"}, "l": {"L": [{"N": "1"}, {"N": "3"}]}}}},
     {"m": {"M": {"k": K, "l": {"L": [N, N]}}}}),
]  # fmt: skip


@pytest.mark.parametrize(("text", "values", "old", "new"), RETURNED, ids=[r[0] for r in RETURNED])
def test_what_was_updated_is_returned(
    orders: Any, dynamodb: Any, text: str, values: Any, old: Any, new: Any
) -> None:
    assert orders(text, "UPDATED_OLD", **values) == old
    dynamodb.put_item(TableName="orders", Item=ITEM)
    assert orders(text, "UPDATED_NEW", **values) == new
    dynamodb.put_item(TableName="orders", Item=ITEM)
    assert orders(text, "NONE", **values) is None
    dynamodb.put_item(TableName="orders", Item=ITEM)
    assert orders(text, "ALL_OLD", **values) == ITEM


def test_an_older_update_returns_likewise(orders: Any, dynamodb: Any) -> None:
    updates = {"n": {"Value": N}, "s": {"Action": "DELETE"}}
    asked = {"TableName": "orders", "Key": KEY, "AttributeUpdates": updates}
    answer = dynamodb.update_item(**asked, ReturnValues="UPDATED_OLD")
    assert answer["Attributes"] == {"n": ITEM["n"], "s": ITEM["s"]}


@pytest.mark.parametrize("text", ["REMOVE n", "DELETE s :s", "REMOVE n DELETE s :s"])
@pytest.mark.parametrize("returned", ["ALL_NEW", "UPDATED_NEW", "NONE"])
def test_taking_away_from_nothing_makes_nothing(
    orders: Any, dynamodb: Any, text: str, returned: str
) -> None:
    other = {"id": {"S": "other"}}
    values = {"s": {"SS": ["x"]}} if ":s" in text else {}
    assert orders(text, returned, other, **values) is None
    assert "Item" not in dynamodb.get_item(TableName="orders", Key=other)
    orders(text, returned, **values)
    left = dynamodb.get_item(TableName="orders", Key=KEY)["Item"]
    assert ("n" in left, "s" in left) == ("REMOVE" not in text, "DELETE" not in text)


@pytest.mark.parametrize("condition", ["", "attribute_not_exists(id) AND NOT n = :one"])
def test_nor_does_it_in_a_transaction(orders: Any, dynamodb: Any, condition: str) -> None:
    update = {"TableName": "orders", "UpdateExpression": "REMOVE #n DELETE s :s"}
    update |= {"ExpressionAttributeNames": {"#n": "n"}}
    values = {":s": {"SS": ["x"]}, **({":one": N} if condition else {})}
    update |= {"ExpressionAttributeValues": values}
    update |= {"ConditionExpression": condition} if condition else {}
    there, other = {"id": {"S": "there"}}, {"id": {"S": "other"}}
    put = {"Put": {"TableName": "orders", "Item": there}}
    dynamodb.transact_write_items(TransactItems=[put, {"Update": {**update, "Key": other}}])
    found = dynamodb.scan(TableName="orders", ProjectionExpression="id")["Items"]
    assert sorted(item["id"]["S"] for item in found) == ["a", "there"]


def test_its_condition_is_still_asked(orders: Any, dynamodb: Any) -> None:
    update = {"TableName": "orders", "Key": {"id": {"S": "other"}}}
    update |= {"UpdateExpression": "REMOVE n", "ConditionExpression": "attribute_exists(id)"}
    with pytest.raises(ClientError) as caught:
        dynamodb.transact_write_items(TransactItems=[{"Update": update}])
    reasons = caught.value.response["CancellationReasons"]
    assert [reason["Code"] for reason in reasons] == ["ConditionalCheckFailed"]


def test_keys_have_no_inside(orders: Any, dynamodb: Any) -> None:
    values = {"ExpressionAttributeValues": {":v": K}}
    asked = {"TableName": "orders"}
    for call, more, said in (
        (dynamodb.get_item, {"Key": KEY, "ProjectionExpression": "id.x"}, "Key: id"),
        (dynamodb.scan, {"FilterExpression": "id[0] = :v", **values}, "Key: id"),
        (dynamodb.scan, {"FilterExpression": "g.x = :v", **values}, "IndexKey: g"),
        (dynamodb.put_item, {"Item": KEY, "ConditionExpression": "id.x <> :v", **values},
         "Key: id"),
    ):  # fmt: skip
        with pytest.raises(ClientError) as caught:
            call(**asked, **more)
        assert caught.value.response["Error"]["Message"] == (
            "Key attributes must be scalars; list random access '[]' and map lookup '.' are not "
            f"allowed: {said}"
        )


def test_a_scan_of_an_index_asks_for_what_it_has(orders: Any, dynamodb: Any) -> None:
    asked = {"TableName": "orders", "IndexName": "by-g"}
    with pytest.raises(ClientError, match=r"does not project \[n\]"):
        dynamodb.scan(**asked, ProjectionExpression="n")
    assert dynamodb.scan(**asked, ProjectionExpression="id")["Count"] == 0


def test_the_capacity_of_an_update(orders: Any, dynamodb: Any) -> None:
    asked = {"TableName": "orders", "Key": KEY, "UpdateExpression": "REMOVE n"}
    one = {"TableName": "orders", "CapacityUnits": 1.0}
    total = dynamodb.update_item(**asked, ReturnConsumedCapacity="TOTAL")
    assert total["ConsumedCapacity"] == one
    indexes = dynamodb.update_item(**asked, ReturnConsumedCapacity="INDEXES")
    assert indexes["ConsumedCapacity"] == {**one, "Table": {"CapacityUnits": 1.0}}
