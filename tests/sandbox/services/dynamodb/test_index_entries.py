"""A query on a global index opens the rows that it finds, however many others there are."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusal.moto import dynamodb as moto_dynamodb
from refusal.services.dynamodb.index_entries import IndexEntries
from refusal.services.dynamodb.rows import SealedRows
from tests.sandbox.services.dynamodb.common import KEY

NAMES = ("color", "girth")
PLACES = st.tuples(st.sampled_from([b"p", b"q"]), st.sampled_from([b"1", b"2", b"3"]))
VALUES = st.sampled_from([b"x", b"y"])
TAGS = st.dictionaries(st.sampled_from(NAMES), VALUES)
WANTED = st.dictionaries(st.sampled_from(NAMES), VALUES, min_size=1)
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("put"), PLACES, TAGS),
        st.tuples(st.just("follow"), st.sets(st.sampled_from(NAMES)), st.none()),
        st.tuples(st.just("clear"), st.none(), st.none()),
    ),
    max_size=30,
)


@given(CHANGES, WANTED)
def test_it_finds_what_a_walk_over_all_rows_finds(changes: Any, wanted: dict[str, bytes]) -> None:
    entries, rows = IndexEntries(), {}
    entries.follow(NAMES, empty=True)
    for change, what, tags in changes:
        if change == "put":
            known = {name: tag for name, tag in tags.items() if name in set(entries.attributes)}
            entries.put(what, known)
            rows[what] = known
        elif change == "follow":
            entries.follow(what, empty=not rows)
            assert entries.unfilled <= what
            for place, known in rows.items():
                rows[place] = {name: tag for name, tag in known.items() if name in what}
        else:
            entries.clear()
            rows.clear()
    followed = {name: tag for name, tag in wanted.items() if name in set(entries.attributes)}
    if followed:
        found = [p for p, tags in rows.items() if followed.items() <= tags.items()]
        assert sorted(entries.find(followed)) == sorted(found)


def _index(name: str, *keys: str, sort: str = "") -> dict[str, Any]:
    schema = [{"AttributeName": key, "KeyType": "HASH"} for key in keys]
    if sort:
        schema.append({"AttributeName": sort, "KeyType": "RANGE"})
    return {"IndexName": name, "KeySchema": schema, "Projection": {"ProjectionType": "ALL"}}


def _typed(*names: str) -> list[dict[str, str]]:
    return [{"AttributeName": n, "AttributeType": "N" if n == "girth" else "S"} for n in names]


BY_COLOR = _index("by-color", "color", sort="id")
#: An index may have several partition keys (botocore's model: CreateTable, KeySchema).
BY_BOTH = _index("by-both", "color", "girth")


@pytest.fixture(params=[False, True], ids=["partition key", "with sort key"])
def orders(make_table: Any, key: str, request: pytest.FixtureRequest) -> bool:
    """A table under K, with two global indexes; whether it has a sort key."""
    names = ("id", "line", "color", "girth") if request.param else ("id", "color", "girth")
    indexes = {"GlobalSecondaryIndexes": [BY_COLOR, BY_BOTH]}
    more = {"AttributeDefinitions": _typed(*names), **indexes}
    make_table(sort=request.param, more=more, KMSMasterKeyId=key)
    return bool(request.param)


def row(number: int, color: str = "", girth: int | None = None) -> dict[str, Any]:
    found = {"id": {"S": str(number % 50)}, "line": {"S": str(number)}, "n": {"N": str(number)}}
    if color:
        found["color"] = {"S": color}
    if girth is not None:
        found["girth"] = {"N": str(girth)}
    return found


def by_color(dynamodb: Any, color: str, **more: Any) -> list[dict[str, Any]]:
    return dynamodb.query(
        **{"TableName": "orders", **more},
        IndexName="by-color",
        KeyConditionExpression="color = :c",
        ExpressionAttributeValues={":c": {"S": color}},
    )["Items"]


def by_both(dynamodb: Any, color: str, girth: str) -> list[dict[str, Any]]:
    return dynamodb.query(
        TableName="orders",
        IndexName="by-both",
        KeyConditionExpression="color = :c AND girth = :s",
        ExpressionAttributeValues={":c": {"S": color}, ":s": {"N": girth}},
    )["Items"]


def write(dynamodb: Any, rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), 25):
        requests = [{"PutRequest": {"Item": one}} for one in rows[start : start + 25]]
        dynamodb.batch_write_item(RequestItems={"orders": requests})


def test_a_query_opens_what_it_finds(orders: bool, dynamodb: Any, opened: list[bytes]) -> None:
    """As many pages as there are in the answer, in a table of 4 rows and in one of 50."""
    write(dynamodb, [row(0, "red", 1), row(1, "red", 2), row(2, "blue", 1), row(3)])
    for _ in range(2):
        opened.clear()
        assert len(by_color(dynamodb, "red")) == len(opened) == 2
        opened.clear()
        assert len(by_both(dynamodb, "red", "1.0")) == len(opened) == 1
        opened.clear()
        assert by_color(dynamodb, "green") == opened == []
        write(dynamodb, [row(number, "blue", number) for number in range(4, 50)])


def test_writes_of_every_kind_are_followed(
    orders: bool, dynamodb: Any, opened: list[bytes]
) -> None:
    write(dynamodb, [row(number, "red", 1) for number in range(6)])

    def key(number: int) -> dict[str, Any]:
        names = ("id", "line") if orders else ("id",)
        return {name: value for name, value in row(number).items() if name in names}

    paint = {
        "UpdateExpression": "SET color = :c",
        "ExpressionAttributeValues": {":c": {"S": "blue"}},
    }
    dynamodb.put_item(TableName="orders", Item=row(0, "blue", 1))
    dynamodb.update_item(TableName="orders", Key=key(1), **paint)
    dynamodb.update_item(TableName="orders", Key=key(2), UpdateExpression="REMOVE color")
    dynamodb.delete_item(TableName="orders", Key=key(3))
    change = {"Update": {"TableName": "orders", "Key": key(4), **paint}}
    dynamodb.transact_write_items(TransactItems=[change])
    failing = {"Put": {"TableName": "orders", "Item": row(9, "red")}}
    never = {"TableName": "orders", "Key": key(5), "ConditionExpression": "attribute_exists(x)"}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[failing, {"ConditionCheck": never}])
    opened.clear()
    assert {one["n"]["N"] for one in by_color(dynamodb, "blue")} == {"0", "1", "4"}
    assert {one["n"]["N"] for one in by_color(dynamodb, "red")} == {"5"}
    assert len(opened) == 4


def test_an_index_that_comes_later_is_filled_when_it_is_made(
    sandbox: Any, make_table: Any, dynamodb: Any, key: str, calls: list[Any], opened: list[bytes]
) -> None:
    """In DynamoDB's own name: the sandbox's assumption."""
    make_table(KMSMasterKeyId=key)
    write(dynamodb, [row(number, "red" if number < 3 else "blue", 1) for number in range(20)])
    calls.clear()
    created = {"GlobalSecondaryIndexUpdates": [{"Create": BY_COLOR}]}
    dynamodb.update_table(TableName="orders", AttributeDefinitions=_typed("color", "id"), **created)
    assert [(c.action, c.caller.arn) for c, _, _ in calls] == [
        ("kms:Decrypt", "dynamodb.us-east-1.amazonaws.com"),
        ("dynamodb:UpdateTable", "arn:aws:iam::123456789012:user/admin"),
    ]
    assert len(opened) == 20
    opened.clear()
    assert len(by_color(dynamodb, "red")) == len(opened) == 3
    gone = {"GlobalSecondaryIndexUpdates": [{"Delete": {"IndexName": "by-color"}}]}
    dynamodb.update_table(TableName="orders", **gone)
    held: SealedRows = (
        moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables["orders"].items
    )
    assert list(held.entries.attributes) == []


def test_an_index_made_while_the_key_is_disabled_is_filled_when_it_is_asked(
    sandbox: Any, make_table: Any, dynamodb: Any, kms: Any, key: str, opened: list[bytes]
) -> None:
    make_table(KMSMasterKeyId=key)
    write(dynamodb, [row(number, "red" if number < 3 else "blue", 1) for number in range(20)])
    kms.disable_key(KeyId=key)
    created = {"GlobalSecondaryIndexUpdates": [{"Create": BY_COLOR}]}
    dynamodb.update_table(TableName="orders", AttributeDefinitions=_typed("color", "id"), **created)
    assert opened == []
    kms.enable_key(KeyId=key)
    sandbox.advance(minutes=6)
    assert len(by_color(dynamodb, "red")) == 3
    assert len(opened) == 20 + 3
    opened.clear()
    assert len(by_color(dynamodb, "blue")) == len(opened) == 17


def test_a_restored_table_has_its_entries(orders: bool, dynamodb: Any, opened: list[bytes]) -> None:
    write(dynamodb, [row(number, "red" if number < 3 else "blue", 1) for number in range(20)])
    arn = dynamodb.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"][
        "BackupArn"
    ]
    dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    opened.clear()
    assert len(by_color(dynamodb, "red", TableName="again")) == len(opened) == 3


def test_a_tampered_row_shows_in_a_query_and_is_in_nobodys_way(
    sandbox: Any, orders: bool, dynamodb: Any, refused: Any
) -> None:
    write(dynamodb, [row(0, "red", 1), row(1, "blue", 1)])
    held: SealedRows = (
        moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables["orders"].items
    )
    (partition, address), *_ = held.entries.find({"color": _tag(sandbox, held, "red")})
    blob = held.blobs[partition][address]
    held.blobs[partition][address] = blob[:-1] + bytes([blob[-1] ^ 1])
    with refused("InternalServerError", "tampered"):
        by_color(dynamodb, "red")
    assert len(by_color(dynamodb, "blue")) == 1


def _tag(sandbox: Any, held: SealedRows, color: str) -> bytes:
    tables = sandbox.services.dynamodb.tables
    state = tables.states.by_address[sandbox.account_id, sandbox.region, "orders"]
    key = tables.keys.decrypt_as_service(state.key)
    return held.open_key(key).tag("S", color)


def test_nothing_of_a_value_lies_in_the_entries(sandbox: Any, orders: bool, dynamodb: Any) -> None:
    write(dynamodb, [row(0, "ultramarine", 1)])
    held: SealedRows = (
        moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables["orders"].items
    )
    assert "ultramarine" not in repr(vars(copy.copy(held.entries)))
    assert held.entries.find({"color": _tag(sandbox, held, "ultramarine")})
    dynamodb.delete_item(
        TableName="orders",
        Key={**KEY, "id": {"S": "0"}, **({"line": {"S": "0"}} if orders else {})},
    )
    assert held.entries.find({"color": _tag(sandbox, held, "ultramarine")}) == []


@pytest.mark.parametrize("value", [{"N": "1"}, {"BOOL": True}, {"L": []}, {"SS": ["red"]}])
def test_a_condition_of_the_wrong_type_is_refused(
    orders: bool, dynamodb: Any, refused: Any, value: Any
) -> None:
    write(dynamodb, [row(0, "red", 1)])
    text = "Condition parameter type does not match schema type"
    with refused("ValidationException", text):
        dynamodb.query(
            TableName="orders",
            IndexName="by-color",
            KeyConditionExpression="color = :c",
            ExpressionAttributeValues={":c": value},
        )
