"""Rows at rest: each by itself, bound to its address, opened only when it is touched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from refusal import Sandbox
from refusal.moto import dynamodb as moto_dynamodb
from refusal.services.dynamodb.rows import SealedRows
from tests.sandbox.services.dynamodb.common import KEY
from tests.sandbox.services.dynamodb.conftest import ONCE, item

TAMPERED = ("InternalServerError", "tampered")
PARTITION = {
    "TableName": "orders",
    "KeyConditionExpression": "id = :i",
    "ExpressionAttributeValues": {":i": {"S": "1"}},
}


def rows(sandbox: Sandbox, name: str = "orders") -> SealedRows:
    return moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables[name].items


def addresses(found: SealedRows) -> list[tuple[bytes, bytes]]:
    return [(partition, row) for partition, held in found.blobs.items() for row in held]


def _flip(at: int) -> Callable[[SealedRows], None]:
    def change(found: SealedRows) -> None:
        for partition, row in addresses(found):
            blob = bytearray(found.blobs[partition][row])
            blob[at] ^= 1
            found.blobs[partition][row] = bytes(blob)

    return change


def _cut(found: SealedRows) -> None:
    for partition, row in addresses(found):
        found.blobs[partition][row] = found.blobs[partition][row][:10]


def _swap(found: SealedRows) -> None:
    (p, r), (q, s) = addresses(found)
    found.blobs[p][r], found.blobs[q][s] = found.blobs[q][s], found.blobs[p][r]


ONE = {"TableName": "orders", "Key": KEY}
SELECT = "SELECT * FROM orders WHERE id = '1'"
TOUCHING: list[tuple[str, dict[str, Any]]] = [
    ("get_item", ONE),
    ("query", PARTITION),
    ("scan", {"TableName": "orders"}),
    ("put_item", {"TableName": "orders", "Item": item("1", "x"), "ReturnValues": "ALL_OLD"}),
    ("update_item", {**ONE, "UpdateExpression": "REMOVE what"}),
    ("delete_item", ONE),
    ("batch_get_item", {"RequestItems": {"orders": {"Keys": [KEY]}}}),
    ("batch_write_item", {"RequestItems": {"orders": [{"DeleteRequest": {"Key": KEY}}]}}),
    ("transact_get_items", {"TransactItems": [{"Get": ONE}]}),
    ("transact_write_items", {"TransactItems": [
        {"Put": {"TableName": "orders", "Item": item("3")}}, {"Delete": ONE},
    ]}),
    ("execute_statement", {"Statement": SELECT}),
    ("batch_execute_statement", {"Statements": [{"Statement": SELECT}]}),
    ("execute_transaction", {"TransactStatements": [{"Statement": SELECT}]}),
]  # fmt: skip


@pytest.mark.parametrize(
    "tamper",
    [_flip(0), _flip(20), _flip(-1), _cut, _swap],
    ids=["vector", "text", "tag", "length", "two rows swapped"],
)
def test_tampering_shows_whatever_reads(
    sandbox: Any, table: str, dynamodb: Any, refused: Any, tamper: Any
) -> None:
    dynamodb.put_item(TableName="orders", Item=item("2"))
    tamper(rows(sandbox))
    before = sandbox.at_rest("orders").pages
    for operation, params in TOUCHING:
        with refused(*TAMPERED):
            getattr(dynamodb, operation)(**params)
    assert sandbox.at_rest("orders").pages == before
    assert dynamodb.describe_table(TableName="orders")["Table"]["ItemCount"] == 2


def test_rows_of_one_partition_cannot_be_swapped(
    sandbox: Any, make_table: Any, dynamodb: Any, refused: Any
) -> None:
    make_table("orders", sort=True)
    for line in "12":
        dynamodb.put_item(TableName="orders", Item={**KEY, "line": {"S": line}})
    _swap(rows(sandbox))
    with refused(*TAMPERED):
        dynamodb.query(**PARTITION)


@pytest.mark.parametrize("owned", [True, False])
def test_a_row_and_a_key_belong_to_one_table(
    sandbox: Any, make_table: Any, dynamodb: Any, key: str, refused: Any, owned: bool
) -> None:
    """Rows are bound to the table's id; its key, too, or to the encryption context."""
    for name in ("orders", "bills"):
        make_table(name, **({} if owned else {"KMSMasterKeyId": key}))
        dynamodb.put_item(TableName=name, Item=item("1"))
    ours, theirs = rows(sandbox), rows(sandbox, "bills")
    (p, r), (q, s) = *addresses(ours), *addresses(theirs)
    ours.blobs[p][r] = theirs.blobs[q][s]
    with refused(*TAMPERED):
        dynamodb.get_item(**ONE)
    states = sandbox.services.dynamodb.tables.states.by_address
    owner = sandbox.account_id, sandbox.region
    sandbox.advance(minutes=6)  # What was unwrapped before is forgotten.
    states[*owner, "orders"].key.blob = states[*owner, "bills"].key.blob
    wrong = TAMPERED if owned else ("InternalServerError", "KMS internal error", "InvalidCipherte")
    with refused(*wrong):
        dynamodb.get_item(**ONE)


