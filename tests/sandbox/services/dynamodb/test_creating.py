"""A table that is being made: usable as soon as it is asked for, stuck without its key (B25)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.services.dynamodb.common import (
    DISABLED,
    INACCESSIBLE,
    KEY,
    get,
    put,
    switch,
    to_key,
)

NOT_FOUND = ("ResourceNotFoundException", "Requested resource not found")
BEING_MADE = "Attempt to change a resource which is still in use: Table is being created: orders"
TTL = {"TimeToLiveSpecification": {"Enabled": True, "AttributeName": "until"}}
LATEST = {"SourceTableName": "orders", "TargetTableName": "again", "UseLatestRestorableTime": True}
TABLE = {"TableName": "orders"}


def status(dynamodb: Any, name: str = "orders") -> str:
    return dynamodb.describe_table(TableName=name)["Table"]["TableStatus"]


@pytest.fixture
def stuck(make_table: Any, kms: Any, key: str) -> str:
    """A table whose key was disabled while it was CREATING."""
    assert make_table(KMSMasterKeyId=key)["TableStatus"] == "CREATING"
    kms.disable_key(KeyId=key)
    return "orders"


def test_stuck_for_an_hour_then_gone(
    stuck: str, sandbox: Any, dynamodb: Any, kms: Any, key: str, make_table: Any, refused: Any
) -> None:
    """B25: 59 minutes."""
    assert status(dynamodb) == "CREATING"
    sandbox.advance(minutes=50)
    assert status(dynamodb) == "CREATING"
    assert len(kms.list_grants(KeyId=key)["Grants"]) == 2
    sandbox.advance(minutes=9)
    with refused("ResourceNotFoundException"):
        status(dynamodb)
    assert dynamodb.list_tables()["TableNames"] == []
    assert kms.list_grants(KeyId=key)["Grants"] == []
    kms.enable_key(KeyId=key)
    make_table(KMSMasterKeyId=key)  # The name is free again.
    put(dynamodb)
    sandbox.advance(hours=2)
    assert status(dynamodb) == "ACTIVE"


def test_who_keeps_asking_sees_the_end_of_it(stuck: str, dynamodb: Any, refused: Any) -> None:
    with refused("ResourceNotFoundException"):
        for _ in range(100):
            assert status(dynamodb) == "CREATING"


STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}
CHANGES: list[tuple[str, Callable[[Any], Any]]] = [
    ("ResourceInUseException", lambda db: db.delete_table(**TABLE)),
    ("ResourceInUseException", lambda db: switch(db, Enabled=False)),
    ("ResourceInUseException", lambda db: db.update_table(**TABLE, StreamSpecification=STREAM)),
    ("ResourceInUseException", lambda db: db.update_time_to_live(**TABLE, **TTL)),
    ("TableInUseException", lambda db: db.create_backup(**TABLE, BackupName="nightly")),
    ("TableInUseException", lambda db: db.restore_table_to_point_in_time(**LATEST)),
]


def test_what_it_refuses_while_it_is_stuck(stuck: str, dynamodb: Any, refused: Any) -> None:
    """Data as of no table, changes as of one in use; looking is free."""
    for work in (get, put, lambda db: db.scan(**TABLE)):
        with refused(*NOT_FOUND):
            work(dynamodb)
    for code, change in CHANGES:
        with refused(code, BEING_MADE):
            change(dynamodb)
    with refused("ResourceInUseException", "already exists"):
        dynamodb.create_table(
            **TABLE,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    assert dynamodb.list_tables()["TableNames"] == ["orders"]
    assert status(dynamodb) == "CREATING"


def test_with_its_key_back_it_gets_ready(
    stuck: str, sandbox: Any, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    """The sandbox's assumption; from then on it is a table like any other."""
    sandbox.advance(minutes=30)
    kms.enable_key(KeyId=key)
    put(dynamodb, "1")
    assert status(dynamodb) == "ACTIVE"
    sandbox.advance(hours=1)
    assert get(dynamodb) == KEY
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=10)
    with refused("ValidationException", DISABLED):
        get(dynamodb)
    sandbox.advance(minutes=30)
    assert status(dynamodb) == INACCESSIBLE


