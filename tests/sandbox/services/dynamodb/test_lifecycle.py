"""Making, backing up, restoring and deleting tables, and what becomes of their keys."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest

from tests.sandbox.services.dynamodb.common import DENIED, DISABLED, KEY, get, put, switch, to_key
from tests.sandbox.services.dynamodb.conftest import item


def backup(dynamodb: Any, table: str = "orders") -> str:
    made = dynamodb.create_backup(TableName=table, BackupName="nightly")
    return made["BackupDetails"]["BackupArn"]


@pytest.fixture
def restore(dynamodb: Any) -> Callable[..., Any]:
    """``restore(arn, name)``: the new table's description."""

    def do(arn: str, name: str = "again", **sse: Any) -> Any:
        more = {"SSESpecificationOverride": sse} if sse else {}
        return dynamodb.restore_table_from_backup(TargetTableName=name, BackupArn=arn, **more)[
            "TableDescription"
        ]

    return do


def grants(kms: Any, key: str) -> int:
    return len(kms.list_grants(KeyId=key)["Grants"])


def test_a_restored_table_has_its_own_table_key_under_the_same_kms_key(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, restore: Any
) -> None:
    """B17."""
    arn = backup(dynamodb)
    put(dynamodb, "2")
    assert restore(arn)["SSEDescription"]["KMSMasterKeyArn"] == key
    assert dynamodb.scan(TableName="again")["Items"] == [item("1")]
    first, second = sandbox.at_rest("orders"), sandbox.at_rest("again")
    assert first.wrapped_table_key != second.wrapped_table_key
    assert second.encryption_context["aws:dynamodb:tableName"] == "again"
    assert not set(first.pages) & set(second.pages)
    assert grants(kms, key) == 4


@pytest.mark.parametrize(
    ("sse", "manager"),
    [({"Enabled": False}, None), ({"Enabled": True}, "AWS"), ({"SSEType": "KMS"}, "AWS")],
)
def test_a_restored_table_may_have_another_encryption(
    table: str, dynamodb: Any, kms: Any, restore: Any, sse: Any, manager: Any
) -> None:
    about = restore(backup(dynamodb), **sse).get("SSEDescription")
    assert (about is None) is (manager is None)
    if about:
        key = kms.describe_key(KeyId=about["KMSMasterKeyArn"])["KeyMetadata"]
        assert key["KeyManager"] == manager
    assert get(dynamodb, "again") == item("1")


def test_an_old_backup_keeps_the_key_it_was_made_with(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, restore: Any, refused: Any
) -> None:
    """B17: also when the table has gone over to another key, or is gone."""
    other = kms.create_key()["KeyMetadata"]["Arn"]
    arn = backup(dynamodb)
    to_key(dynamodb, other)
    sandbox.advance(minutes=6)
    about = dynamodb.describe_backup(BackupArn=arn)["BackupDescription"]
    assert about["SourceTableFeatureDetails"]["SSEDescription"]["KMSMasterKeyArn"] == key
    assert restore(arn, "first")["SSEDescription"]["KMSMasterKeyArn"] == key
    dynamodb.delete_table(TableName="orders")
    sandbox.advance(minutes=6)
    restore(arn, "second", Enabled=False)
    kms.disable_key(KeyId=key)
    with refused("ValidationException", DISABLED):
        restore(arn, "third", Enabled=False)
    kms.disable_key(KeyId=other)
    kms.enable_key(KeyId=key)
    restore(arn, "third", Enabled=False)
    for name in ("first", "second", "third"):
        assert get(dynamodb, name) == item("1")


def test_a_destroyed_key_loses_the_backups_too(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, restore: Any, refused: Any
) -> None:
    arn = backup(dynamodb)
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    with refused("ValidationException", "is pending deletion."):
        restore(arn, Enabled=False)
    sandbox.advance(days=7, minutes=1)
    with refused("AccessDeniedException", DENIED, "does not exist"):
        restore(arn, Enabled=False)
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    dynamodb.delete_backup(BackupArn=arn)
    assert dynamodb.list_backups()["BackupSummaries"] == []


def test_who_may_not_grant_restores_nothing_under_the_key(
    table: str, dynamodb: Any, user: Any, let: Any, kms: Any, key: str, refused: Any
) -> None:
    """kms:Decrypt opens the backup; a new table under K takes what creating one takes (B13)."""
    arn = backup(dynamodb)
    let("kms:Decrypt", on=key)
    with refused("AccessDeniedException", DENIED, "kms:CreateGrant"):
        user.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    assert grants(kms, key) == 2
    user.restore_table_from_backup(
        TargetTableName="again", BackupArn=arn, SSESpecificationOverride={"Enabled": False}
    )


