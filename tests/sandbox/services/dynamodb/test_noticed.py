"""Details that one changed line would break without another test's notice."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from refusal.moto import dynamodb as moto_dynamodb
from refusal.services.dynamodb.data_keys import TableKey
from refusal.services.dynamodb.index_entries import IndexEntries
from refusal.services.dynamodb.rows import rows_of
from refusal.services.dynamodb.stream_records import SealedRecords
from tests.sandbox.services.dynamodb.common import ACCOUNT
from tests.sandbox.services.dynamodb.conftest import item

ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"


def test_a_table_without_its_key_is_there_for_59_minutes(
    make_table: Any, dynamodb: Any, kms: Any, key: str, sandbox: Any
) -> None:
    """B25."""
    make_table(KMSMasterKeyId=key)
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=58, seconds=55)
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    sandbox.advance(seconds=10)
    assert dynamodb.list_tables()["TableNames"] == []


@pytest.mark.parametrize(
    ("operation", "named"),
    [
        ("tag_resource", {"Tags": [{"Key": "team", "Value": "x"}]}),
        ("untag_resource", {"TagKeys": ["team"]}),
    ],
)
def test_a_policy_sees_the_tag_keys_of_a_request(
    table: str, user: Any, let: Any, refused: Any, operation: str, named: dict[str, Any]
) -> None:
    """``aws:TagKeys``, of both requests that have any."""
    condition = {"ForAnyValue:StringEquals": {"aws:TagKeys": "team"}}
    action = "dynamodb:TagResource" if operation == "tag_resource" else "dynamodb:UntagResource"
    let(action, effect="Deny", **condition)
    with refused("AccessDeniedException", "with an explicit deny"):
        getattr(user, operation)(ResourceArn=ARN, **named)
    let()
    getattr(user, operation)(ResourceArn=ARN, **named)


def test_a_policy_sees_the_tags_of_a_request(table: str, user: Any, let: Any, refused: Any) -> None:
    let("dynamodb:TagResource", effect="Deny", StringEquals={"aws:RequestTag/team": "x"})
    with refused("AccessDeniedException", "with an explicit deny"):
        user.tag_resource(ResourceArn=ARN, Tags=[{"Key": "team", "Value": "x"}])
    user.tag_resource(ResourceArn=ARN, Tags=[{"Key": "team", "Value": "y"}])


def test_the_last_entry_of_a_place_leaves_nothing() -> None:
    entries = IndexEntries()
    entries.follow(["color"], empty=True)
    one, two = (b"p", b"1"), (b"p", b"2")
    entries.put(one, {"color": b"red"})
    entries.put(two, {"color": b"red"})
    entries.put(one, {})
    assert entries.find({"color": b"red"}) == [two]
    entries.put(two, {"color": b"blue"})
    assert entries._found == {"color": {b"blue": {two: None}}}


@pytest.mark.parametrize("sse", [{}, {"Enabled": True}])
def test_an_index_is_filled_when_it_is_added(make_table: Any, dynamodb: Any, sse: Any) -> None:
    """Under a key owned by AWS and under the AWS managed key: in DynamoDB's own name."""
    make_table(**sse)
    for number in "12":
        dynamodb.put_item(TableName="orders", Item=item(number, f"chair {number}"))
    index = {
        "IndexName": "by-what",
        "KeySchema": [{"AttributeName": "what", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"},
    }
    dynamodb.update_table(
        TableName="orders",
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"} for name in ("id", "what")
        ],
        GlobalSecondaryIndexUpdates=[{"Create": index}],
    )
    table = moto_dynamodb.dynamodb(ACCOUNT, "us-east-1").tables["orders"]
    assert rows_of(table).entries.unfilled == set()


def test_a_copy_of_closed_records_is_one_of_its_own(sandbox: Any) -> None:
    """A backup's stream does not grow with the table's; of open records there is no copy."""
    records = SealedRecords("id", "label", sandbox._gate.entropy)
    records.blobs.append(b"sealed")
    twin = copy.deepcopy(records)
    assert (twin.name, twin.blobs) == (records.name, [b"sealed"])
    records.blobs.append(b"more")
    assert twin.blobs == [b"sealed"]
    records.unlock(TableKey(b"k" * 32))
    assert copy.deepcopy(records).blobs == []


def test_an_expression_has_300_operators_and_no_more(
    make_table: Any, dynamodb: Any, refused: Any
) -> None:
    """Comparisons, and the words that join them."""
    make_table()
    values = {":v": {"S": "1"}}

    def scan(comparisons: int, more: str = "") -> Any:
        text = " OR ".join(["id = :v"] * comparisons) + more
        return dynamodb.scan(
            TableName="orders", FilterExpression=text, ExpressionAttributeValues=values
        )

    counted = "operator count: 301"
    with refused("ValidationException", counted):
        scan(151)
    assert scan(149, " OR NOT id = :v")["Items"] == []


def test_partiql_narrows_by_the_sort_key_alone(make_table: Any, dynamodb: Any) -> None:
    make_table(sort=True)
    row = {"id": {"S": "a"}, "line": {"S": "5"}, "n": {"S": "1"}}
    dynamodb.put_item(TableName="orders", Item=row)
    for condition, found in (
        ("n < '2'", [row]), ("n = '1'", [row]), ("line < '2'", []), ("line = '5'", [row]),
        ("n = '1' AND line = '5'", [row]), ("n < '2' AND line < '2'", []),
    ):  # fmt: skip
        statement = f"SELECT * FROM orders WHERE id = 'a' AND {condition}"
        assert dynamodb.execute_statement(Statement=statement)["Items"] == found, condition


def test_a_partiql_index_is_a_whole_number_or_a_name(
    make_table: Any, dynamodb: Any, refused: Any
) -> None:
    make_table()
    row = {"id": {"S": "1"}, "m": {"M": {"0": {"S": "x"}}}, "l": {"L": [{"S": "y"}]}}
    dynamodb.put_item(TableName="orders", Item=row)
    for condition, found in (
        ("m['0'] = 'x'", [row]), ("m[0] = 'x'", []), ("l[0] = 'y'", [row]), ("l['0'] = 'y'", []),
    ):  # fmt: skip
        statement = f"SELECT * FROM orders WHERE {condition}"
        assert dynamodb.execute_statement(Statement=statement)["Items"] == found, condition
    for wrong in ("l[0.5]", "l[1e0]", "l[x]"):
        with refused("ValidationException", "Expected an index"):
            dynamodb.execute_statement(Statement=f"SELECT * FROM orders WHERE {wrong} = 'y'")
