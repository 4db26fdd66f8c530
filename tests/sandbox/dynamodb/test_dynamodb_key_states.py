"""A table whose KMS key is disabled, pending deletion or not granted (catalogue 96-101)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.dynamodb.common import JAVA, KEY, get, put, switch, to_key


def status(dynamodb: Any) -> tuple[str, bool]:
    table = dynamodb.describe_table(TableName="orders")["Table"]
    sse = table["SSEDescription"]
    assert sse["Status"] == "ENABLED"
    return table["TableStatus"], "InaccessibleEncryptionDateTime" in sse


@pytest.mark.behaviour(96)
def test_a_disabled_key_stops_everyone_after_the_cache(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, item: Any, refused: Any
) -> None:
    kms.disable_key(KeyId=key)
    assert get(dynamodb) == item("1")
    sandbox.advance(minutes=6)
    text = f"KMS key disabled error: com.amazonaws.services.kms.model.DisabledException: {key} is disabled. (Service: AWSKMS; Status Code: 400; Error Code: DisabledException; "  # noqa: E501
    for work in (get, put):
        with refused("ValidationException", text):
            work(dynamodb)


def test_a_key_pending_deletion_stops_everyone(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, refused: Any
) -> None:
    """aws-behaviour.md C9, its second half inferred (G6)."""
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    sandbox.advance(minutes=6)
    text = f"KMS validation error: com.amazonaws.services.kms.model.KMSInvalidStateException: {key} is pending deletion."  # noqa: E501
    with refused("ValidationException", text):
        get(dynamodb)


@pytest.mark.behaviour(97, 98)
def test_the_status_follows_later_and_the_table_can_be_deleted(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, refused: Any
) -> None:
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=12)
    assert status(dynamodb) == ("ACTIVE", False)
    sandbox.advance(minutes=63)
    assert status(dynamodb) == ("INACCESSIBLE_ENCRYPTION_CREDENTIALS", True)
    with refused("ValidationException", "KMS key disabled error"):
        dynamodb.create_backup(TableName="orders", BackupName="last")
    with refused("ValidationException", "KMS key disabled error"):
        dynamodb.update_time_to_live(
            TableName="orders",
            TimeToLiveSpecification={"Enabled": True, "AttributeName": "until"},
        )
    dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=False)
    dynamodb.describe_continuous_backups(TableName="orders")
    dynamodb.delete_table(TableName="orders")


@pytest.mark.behaviour(100)
def test_the_key_comes_back(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, item: Any
) -> None:
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=75)
    assert status(dynamodb)[0] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    kms.enable_key(KeyId=key)
    assert get(dynamodb) == item("1")
    assert status(dynamodb)[0] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    sandbox.advance(minutes=57)
    assert status(dynamodb) == ("ACTIVE", False)


@pytest.mark.behaviour(101)
def test_cancelling_a_deletion_is_not_enough(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, item: Any, refused: Any
) -> None:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    sandbox.advance(minutes=6)
    kms.cancel_key_deletion(KeyId=key)
    with refused("ValidationException", "KMS key disabled error"):
        get(dynamodb)
    kms.enable_key(KeyId=key)
    assert get(dynamodb) == item("1")


def test_after_seven_days_the_table_is_archived(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, item: Any, refused: Any
) -> None:
    """aws-behaviour.md B24: documented, measured by nobody."""
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=31)
    sandbox.advance(days=7)
    about = dynamodb.describe_table(TableName="orders")["Table"]
    assert about["TableStatus"] == "ARCHIVING"
    sandbox.advance(hours=1)
    about = dynamodb.describe_table(TableName="orders")["Table"]
    assert about["TableStatus"] == "ARCHIVED"
    summary = about["ArchivalSummary"]
    assert summary["ArchivalReason"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    kms.enable_key(KeyId=key)
    with refused("ValidationException", "archived"):
        get(dynamodb)
    assert sandbox.at_rest("orders").pages == ()
    dynamodb.restore_table_from_backup(
        TargetTableName="again", BackupArn=summary["ArchivalBackupArn"]
    )
    assert dynamodb.get_item(TableName="again", Key=KEY)["Item"] == item("1")


@pytest.mark.behaviour(99)
def test_no_way_out_of_a_disabled_key(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    other = kms.create_key()["KeyMetadata"]["Arn"]
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=45)
    for sse in ({"SSEType": "KMS", "KMSMasterKeyId": other}, {"Enabled": False}):
        with refused("ValidationException", f"{JAVA}DisabledException: {key} is disabled."):
            switch(dynamodb, **sse)
    assert kms.list_grants(KeyId=other)["Grants"] == []


def test_revoked_grants_stop_the_table_and_another_key_heals_it(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, refused: Any, item: Any
) -> None:
    """aws-behaviour.md B21, B23."""
    for grant in kms.list_grants(KeyId=key)["Grants"]:
        kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    sandbox.advance(minutes=6)
    with refused("ValidationException", "KMS key"):
        dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
    sandbox.advance(minutes=40)
    about = dynamodb.describe_table(TableName="orders")["Table"]
    assert about["TableStatus"] == "INACCESSIBLE_ENCRYPTION_CREDENTIALS"
    to_key(dynamodb, kms.create_key()["KeyMetadata"]["Arn"])
    sandbox.advance(seconds=30)
    assert dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"] == item("1")
    assert dynamodb.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"


def test_who_may_not_decrypt_cannot_strip_the_key(
    table: str, user: Any, sandbox: Any, key: str, refused: Any
) -> None:
    """The sandbox's assumption about aws-behaviour.md G4."""
    with refused("AccessDeniedException", "KMS key access denied error", "kms:Decrypt"):
        user.update_table(TableName="orders", SSESpecification={"Enabled": False})
    assert sandbox.at_rest("orders").key_arn == key