def test_a_point_in_time_restore(
    table: str, dynamodb: Any, key: str, refused: Any, sandbox: Any
) -> None:
    """To the latest moment: moto keeps no other."""
    asked = {"SourceTableName": "orders", "TargetTableName": "again"}
    latest = {"UseLatestRestorableTime": True}
    with refused("PointInTimeRecoveryUnavailableException"):
        dynamodb.restore_table_to_point_in_time(**asked, **latest)
    dynamodb.update_continuous_backups(
        TableName="orders", PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    with refused("NotInSandbox", "restores to an earlier moment"):
        dynamodb.restore_table_to_point_in_time(**asked, RestoreDateTime=sandbox.clock.now())
    put(dynamodb, "2")
    made = dynamodb.restore_table_to_point_in_time(**asked, **latest)["TableDescription"]
    assert made["SSEDescription"]["KMSMasterKeyArn"] == key
    assert dynamodb.scan(TableName="again")["Count"] == 2
    with refused("TableAlreadyExistsException"):
        dynamodb.restore_table_to_point_in_time(**asked, **latest)
    assert dynamodb.scan(TableName="again")["Count"] == 2
    by_arn = {**asked, "TargetTableName": "by-arn"}
    by_arn["SourceTableArn"] = f"arn:aws:dynamodb:us-east-1:123456789012:table/{table}"
    del by_arn["SourceTableName"]
    dynamodb.restore_table_to_point_in_time(**by_arn, **latest)
    assert dynamodb.scan(TableName="by-arn")["Count"] == 2


def test_what_is_not_there(table: str, dynamodb: Any, restore: Any, refused: Any) -> None:
    arn = "arn:aws:dynamodb:us-east-1:123456789012:table/orders/backup/01767603600500-41a31e5e"
    with refused("BackupNotFoundException"):
        restore(arn)
    with refused("BackupNotFoundException"):
        dynamodb.delete_backup(BackupArn=arn)
    with refused("SourceTableNotFoundException"):
        dynamodb.restore_table_to_point_in_time(
            SourceTableName="nowhere", TargetTableName="again", UseLatestRestorableTime=True
        )
    with refused("ResourceNotFoundException"):
        dynamodb.update_table(TableName="nowhere", SSESpecification={"Enabled": True})
    with refused("ValidationException", "Value 'a b c' at 'targetTableName'", "regular expression"):
        restore(backup(dynamodb), "a b c")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ab", "Member must have length greater than or equal to 3"),
        ("x" * 256, "Member must have length less than or equal to 255"),
        ("a b c", "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+"),
    ],
)
def test_names_that_no_table_can_have(
    make_table: Any, dynamodb: Any, refused: Any, name: str, text: str
) -> None:
    with refused("ValidationException", f"Value '{name}' at 'tableName' failed", text):
        make_table(name)
    assert dynamodb.list_tables()["TableNames"] == []


def test_members_that_moto_would_leave_aside_are_refused(
    table: str, dynamodb: Any, make_table: Any, refused: Any
) -> None:
    with refused("NotInSandbox", "CreateTable with OnDemandThroughput"):
        make_table("bills", more={"OnDemandThroughput": {"MaxReadRequestUnits": 1}})
    with refused("NotInSandbox", "UpdateTable with ReplicaUpdates"):
        dynamodb.update_table(
            TableName="orders", ReplicaUpdates=[{"Delete": {"RegionName": "eu-west-1"}}]
        )
    with refused("NotInSandbox", "CreateTable with TableClass"):
        make_table("bills", more={"TableClass": "STANDARD_INFREQUENT_ACCESS"})
    assert dynamodb.list_tables()["TableNames"] == ["orders"]


def test_a_table_of_the_same_name_is_another_table(
    sandbox: Any, table: str, make_table: Any, dynamodb: Any, key: str, refused: Any
) -> None:
    with refused("ResourceInUseException"):
        make_table("orders", KMSMasterKeyId=key)
    assert get(dynamodb) == item("1")
    before = sandbox.at_rest("orders")
    dynamodb.delete_table(TableName="orders")
    make_table("orders", KMSMasterKeyId=key)
    assert sandbox.at_rest("orders").pages == ()
    assert sandbox.at_rest("orders").wrapped_table_key != before.wrapped_table_key
    assert "Item" not in dynamodb.get_item(TableName="orders", Key=KEY)


def test_a_protected_table_is_not_deleted(table: str, dynamodb: Any, kms: Any, key: str) -> None:
    dynamodb.update_table(TableName="orders", DeletionProtectionEnabled=True)
    with pytest.raises(
        dynamodb.exceptions.ClientError, match="currently protected against deletion"
    ):
        dynamodb.delete_table(TableName="orders")
    assert get(dynamodb) == item("1")
    assert grants(kms, key) == 2


def test_tables_of_two_regions_and_their_keys_are_apart(
    sandbox: Any, make_table: Any, dynamodb: Any, item: Any, table: str
) -> None:
    abroad = boto3.client("dynamodb", region_name="eu-west-1")
    key = boto3.client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
    abroad.create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"SSEType": "KMS", "KMSMasterKeyId": key},
    )
    put(abroad, "1")
    assert get(abroad) == KEY
    assert get(dynamodb) == item("1")
    listed = boto3.client("kms", region_name="eu-west-1").list_grants(KeyId=key)["Grants"]
    assert {g["GranteePrincipal"] for g in listed} == {"dynamodb.eu-west-1.amazonaws.com"}
    switch(dynamodb, Enabled=False)
    assert "SSEDescription" in abroad.describe_table(TableName="orders")["Table"]
