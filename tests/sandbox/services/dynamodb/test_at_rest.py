"""Between calls there is ciphertext and nothing else."""

from __future__ import annotations

import gc
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from refusal import Sandbox, SandboxError
from refusal.moto import dynamodb as moto_dynamodb
from refusal.services.dynamodb import AtRest

KEY = {"id": {"S": "1"}}


def rows(sandbox: Sandbox, name: str = "orders") -> Any:
    return moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables[name].items


def plaintext_left(wanted: str) -> list[str]:
    """Texts and byte strings anywhere in memory that hold a text (this test's own apart)."""
    gc.collect()
    needle = wanted.encode()
    containers, found = gc.get_objects(), []
    while containers:
        container = containers.pop()
        for held in gc.get_referents(container):
            if isinstance(held, str):
                inside = wanted in held and held is not wanted
            elif isinstance(held, (bytes, bytearray)):
                inside = needle in held and held is not needle
            else:
                inside = False
                if isinstance(held, (tuple, dict)) and not gc.is_tracked(held):
                    containers.append(held)  # The collector does not list it by itself.
            if inside:
                found.append(f"{type(container).__name__}: {held[:80]!r}")
    return found


STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}


def everything_done_with(text: str) -> None:
    """Requests of every kind that carry a text, or a row that holds it; some of them refused."""
    client, streams = boto3.client("dynamodb"), boto3.client("dynamodbstreams")
    row = {**KEY, "what": {"S": text}, "deep": {"M": {"l": {"L": [{"SS": [text]}]}}}}
    by_name = {"TableName": "orders", "Item": {"id": {"S": text}, "raw": {"B": text.encode()}}}
    value = {"ExpressionAttributeValues": {":t": {"S": text}}}
    one = {"TableName": "orders", "Key": KEY}
    for _ in range(2):
        client.put_item(TableName="orders", Item=row)
    client.update_item(**one, UpdateExpression="SET more = :t", **value)
    client.batch_write_item(RequestItems={"orders": [{"PutRequest": {"Item": by_name["Item"]}}]})
    client.transact_write_items(TransactItems=[{"Put": by_name}])
    new = {"ConditionExpression": "attribute_not_exists(id)"}
    old = {"ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    put = {"TableName": "orders", "Item": row}
    with pytest.raises(client.exceptions.TransactionCanceledException):
        client.transact_write_items(TransactItems=[{"Put": {**by_name, **new, **old}}])
    for refused in (
        lambda: client.put_item(**put, **new, **old),
        lambda: client.update_item(**one, UpdateExpression="SET nonsense"),
        lambda: client.delete_item(**one, ConditionExpression="what <> :t", **value, **old),
        lambda: client.execute_statement(Statement=f"SELECT '{text}'"),
        lambda: client.put_item(TableName="nowhere", Item=row),
    ):
        with pytest.raises(ClientError):
            refused()
    assert client.get_item(**one)["Item"]["more"]["S"] == text
    assert client.get_item(TableName="orders", Key={"id": {"S": text}})["Item"]["raw"]
    assert client.scan(TableName="orders", FilterExpression="what = :t", **value)["Count"] == 1
    keyed = {"KeyConditionExpression": "id = :t", **value}
    assert client.query(TableName="orders", **keyed)["Count"] == 1
    assert client.execute_statement(Statement="SELECT * FROM orders")["Items"]
    statement = {"Statement": "SELECT * FROM orders WHERE id = ?", "Parameters": [{"S": text}]}
    assert client.execute_statement(**statement)["Items"]
    assert client.batch_execute_statement(Statements=[statement])["Responses"][0]["Item"]
    assert client.execute_transaction(TransactStatements=[statement])["Responses"][0]["Item"]
    shown = streams.list_streams(TableName="orders")["Streams"][0]["StreamArn"]
    shards = streams.describe_stream(StreamArn=shown)["StreamDescription"]["Shards"]
    iterator = streams.get_shard_iterator(
        StreamArn=shown, ShardId=shards[0]["ShardId"], ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    assert text in repr(streams.get_records(ShardIterator=iterator)["Records"])
    backup = client.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"]
    client.restore_table_from_backup(TargetTableName="again", BackupArn=backup["BackupArn"])
    assert client.scan(TableName="again")["Count"] == 2


@pytest.mark.parametrize("owned", [True, False])
def test_no_plaintext_in_memory_between_calls(
    sandbox: Any, make_table: Any, make_user: Any, key: str, owned: bool
) -> None:
    """Neither in moto's backends, its tables, streams and backups, nor in the audit trail (B1)."""
    make_table(more={"StreamSpecification": STREAM}, **({} if owned else {"KMSMasterKeyId": key}))
    stranger = make_user("kim").client("dynamodb")
    # Made here, so that neither this file's constants nor pytest's copies of them are found.
    text = "-".join(["chair", "indigo", str(41 * 43)])
    text = f"<{text}>"
    everything_done_with(text)
    with pytest.raises(ClientError):  # Denied by IAM.
        stranger.put_item(TableName="orders", Item={"id": {"S": text}})
    assert len(sandbox.trail.events(name="PutItem")) > 3
    assert plaintext_left(text) == []


def test_the_walk_of_the_memory_finds_what_is_there(sandbox: Any) -> None:
    text = "-".join(["bench", "olive", str(43 * 47)])
    keeper = {"a": [f"kept: {text}"], "b": (b"kept: " + text.encode(),), "c": {"S": text + "."}}
    assert len(plaintext_left(text)) == 3
    keeper.clear()
    assert plaintext_left(text) == []


def test_what_lies_there(sandbox: Any, table: str, key: str) -> None:
    stored = sandbox.at_rest("orders")
    assert isinstance(stored, AtRest)
    assert stored.key_arn == key
    assert len(stored.pages) == 1
    assert not stored.contains("four blue chairs")
    assert not stored.contains("what")
    assert stored.contains(stored.pages[0][:20])
    assert stored.contains(stored.encrypted_data_key[-20:])
    shown = repr(stored)
    assert f"data encryption key: {len(stored.encrypted_data_key)} bytes" in shown
    assert f"wrapped by\n    {key}" in shown
    assert f"{len(stored.pages[0])} bytes, {stored.pages[0][:16].hex(' ')}" in shown
    assert AtRest.from_json(stored.to_json()) == stored


def test_the_keys_open_the_pages(sandbox: Any, table: str, kms: Any) -> None:
    """By hand, layer by layer (B17): only KMS gives the table key back, and
    only with the context."""
    stored = sandbox.at_rest("orders")
    answer = kms.decrypt(
        CiphertextBlob=stored.wrapped_table_key, EncryptionContext=stored.encryption_context
    )
    address = next((p, r) for p, found in rows(sandbox).blobs.items() for r in found)
    binding = rows(sandbox)._binding(address)
    sealed, page = stored.encrypted_data_key, stored.pages[0]
    table_key, name = answer["Plaintext"], rows(sandbox).name
    data_key = AESGCM(table_key).decrypt(sealed[:12], sealed[12:], name)
    opened = AESGCM(data_key).decrypt(page[:12], page[12:], binding)
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
