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
