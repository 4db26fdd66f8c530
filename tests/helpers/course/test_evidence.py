"""What a check may look at, and a learner's function that is called in a copy of the world."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from helpers import Sandbox, open_lab
from helpers.course.evidence import Evidence, LearnerError
from helpers.course.lab import Lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    yield open_lab("05")


def tables() -> list[str]:
    return boto3.client("dynamodb").list_tables()["TableNames"]


def test_a_tables_key_is_told_once_its_change_is_over(lab: Lab) -> None:
    dynamodb, evidence = boto3.client("dynamodb"), Evidence(lab)
    scores = lab.scores_table_name
    to = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_arn}
    dynamodb.update_table(TableName=scores, SSESpecification=to)
    assert evidence.table_key(scores) == lab.key_arn
    dynamodb.update_table(TableName=scores, SSESpecification={"Enabled": False})
    assert evidence.table_key(scores) == ""
    assert evidence.table_key("none") is None


def test_a_function_finds_the_world_as_the_exercise_begins(lab: Lab) -> None:
    """Whatever the learner has done meanwhile, with the client that the learner made before."""
    dynamodb = boto3.client("dynamodb")
    dynamodb.delete_table(TableName=lab.table_name)
    evidence = Evidence(lab)
    with evidence.unrecorded():
        found = evidence.call(lambda name: dynamodb.scan(TableName=name), name=lab.table_name)
        assert evidence.lab.names == lab.names
    assert found["Count"] == 3
    assert lab.table_name not in tables()


def test_a_function_leaves_nothing_behind(lab: Lab) -> None:
    def spoil(key: str) -> None:
        boto3.client("kms").disable_key(KeyId=key)
        boto3.client("iam").create_user(UserName="mira")
        for table in tables():
            boto3.client("dynamodb").delete_table(TableName=table)

    before, events, now = tables(), len(lab.trail.events()), lab.sandbox.clock.now()
    evidence = Evidence(lab)
    for _ in range(2):  # Checking twice changes nothing: the second finds the same.
        with evidence.unrecorded():
            evidence.call(spoil, key=lab.key_arn)
    assert (len(lab.trail.events()), lab.sandbox.clock.now()) == (events, now)
    assert tables() == before
    assert boto3.client("kms").describe_key(KeyId=lab.key_arn)["KeyMetadata"]["Enabled"]
    users = boto3.client("iam").list_users()["Users"]
    assert [(user["UserName"], user["UserId"][:4]) for user in users] == [
        ("admin", "AIDA"),
        ("bruno", "AIDA"),
    ]


def test_records_are_those_of_the_copy(lab: Lab) -> None:
    boto3.client("kms").list_keys()
    evidence = Evidence(lab)
    with evidence.unrecorded():
        evidence.call(lambda: boto3.client("kms").list_aliases())
        evidence.call(lambda: boto3.client("kms").list_aliases())
        assert [record.name for record in evidence.records()] == ["ListAliases"] * 2
    assert [record.name for record in evidence.records()] == ["ListKeys"]


def test_what_a_check_asks_is_not_recorded(lab: Lab) -> None:
    evidence = Evidence(lab)
    with evidence.unrecorded():
        evidence.client("kms").list_keys()
    assert evidence.records() == []


def test_an_error_of_the_function_is_the_learners(lab: Lab) -> None:
    def fails(**given: Any) -> None:
        raise KeyError("nonce")

    evidence = Evidence(lab)
    with evidence.unrecorded(), pytest.raises(LearnerError) as caught:
        evidence.call(fails, key_id="x")
    assert caught.value.short == "KeyError: 'nonce'"
    assert "raise KeyError" in caught.value.details
    assert Sandbox.running() is lab.sandbox


def test_an_error_is_shown_at_the_learners_line(lab: Lab) -> None:
    def fails() -> None:
        boto3.client("kms").describe_key(KeyId="alias/none")

    evidence = Evidence(lab)
    with evidence.unrecorded(), pytest.raises(LearnerError, match="is not found") as caught:
        evidence.call(fails)
    assert 'describe_key(KeyId="alias/none")' in caught.value.details


def test_a_check_may_prepare_the_copy_first(lab: Lab) -> None:
    evidence = Evidence(lab)
    with evidence.unrecorded():
        evidence.fresh()
        name = evidence.client("kms").create_key()["KeyMetadata"]["KeyId"]
        found = evidence.call(lambda key: boto3.client("kms").describe_key(KeyId=key), key=name)
    assert found["KeyMetadata"]["KeyId"] == name
    with pytest.raises(ClientError, match="does not exist"):
        boto3.client("kms").describe_key(KeyId=name)


def test_an_interrupted_function_leaves_the_lab_as_it_was(lab: Lab) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    evidence = Evidence(lab)
    with pytest.raises(KeyboardInterrupt), evidence.unrecorded():
        evidence.call(interrupted)
    assert Sandbox.running() is lab.sandbox
    assert lab.table_name in tables()


def test_a_world_that_cannot_be_built_leaves_the_lab_as_it_was(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no world")

    monkeypatch.setattr("helpers.course.evidence.Lab", broken)
    evidence = Evidence(lab)
    with pytest.raises(RuntimeError, match="no world"), evidence.unrecorded():
        evidence.call(lambda: None)
    assert Sandbox.running() is lab.sandbox
    assert lab.table_name in tables()
