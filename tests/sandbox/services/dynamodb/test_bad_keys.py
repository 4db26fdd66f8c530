"""No table under a KMS key that DynamoDB or its caller cannot use (F77-F81)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox.services.dynamodb.common import (
    ACCOUNT,
    DENIED,
    JAVA,
    KEY,
    USE,
    USER,
    add_to_key,
    get,
    to_key,
)


def create(client: Any, key: str) -> None:
    client.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )


SUFFIX = " (Service: AWSKMS; Status Code: 400; Error Code: {}; Request ID: "


@pytest.mark.behaviour(77)
def test_a_disabled_key_makes_no_table(
    make_table: Any, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    kms.disable_key(KeyId=key)
    with refused(
        "ValidationException",
        f"KMS key disabled error: {JAVA}DisabledException: {key} is disabled."
        + SUFFIX.format("DisabledException"),
        "; Proxy: null)",
    ):
        make_table(KMSMasterKeyId=key)
    assert dynamodb.list_tables()["TableNames"] == []
    assert kms.list_grants(KeyId=key)["Grants"] == []


@pytest.mark.behaviour(78)
def test_a_key_pending_deletion(
    make_table: Any, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with refused(
        "ValidationException",
        f"KMS validation error: {JAVA}KMSInvalidStateException: {key} is pending deletion."
        + SUFFIX.format("KMSInvalidStateException"),
    ):
        make_table(KMSMasterKeyId=key)
    assert dynamodb.list_tables()["TableNames"] == []


@pytest.mark.behaviour(79)
@pytest.mark.parametrize(
    ("named", "text"),
    [
        ("alias/no", f"Alias arn:aws:kms:us-east-1:{ACCOUNT}:alias/no is not found."),
        (
            "00000000-0000-4000-8000-000000000000",
            f"Key 'arn:aws:kms:us-east-1:{ACCOUNT}:key/00000000-0000-4000-8000-000000000000' "
            "does not exist",
        ),
        (f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/x", "Invalid arn eu-west-1"),
    ],
)
def test_a_key_that_is_not_there(
    make_table: Any, dynamodb: Any, refused: Any, named: str, text: str
) -> None:
    with refused(
        "ValidationException",
        f"KMS validation error: {JAVA}NotFoundException: {text}"
        + SUFFIX.format("NotFoundException"),
    ):
        make_table(KMSMasterKeyId=named)
    assert dynamodb.list_tables()["TableNames"] == []


@pytest.mark.behaviour(80)
@pytest.mark.parametrize(
    ("spec", "usage"), [("RSA_2048", "ENCRYPT_DECRYPT"), ("HMAC_256", "GENERATE_VERIFY_MAC")]
)
def test_a_key_that_is_not_symmetric(
    make_table: Any, dynamodb: Any, kms: Any, refused: Any, spec: str, usage: str
) -> None:
    other = kms.create_key(KeySpec=spec, KeyUsage=usage)["KeyMetadata"]["Arn"]
    with refused(
        "InternalServerError",
        f"KMS internal error: {JAVA}AWSKMSException: EncryptionContext is supported only when "
        "creating a grant for a symmetric encryption KMS key."
        + SUFFIX.format("ValidationException"),
    ):
        make_table(KMSMasterKeyId=other)
    assert dynamodb.list_tables()["TableNames"] == []


@pytest.mark.behaviour(81)
def test_who_may_not_grant_makes_no_table(user: Any, dynamodb: Any, key: str, refused: Any) -> None:
    with refused(
        "AccessDeniedException",
        f"KMS key access denied error: {JAVA}AWSKMSException: User: "
        f"arn:aws:iam::{ACCOUNT}:user/mira is not authorized to perform: kms:CreateGrant on "
        f"resource: {key} because no identity-based policy allows the kms:CreateGrant action"
        + SUFFIX.format("AccessDeniedException"),
    ):
        create(user, key)
    assert dynamodb.list_tables()["TableNames"] == []


def test_another_accounts_key_is_denied_when_it_is_described(
    sandbox: Any, make_table: Any, refused: Any
) -> None:
    """C5."""
    abroad = sandbox.session("210987654321").client("kms").create_key()["KeyMetadata"]["Arn"]
    with refused("AccessDeniedException", "KMS key access denied error", "kms:DescribeKey on this"):
        make_table(KMSMasterKeyId=abroad)


def test_a_key_is_described_before_it_is_granted(
    user: Any, let: Any, dynamodb: Any, key: str, refused: Any
) -> None:
    """C5; for a user of the key's own account the sandbox's assumption (G9)."""
    let("kms:DescribeKey", on=key, effect="Deny")
    with refused("AccessDeniedException", DENIED, "kms:DescribeKey", "with an explicit deny in an"):
        create(user, key)
    assert dynamodb.list_tables()["TableNames"] == []


def test_a_key_user_of_the_console_makes_tables(
    user: Any, kms: Any, key: str, dynamodb: Any
) -> None:
    """A62: kms:GrantIsForAWSResource holds when DynamoDB makes the grant."""
    add_to_key(kms, key, USER)
    create(user, key)
    user.put_item(TableName="orders", Item=KEY)
    assert get(user) == KEY


def test_least_privilege_for_making_tables(user: Any, let: Any, kms: Any, key: str) -> None:
    """The form of B13: by way of DynamoDB only."""
    via = {"kms:ViaService": "dynamodb.*.amazonaws.com"}
    let(*USE, "kms:CreateGrant", on=key, StringLike=via)
    create(user, key)
    user.put_item(TableName="orders", Item=KEY)
    assert len(kms.list_grants(KeyId=key)["Grants"]) == 2


def _pending(kms: Any, key: str) -> str:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    return key


def _disabled(kms: Any, key: str) -> str:
    kms.disable_key(KeyId=key)
    return key


def _signing(kms: Any, _key: str) -> str:
    made = kms.create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    return made["KeyMetadata"]["KeyId"]


def _without_leave(kms: Any, key: str) -> str:
    deny = {"Effect": "Deny", "Principal": "*", "Action": "kms:CreateGrant", "Resource": "*"}
    policy = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    policy["Statement"].append(deny)
    kms.put_key_policy(KeyId=key, Policy=json.dumps(policy))
    return key


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (_disabled, "ValidationException"),
        (_pending, "ValidationException"),
        (_signing, "InternalServerError"),
        (_without_leave, "AccessDeniedException"),
        (lambda _kms, _key: "alias/no", "ValidationException"),
    ],
    ids=["disabled", "pending deletion", "not symmetric", "not granted", "not there"],
)
def test_a_bad_key_leaves_the_table_as_it_was(
    table: str, dynamodb: Any, kms: Any, key: str, refused: Any, sandbox: Any, spoil: Any, code: str
) -> None:
    """B20; such a change does not count against the quota (B11)."""
    other = kms.create_key()["KeyMetadata"]["Arn"]
    bad = spoil(kms, other)
    before = sandbox.at_rest("orders")
    about = dynamodb.describe_table(TableName="orders")["Table"]
    for _ in range(5):
        with refused(code, "KMS "):
            to_key(dynamodb, bad)
    assert sandbox.at_rest("orders") == before
    assert dynamodb.describe_table(TableName="orders")["Table"] == about
    assert kms.list_grants(KeyId=other)["Grants"] == []
    assert len(kms.list_grants(KeyId=key)["Grants"]) == 2
    to_key(dynamodb, kms.create_key()["KeyMetadata"]["Arn"])
