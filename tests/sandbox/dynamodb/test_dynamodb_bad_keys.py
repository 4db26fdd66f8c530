"""No table under a KMS key that DynamoDB or its caller cannot use (catalogue 77-81)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.dynamodb.common import ACCOUNT, JAVA

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
def test_a_key_that_is_not_symmetric(
    make_table: Any, dynamodb: Any, kms: Any, refused: Any
) -> None:
    rsa = kms.create_key(KeySpec="RSA_2048", KeyUsage="ENCRYPT_DECRYPT")["KeyMetadata"]["Arn"]
    with refused(
        "InternalServerError",
        f"KMS internal error: {JAVA}AWSKMSException: EncryptionContext is supported only when "
        "creating a grant for a symmetric encryption KMS key."
        + SUFFIX.format("ValidationException"),
    ):
        make_table(KMSMasterKeyId=rsa)
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
        user.create_table(
            TableName="orders",
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        )
    assert dynamodb.list_tables()["TableNames"] == []


def test_another_accounts_key_is_denied_when_it_is_described(
    sandbox: Any, make_table: Any, refused: Any
) -> None:
    """aws-behaviour.md C5."""
    abroad = sandbox.session("210987654321").client("kms").create_key()["KeyMetadata"]["Arn"]
    with refused("AccessDeniedException", "KMS key access denied error", "kms:DescribeKey on this"):
        make_table(KMSMasterKeyId=abroad)