@pytest.mark.parametrize("how", ["pending deletion", "no grants"])
def test_other_ways_to_lose_the_key(
    make_table: Any, sandbox: Any, dynamodb: Any, kms: Any, key: str, refused: Any, how: str
) -> None:
    """As a disabled key: the sandbox's assumption."""
    make_table(KMSMasterKeyId=key)
    if how == "no grants":
        for grant in kms.list_grants(KeyId=key)["Grants"]:
            kms.revoke_grant(KeyId=key, GrantId=grant["GrantId"])
    else:
        kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    assert status(dynamodb) == "CREATING"
    sandbox.advance(hours=1)
    with refused("ResourceNotFoundException"):
        status(dynamodb)


def test_a_key_that_is_disabled_later_finds_a_table_that_is_ready(
    make_table: Any, sandbox: Any, dynamodb: Any, kms: Any, key: str
) -> None:
    """Time makes the table ready, whether somebody asks for it or not."""
    make_table(KMSMasterKeyId=key)
    sandbox.advance(seconds=10)
    make_table("bills", KMSMasterKeyId=key)
    for _ in range(40):  # A tenth of a second each.
        kms.describe_key(KeyId=key)
    kms.disable_key(KeyId=key)
    for name in ("orders", "bills"):
        assert status(dynamodb, name) == "ACTIVE"
    sandbox.advance(hours=2)
    for name in ("orders", "bills"):
        assert status(dynamodb, name) == INACCESSIBLE


@pytest.mark.parametrize(
    "work",
    [
        put,
        lambda db: db.get_waiter("table_exists").wait(**TABLE),
        lambda db: db.update_table(**TABLE, DeletionProtectionEnabled=False),
        lambda db: db.update_time_to_live(**TABLE, **TTL),
        lambda db: db.create_backup(**TABLE, BackupName="nightly"),
    ],
)
def test_who_asks_for_a_new_table_need_not_wait(
    make_table: Any, sandbox: Any, dynamodb: Any, kms: Any, key: str, work: Any
) -> None:
    """The sandbox moves its clock to the moment when the table is ready, for the caller."""
    start = sandbox.clock.now()
    make_table(KMSMasterKeyId=key)
    work(dynamodb)
    assert (sandbox.clock.now() - start).total_seconds() >= 3
    kms.disable_key(KeyId=key)
    assert status(dynamodb) == "ACTIVE"


def test_deleted_at_once(make_table: Any, sandbox: Any, dynamodb: Any, kms: Any, key: str) -> None:
    make_table(KMSMasterKeyId=key)
    assert dynamodb.delete_table(**TABLE)["TableDescription"]["TableStatus"] == "DELETING"
    sandbox.advance(hours=1)
    assert dynamodb.list_tables()["TableNames"] == []
    assert kms.list_grants(KeyId=key)["Grants"] == []


def test_under_a_key_of_aws_nothing_stands_in_the_way(
    make_table: Any, sandbox: Any, dynamodb: Any
) -> None:
    for name, sse in (("owned", {}), ("managed", {"Enabled": True})):
        make_table(name, **sse)
    sandbox.advance(seconds=4)
    for name in ("owned", "managed"):
        put(dynamodb, table=name)
        assert status(dynamodb, name) == "ACTIVE"


def test_a_restored_table_is_made_likewise(
    table: str, sandbox: Any, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    arn = dynamodb.create_backup(**TABLE, BackupName="nightly")["BackupDetails"]["BackupArn"]
    made = dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    assert made["TableDescription"]["TableStatus"] == "CREATING"
    kms.disable_key(KeyId=key)
    assert status(dynamodb, "again") == "CREATING"
    with refused(*NOT_FOUND):
        get(dynamodb, "again")
    sandbox.advance(hours=1)
    assert dynamodb.list_tables()["TableNames"] == ["orders"]


def test_a_change_of_key_waits_for_the_making(
    make_table: Any, sandbox: Any, dynamodb: Any, kms: Any, key: str
) -> None:
    make_table(KMSMasterKeyId=key)
    other = kms.create_key()["KeyMetadata"]["Arn"]
    assert to_key(dynamodb, other)["TableStatus"] == "ACTIVE"
    sandbox.advance(minutes=1)
    assert sandbox.at_rest("orders").key_arn == other
