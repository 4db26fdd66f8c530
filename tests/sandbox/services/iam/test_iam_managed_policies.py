"""AWS managed policies: made on demand, the same as moto's, and all of them evaluable."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.authorization import Policy
from refusal.moto import iam as moto_iam
from refusal.services.iam import managed

FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
ALL = json.loads(moto_iam.managed_policies_text())


def test_each_policy_is_found_as_a_parse_of_the_whole_finds_it() -> None:
    assert len(ALL) > 1000
    some = [*list(ALL)[::40], "AdministratorAccess", "AmazonDynamoDBFullAccess", "ReadOnlyAccess"]
    assert [managed.find(name) for name in some] == [ALL[name] for name in some]


@pytest.mark.parametrize("name", ["Nobody", "", 'AdministratorAccess":{', "administratoraccess"])
def test_a_policy_that_aws_has_not_is_not_found(name: str) -> None:
    assert managed.find(name) is None


def test_the_rules_can_read_every_policy_of_aws() -> None:
    for name, data in list(ALL.items())[::8]:
        assert Policy.parse(data["Document"], kind="identity-based", name=name).statements


def test_making_the_administrators_policy_costs_next_to_nothing(sandbox: Sandbox) -> None:
    taken = []
    for account in ("111111111111", "222222222222", "333333333333"):
        moto_iam.iam(account)
        start = time.perf_counter()
        managed.load("arn:aws:iam::aws:policy/AdministratorAccess", account)
        taken.append(time.perf_counter() - start)
    assert min(taken) < 0.01  # Some 0.5 ms; all policies of AWS take a second.


def test_only_the_policies_in_use_are_made(
    sandbox: Sandbox, make_user: Callable[..., boto3.Session]
) -> None:
    make_user("mira", FULL_ACCESS)
    made = moto_iam.iam(sandbox.account_id).managed_policies
    assert sorted(arn.rsplit("/")[-1] for arn in made) == [
        "AdministratorAccess",
        "AmazonDynamoDBFullAccess",
    ]
    iam = boto3.client("iam")
    used = iam.list_policies(OnlyAttached=True, Scope="AWS")["Policies"]
    assert [policy["PolicyName"] for policy in used] == [
        "AdministratorAccess",
        "AmazonDynamoDBFullAccess",
    ]


def test_listing_the_policies_of_aws_lists_them_all(sandbox: Sandbox) -> None:
    iam = boto3.client("iam")
    pages = iam.get_paginator("list_policies").paginate(Scope="AWS")
    listed = [policy["PolicyName"] for page in pages for policy in page["Policies"]]
    assert sorted(listed) == sorted(ALL)
    assert iam.list_policies(Scope="Local")["Policies"] == []


@pytest.mark.behaviour(55)
def test_a_policy_can_be_looked_at_before_anyone_has_it(sandbox: Sandbox) -> None:
    iam = boto3.client("iam")
    policy = iam.get_policy(PolicyArn=FULL_ACCESS)["Policy"]
    assert (policy["DefaultVersionId"], policy["AttachmentCount"]) == ("v15", 0)
    version = iam.get_policy_version(PolicyArn=FULL_ACCESS, VersionId="v15")["PolicyVersion"]
    actions = [a for s in version["Document"]["Statement"] for a in s["Action"]]
    assert [a for a in actions if a.startswith("kms:")] == ["kms:DescribeKey", "kms:ListAliases"]


def test_the_successor_of_the_deprecated_policy_gives_no_use_of_keys_either(
    sandbox: Sandbox, make_user: Callable[..., boto3.Session]
) -> None:
    """H2, B31."""
    client = make_user("mira", f"{FULL_ACCESS}_v2").client("kms")
    key = boto3.client("kms").create_key()["KeyMetadata"]["KeyId"]
    assert client.describe_key(KeyId=key) and client.list_aliases()["Aliases"]
    assert make_user("ines", f"{FULL_ACCESS}_v2").client("dynamodb").list_tables()
    with pytest.raises(ClientError, match="AccessDeniedException"):
        client.encrypt(KeyId=key, Plaintext=b"x")


@pytest.mark.parametrize("name", ["NoSuchPolicy", "service-role/AdministratorAccess"])
def test_a_policy_that_aws_has_not_cannot_be_attached(sandbox: Sandbox, name: str) -> None:
    iam = boto3.client("iam")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        iam.attach_user_policy(UserName="admin", PolicyArn=f"arn:aws:iam::aws:policy/{name}")


def test_nobody_changes_a_policy_of_aws(sandbox: Sandbox) -> None:
    document = json.dumps(
        {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    )
    iam = boto3.client("iam")
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.create_policy_version(PolicyArn=FULL_ACCESS, PolicyDocument=document, SetAsDefault=True)
    with pytest.raises(ClientError, match="AccessDenied"):
        iam.delete_policy(PolicyArn=FULL_ACCESS)
