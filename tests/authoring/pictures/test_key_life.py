"""The picture of a key's life says in words what it shows, and what it shows is so."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from authoring.pictures.key_life import key_life, source
from helpers import Sandbox

SVG = "{http://www.w3.org/2000/svg}"
STATES = [state["id"] for state in source()["state"]]
TRANSITIONS = [(x["from"], x["by"], x["to"]) for x in source()["transition"]]
#: How a key comes into a state, and what can be tried there.
WAYS: dict[str, list[str]] = {
    "Enabled": [],
    "Disabled": ["DisableKey"],
    "PendingDeletion": ["ScheduleKeyDeletion"],
    "deleted": ["ScheduleKeyDeletion", "7 to 30 days"],
}
OPERATIONS = {by for begin, by, _ in TRANSITIONS if begin and by.endswith(("Key", "Deletion"))}
#: AWS takes these, and they change nothing.
IDLE = [("Enabled", "EnableKey"), ("Disabled", "DisableKey")]
NOWHERE = sorted(
    {(state, operation) for state in STATES for operation in OPERATIONS}
    - {(begin, by) for begin, by, _ in TRANSITIONS}
)


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


def do(sandbox: Sandbox, what: str, key: str) -> None:
    if what == "7 to 30 days":
        sandbox.advance(days=30)
    else:
        getattr(boto3.client("kms"), xform_name(what))(KeyId=key)


def key_in(sandbox: Sandbox, state: str) -> str:
    key: str = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    for what in WAYS[state]:
        do(sandbox, what, key)
    assert state_of(key) == state
    return key


def state_of(key: str) -> Any:
    try:
        return boto3.client("kms").describe_key(KeyId=key)["KeyMetadata"]["KeyState"]
    except ClientError as error:
        assert error.response["Error"]["Code"] == "NotFoundException"
        return "deleted"


def test_the_picture_is_well_formed_and_named() -> None:
    root = ElementTree.fromstring(key_life().svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title") == "The life of a KMS key"
    assert root.findtext(f"{SVG}desc") == key_life().alt
    assert "prefers-color-scheme: dark" in key_life().svg


def test_every_box_and_every_arrow_is_said_in_words() -> None:
    root = ElementTree.fromstring(key_life().svg)
    drawn = {text.text for text in root.iter(f"{SVG}text")}
    assert len(list(root.iter(f"{SVG}polyline"))) == len(TRANSITIONS)
    assert all(text in key_life().alt for text in drawn)
    assert "EnableKey leads from Disabled back to Enabled." in key_life().alt
    assert "After 7 to 30 days in PendingDeletion, the key is deleted." in key_life().alt


def test_every_state_can_be_reached() -> None:
    assert {end for _, _, end in TRANSITIONS} == set(STATES) == set(WAYS)
    assert ("", "CreateKey", "Enabled") in TRANSITIONS


@pytest.mark.behaviour(33, 36)
@pytest.mark.parametrize(("begin", "by", "end"), [x for x in TRANSITIONS if x[0]])
def test_each_arrow_is_so(sandbox: Sandbox, begin: str, by: str, end: str) -> None:
    key = key_in(sandbox, begin)
    do(sandbox, by, key)
    assert state_of(key) == end


@pytest.mark.behaviour(31, 32)
@pytest.mark.parametrize(("state", "operation"), NOWHERE)
def test_where_there_is_no_arrow_nothing_changes(
    sandbox: Sandbox, state: str, operation: str
) -> None:
    key = key_in(sandbox, state)
    if (state, operation) in IDLE:
        do(sandbox, operation, key)
    else:
        with pytest.raises(ClientError):
            do(sandbox, operation, key)
    assert state_of(key) == state
