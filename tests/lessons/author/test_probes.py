"""A probe says what a try would have shown, and leaves no trace."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab
from lessons.author.probes import (
    access_keys,
    allows,
    at_rest,
    customer_keys,
    grants_on,
    has_user,
    key_aliases,
    key_metadata,
    key_of,
    key_policy,
    may_decrypt_directly,
    may_manage,
    may_read,
    may_write,
    policies_of,
)

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
    assert at_rest(evidence, lab.table_name).key_arn == lab.key_arn
    assert at_rest(evidence, "no-such-table") is None


def test_a_key_is_known_by_any_of_its_names(lab: Lab) -> None:
    evidence, identifier = Evidence(lab), lab.key_arn.rpartition("/")[2]
    for name in (lab.key_arn, lab.key_alias, identifier):
        assert key_metadata(evidence, name)["KeyId"] == identifier
    assert key_metadata(evidence, "alias/none") is None
    assert key_aliases(evidence)[lab.key_alias] == identifier


def test_a_key_that_nobody_may_see_is_none(lab: Lab) -> None:
    kms, evidence = boto3.client("kms"), Evidence(lab)
    policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
    everything = {"Effect": "Deny", "Principal": "*", "Action": "kms:Describe*", "Resource": "*"}
    policy["Statement"].append(everything)
    kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))
    assert key_metadata(evidence, lab.key_arn) is None


def test_grants_are_found_by_whom_they_are_for(lab: Lab) -> None:
    evidence, mira = Evidence(lab), "arn:aws:iam::123456789012:user/mira"
    services = grants_on(evidence, lab.key_arn)
    assert services == grants_on(evidence, lab.key_arn, ".amazonaws.com") != []
    boto3.client("kms").create_grant(
        KeyId=lab.key_arn, GranteePrincipal=mira, Operations=["Decrypt"]
    )
    assert [grant["GranteePrincipal"] for grant in grants_on(evidence, lab.key_arn, "/mira")] == [
        mira
    ]


def test_what_a_user_has(lab: Lab) -> None:
    evidence, iam = Evidence(lab), boto3.client("iam")
    iam.create_group(GroupName="testers")
    iam.add_user_to_group(GroupName="testers", UserName="mira")
    allow()
    text = iam.get_user_policy(UserName="mira", PolicyName="keys")["PolicyDocument"]
    iam.put_group_policy(GroupName="testers", PolicyName="theirs", PolicyDocument=json.dumps(text))
    found = dict(policies_of(evidence, "mira"))
    assert set(found) == {"keys", "theirs", "AmazonDynamoDBFullAccess"}
    assert found["keys"] == found["theirs"] == text["Statement"]
    assert access_keys(evidence, "mira") == {} == access_keys(evidence, "nobody")
    key = iam.create_access_key(UserName="mira")["AccessKey"]
    assert access_keys(evidence, "mira") == {key["AccessKeyId"]: "Active"}
    assert has_user(evidence, "mira") and not has_user(evidence, "nobody")


def test_the_keys_of_the_account_are_not_those_of_aws(lab: Lab) -> None:
    evidence = Evidence(lab)
    found = customer_keys(evidence)
    assert lab.key_arn in found
    assert key_of(evidence, lab.scores_table_name)["Arn"] not in found


def test_what_a_key_policy_says_of_a_user(lab: Lab) -> None:
    found = key_policy(Evidence(lab), lab.key_arn)
    admin, mira = (f"arn:aws:iam::123456789012:user/{name}" for name in ("admin", "mira"))
    assert allows(found, admin, "kms:Decrypt") and allows(found, admin, "kms:PutKeyPolicy")
    assert not allows(found, admin, "kms:Sign") and not allows(found, mira, "kms:Decrypt")


@pytest.mark.parametrize(
    ("statement", "allowed"),
    [
        ({"Effect": "Allow", "Principal": {"AWS": ["x", "me"]}, "Action": ["kms:De*"]}, True),
        ({"Effect": "Allow", "Principal": "*", "Action": "kms:*"}, True),
        ({"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt"}, True),
        ({"Effect": "Deny", "Principal": "*", "Action": "kms:*"}, False),
        ({"Effect": "Allow", "Principal": {"Service": "me"}, "Action": "kms:*"}, False),
        ({"Effect": "Allow", "Principal": "*", "NotAction": "kms:*"}, False),
    ],
)
def test_a_statement_allows_what_it_names(statement: dict[str, object], allowed: bool) -> None:
    assert allows([statement], "me", "kms:Decrypt") is allowed


def test_a_record_tells_by_whom_and_for_want_of_what(lab: Lab) -> None:
    assert not tried(lab, lab.table_name)
    evidence = Evidence(lab)
    (read,) = evidence.records("GetItem", "PutItem", user="mira")
    assert read.refused("kms:Decrypt", lab.key_arn) and read.refused("kms:Decrypt")
    assert not read.refused("dynamodb:GetItem") and not read.refused("kms:Decrypt", "another")
    assert read.parameters["tableName"] == lab.table_name
    assert "(Service" in read.message and "(Service" not in read.reason
    assert read.message.startswith(read.reason) and "kms:Decrypt" in read.reason
    assert evidence.event(read.identifier) == read
    assert evidence.event(read.request_id) is None and evidence.event(...) is None
    (user,) = evidence.records("CreateUser")
    assert not user.refused("iam:CreateUser") and user.reason == ""
