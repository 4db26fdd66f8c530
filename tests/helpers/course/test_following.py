"""``follow`` tells the truth about the trail: asked, kept, refused, stopped before."""

from __future__ import annotations

import re
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import open_lab
from helpers.course.following import follow
from helpers.course.lab import Lab
from helpers.display.notes import Note
from refusal.notebook.drawings import RequestSteps
from refusal.services.audit.events import RemoteEvent
from tests.geometry import faults

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


@pytest.fixture
def lab() -> Lab:
    """Notebook 05, with Mira in it."""
    opened = open_lab("05", keep_progress=False)
    iam = boto3.client("iam")
    iam.create_user(UserName="mira")
    iam.attach_user_policy(UserName="mira", PolicyArn=FULL)
    return opened


def read(lab: Lab, client: Any = None, table: str = "") -> Any:
    client = client or boto3.client("dynamodb")
    return client.get_item(TableName=table or lab.table_name, Key={"player_id": {"S": "p-001"}})


def steps(what: Any) -> RequestSteps:
    found = follow(what)
    assert isinstance(found, RequestSteps), found
    return found


def arrows(what: Any) -> list[str]:
    return [move.arrow for move in steps(what).moves]


def test_the_first_read_asks_kms(lab: Lab) -> None:
    answer = read(lab)
    assert arrows(answer) == ["call", "ask", "open", "data", "item", "answer"]
    told = repr(steps(answer))
    assert "asks KMS, as admin, for kms:Decrypt" in told
    assert lab.key_arn.rpartition(":")[2] in told


def test_the_next_read_does_not_and_names_the_call_that_did(lab: Lab) -> None:
    read(lab)
    (asked,) = lab.trail.events(name="Decrypt", user="admin")[-1:]
    answer = read(lab)
    assert arrows(answer) == ["call", "kept", "data", "item", "answer"]
    told = repr(steps(answer))
    assert f"at {asked.record['eventTime'][11:19]}" in told
    assert "asks KMS" not in told
    lab.advance(minutes=6)
    assert "ask" in arrows(read(lab))


def test_another_callers_table_key_is_not_called_hers(lab: Lab) -> None:
    read(lab)
    with pytest.raises(ClientError) as denied:
        read(lab, lab.as_user("mira").client("dynamodb"))
    found = steps(denied.value)
    assert [move.arrow for move in found.moves] == ["call", "ask", "ask", "error"]
    assert [move.refused for move in found.moves] == [False, False, True, False]
    assert "KMS answers: denied" in repr(found)
    assert "AccessDenied" in repr(found)
    assert "plaintext" not in found.picture(4).alt
    assert 'class="no"' in found.picture(4).svg


def test_a_denial_by_dynamodb_never_reaches_kms(lab: Lab) -> None:
    boto3.client("iam").detach_user_policy(UserName="mira", PolicyArn=FULL)
    with pytest.raises(ClientError) as denied:
        read(lab, lab.as_user("mira").client("dynamodb"))
    found = steps(denied.value)
    assert [move.arrow for move in found.moves] == ["call", "error"]
    assert found.moves[0].refused
    assert "AWS KMS: not asked" in found.picture(2).alt


def test_a_disabled_key_is_no_denial(lab: Lab) -> None:
    boto3.client("kms").disable_key(KeyId=lab.key_arn)
    with pytest.raises(ClientError) as error:
        read(lab)
    told = repr(steps(error.value))
    assert "KMS answers: DisabledException" in told
    assert "denied" not in told


def test_a_write_encrypts(lab: Lab) -> None:
    item = {"player_id": {"S": "p-099"}}
    answer = boto3.client("dynamodb").put_item(TableName=lab.table_name, Item=item)
    assert "encrypts what it writes" in repr(steps(answer))


def test_an_error_of_dynamodb_is_told_as_one(lab: Lab) -> None:
    with pytest.raises(ClientError) as error:
        read(lab, table="nowhere")
    assert arrows(error.value) == ["call", "error"]
    assert "ResourceNotFoundException" in repr(steps(error.value))


def test_an_aws_owned_key_is_said_to_leave_nothing(lab: Lab) -> None:
    boto3.client("dynamodb").create_table(
        TableName="avatars",
        AttributeDefinitions=[{"AttributeName": "player_id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "player_id", "KeyType": "HASH"}],
        BillingMode="PAY_PER_REQUEST",
    )
    told = repr(steps(read(lab, table="avatars")))
    assert "no call to KMS for this request, and none for admin and avatars" in told


def test_the_call_to_kms_leads_to_the_request_behind_it(lab: Lab) -> None:
    answer = read(lab)
    (decrypt,) = lab.trail.events(name="Decrypt", user="admin")[-1:]
    assert follow(decrypt) == follow(answer)
    assert follow(decrypt.event_id) == follow(answer)


@pytest.mark.parametrize("what", ["nonsense", ValueError("x"), 5])
def test_what_is_no_request_is_answered_in_a_sentence(lab: Lab, what: Any) -> None:
    assert isinstance(follow(what), Note)
    assert isinstance(follow(boto3.client("kms").list_keys()), Note)


def test_no_lab_and_a_lab_elsewhere_are_answered_in_a_sentence(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = read(lab)
    kept = [RemoteEvent(event.record) for event in lab.trail.events()]
    monkeypatch.setattr(type(lab.trail), "events", lambda trail, **_: kept)
    assert "another process" in repr(follow(answer))
    lab.sandbox.stop()
    assert "Give follow()" in repr(follow(answer))


def test_every_step_is_a_picture_with_its_words_and_needs_no_script(lab: Lab) -> None:
    found = steps(read(lab))
    shown = found._repr_html_()
    assert shown == steps(follow_again(lab))._repr_html_()
    assert shown.count("<details") == shown.count("<summary>") == shown.count("<img ") == 6
    assert not re.search(r"<(script|style|svg|input)|\son\w+=", shown)
    for number, move in enumerate(found.moves, 1):
        picture = found.picture(number)
        assert move.sentence in picture.alt
        assert faults(picture.svg) == []


def follow_again(lab: Lab) -> Any:
    """The event of the last read."""
    return lab.trail.events(name="GetItem")[-1]


def test_long_names_stay_inside(lab: Lab) -> None:
    name = "m" * 64
    iam = boto3.client("iam")
    iam.create_user(UserName=name)
    iam.attach_user_policy(UserName=name, PolicyArn=FULL)
    with pytest.raises(ClientError) as denied:
        read(lab, lab.as_user(name).client("dynamodb"))
    found = steps(denied.value)
    for number in range(1, len(found.moves) + 1):
        assert faults(found.picture(number).svg) == []
