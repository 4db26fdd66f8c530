"""A probe says what a try would have shown, and leaves no trace."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab
from helpers.course.probes import key_of, may_decrypt_directly, may_manage, may_read, may_write

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


@pytest.fixture
def lab() -> Lab:
    """Notebook 05, with Mira, who may use DynamoDB and no key."""
    opened = open_lab("05")
    iam = boto3.client("iam")
    iam.create_user(UserName="mira")
    iam.attach_user_policy(UserName="mira", PolicyArn=FULL)
    return opened


def allow(**more: object) -> None:
    """Let Mira use every key, under a condition."""
    statement = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", **more}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    boto3.client("iam").put_user_policy(UserName="mira", PolicyName="keys", PolicyDocument=document)


def tried(lab: Lab, table: str) -> bool:
    """Whether Mira's read goes through, by trying it; past what DynamoDB keeps."""
    lab.advance(minutes=6)
    try:
        lab.as_user("mira").client("dynamodb").get_item(
            TableName=table, Key={"player_id": {"S": "p-001"}}
        )
    except ClientError:
        return False
    return True


VIA = {"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}}


@pytest.mark.parametrize("step", ["nothing", "via", "any", "grant", "key policy", "other table"])
def test_a_probe_agrees_with_a_try(lab: Lab, step: str) -> None:
    kms, mira = boto3.client("kms"), "arn:aws:iam::123456789012:user/mira"
    if step in ("via", "any"):
        allow(**({"Condition": VIA} if step == "via" else {}))
    elif step in ("grant", "other table"):
        table = lab.table_name if step == "grant" else lab.old_table_name
        pairs = {"EncryptionContextSubset": {"aws:dynamodb:tableName": table}}
        kms.create_grant(
            KeyId=lab.key_arn, GranteePrincipal=mira, Operations=["Decrypt"], Constraints=pairs
        )
    elif step == "key policy":
        policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
        policy["Statement"][2]["Principal"] = {"AWS": mira}
        kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))
    evidence = Evidence(lab)
    for table in (lab.table_name, lab.old_table_name, lab.scores_table_name):
        assert may_read(evidence, "mira", table) is tried(lab, table)
        assert may_write(evidence, "mira", table) is may_read(evidence, "mira", table)
    assert may_decrypt_directly(evidence, "mira", lab.table_name) is (
        step in ("any", "grant", "key policy")
    )


def test_a_probe_leaves_no_trace(lab: Lab) -> None:
    evidence, before = Evidence(lab), len(lab.trail.events())
    allow()
    assert may_read(evidence, "mira", lab.table_name)
    boto3.client("iam").delete_user_policy(UserName="mira", PolicyName="keys")
    names = [event.name for event in lab.trail.events()[before:]]
    assert names == ["PutUserPolicy", "DescribeTable", "DeleteUserPolicy"]
    assert not tried(lab, lab.table_name)


def test_who_manages_a_key(lab: Lab) -> None:
    evidence = Evidence(lab)
    assert may_manage(evidence, "admin", lab.key_arn)
    assert not may_manage(evidence, "mira", lab.key_arn)
    assert not may_read(evidence, "nobody", lab.table_name)


def test_the_key_of_a_table(lab: Lab) -> None:
    evidence = Evidence(lab)
    assert key_of(evidence, lab.table_name)["Arn"] == lab.key_arn
    assert key_of(evidence, lab.scores_table_name)["KeyManager"] == "AWS"
    assert key_of(evidence, "no-such-table") is None
