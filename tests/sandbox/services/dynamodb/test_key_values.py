"""Keys of the wrong type, and numbers that are none, are refused as DynamoDB refuses them."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.services.dynamodb.common import KEY
from tests.sandbox.services.dynamodb.test_rows import PARTITION

WRONG_KEY = "The provided key element does not match the schema"
NO_NUMBER = "The parameter cannot be converted to a numeric value: {}"
WRONG_CONDITION = (
    "One or more parameter values were invalid: Condition parameter type does not match schema type"
)


def by_key(dynamodb: Any, name: str, value: dict[str, Any]) -> list[Callable[[], Any]]:
    """Every way to ask for one row."""
    key = {"id": value}
    one = {"TableName": name, "Key": key}
    update = {"UpdateExpression": "SET a = :v", "ExpressionAttributeValues": {":v": {"S": "x"}}}
    return [
        lambda: dynamodb.get_item(**one),
        lambda: dynamodb.delete_item(**one),
        lambda: dynamodb.update_item(**one, **update),
        lambda: dynamodb.batch_get_item(RequestItems={name: {"Keys": [key]}}),
        lambda: dynamodb.batch_write_item(RequestItems={name: [{"DeleteRequest": {"Key": key}}]}),
    ]


@contextlib.contextmanager
def cancelled(reason: str) -> Iterator[None]:
    """The block is a transaction that is cancelled for what its one item asks (H20)."""
    with pytest.raises(ClientError) as caught:
        yield
    assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"
    found = caught.value.response["CancellationReasons"]
    assert found == [{"Code": "ValidationError", "Message": reason}]


@pytest.mark.parametrize(
    "value",
    [{"N": "1"}, {"BOOL": True}, {"NULL": True}, {"B": b"1"}, {"L": [{"S": "1"}]}, {"SS": ["1"]}],
)
def test_a_key_of_the_wrong_type_is_refused(
    table: str, dynamodb: Any, refused: Any, value: Any, sandbox: Any
) -> None:
    before = sandbox.at_rest("orders").pages
    one = {"TableName": "orders", "Key": {"id": value}}
    for ask in by_key(dynamodb, "orders", value):
        with refused("ValidationException", WRONG_KEY):
            ask()
    with cancelled(WRONG_KEY):
        dynamodb.transact_get_items(TransactItems=[{"Get": one}])
    with cancelled(WRONG_KEY):
        dynamodb.transact_write_items(TransactItems=[{"Delete": one}])
    with refused("ValidationException", WRONG_CONDITION):
        dynamodb.query(**{**PARTITION, "ExpressionAttributeValues": {":i": value}})
    assert sandbox.at_rest("orders").pages == before


@pytest.mark.parametrize("value", ["abc", "", " 1", "0x10", "1_000", "NaN", "Infinity", "\u0663"])
def test_a_number_that_is_none_is_no_key(
    make_table: Any, dynamodb: Any, refused: Any, value: str
) -> None:
    make_table(more={"AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "N"}]})
    for ask in by_key(dynamodb, "orders", {"N": value}):
        with refused("ValidationException"):
            ask()
    told = NO_NUMBER.format(value) if value else NO_NUMBER.removesuffix(": {}")
    with refused("ValidationException", told):
        dynamodb.query(**{**PARTITION, "ExpressionAttributeValues": {":i": {"N": value}}})


def test_a_sort_key_of_the_wrong_type_is_refused(
    make_table: Any, dynamodb: Any, refused: Any
) -> None:
    make_table(sort=True)
    dynamodb.put_item(TableName="orders", Item={**KEY, "line": {"S": "1"}})
    with refused("ValidationException", WRONG_KEY):
        dynamodb.get_item(TableName="orders", Key={**KEY, "line": {"N": "1"}})


def test_the_key_of_each_index_is_looked_at(dynamodb: Any, make_table: Any) -> None:
    """Also after that of an index which the item is not in."""
    indexes = [
        {
            "IndexName": f"by-{name}",
            "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}],
            "Projection": {"ProjectionType": "ALL"},
        }
        for name in ("g", "h")
    ]
    defined = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "g", "h")]
    make_table(more={"GlobalSecondaryIndexes": indexes, "AttributeDefinitions": defined})
    for name in ("g", "h"):
        with pytest.raises(ClientError, match=f"Type mismatch for Index Key {name} Expected: S"):
            dynamodb.put_item(TableName="orders", Item={"id": {"S": "a"}, name: {"N": "1"}})