def test_a_streams_records_are_bound_to_their_order(
    sandbox: Any, make_table: Any, dynamodb: Any, key: str, refused: Any
) -> None:
    specification = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
    made = make_table(KMSMasterKeyId=key, more={"StreamSpecification": specification})
    for name in "12":
        dynamodb.put_item(TableName="orders", Item=item(name))
    streams = boto3.client("dynamodbstreams")
    stream = made["LatestStreamArn"]
    shard = streams.describe_stream(StreamArn=stream)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=stream, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    records = streams.get_records(ShardIterator=iterator)["Records"]
    assert [r["dynamodb"]["NewImage"]["id"]["S"] for r in records] == ["1", "2"]
    tables = moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables
    blobs = tables["orders"].stream_shard.items.blobs
    assert not any(b"chairs" in blob for blob in blobs)
    blobs.reverse()
    with refused(*TAMPERED):
        boto3.client("dynamodbstreams", config=ONCE).get_records(ShardIterator=iterator)


def test_a_tampered_backup_is_not_restored(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    dynamodb.put_item(TableName="orders", Item=item("2"))
    backup = dynamodb.create_backup(TableName="orders", BackupName="nightly")
    arn = backup["BackupDetails"]["BackupArn"]
    kept = moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).backups[arn].table.items
    before = kms.list_grants(KeyId=key)["Grants"]
    _swap(kept)
    with refused(*TAMPERED):
        dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    assert kms.list_grants(KeyId=key)["Grants"] == before
    _swap(kept)
    dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    assert dynamodb.scan(TableName="again")["Count"] == 2


