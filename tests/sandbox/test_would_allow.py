"""``Sandbox.would_allow``: the answer that the call would get; a sentence for a bad question."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox, SandboxError
from refusal.testing import as_role, as_user

ALLOWED = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": ["kms:Encrypt", "kms:ListKeys"], "Resource": "*"},
    ],
}
USER = "arn:aws:iam::123456789012:user/mira"
ROLE = "arn:aws:iam::123456789012:role/reader"


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    return str(boto3.client("kms").create_key()["KeyMetadata"]["KeyId"])


def may(session: boto3.Session, operation: str, params: dict[str, Any]) -> bool:
    """Whether a call is allowed when it is made."""
    try:
        session.client("kms")._make_api_call(operation, params)
    except ClientError as error:
        assert error.response["Error"]["Code"] == "AccessDeniedException"
        return False
    return True


@pytest.mark.parametrize("names", [("mira", USER), (ROLE,)])
def test_it_answers_as_the_call_is_answered(
    sandbox: Sandbox, key: str, names: tuple[str, ...]
) -> None:
    make = as_role if names == (ROLE,) else as_user
    session = make(names[-1].partition("/")[2], ALLOWED)
    asked: dict[str, dict[str, Any]] = {
        "Encrypt": {"KeyId": key, "Plaintext": b"x"},
        "ListKeys": {},
        "DescribeKey": {"KeyId": key},
    }
    answers = {one: may(session, one, params) for one, params in asked.items()}
    assert answers == {"Encrypt": True, "ListKeys": True, "DescribeKey": False}
    before = len(sandbox.trail.events())
    for name in names:
        for one, params in asked.items():
            assert sandbox.would_allow(name, "kms", one, params) == answers[one]
    assert len(sandbox.trail.events()) == before


@pytest.mark.parametrize(
    "name", ["teo", USER.replace("mira", "teo"), ROLE.replace("reader", "x"), "reader",
             USER.replace("mira", "path/mira"), USER.replace("12345", "54321"),
             USER.replace("user", "group"), ""],
)  # fmt: skip
def test_who_is_not_there_may_nothing(sandbox: Sandbox, name: str) -> None:
    as_user("mira", ALLOWED)
    as_role("reader", ALLOWED)
    assert sandbox.would_allow(USER, "kms", "ListKeys", {})
    assert not sandbox.would_allow(name, "kms", "ListKeys", {})


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (("mira", "s3", "GetObject", {}), "The sandbox has no s3; it has kms, dynamodb, "),
        (("mira", "kms", "encrypt", {}), "kms has no operation encrypt; it is written Encrypt."),
        (("mira", "kms", "list_keys", {}), "no operation list_keys; it is written ListKeys."),
        (("mira", "kms", "Decript", {}), "no operation Decript; give a name such as Decrypt."),
        (
            ("mira", "kms", "Encrypt", {"KeyID": "x"}),
            'Missing required parameter in input: "KeyId"',
        ),
        (("mira", "kms", "Encrypt", {"KeyId": 7}), "Invalid type for parameter KeyId, value: 7"),
        (("mira", "kms", "Encrypt", None), "kms:Encrypt does not take this: Invalid type"),
        (
            (None, "kms", "ListKeys", {}),
            "None is neither a user's name nor the ARN of a user or role.",
        ),
    ],
)
def test_a_question_that_makes_no_sense_gets_a_sentence(
    sandbox: Sandbox, asked: tuple[Any, ...], words: str
) -> None:
    as_user("mira", ALLOWED)
    with pytest.raises(SandboxError) as caught:
        sandbox.would_allow(*asked)
    assert words in str(caught.value) and "\n" not in str(caught.value)
