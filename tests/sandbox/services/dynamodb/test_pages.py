"""Pages that end at their Limit (H85)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from refusal import Sandbox


@pytest.fixture
def read(make_table: Any, dynamodb: Any) -> Any:
    """A Scan or a Query of a table, or of its index ``by-g``, with three items."""
    index = {
        "IndexName": "by-g",
        "KeySchema": [{"AttributeName": "g", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    }
    defined = [{"AttributeName": name, "AttributeType": "S"} for name in ("id", "g")]
    make_table(more={"GlobalSecondaryIndexes": [index], "AttributeDefinitions": defined})
    for name in "abc":
        item = {"id": {"S": name}, "g": {"S": "g"}, "n": {"N": "1"}}
        dynamodb.put_item(TableName="orders", Item=item)

    def page(operation: str, limit: int, **more: Any) -> Any:
        if operation == "query":
            more |= {"IndexName": "by-g", "KeyConditionExpression": "g = :g"}
            more |= {"ExpressionAttributeValues": {":g": {"S": "g"}}}
        return getattr(dynamodb, operation)(TableName="orders", Limit=limit, **more)

    return page


@pytest.mark.parametrize("operation", ["query", "scan"])
def test_a_page_that_ends_at_its_limit_says_where(read: Any, operation: str) -> None:
    """H85: DynamoDB does not look ahead; the next page is empty."""
    full = read(operation, 3)
    rest = read(operation, 3, ExclusiveStartKey=full["LastEvaluatedKey"])

    assert [it["id"]["S"] for it in full["Items"]] == ["a", "b", "c"]
    assert full["LastEvaluatedKey"]["id"] == {"S": "c"}
    assert "LastEvaluatedKey" not in read(operation, 4)
    assert (rest["Count"], rest.get("LastEvaluatedKey")) == (0, None)


def test_limits_count_items_before_filters_and_projections(read: Any) -> None:
    """H85: what a filter drops counts, and the key is there without being asked for."""
    values = {":n": {"N": "2"}, ":m": {"S": "a"}}
    text = "n = :n OR id = :m"
    page = read(
        "scan",
        3,
        FilterExpression=text,
        ExpressionAttributeValues=values,
        ProjectionExpression="n",
    )

    assert page["Items"] == [{"n": {"N": "1"}}]
    assert page["LastEvaluatedKey"] == {"id": {"S": "c"}}
    assert (page["Count"], page["ScannedCount"]) == (1, 3)


def test_a_sandbox_aside_has_the_same_pages(sandbox: Sandbox, read: Any, tmp_path: Path) -> None:
    """A copy of the account runs beside it, as where a check tries something out."""
    sandbox.save(tmp_path / "account")
    copy = Sandbox.load(tmp_path / "account")
    copy.start(aside=True)
    try:
        client = copy.session().client("dynamodb")
        page = client.scan(TableName="orders", Limit=3)
        assert [it["id"]["S"] for it in page["Items"]] == ["a", "b", "c"]
        assert page["LastEvaluatedKey"]["id"] == {"S": "c"}
    finally:
        copy.stop()
    assert len(read("scan", 3)["Items"]) == 3
