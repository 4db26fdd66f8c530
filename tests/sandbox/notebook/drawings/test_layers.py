"""The layers of keys are drawn from what is stored, and say what a move has changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from refusal import Sandbox
from refusal.notebook.drawings import key_layers
from tests.geometry import faults

SCHEMA: dict[str, Any] = {
    "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
    "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
    "BillingMode": "PAY_PER_REQUEST",
}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def table(name: str, key: str = "", items: int = 2) -> None:
    dynamodb = boto3.client("dynamodb")
    encryption = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    more = {"SSESpecification": encryption} if key else {}
    dynamodb.create_table(TableName=name, **SCHEMA, **more)
    for number in range(items):
        dynamodb.put_item(TableName=name, Item={"id": {"S": f"{number}"}})


def new_key() -> str:
    arn: str = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    return arn


def test_it_shows_the_stored_bytes(sandbox: Sandbox) -> None:
    key = new_key()
    table("players", key)
    stored = sandbox.at_rest("players")
    told = repr(key_layers(stored)).splitlines()
    assert len(told) == 5
    assert key.rpartition(":")[2] in told[1]
    assert f"{len(stored.wrapped_table_key)} bytes" in told[2]
    assert stored.wrapped_table_key[:6].hex(" ") in told[2]
    assert stored.encrypted_data_key[:6].hex(" ") in told[3]
    assert told[4].startswith("Items: 2: ")
    assert stored.pages[0][:6].hex(" ") in told[4]


def test_no_plaintext_is_in_it(sandbox: Sandbox) -> None:
    table("players", new_key())
    boto3.client("dynamodb").put_item(
        TableName="players", Item={"id": {"S": "9"}, "email": {"S": "juno@example.com"}}
    )
    drawn = key_layers(sandbox.at_rest("players"))
    assert "juno" not in drawn.svg + drawn.alt


def test_an_aws_owned_key_is_not_in_the_account(sandbox: Sandbox) -> None:
    table("avatars", items=0)
    told = repr(key_layers(sandbox.at_rest("avatars")))
    assert "AWS owned key: in no account of yours" in told
    assert "Items: 0" in told
    assert "none is stored" in told


def test_a_move_changes_every_layer_but_the_items(sandbox: Sandbox) -> None:
    table("players", new_key())
    before = sandbox.at_rest("players")
    to = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": new_key()}
    boto3.client("dynamodb").update_table(TableName="players", SSESpecification=to)
    drawn = key_layers(sandbox.at_rest("players"), before)
    assert drawn.alt.count("other bytes than before") == 2
    assert drawn.alt.count("another key than before") == 1
    assert drawn.alt.count("the same bytes as before") == 1
    assert drawn.svg.count('<rect class="new"') == 3
    assert faults(drawn.svg) == []
    same = key_layers(before, before)
    assert '<rect class="new"' not in same.svg


def test_nothing_lies_over_anything_and_it_stays_the_same(sandbox: Sandbox) -> None:
    name = "t" * 255
    table(name, new_key())
    stored = sandbox.at_rest(name)
    assert faults(key_layers(stored).svg) == []
    assert key_layers(stored) == key_layers(stored)
    assert name in key_layers(stored).alt
