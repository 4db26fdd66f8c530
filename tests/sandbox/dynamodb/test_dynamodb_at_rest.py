"""Between calls there is ciphertext and nothing else."""

from __future__ import annotations

import gc
import sys
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from helpers.sandbox import Sandbox, SandboxError, bridge
from helpers.sandbox.dynamodb import AtRest

KEY = {"id": {"S": "1"}}


def rows(sandbox: Sandbox, name: str = "orders") -> Any:
    return bridge.dynamodb(sandbox.account_id, sandbox.region).tables[name].items


def plaintext_left(wanted: str) -> list[str]:
    """Texts and byte strings anywhere in memory that hold a text (this test's own apart)."""
    gc.collect()
    needle = wanted.encode()
    found = []
    for container in gc.get_objects():
        for held in gc.get_referents(container):
            if isinstance(held, str) and wanted in held and held is not wanted:
                found.append(f"{type(container).__name__}: {held[:80]}")
            elif isinstance(held, (bytes, bytearray)) and needle in held and held is not needle:
                found.append(f"{type(container).__name__}: {bytes(held[:80])!r}")
    return found


@pytest.mark.parametrize("owned", [True, False])
def test_no_plaintext_in_memory_between_calls(
    sandbox: Any, make_table: Any, key: str, owned: bool
) -> None:
    streams = {
        "StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
    }
    make_table(more=streams, **({} if owned else {"KMSMasterKeyId": key}))
    # Made here, so that neither this file's constants nor pytest's copies of them are found.
    marker = "-".join(["chair", "indigo", str(41 * 43)])

    def work() -> None:
        client = boto3.client("dynamodb")
        for _ in range(2):
            client.put_item(TableName="orders", Item={**KEY, "what": {"S": f"<{marker}>"}})
        client.update_item(
            TableName="orders",
            Key=KEY,
            UpdateExpression="SET more = :m",
            ExpressionAttributeValues={":m": {"M": {"deep": {"SS": [f"<{marker}>"]}}}},
        )
        put = {"TableName": "orders", "Item": {"id": {"S": f"<{marker}>"}}}
        client.transact_write_items(TransactItems=[{"Put": put}])
        with pytest.raises(client.exceptions.TransactionCanceledException):
            condition = "attribute_not_exists(id)"
            client.transact_write_items(
                TransactItems=[{"Put": {**put, "ConditionExpression": condition}}]
            )
        with pytest.raises(client.exceptions.ClientError):
            client.update_item(TableName="orders", Key=KEY, UpdateExpression="SET nonsense")
        assert client.get_item(TableName="orders", Key=KEY)["Item"]["what"]["S"] == f"<{marker}>"
        assert client.scan(TableName="orders")["Count"] == 2
        client.execute_statement(Statement='SELECT * FROM "orders"')
        backup = client.create_backup(TableName="orders", BackupName="nightly")
        arn = backup["BackupDetails"]["BackupArn"]
        client.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
        assert client.scan(TableName="again")["Count"] == 2

    recorder = sandbox._gate.recorder
    sandbox._gate.recorder = type("Nothing", (), {"record": lambda *_: None})()
    work()
    sandbox._gate.recorder = recorder
    sys.exc_info()
    assert plaintext_left(f"<{marker}>") == []


def test_what_lies_there(sandbox: Any, table: str, key: str) -> None:
    stored = sandbox.at_rest("orders")
    assert isinstance(stored, AtRest)
    assert stored.key_arn == key
    assert len(stored.pages) == 1
    assert not stored.contains("four blue chairs")
    assert not stored.contains("what")
    assert stored.contains(stored.pages[0][:20])
    shown = repr(stored)
    assert f"wrapped by {key}" in shown
    assert f"{len(stored.pages[0])} bytes, {stored.pages[0][:16].hex(' ')}" in shown
    assert AtRest.from_json(stored.to_json()) == stored


def test_the_wrapped_table_key_opens_the_pages(sandbox: Any, table: str, kms: Any) -> None:
    """By hand, as the lessons do it: only KMS gives the key back, only with the context."""
    stored = sandbox.at_rest("orders")
    answer = kms.decrypt(
        CiphertextBlob=stored.wrapped_table_key, EncryptionContext=stored.encryption_context
    )
    place = rows(sandbox)._where(next((p, r) for p, rs in rows(sandbox).pages.items() for r in rs))
    page = stored.pages[0]
    opened = AESGCM(answer["Plaintext"]).decrypt(page[:12], page[12:], place)
    assert b"four blue chairs" in opened
    with pytest.raises(kms.exceptions.InvalidCiphertextException):
        kms.decrypt(CiphertextBlob=stored.wrapped_table_key)


def test_a_table_that_is_not_there(sandbox: Any) -> None:
    with pytest.raises(SandboxError, match="no table `orders`"):
        sandbox.at_rest("orders")


def test_without_its_key_the_data_is_gone(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    kms.schedule_key_deletion(KeyId=key, PendingWindowInDays=7)
    sandbox.advance(days=7, minutes=1)
    with refused("NotFoundException"):
        kms.describe_key(KeyId=key)
    with refused("AccessDeniedException", "KMS key access denied error", "does not exist"):
        dynamodb.get_item(TableName="orders", Key=KEY)
    with refused("AccessDeniedException", "KMS key access denied error", "does not exist"):
        dynamodb.update_table(TableName="orders", SSESpecification={"Enabled": False})
    assert not sandbox.at_rest("orders").contains("four blue chairs")
    dynamodb.delete_table(TableName="orders")


def test_rows_stay_readable_after_rotation(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, item: Any
) -> None:
    before = sandbox.at_rest("orders")
    kms.rotate_key_on_demand(KeyId=key)
    sandbox.advance(minutes=10)
    assert dynamodb.get_item(TableName="orders", Key=KEY)["Item"] == item("1")
    assert sandbox.at_rest("orders").wrapped_table_key == before.wrapped_table_key


def test_the_same_seed_gives_the_same_pages() -> None:
    def pages(seed: int) -> tuple[bytes, ...]:
        with Sandbox(seed=seed) as sandbox:
            client = boto3.client("dynamodb")
            client.create_table(
                TableName="orders",
                KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
                AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
                BillingMode="PAY_PER_REQUEST",
            )
            client.put_item(TableName="orders", Item={**KEY, "tags": {"SS": ["b", "a", "d", "c"]}})
            return sandbox.at_rest("orders").pages

    assert pages(1) == pages(1) != pages(2)
