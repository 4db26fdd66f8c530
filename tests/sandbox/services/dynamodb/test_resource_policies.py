"""Resource-based policies and tags of a table, by its ARN: botocore's models of the operations."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.services.dynamodb.common import ACCOUNT

ARN = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/orders"
NONE = "Resource-based policy not found for the provided ResourceArn: "


def policy(action: str = "dynamodb:GetItem", size: int = 0) -> str:
    """A policy, with white space up to a size in bytes."""
    principal = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": ARN}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}).ljust(size)


@pytest.fixture
def put(make_table: Any, dynamodb: Any) -> Any:
    """Put a policy on a table that has none; the revision's ID."""
    make_table("orders")

    def given(text: str, **more: Any) -> str:
        answer = dynamodb.put_resource_policy(ResourceArn=ARN, Policy=text, **more)
        return str(answer["RevisionId"])

    return given


def test_a_policy_is_deleted_as_often_as_one_likes(put: Any, dynamodb: Any, refused: Any) -> None:
    """ "Running it multiple times on the same resource doesn't result in an error response"; the
    revision is empty of "a resource without a policy"."""
    revision = put(policy())
    with refused("PolicyNotFoundException", NONE, revision):
        dynamodb.delete_resource_policy(ResourceArn=ARN, ExpectedRevisionId="other")
    deleted = dynamodb.delete_resource_policy(ResourceArn=ARN, ExpectedRevisionId=revision)
    assert deleted["RevisionId"] == revision
    assert dynamodb.delete_resource_policy(ResourceArn=ARN)["RevisionId"] == ""
    for expected in (revision, "other"):
        with refused("PolicyNotFoundException", NONE + ARN):
            dynamodb.delete_resource_policy(ResourceArn=ARN, ExpectedRevisionId=expected)
    with refused("PolicyNotFoundException", NONE + ARN):
        dynamodb.get_resource_policy(ResourceArn=ARN)


def test_a_policy_replaces_the_revision_that_is_expected(
    put: Any, dynamodb: Any, refused: Any
) -> None:
    """ "If there's no policy attached to the resource, your request will be rejected", too."""
    with refused("PolicyNotFoundException", NONE + ARN):
        put(policy(), ExpectedRevisionId="1")
    first = put(policy(), ExpectedRevisionId="NO_POLICY")
    assert put(policy()) == first
    for expected in ("NO_POLICY", "1"):
        with refused("PolicyNotFoundException", NONE):
            put(policy("dynamodb:*"), ExpectedRevisionId=expected)
    assert dynamodb.get_resource_policy(ResourceArn=ARN)["Policy"] == policy()
    second = put(policy("dynamodb:*"), ExpectedRevisionId=first)
    now = dynamodb.get_resource_policy(ResourceArn=ARN)
    assert (now["Policy"], now["RevisionId"]) == (policy("dynamodb:*"), second)


def test_a_policy_has_20_kilobytes_at_most(
    put: Any, make_table: Any, dynamodb: Any, refused: Any
) -> None:
    """White space counts; of a new table, too."""
    put(policy(size=20 * 1024))
    make_table("others", more={"ResourcePolicy": policy(size=20 * 1024)})
    for text, says in (
        (policy(size=20 * 1024 + 1), "The resource policy has 20481 bytes. The maximum is 20480"),
        ("{", "The resource policy cannot be read"),
        ("", "The resource policy cannot be read"),
    ):
        with refused("ValidationException", says):
            put(text)
        with refused("ValidationException", says):
            make_table("more", more={"ResourcePolicy": text})
    assert dynamodb.list_tables()["TableNames"] == ["orders", "others"]


def test_of_a_table_that_is_not_there(dynamodb: Any, refused: Any) -> None:
    for call, more in (
        (dynamodb.put_resource_policy, {"Policy": policy()}),
        (dynamodb.put_resource_policy, {"Policy": policy(), "ExpectedRevisionId": "1"}),
        (dynamodb.get_resource_policy, {}),
        (dynamodb.delete_resource_policy, {}),
        (dynamodb.delete_resource_policy, {"ExpectedRevisionId": "1"}),
    ):
        with refused("ResourceNotFoundException", "Table: orders not found"):
            call(ResourceArn=ARN, **more)


TAG = {"Key": "team", "Value": "x"}
BY_ARN: list[tuple[str, dict[str, Any]]] = [
    ("put_resource_policy", {"Policy": policy()}),
    ("get_resource_policy", {}),
    ("delete_resource_policy", {}),
    ("tag_resource", {"Tags": [TAG]}),
    ("untag_resource", {"TagKeys": ["team"]}),
    ("list_tags_of_resource", {}),
]


@pytest.mark.parametrize("operation", BY_ARN, ids=[name for name, _ in BY_ARN])
@pytest.mark.parametrize("part", ["stream/2026-01-05T09:00:00.100", "index/x", "backup/0123", ""])
def test_a_part_of_a_table_is_not_taken_for_the_table(
    put: Any, dynamodb: Any, refused: Any, operation: Any, part: str
) -> None:
    """Neither is anything lost that was asked for (H78)."""
    put(policy())
    dynamodb.tag_resource(ResourceArn=ARN, Tags=[TAG])
    name, more = operation
    arn = f"{ARN}/{part}"
    refusal = (
        "ValidationException",
        f"Invalid TableArn: Invalid ResourceArn provided as input {arn}",
    )
    if name.endswith("policy") and part.startswith("stream"):
        refusal = ("NotInSandbox", "resource-based policies of streams")
    with refused(*refusal):
        getattr(dynamodb, name)(ResourceArn=arn, **more)
    assert dynamodb.get_resource_policy(ResourceArn=ARN)["Policy"] == policy()
    assert dynamodb.list_tags_of_resource(ResourceArn=ARN)["Tags"] == [TAG]
