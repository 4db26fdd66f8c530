"""The keys under a KMS key: a table key, and the data encryption keys that it encrypts (B17)."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusal.errors import AwsError
from refusal.moto import dynamodb as moto_dynamodb
from refusal.services.dynamodb.data_keys import IV_BYTES, DataKey, EncryptedStructure, TableKey
from refusal.world.entropy import Entropy
from tests.sandbox.services.dynamodb.common import ACCOUNT, CONTEXT, KEY, get, put, switch, to_key
from tests.sandbox.services.dynamodb.conftest import ONCE, item

SERVICE = "dynamodb.us-east-1.amazonaws.com"
TAMPERED = ("InternalServerError", "tampered")
STREAM = {"StreamSpecification": {"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"}}
OWNED = {"Enabled": False}


class Box(EncryptedStructure):
    """A structure that holds one thing."""

    def seal(self, text: bytes) -> bytes:
        return self._needed().seal(b"i" * IV_BYTES, text, self.name)

    def open(self, sealed: bytes) -> bytes:
        return self._needed().open(sealed, self.name)


SECRETS = st.binary(min_size=32, max_size=32)


@given(st.lists(SECRETS, min_size=2, max_size=5, unique=True), st.binary())
def test_through_any_number_of_table_keys_what_was_sealed_stays_as_it_is_and_opens(
    secrets: list[bytes], text: bytes
) -> None:
    box = Box(b"box", Entropy(0))
    box.unlock(TableKey(secrets[0]))
    sealed = box.seal(text)
    for old, new in pairwise(secrets):
        box.change_table_key(TableKey(old), TableKey(new))
        with pytest.raises(AwsError, match="tampered"):
            box.unlock(TableKey(old))
        box.unlock(TableKey(new))
        assert box.open(sealed) == text


@given(SECRETS)
def test_a_data_key_is_bound_to_its_structure(secret: bytes) -> None:
    """Also when the table key has opened it before."""
    table_key = TableKey(secret)
    one, other = Box(b"one", Entropy(0)), Box(b"other", Entropy(1))
    one.unlock(table_key)
    other.encrypted_key = one.encrypted_key
    with pytest.raises(AwsError, match="tampered"):
        other.unlock(table_key)


@given(SECRETS, st.sampled_from("SB"), st.binary(max_size=40))
def test_addresses_and_tags_tell_nothing_of_each_other(
    secret: bytes, kind: str, data: bytes
) -> None:
    value = data.hex() if kind == "S" else data
    key = DataKey(secret)
    address = key.address(moto_dynamodb.attribute_value(kind, value))
    assert address != key.tag(kind, value)
    assert address == DataKey(secret).address(moto_dynamodb.attribute_value(kind, value))


def test_a_new_kms_key_means_a_new_table_key_and_the_same_pages(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str, calls: list[Any]
) -> None:
    """B17: the data encryption key is encrypted anew, and no item is."""
    other = kms.create_key()["KeyMetadata"]["Arn"]
    before = sandbox.at_rest("orders")
    calls.clear()
    to_key(dynamodb, other)
    admin = f"arn:aws:iam::{ACCOUNT}:user/admin"
    assert [(c.action, c.caller.arn) for c, _, _ in calls if c.service == "kms"] == [
        ("kms:DescribeKey", admin),
        ("kms:CreateGrant", admin),
        ("kms:CreateGrant", admin),
        ("kms:Decrypt", admin),
        ("kms:GenerateDataKey", SERVICE),
    ]
    after = sandbox.at_rest("orders")
    assert after.pages == before.pages
    assert after.encrypted_data_key != before.encrypted_data_key
    keys = [
        kms.decrypt(CiphertextBlob=stored.wrapped_table_key, EncryptionContext=CONTEXT)["Plaintext"]
        for stored in (before, after)
    ]
    assert keys[0] != keys[1]
    name = f"{dynamodb.describe_table(TableName='orders')['Table']['TableId']}/rows".encode()
    opened = [
        TableKey(secret).open(stored.encrypted_data_key, name)
        for secret, stored in zip(keys, (before, after), strict=True)
    ]
    assert opened[0] == opened[1]
    with pytest.raises(AwsError, match="tampered"):
        TableKey(keys[0]).open(after.encrypted_data_key, name)


def records(dynamodb: Any) -> list[str]:
    """The ids in the records of the stream of ``orders``."""
    arn = dynamodb.describe_table(TableName="orders")["Table"]["LatestStreamArn"]
    streams = boto3.client("dynamodbstreams", config=ONCE)
    shard = streams.describe_stream(StreamArn=arn)["StreamDescription"]["Shards"][0]["ShardId"]
    iterator = streams.get_shard_iterator(
        StreamArn=arn, ShardId=shard, ShardIteratorType="TRIM_HORIZON"
    )["ShardIterator"]
    found = streams.get_records(ShardIterator=iterator)["Records"]
    return [record["dynamodb"]["NewImage"]["id"]["S"] for record in found]


def test_a_stream_goes_with_its_table_from_key_to_key(
    sandbox: Any, make_table: Any, dynamodb: Any, kms: Any, key: str, refused: Any
) -> None:
    """B17: the stream is under the table's KMS key, whichever that is."""
    make_table(KMSMasterKeyId=key, more=STREAM)
    put(dynamodb, "1")
    to_key(dynamodb, other := kms.create_key()["KeyMetadata"]["Arn"])
    sandbox.advance(minutes=1)
    put(dynamodb, "2")
    kms.disable_key(KeyId=key)
    sandbox.advance(minutes=6)
    assert records(dynamodb) == ["1", "2"]
    switch(dynamodb, **OWNED)
    sandbox.advance(minutes=1)
    kms.disable_key(KeyId=other)
    sandbox.advance(minutes=6)
    assert records(dynamodb) == ["1", "2"]


