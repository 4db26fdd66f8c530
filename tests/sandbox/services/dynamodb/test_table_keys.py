"""Whom DynamoDB asks KMS as, and how long it keeps a table key (F67-F69, F95, F102)."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.services.dynamodb.common import (
    ACCOUNT,
    CONTEXT,
    DENIED,
    KEY,
    USER,
    add_to_key,
    get,
)


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
    left = [g["Constraints"] for g in kms.list_grants(KeyId=key)["Grants"]]
    pairs = {"aws:dynamodb:tableName": "bills", "aws:dynamodb:subscriberId": ACCOUNT}
    assert left == [{"EncryptionContextSubset": pairs}] * 2


@pytest.mark.behaviour(69)
def test_dynamodb_gives_its_grants_back_in_its_own_name(
    table: str, dynamodb: Any, user: Any, kms: Any, key: str, calls: Any, sandbox: Any
) -> None:
    """Whoever deletes the table, or moves it to another key; no leave on the key is taken."""
    calls.clear()
    user.delete_table(TableName="orders")
    service = "dynamodb.us-east-1.amazonaws.com"
    retired = [("kms:RetireGrant", service)] * 2
    assert [(c.action, c.caller.arn) for c, _, _ in calls if c.service == "kms"] == retired
    assert kms.list_grants(KeyId=key)["Grants"] == []
    assert kms.list_retirable_grants(RetiringPrincipal=service)["Grants"] == []


def test_dynamodbs_grants_are_nobody_elses(
    table: str, make_user: Any, kms: Any, key: str, refused: Any
) -> None:
    """B14: they let no user read, and who holds their ids may not retire them."""
    grants = kms.list_grants(KeyId=key)["Grants"]
    stranger = make_user("kim").client("kms")
    for grant in grants:
        with refused("AccessDeniedException"):
            stranger.retire_grant(KeyId=key, GrantId=grant["GrantId"])
    assert kms.list_grants(KeyId=key)["Grants"] == grants


def test_grants_and_table_keys_are_made_in_the_right_names(
    make_table: Any, calls: list[Any], key: str
) -> None:
    """B14, B16: DynamoDB grants itself the use as the caller, then uses it."""
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
    """B18, G8: the administrator's read opens nothing for U."""
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
    """B18."""
    sandbox.advance(minutes=6)
    calls.clear()
    for _ in range(5):
        get(dynamodb)
    assert [call.operation for call, _, _ in calls if call.service == "kms"] == ["Decrypt"]


def test_a_namesake_has_a_cache_of_its_own(
    table: str, dynamodb: Any, user: Any, let: Any, key: str, sandbox: Any, refused: Any
) -> None:
    """A user of the same name who comes later is another caller (D8, B18)."""
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


def test_the_five_minutes_run_from_the_last_answer_of_kms(
    table: str, dynamodb: Any, calls: Any, sandbox: Any
) -> None:
    """The sandbox's assumption about B18: use does not extend them."""
    sandbox.advance(minutes=6)
    calls.clear()
    for _ in range(12):
        get(dynamodb)
        sandbox.advance(minutes=1)
    asked = [call.time for call, _, _ in calls if call.service == "kms"]
    assert len(asked) == 3
    gaps = [(later - sooner).total_seconds() for sooner, later in pairwise(asked)]
    assert all(300 <= gap < 301 for gap in gaps), gaps


def test_a_refusal_is_not_kept(table: str, user: Any, let: Any, key: str, item: Any) -> None:
    with pytest.raises(ClientError):
        get(user)
    let("kms:Decrypt", on=key)
    assert get(user) == item("1")


def test_plaintext_table_keys_are_dropped_when_their_time_is_up(
    table: str, dynamodb: Any, sandbox: Any
) -> None:
    keys = sandbox.services.dynamodb.tables.keys
    get(dynamodb)
    assert len(keys._kept) == 1
    sandbox.advance(minutes=5)
    assert not keys._kept


def assume(name: str, **more: Any) -> Any:
    answer = boto3.client("sts").assume_role(
        RoleArn=f"arn:aws:iam::{ACCOUNT}:role/reader", RoleSessionName=name, **more
    )["Credentials"]
    return boto3.Session(
        aws_access_key_id=answer["AccessKeyId"],
        aws_secret_access_key=answer["SecretAccessKey"],
        aws_session_token=answer["SessionToken"],
    ).client("dynamodb")


def test_one_session_of_a_role_opens_nothing_for_another(
    table: str, sandbox: Any, item: Any, refused: Any
) -> None:
    """Of the same name even: what a session policy takes away stays away."""
    statement = {"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [statement]}
    iam = boto3.client("iam")
    iam.create_role(RoleName="reader", AssumeRolePolicyDocument=json.dumps(document))
    allowed = {"Effect": "Allow", "Action": ["dynamodb:*", "kms:Decrypt"], "Resource": "*"}
    narrow = {**allowed, "Action": "dynamodb:*"}
    policies = [json.dumps({**document, "Statement": [s]}) for s in (allowed, narrow)]
    iam.put_role_policy(RoleName="reader", PolicyName="all", PolicyDocument=policies[0])
    wide, other, limited = assume("night"), assume("day"), assume("night", Policy=policies[1])
    assert get(wide) == get(other) == item("1")
    with refused("AccessDeniedException", DENIED, "because no session policy allows the kms:Dec"):
        get(limited)