def fill(sandbox: Any, name: str, partitions: int, lines: int) -> None:
    """Rows without the requests that would write them."""
    found = rows(sandbox, name)
    record = sandbox.services.dynamodb.tables.states.by_address[
        sandbox.account_id, sandbox.region, name
    ]
    found.unlock(sandbox.services.dynamodb.tables.keys._unwrap_owned(record.key))
    for number in range(partitions * lines):
        attributes = {
            "id": moto_dynamodb.attribute_value("S", str(number // lines)),
            "line": moto_dynamodb.attribute_value("S", str(number % lines)),
            "what": moto_dynamodb.attribute_value("S", "a chair"),
        }
        row = moto_dynamodb.item(attributes, *found.key_names)
        found.write(found.address_of(row), row)
    found.lock(keep=True)


@pytest.mark.parametrize("sort", [False, True])
def test_a_request_opens_what_it_touches_however_large_the_table(
    sandbox: Any, make_table: Any, dynamodb: Any, opened: list[bytes], sort: bool
) -> None:
    lines = 5 if sort else 1
    key = {**KEY, "line": {"S": "1"}} if sort else KEY
    local = {
        "IndexName": "by-what",
        "KeySchema": [
            {"AttributeName": "id", "KeyType": "HASH"},
            {"AttributeName": "what", "KeyType": "RANGE"},
        ],
        "Projection": {"ProjectionType": "ALL"},
    }
    names = ("id", "line", "what") if sort else ("id",)
    more = {"AttributeDefinitions": [{"AttributeName": n, "AttributeType": "S"} for n in names]}
    if sort:
        more["LocalSecondaryIndexes"] = [local]
    opens: list[dict[str, int]] = []
    for name, count in (("small", 10), ("large", 10_000)):
        make_table(name, sort=sort, more=more)
        fill(sandbox, name, count // lines, lines)
        one = {"TableName": name, "Key": key}
        check = {"ConditionCheck": {**one, "ConditionExpression": "attribute_exists(id)"}}
        requests = {
            "get_item": one,
            "put_item": {"TableName": name, "Item": {**key, "n": {"N": "1"}}},
            "update_item": {**one, "UpdateExpression": "REMOVE n"},
            "transact_write_items": {"TransactItems": [check]},
            "batch_get_item": {"RequestItems": {name: {"Keys": [key]}}},
            "delete_item": one,
            "query": {**PARTITION, "TableName": name},
            "describe_table": {"TableName": name},
        }
        counted = {}
        for operation, params in requests.items():
            opened.clear()
            getattr(dynamodb, operation)(**params)
            counted[operation] = len(set(opened))
        if sort:
            opened.clear()
            dynamodb.query(**{**PARTITION, "TableName": name}, IndexName="by-what")
            counted["query by local index"] = len(set(opened))
        opens.append(counted)
    one_row = dict.fromkeys(
        ["get_item", "put_item", "update_item", "transact_write_items", "batch_get_item",
         "delete_item"], 1,
    )  # fmt: skip
    assert opens[0] == opens[1]
    assert opens[0].items() >= {**one_row, "describe_table": 0}.items()
    assert opens[0]["query"] == lines - 1  # The row of `key` is deleted by now.


def test_copies_that_moto_makes_for_a_way_back_cost_nothing(
    sandbox: Any, make_table: Any, dynamodb: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A transaction on a large table costs what it costs on a small one."""
    make_table("orders")
    fill(sandbox, "orders", 1000, 1)
    copied: list[int] = []
    copy = SealedRows.__deepcopy__

    def counted(self: SealedRows, memo: Any) -> SealedRows:
        twin = copy(self, memo)
        copied.append(len(twin.blobs))
        return twin

    monkeypatch.setattr(SealedRows, "__deepcopy__", counted)
    put = {"Put": {"TableName": "orders", "Item": item("new")}}
    condition = {"ConditionExpression": "attribute_not_exists(id)"}
    check = {"ConditionCheck": {**ONE, **condition}}
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
        dynamodb.transact_write_items(TransactItems=[put, check])
    assert dynamodb.describe_table(TableName="orders")["Table"]["ItemCount"] == 1000
    dynamodb.transact_write_items(TransactItems=[put])
    assert dynamodb.describe_table(TableName="orders")["Table"]["ItemCount"] == 1001
    assert copied and set(copied) == {0}


def test_one_page_for_each_row(sandbox: Any, table: str, dynamodb: Any) -> None:
    def pages() -> set[bytes]:
        return set(sandbox.at_rest("orders").pages)

    first = pages()
    requests = [{"PutRequest": {"Item": item(str(n))}} for n in range(2, 7)]
    dynamodb.batch_write_item(RequestItems={"orders": requests})
    assert len(pages()) == 6 and first < pages()
    dynamodb.put_item(TableName="orders", Item=item("1", "five"))
    assert len(pages()) == 6 and not first & pages()
    before = pages()
    dynamodb.delete_item(TableName="orders", Key={"id": {"S": "3"}})
    dynamodb.delete_item(TableName="orders", Key={"id": {"S": "nobody"}})
    assert len(pages()) == 5 and pages() < before


WIDE = {
    "binary": {"B": bytes(range(256))},
    "number": {"N": "12345678901234567890123456789012345678"},
    "small": {"N": "-0.00000000000000000000000000000000000001"},
    "huge": {"N": "9" * 38 + "0" * 88},
    "flag": {"BOOL": False},
    "nothing": {"NULL": True},
    "empty": {"S": ""},
    "text": {"S": "\u00e4 \u2603 \U0001f511 \x00"},
    "texts": {"SS": ["b", "a"]},
    "numbers": {"NS": ["2.5", "-1"]},
    "bytes": {"BS": [b"\xff", b"\x00"]},
    "deep": {
        "L": [
            {"M": {"a": {"L": [{"N": "1"}, {"BS": [b"\x01"]}]}, "b": {"M": {}}}},
            {"B": b"\x00\x01"},
            {"L": []},
        ]
    },
}


def alike(row: dict[str, Any]) -> dict[str, Any]:
    """A row with its sets in order."""
    return {
        name: {kind: sorted(data) if kind in ("SS", "NS", "BS") else data}
        for name, value in row.items()
        for kind, data in value.items()
    }


def test_every_type_comes_back_as_it_went_in(table: str, dynamodb: Any) -> None:
    row = {**KEY, **WIDE}
    dynamodb.put_item(TableName="orders", Item=row)
    assert alike(dynamodb.get_item(**ONE)["Item"]) == alike(row)
    dynamodb.update_item(
        **ONE,
        UpdateExpression="SET deep[0].a[0] = :n, extra = :b ADD numbers :s DELETE texts :t",
        ExpressionAttributeValues={
            ":n": {"N": "38"}, ":b": {"B": b"\xfe"}, ":s": {"NS": ["7"]}, ":t": {"SS": ["a"]},
        },
    )  # fmt: skip
    changed = dynamodb.scan(TableName="orders")["Items"][0]
    assert changed["deep"]["L"][0]["M"]["a"]["L"][0] == {"N": "38"}
    assert changed["extra"] == {"B": b"\xfe"}
    assert sorted(changed["numbers"]["NS"]) == ["-1", "2.5", "7"]
    assert changed["texts"] == {"SS": ["b"]}
    left = set(WIDE) - {"deep", "numbers", "texts"}
    assert alike({name: changed[name] for name in left}) == alike(
        {name: WIDE[name] for name in left}
    )


@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_keys_of_every_type(make_table: Any, dynamodb: Any, sandbox: Any, kind: str) -> None:
    """A number is one key however it is written."""
    values = {"S": ["1", "1.0"], "N": ["1", "-1"], "B": [b"1", b"\xff"]}[kind]
    definitions = [{"AttributeName": "id", "AttributeType": kind}]
    make_table(more={"AttributeDefinitions": definitions})
    for value in values:
        dynamodb.put_item(TableName="orders", Item={"id": {kind: value}, "v": {kind: value}})
    for value in values:
        got = dynamodb.get_item(TableName="orders", Key={"id": {kind: value}})["Item"]
        assert got["v"] == {kind: value}
    if kind == "N":
        got = dynamodb.get_item(TableName="orders", Key={"id": {"N": "1.0"}})["Item"]
        assert got["v"] == {"N": "1"}
    assert len(sandbox.at_rest("orders").pages) == 2


def test_what_requests_change_together_is_kept_together(
    make_table: Any, dynamodb: Any, key: str
) -> None:
    for name in ("orders", "bills"):
        make_table(name, KMSMasterKeyId=key)
        dynamodb.put_item(TableName=name, Item=item("1"))
    update = {"UpdateExpression": "SET n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}
    dynamodb.transact_write_items(
        TransactItems=[
            {"Update": {**ONE, **update}},
            {"Delete": {**ONE, "TableName": "bills"}},
            {"Put": {"TableName": "bills", "Item": item("2")}},
        ]
    )
    assert dynamodb.get_item(**ONE)["Item"] == {**item("1"), "n": {"N": "1"}}
    assert dynamodb.scan(TableName="bills")["Items"] == [item("2")]
    dynamodb.batch_write_item(
        RequestItems={
            "orders": [{"DeleteRequest": {"Key": KEY}}, {"PutRequest": {"Item": item("3")}}],
            "bills": [{"PutRequest": {"Item": item("4")}}],
        }
    )
    assert dynamodb.scan(TableName="orders")["Items"] == [item("3")]
    assert dynamodb.scan(TableName="bills")["Count"] == 2
    statement = {"Statement": "INSERT INTO orders VALUE {'id': '5', 'what': 'a stool'}"}
    dynamodb.execute_transaction(TransactStatements=[statement])
    assert dynamodb.scan(TableName="orders")["Count"] == 2


def test_an_unchanged_row_keeps_its_page(sandbox: Any, table: str, dynamodb: Any) -> None:
    before = sandbox.at_rest("orders").pages
    check = {**ONE, "ConditionExpression": "attribute_exists(id)"}
    dynamodb.transact_write_items(TransactItems=[{"ConditionCheck": check}])
    dynamodb.get_item(**ONE)
    assert sandbox.at_rest("orders").pages == before
