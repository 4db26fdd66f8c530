"""A refusal is told with the service that refuses, the permission, and what decided."""

from __future__ import annotations

import json

import boto3
import pytest

from helpers import open_lab
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab
from lessons.author import why_refused


@pytest.fixture
def lab() -> Lab:
    """Notebook 06: Mira may do everything in DynamoDB, Bruno may only read; neither has a key."""
    return open_lab("06")


def put(user: str, effect: str, action: str) -> None:
    statement = {"Sid": "Mine", "Effect": effect, "Action": action, "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("iam").put_user_policy(
        UserName=user, PolicyName=f"{effect}-it", PolicyDocument=document
    )


def test_kms_refuses_and_a_policy_is_missing(lab: Lab) -> None:
    evidence = Evidence(lab)
    told = why_refused(evidence, "mira", lab.table_name)
    assert told.startswith("KMS would refuse Mira kms:Decrypt, because the key policy leaves")
    assert "no identity-based policy of the caller allows kms:Decrypt" in told
    closed = why_refused(evidence, "mira", lab.payments_table_name)
    assert closed.startswith("KMS would refuse Mira kms:Decrypt, because no statement of the key")


def test_dynamodb_refuses_before_kms_is_asked(lab: Lab) -> None:
    told = why_refused(Evidence(lab), "bruno", lab.table_name, "PutItem")
    assert told.startswith(
        "DynamoDB would refuse Bruno dynamodb:PutItem, because no identity-based"
    )


@pytest.mark.parametrize(
    ("action", "service"), [("kms:Decrypt", "KMS"), ("dynamodb:GetItem", "DynamoDB")]
)
def test_a_deny_is_named_with_its_statement_and_policy(lab: Lab, action: str, service: str) -> None:
    put("mira", "Allow", "kms:Decrypt")
    put("mira", "Deny", action)
    told = why_refused(Evidence(lab), "mira", lab.table_name)
    assert told.startswith(f"{service} would refuse Mira {action}, because “Mine” of")
    assert "Deny-it" in told


def test_who_may_read_is_not_refused_and_the_copy_leaves_nothing(lab: Lab) -> None:
    put("mira", "Allow", "kms:Decrypt")
    evidence, iam = Evidence(lab), boto3.client("iam")
    for _ in range(2):  # The most that AWS allows.
        iam.create_access_key(UserName="mira")
    before = iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]
    assert why_refused(evidence, "mira", lab.table_name) == ""
    assert why_refused(evidence, "mira", lab.table_name, "PutItem") == ""
    assert iam.list_access_keys(UserName="mira")["AccessKeyMetadata"] == before
    assert evidence.records("PutItem", user="mira") == []


def test_a_cached_table_key_does_not_hide_the_refusal(lab: Lab) -> None:
    put("mira", "Allow", "kms:Decrypt")
    key = {"player_id": {"S": "p-001"}}
    lab.as_user("mira").client("dynamodb").get_item(TableName=lab.table_name, Key=key)
    boto3.client("iam").delete_user_policy(UserName="mira", PolicyName="Allow-it")
    assert "KMS would refuse Mira" in why_refused(Evidence(lab), "mira", lab.table_name)


def test_what_no_policy_decides_is_told_as_the_error_that_it_is(lab: Lab) -> None:
    put("mira", "Allow", "kms:Decrypt")
    boto3.client("kms").disable_key(KeyId=lab.key_arn)
    told = why_refused(Evidence(lab), "mira", lab.table_name)
    assert told.startswith("GetItem would fail with ValidationException: KMS key disabled error")
    assert why_refused(Evidence(lab), "nobody", lab.table_name) == "there is no user nobody."


def test_an_admin_without_permissions_gets_a_plain_sentence(lab: Lab) -> None:
    put("admin", "Deny", "iam:CreateAccessKey")
    told = why_refused(Evidence(lab), "mira", lab.table_name)
    assert told == "Mira would be refused."