def test_a_stream_that_comes_later_has_its_own_key(
    sandbox: Any, table: str, dynamodb: Any, kms: Any
) -> None:
    dynamodb.update_table(TableName="orders", **STREAM)
    to_key(dynamodb, kms.create_key()["KeyMetadata"]["Arn"])  # It has no data key yet.
    put(dynamodb, "2")
    assert records(dynamodb) == ["2"]
    held = moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables["orders"]
    assert held.stream_shard.items.encrypted_key != held.items.encrypted_key


def tampered(stored: bytes) -> bytes:
    return stored[:-1] + bytes([stored[-1] ^ 1])


@pytest.mark.parametrize("owned", [True, False])
def test_a_tampered_data_key_shows(
    sandbox: Any, make_table: Any, dynamodb: Any, kms: Any, key: str, refused: Any, owned: bool
) -> None:
    make_table(**({} if owned else {"KMSMasterKeyId": key}), more=STREAM)
    dynamodb.put_item(TableName="orders", Item=item("1"))
    other = kms.create_key()["KeyMetadata"]["Arn"]
    held = moto_dynamodb.dynamodb(sandbox.account_id, sandbox.region).tables["orders"]
    for structure in (held.items, held.stream_shard.items):
        whole = structure.encrypted_key
        structure.encrypted_key = tampered(whole)
        before = sandbox.at_rest("orders")
        for work in (get, put, lambda client: to_key(client, other)):
            with refused(*TAMPERED):
                work(dynamodb)
        assert sandbox.at_rest("orders") == before
        assert kms.list_grants(KeyId=other)["Grants"] == []
        structure.encrypted_key = whole
    assert get(dynamodb) == item("1")
    to_key(dynamodb, other)
    assert get(dynamodb) == item("1")


def test_an_old_backup_has_the_table_key_that_it_was_made_with(
    sandbox: Any, table: str, dynamodb: Any, kms: Any, key: str
) -> None:
    """B17: also when the table has changed its key and come back."""
    arn = dynamodb.create_backup(TableName="orders", BackupName="nightly")["BackupDetails"][
        "BackupArn"
    ]
    for kms_key in (kms.create_key()["KeyMetadata"]["Arn"], key):
        to_key(dynamodb, kms_key)
        sandbox.advance(minutes=1)
        dynamodb.delete_item(TableName="orders", Key=KEY)
    dynamodb.restore_table_from_backup(TargetTableName="again", BackupArn=arn)
    assert get(dynamodb, "again") == item("1")
