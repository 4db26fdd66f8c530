"""A table whose KMS key is disabled, pending deletion or not granted (F96-F101)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.services.dynamodb.common import (
    DENIED,
    DISABLED,
    INACCESSIBLE,
    JAVA,
    get,
    put,
    switch,
    to_key,
)

POLICY = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", '
    '"Action": "dynamodb:UpdateItem", "Resource": "*"}]}'
)


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
    """C9, its second half inferred (G6)."""
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    sandbox.advance(minutes=6)
    text = f"KMS validation error: com.amazonaws.services.kms.model.KMSInvalidStateException: {key} is pending deletion."  # noqa: E501
    with refused("ValidationException", text):
        get(dynamodb)


def test_a_destroyed_key_stops_everyone_for_good(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, refused: Any
) -> None:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    sandbox.advance(days=7, minutes=6)
    for work in (get, put):
        with refused("AccessDeniedException", DENIED, "does not exist"):
            work(dynamodb)
    assert status(dynamodb) == (INACCESSIBLE, True)
    sandbox.advance(days=8)
    assert status(dynamodb)[0] == "ARCHIVED"
    dynamodb.delete_table(TableName="orders")


TTL = {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "until"}}
RECOVERY = {"PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True}}
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"}}
ARN = "arn:aws:dynamodb:us-east-1:123456789012:table/orders"


@pytest.mark.behaviour(97, 98)
@pytest.mark.parametrize("how", ["disabled", "pending deletion", "no grants"])
def test_the_status_follows_later(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, refused: Any, how: str
) -> None:
    """B21, B22: what fails then, and what works."""
    began = sandbox.clock.now()
    if how == "disabled":
        kms.disable_key(KeyId=key)
    elif how == "pending deletion":
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    else:
        for grant in kms.list_grants(KeyId=key)["Grants"]:
            kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    sandbox.advance(minutes=12)
    assert status(dynamodb) == ("ACTIVE", False)
    sandbox.advance(minutes=63)
    assert status(dynamodb) == (INACCESSIBLE, True)
    table_now = dynamodb.describe_table(TableName="orders")["Table"]
    noticed = table_now["SSEDescription"]["InaccessibleEncryptionDateTime"] - began
    assert 13 * 60 <= noticed.total_seconds() <= 75 * 60
    for fails in (
        lambda: get(dynamodb),
        lambda: put(dynamodb),
        lambda: dynamodb.create_backup(TableName="orders", BackupName="last"),
        lambda: dynamodb.update_time_to_live(TableName="orders", **TTL),
    ):
        with refused("ValidationException", "KMS "):
            fails()
    dynamodb.tag_resource(ResourceArn=ARN, Tags=[{"Key": "team", "Value": "sales"}])
    assert dynamodb.list_tags_of_resource(ResourceArn=ARN)["Tags"]
    dynamodb.update_continuous_backups(TableName="orders", **RECOVERY)
    dynamodb.put_resource_policy(ResourceArn=ARN, Policy=POLICY)
    units = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    billed = {"BillingMode": "PROVISIONED", "ProvisionedThroughput": units}
    for change in (STREAM, {"DeletionProtectionEnabled": False}, billed):
        dynamodb.update_table(TableName="orders", **change)
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    dynamodb.delete_table(TableName="orders")
    assert dynamodb.list_tables()["TableNames"] == []


def test_asking_until_the_status_follows_comes_to_an_end(
    table: str, dynamodb: Any, kms: Any, key: str
) -> None:
    """The clock moves when something in transition is asked about: so does AWS's, meanwhile."""
    kms.disable_key(KeyId=key)
    asked = 1
    while status(dynamodb)[0] == "ACTIVE" and asked < 100:
        asked += 1
    assert 5 < asked < 50
    kms.enable_key(KeyId=key)
    asked = 1
    while status(dynamodb)[0] == INACCESSIBLE and asked < 100:
        asked += 1
    assert 5 < asked < 50


@pytest.mark.behaviour(100)
def test_the_key_comes_back(
    table: str, dynamodb: Any, kms: Any, key: str, sandbox: Any, item: Any
) -> None:
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=75)
    assert status(dynamodb)[0] == INACCESSIBLE
    kms.enable_key(KeyId=key)
    assert get(dynamodb) == item("1")
    sandbox.advance(minutes=17)
    assert status(dynamodb)[0] == INACCESSIBLE
    sandbox.advance(minutes=40)
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
    """B24: documented, measured by nobody."""
    kms.disable_key(KeyId=key)
    sandbox.advance(days=7, minutes=45)  # Nobody has looked meanwhile.
    about = dynamodb.describe_table(TableName="orders")["Table"]
    assert about["TableStatus"] == "ARCHIVING"
    sandbox.advance(hours=1)
    about = dynamodb.describe_table(TableName="orders")["Table"]
    assert about["TableStatus"] == "ARCHIVED"
    assert about["ItemCount"] == 0
    summary = about["ArchivalSummary"]
    assert summary["ArchivalReason"] == INACCESSIBLE
    since = about["SSEDescription"]["InaccessibleEncryptionDateTime"]
    assert (summary["ArchivalDateTime"] - since).days == 7
    arn = summary["ArchivalBackupArn"]
    listed = dynamodb.list_backups(TableName="orders")["BackupSummaries"]
    made = listed[0]["BackupCreationDateTime"]
    assert abs((made - summary["ArchivalDateTime"]).total_seconds()) < 1
    assert [found["BackupArn"] for found in listed] == [arn]
    with refused("ValidationException", DISABLED):
        dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    kms.enable_key(KeyId=key)
    sandbox.advance(hours=2)
    assert status(dynamodb)[0] == "ARCHIVED"  # There is no way back but the backup.
    dynamodb.update_continuous_backups(TableName="orders", **RECOVERY)
    for work in (
        lambda: get(dynamodb),
        lambda: put(dynamodb),
        lambda: switch(dynamodb, Enabled=False),
        lambda: dynamodb.create_backup(TableName="orders", BackupName="last"),
        lambda: dynamodb.restore_table_to_point_in_time(
            SourceTableName="orders", TargetTableName="again", UseLatestRestorableTime=True
        ),
    ):
        with refused("ValidationException", "archived", arn):
            work()
    assert sandbox.at_rest("orders").pages == ()
    dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    assert get(dynamodb, "again") == item("1")
    dynamodb.delete_table(TableName="orders")


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
    """B21, B23."""
    for grant in kms.list_grants(KeyId=key)["Grants"]:
        kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    sandbox.advance(minutes=6)
    with refused("ValidationException", "KMS key"):
        dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})
    sandbox.advance(minutes=40)
    about = dynamodb.describe_table(TableName="orders")["Table"]
    assert about["TableStatus"] == INACCESSIBLE
    about = to_key(dynamodb, kms.create_key()["KeyMetadata"]["Arn"])
    assert about["TableStatus"] == INACCESSIBLE  # Until the change is over.
    sandbox.advance(seconds=30)
    assert dynamodb.get_item(TableName="orders", Key={"id": {"S": "1"}})["Item"] == item("1")
    assert dynamodb.describe_table(TableName="orders")["Table"]["TableStatus"] == "ACTIVE"


def test_who_may_not_decrypt_cannot_strip_the_key(
    table: str, user: Any, sandbox: Any, key: str, refused: Any
) -> None:
    """The sandbox's assumption about G4."""
    with refused("AccessDeniedException", "KMS key access denied error", "kms:Decrypt"):
        user.update_table(TableName="orders", SSESpecification={"Enabled": False})
    assert sandbox.at_rest("orders").key_arn == key
