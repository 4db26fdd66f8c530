"""Whatever a learner has broken or hands in, a check has something to say: it is never the course
that is at fault."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.course.chapter import chapter, notebooks
from helpers.course.checks import judge
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab

ODD: list[Any] = [None, 7, True, "x", "", b"", b"x" * 99, [], [1], {}, {"x": 1}, {1: ...}, print]
ODD += [lambda *_, **__: None, lambda *_, **__: {}, lambda *_, **__: b"x"]


def nothing(lab: Lab) -> None:
    """The world as the notebook begins."""


def no_tables(lab: Lab) -> None:
    dynamodb = boto3.client("dynamodb")
    for name in dynamodb.list_tables()["TableNames"]:
        dynamodb.delete_table(TableName=name)


def no_users(lab: Lab) -> None:
    iam = boto3.client("iam")
    for name in [user["UserName"] for user in iam.list_users()["Users"]]:
        if name == "admin":
            continue
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        for policy in iam.list_user_policies(UserName=name)["PolicyNames"]:
            iam.delete_user_policy(UserName=name, PolicyName=policy)
        for policy in iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]:
            iam.detach_user_policy(UserName=name, PolicyArn=policy["PolicyArn"])
        iam.delete_user(UserName=name)


def keys() -> list[str]:
    kms = boto3.client("kms")
    found = [kms.describe_key(KeyId=x["KeyId"])["KeyMetadata"] for x in kms.list_keys()["Keys"]]
    return [key["KeyId"] for key in found if key["KeyManager"] == "CUSTOMER"]


def keys_disabled(lab: Lab) -> None:
    for key in keys():
        boto3.client("kms").disable_key(KeyId=key)


def keys_deleted(lab: Lab) -> None:
    for key in keys():
        boto3.client("kms").schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    lab.advance(days=8)


def no_aliases(lab: Lab) -> None:
    kms = boto3.client("kms")
    for alias in kms.list_aliases()["Aliases"]:
        if not alias["AliasName"].startswith("alias/aws/"):
            kms.delete_alias(AliasName=alias["AliasName"])


def policies_closed(lab: Lab) -> None:
    """The administrator may change the key policies, and see and use no key any more."""
    import json

    arn = boto3.client("sts").get_caller_identity()["Arn"]
    statement = {"Effect": "Allow", "Principal": {"AWS": arn}, "Resource": "*"}
    document = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Action": "kms:PutKeyPolicy"}],
    }
    for key in keys():
        with contextlib.suppress(ClientError):
            boto3.client("kms").put_key_policy(KeyId=key, Policy=json.dumps(document))


RUINS = [nothing, no_tables, no_users, keys_disabled, keys_deleted, no_aliases, policies_closed]


@pytest.mark.parametrize("ruin", RUINS, ids=lambda one: one.__name__)
@pytest.mark.parametrize("notebook", notebooks())
def test_no_check_is_at_a_loss(notebook: str, ruin: Callable[[Lab], None]) -> None:
    lab = open_lab(notebook, keep_progress=False)
    with contextlib.suppress(ClientError):
        ruin(lab)
    lost = []
    for number, exercise in chapter(notebook).exercises.items():
        count = len(exercise.given.split(",")) if exercise.given else 0
        for odd in ODD if count else [None]:
            verdict = judge(exercise, number, Evidence(lab), (odd,) * count)
            if verdict.outcome == "not checked":
                lost.append(f"{number} given {odd!r}: {verdict.sentence}")
    assert not lost, "\n".join(lost)
