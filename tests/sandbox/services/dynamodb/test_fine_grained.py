"""Nothing gets past dynamodb:LeadingKeys and dynamodb:Attributes (DynamoDB Developer Guide, "Using
IAM policy conditions for fine-grained access control")."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.services.dynamodb.conftest import item

SECRET = "a secret"


@pytest.fixture
def tenant(make_table: Any, dynamodb: Any, make_user: Any) -> Any:
    """A user who may touch the rows of ``me`` alone, and of each only ``id`` and ``what``."""
    make_table("orders")
    for name in ("me", "victim"):
        dynamodb.put_item(TableName="orders", Item={**item(name), "secret": {"S": SECRET}})
    limits = {
        "dynamodb:LeadingKeys": ["me"],
        "dynamodb:Attributes": ["id", "what"],
    }
    listed = {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}
    listed["Condition"] = {"ForAllValues:StringEquals": limits}
    document = {"Version": "2012-10-17", "Statement": [listed]}
    return make_user("tenant", inline=document).client("dynamodb")


ME, VICTIM = {"S": "me"}, {"S": "victim"}
SEVERAL = "KeyConditionExpressions must only contain one condition per key"


def test_a_second_condition_on_the_key_does_not_get_past_leading_keys(
    tenant: Any, dynamodb: Any, refused: Any
) -> None:
    values = {":me": ME, ":v": VICTIM}
    select = {"TableName": "orders", "ProjectionExpression": "id, what"}
    for expression, names in (
        ("id = :me AND id = :v", {}),
        ("id = :v AND id = :me", {}),
        ("#a = :me AND #b = :v", {"#a": "id", "#b": "id"}),
        ("id = :me AND #b = :v", {"#b": "id"}),
    ):
        more = {"ExpressionAttributeNames": names} if names else {}
        asked = {**select, **more, "KeyConditionExpression": expression}
        with refused("AccessDeniedException"):
            tenant.query(**asked, ExpressionAttributeValues=values)
        with refused("ValidationException", SEVERAL):
            dynamodb.query(**asked, ExpressionAttributeValues=values)
    found = tenant.query(
        **select, KeyConditionExpression="id = :me", ExpressionAttributeValues={":me": ME}
    )
    assert found["Items"] == [item("me")]


OWN: list[tuple[str, dict[str, Any]]] = [
    ("get_item", {"Key": {"id": ME}, "ProjectionExpression": "what"}),
    ("get_item", {"Key": {"id": ME}, "AttributesToGet": ["what"]}),
    ("put_item", {"Item": item("me")}),
    ("update_item", {"Key": {"id": ME}, "UpdateExpression": "REMOVE what"}),
    ("delete_item", {"Key": {"id": ME}}),
    ("batch_get_item", {"RequestItems": {"orders": {
        "Keys": [{"id": ME}], "ProjectionExpression": "what"}}}),
    ("batch_write_item", {"RequestItems": {"orders": [{"PutRequest": {"Item": item("me")}}]}}),
    ("batch_write_item", {"RequestItems": {"orders": [{"DeleteRequest": {"Key": {"id": ME}}}]}}),
    ("transact_get_items", {"TransactItems": [{"Get": {
        "TableName": "orders", "Key": {"id": ME}, "ProjectionExpression": "what"}}]}),
    *[("transact_write_items", {"TransactItems": [{kind: {"TableName": "orders", **asked}}]})
      for kind, asked in (
          ("Put", {"Item": item("me")}), ("Delete", {"Key": {"id": ME}}),
          ("Update", {"Key": {"id": ME}, "UpdateExpression": "REMOVE what"}),
          ("ConditionCheck", {"Key": {"id": ME}, "ConditionExpression": "attribute_exists(id)"}))],
]  # fmt: skip


@pytest.mark.parametrize(("operation", "asked"), OWN, ids=[str(row) for row in OWN])
def test_each_operation_is_for_own_rows_and_attributes(
    tenant: Any, refused: Any, operation: str, asked: dict[str, Any]
) -> None:
    """What names the tenant's row and the two attributes is allowed; the same with the other's
    row, or with another attribute in place of ``what``, is not."""

    def instead(value: Any, word: str, other: str) -> Any:
        text = json.dumps(value)
        return json.loads(text.replace(f'"{word}"', f'"{other}"').replace(f" {word}", f" {other}"))

    table = {} if operation.startswith(("batch", "transact")) else {"TableName": "orders"}
    with refused("AccessDeniedException", "not authorized to perform: dynamodb:"):
        getattr(tenant, operation)(**table, **instead(asked, "me", "victim"))
    if instead(asked, "what", "secret") != asked:
        with refused("AccessDeniedException", "not authorized to perform: dynamodb:"):
            getattr(tenant, operation)(**table, **instead(asked, "what", "secret"))
    getattr(tenant, operation)(**table, **asked)


def test_two_values_or_two_operations_in_one_do_not_get_past_leading_keys(
    tenant: Any, dynamodb: Any, refused: Any
) -> None:
    both = {"N": "1", "S": "victim"}
    with refused("ValidationException", "more than one datatypes"):
        tenant.get_item(TableName="orders", Key={"id": both}, ProjectionExpression="id")
    write = {"DeleteRequest": {"Key": {"id": ME}}, "PutRequest": {"Item": {"id": VICTIM}}}
    for requests in (write, dict(reversed(write.items()))):
        with refused("ValidationException", "one PutRequest or one DeleteRequest"):
            tenant.batch_write_item(RequestItems={"orders": [requests]})
    assert dynamodb.scan(TableName="orders", Select="COUNT")["Count"] == 2
    got = dynamodb.get_item(TableName="orders", Key={"id": VICTIM})["Item"]
    assert got["secret"] == {"S": SECRET}


@pytest.mark.parametrize("alias", ["#0", "#1a", "#_", "#\u00e9", "#"])
def test_no_alias_gets_past_the_attributes(tenant: Any, alias: str) -> None:
    with pytest.raises(ClientError):
        tenant.get_item(
            TableName="orders",
            Key={"id": ME},
            ProjectionExpression=alias,
            ExpressionAttributeNames={alias: "secret"},
        )


def test_a_key_beside_an_item_is_not_what_is_written(tenant: Any, sandbox: Any) -> None:
    """botocore would not send it: a member that PutItem does not have."""
    extra = json.dumps({"TableName": "orders", "Key": {"id": ME}, "Item": {"id": VICTIM}})

    def swap(request: Any, **_: Any) -> None:
        request.data = extra.encode()

    tenant.meta.events.register("before-sign.dynamodb.PutItem", swap)
    with pytest.raises(ClientError) as caught:
        tenant.put_item(TableName="orders", Item={"id": ME})
    assert caught.value.response["Error"]["Code"] == "AccessDeniedException"
