"""The sandbox as a context manager: plain boto3 in, nothing left behind."""

from __future__ import annotations

import datetime
import os

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox, SandboxError


def test_plain_boto3_acts_as_the_administrator(sandbox: Sandbox) -> None:
    identity = boto3.client("sts").get_caller_identity()
    assert identity["Arn"] == f"arn:aws:iam::{sandbox.account_id}:user/admin"
    assert identity["UserId"].startswith("AIDA") or len(identity["UserId"]) >= 16
    attached = boto3.client("iam").list_attached_user_policies(UserName="admin")
    assert [p["PolicyName"] for p in attached["AttachedPolicies"]] == ["AdministratorAccess"]


def test_the_environment_is_as_it_was_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "work")
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "https://example.invalid")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    before = dict(os.environ)
    with Sandbox():
        assert "AWS_PROFILE" not in os.environ
        assert "AWS_ENDPOINT_URL_KMS" not in os.environ
    assert dict(os.environ) == before


def test_nothing_of_the_account_outlives_the_block() -> None:
    with Sandbox():
        boto3.client("iam").create_user(UserName="mira")
    with Sandbox():
        users = boto3.client("iam").list_users()["Users"]
        assert [user["UserName"] for user in users] == ["admin"]


def test_an_exception_in_the_block_passes_through() -> None:
    with pytest.raises(RuntimeError, match="mine"), Sandbox():
        raise RuntimeError("mine")
    with Sandbox():
        pass


def test_one_at_a_time(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="already running"):
        Sandbox().start()


def test_one_may_stand_aside_for_another(sandbox: Sandbox) -> None:
    """With the same seed, clients made before speak to the one in place."""
    kms, iam = boto3.client("kms"), boto3.client("iam")
    iam.create_user(UserName="mira")
    other = Sandbox(sandbox.seed).start(aside=True)
    try:
        assert Sandbox.running() is other
        assert [user["UserName"] for user in iam.list_users()["Users"]] == ["admin"]
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        made_inside = boto3.client("iam")
    finally:
        other.stop()
    assert Sandbox.running() is sandbox
    assert [user["UserName"] for user in made_inside.list_users()["Users"]] == ["admin", "mira"]
    assert kms.list_keys()["Keys"] == []
    # The copy took nothing from this one's seed: the same key comes next.
    assert kms.create_key()["KeyMetadata"]["KeyId"] == key


def test_stopping_twice_is_harmless() -> None:
    sandbox = Sandbox().start()
    sandbox.stop()
    sandbox.stop()


def test_a_stopped_sandbox_says_so() -> None:
    with pytest.raises(SandboxError, match="start it with"):
        Sandbox().advance(minutes=1)


def test_time_is_the_sandboxs_own(sandbox: Sandbox) -> None:
    before = sandbox.clock.now()
    assert before.year == 2026 and before.tzinfo is datetime.UTC
    sandbox.advance(days=7)
    created = boto3.client("iam").create_user(UserName="mira")["User"]["CreateDate"]
    assert datetime.timedelta(days=7) <= created - before < datetime.timedelta(days=7, minutes=1)


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"minutes": -1}, "cannot go back"),
        ({"fortnights": 1}, "not understood"),
        ({"days": 10**12}, "not understood"),
        ({"days": 9_000_000}, "calendar ends"),
    ],
)
def test_a_wrong_time_gets_a_sentence_and_changes_nothing(
    sandbox: Sandbox, wrong: dict[str, int], sentence: str
) -> None:
    before = sandbox.clock.now()
    with pytest.raises((SandboxError, ValueError), match=sentence):
        sandbox.advance(**wrong)
    assert sandbox.clock.now() == before


def test_another_account_has_its_own_administrator(sandbox: Sandbox) -> None:
    other = sandbox.session("444455556666")
    assert other.client("sts").get_caller_identity()["Account"] == "444455556666"
    other.client("iam").create_user(UserName="kai")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        boto3.client("iam").get_user(UserName="kai")


def test_an_account_id_that_is_none_gets_a_sentence(sandbox: Sandbox) -> None:
    with pytest.raises(SandboxError, match="twelve digits"):
        sandbox.session("my-account")
