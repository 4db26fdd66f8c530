"""Requests past boto3's own checks: members that are null, unknown or of a wrong type."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.services.dynamodb.common import KEY


@pytest.fixture
def send(make_table: Any, dynamodb: Any) -> Any:
    """``send("GetItem", members)`` sends these members to a client with a table ``orders``."""
    make_table("orders")

    def sent(operation: str, method: str, members: dict[str, Any], **needed: Any) -> Any:
        def swap(request: Any, **_: Any) -> None:
            request.data = json.dumps({"TableName": "orders", **members}).encode()

        event = f"before-sign.dynamodb.{operation}"
        dynamodb.meta.events.register(event, swap)
        try:
            return getattr(dynamodb, method)(**needed)
        finally:
            dynamodb.meta.events.unregister(event, swap)

    return sent


@pytest.mark.parametrize("items", [-1, 10**30, 1.5, True, "x", {"Get": {}}])
@pytest.mark.parametrize("kind", ["get", "write"])
def test_the_items_of_a_transaction_are_a_list(
    send: Any, refused: Any, kind: str, items: Any
) -> None:
    operation = f"Transact{kind.title()}Items"
    needed = {"Get": {"TableName": "orders", "Key": KEY}} if kind == "get" else {}
    with refused("SerializationException"):
        send(operation, f"transact_{kind}_items", {"TransactItems": items}, TransactItems=[needed])


@pytest.mark.parametrize("member", ["UpdateExpression", "AttributeUpdates", "Expected"])
def test_a_null_member_of_an_update_counts_for_nothing(
    send: Any, dynamodb: Any, member: str
) -> None:
    asked = {"Key": KEY, member: None, "ReturnValues": "ALL_NEW"}
    answer = send("UpdateItem", "update_item", asked, TableName="orders", Key=KEY)
    assert answer["Attributes"] == KEY
    assert dynamodb.scan(TableName="orders")["Items"] == [KEY]


@pytest.mark.parametrize(
    "update", [{}, {"Create": None}, {"other": {"IndexName": "x"}}, {"other": 1, "Delete": None}]
)
def test_an_index_update_without_an_action(send: Any, refused: Any, update: Any) -> None:
    asked = {"GlobalSecondaryIndexUpdates": [update]}
    with refused("ValidationException", "One of GlobalSecondaryIndexUpdate.Update"):
        send("UpdateTable", "update_table", asked, TableName="orders")


def test_an_index_update_beside_unknown_and_null_members(send: Any) -> None:
    index = {
        "IndexName": "by-what",
        "KeySchema": [{"AttributeName": "what", "KeyType": "HASH", "other": 1}],
        "Projection": {"ProjectionType": "ALL", "NonKeyAttributes": None},
        "ProvisionedThroughput": None,
    }
    asked = {
        "AttributeDefinitions": [{"AttributeName": "what", "AttributeType": "S"}],
        "GlobalSecondaryIndexUpdates": [{"Create": index, "Delete": None, "other": 1}],
        "StreamSpecification": None,
    }
    answer = send("UpdateTable", "update_table", asked, TableName="orders")
    (made,) = answer["TableDescription"]["GlobalSecondaryIndexes"]
    assert (made["IndexName"], made["Projection"]) == ("by-what", {"ProjectionType": "ALL"})
