"""Whom DynamoDB asks KMS as, and how long it keeps a table key (catalogue 67-69, 95, 102)."""

from __future__ import annotations

from typing import Any

import boto3
import pytest

from tests.sandbox.dynamodb.common import ACCOUNT, CONTEXT, DENIED, KEY, USER, add_to_key, get


@pytest.mark.behaviour(67, 68, 69)
def test_two_grants_for_each_table_until_it_is_deleted(
    make_table: Any, dynamodb: Any, kms: Any, key: str
) -> None:
    make_table("orders", KMSMasterKeyId=key)
    make_table("bills", KMSMasterKeyId=key)
    grants = kms.list_grants(KeyId=key)["Grants"]
    assert len(grants) == 4
    for grant in grants:
        assert grant["GranteePrincipal"] == "dynamodb.us-east-1.amazonaws.com"
        assert grant["RetiringPrincipal"] == grant["GranteePrincipal"]
        assert sorted(grant["Operations"]) == [
            "Decrypt", "DescribeKey", "Encrypt", "GenerateDataKey", "ReEncryptFrom",
            "ReEncryptTo", "RetireGrant",
        ]  # fmt: skip
    subsets = [grant["Constraints"]["EncryptionContextSubset"] for grant in grants]
    assert {pairs["aws:dynamodb:tableName"] for pairs in subsets} == {"orders", "bills"}
    assert {pairs["aws:dynamodb:subscriberId"] for pairs in subsets} == {ACCOUNT}
    assert dynamodb.delete_table(TableName="orders")["TableDescription"]["SSEDescription"]
    left = kms.list_grants(KeyId=key)["Grants"]
    assert [
        g["Constraints"]["EncryptionContextSubset"]["aws:dynamodb:tableName"] for g in left
    ] == [
        "bills",
        "bills",
    ]


def test_grants_and_table_keys_are_made_in_the_right_names(
    make_table: Any, calls: list[Any], key: str
) -> None:
    """aws-behaviour.md B14, B16: DynamoDB grants itself the use as the caller, then uses it."""
    calls.clear()
    make_table(KMSMasterKeyId=key)
    made = [(call.action, call.caller.arn) for call, _, error in calls if error is None]
    admin, service = f"arn:aws:iam::{ACCOUNT}:user/admin", "dynamodb.us-east-1.amazonaws.com"
    assert made == [
        ("kms:DescribeKey", admin),
        ("kms:CreateGrant", admin),
        ("kms:CreateGrant", admin),
        ("kms:GenerateDataKey", service),
        ("dynamodb:CreateTable", admin),
    ]


@pytest.mark.behaviour(102)
def test_kms_is_asked_as_the_user(table: str, user: Any, let: Any, calls: Any, key: str) -> None:
    let("kms:Decrypt", on=key)
    calls.clear()
    get(user)
    decrypt = next(call for call, _, _ in calls if call.service == "kms")
    assert (decrypt.operation, decrypt.caller.arn) == ("Decrypt", USER)
    assert decrypt.via == decrypt.source_ip == decrypt.user_agent == "dynamodb.amazonaws.com"
    assert decrypt.params["EncryptionContext"] == CONTEXT
    assert "KeyId" not in decrypt.params
    assert [call.action for call, _, _ in calls] == ["kms:Decrypt", "dynamodb:GetItem"]


@pytest.mark.behaviour(95)
def test_taking_access_away_shows_within_five_minutes(
    table: str, user: Any, kms: Any, key: str, sandbox: Any, item: Any, refused: Any
) -> None:
    add_to_key(kms, key, USER)
    assert get(user) == item("1")
    add_to_key(kms, key, None)
    for _ in range(4):
        assert get(user) == item("1")  # Use does not extend the five minutes.
        sandbox.advance(minutes=1)
    sandbox.advance(minutes=1)
    with refused("AccessDeniedException", DENIED):
        get(user)


def test_the_cache_serves_its_own_caller_and_table_only(
    table: str,
    make_table: Any,
    dynamodb: Any,
    user: Any,
    kms: Any,
    key: str,
    item: Any,
    refused: Any,
) -> None:
    """aws-behaviour.md B18, G8: the administrator's read opens nothing for U."""
    assert get(dynamodb) == item("1")
    with refused("AccessDeniedException", DENIED):
        get(user)
    add_to_key(kms, key, USER)
    get(user)
    make_table("bills", KMSMasterKeyId=key)
    add_to_key(kms, key, None)
    with refused("AccessDeniedException", DENIED):
        user.get_item(TableName="bills", Key=KEY)


def test_one_decrypt_serves_many_reads(table: str, dynamodb: Any, calls: Any, sandbox: Any) -> None:
    """aws-behaviour.md B18."""
    sandbox.advance(minutes=6)
    calls.clear()
    for _ in range(5):
        get(dynamodb)
    assert [call.operation for call, _, _ in calls if call.service == "kms"] == ["Decrypt"]


def test_a_session_has_a_cache_of_its_own(
    table: str, dynamodb: Any, user: Any, let: Any, key: str, sandbox: Any, refused: Any
) -> None:
    """A user of the same name who comes later is another caller (aws-behaviour.md D8, B18)."""
    let("kms:Decrypt", on=key)
    get(user)
    iam = boto3.client("iam")
    let()
    attached = iam.list_attached_user_policies(UserName="mira")["AttachedPolicies"]
    for policy in attached:
        iam.detach_user_policy(UserName="mira", PolicyArn=policy["PolicyArn"])
    for pair in iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]:
        iam.delete_access_key(UserName="mira", AccessKeyId=pair["AccessKeyId"])
    iam.delete_user(UserName="mira")
    iam.create_user(UserName="mira")
    iam.attach_user_policy(UserName="mira", PolicyArn=attached[0]["PolicyArn"])
    pair = iam.create_access_key(UserName="mira")["AccessKey"]
    namesake = boto3.client(
        "dynamodb",
        aws_access_key_id=pair["AccessKeyId"],
        aws_secret_access_key=pair["SecretAccessKey"],
    )
    with refused("AccessDeniedException", DENIED):
        get(namesake)
