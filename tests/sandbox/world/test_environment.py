"""The environment while the sandbox runs, and afterwards."""

from __future__ import annotations

import os

import pytest

from refusal.world.environment import Environment

REAL = {
    "AWS_PROFILE": "work",
    "AWS_SESSION_TOKEN": "real",
    "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
    "AWS_ENDPOINT_URL_DYNAMODB": "https://example.invalid",
    "AWS_A_SETTING_OF_NEXT_YEAR": "on",
    "MOTO_ACCOUNT_ID": "999999999999",
}


@pytest.fixture
def inside(monkeypatch: pytest.MonkeyPatch) -> Environment:
    for name, value in REAL.items():
        monkeypatch.setenv(name, value)
    return Environment("us-east-1", "AKIASANDBOX", "secret")


def test_nothing_real_is_left_in_it(inside: Environment) -> None:
    with inside:
        assert not set(REAL.values()) & set(os.environ.values())
        assert os.environ["AWS_ACCESS_KEY_ID"] == "AKIASANDBOX"
        assert os.environ["AWS_SECRET_ACCESS_KEY"] == "secret"
        assert os.environ["AWS_REGION"] == os.environ["AWS_DEFAULT_REGION"] == "us-east-1"


def test_what_is_not_awss_stays(inside: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEARNERS_OWN", "before")
    with inside:
        assert os.environ["LEARNERS_OWN"] == "before"
        os.environ["LEARNERS_OWN"] = "inside"
    assert os.environ["LEARNERS_OWN"] == "inside"


def test_afterwards_it_is_as_before(inside: Environment) -> None:
    before = dict(os.environ)
    with pytest.raises(RuntimeError), inside:
        os.environ["AWS_PROFILE"] = "set inside"
        del os.environ["AWS_REGION"]
        raise RuntimeError
    assert dict(os.environ) == before
