"""Policies that nobody has, decided as the sandbox decides; what is malformed names its line."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from refusal import Sandbox
from refusal.authorization import AuthorizationError
from refusal.explain import what_if
from refusal.explain.account import key_of, policies_of

MIRA = "arn:aws:iam::123456789012:user/mira"
GOOD = {
    "Version": "2012-10-17",
    "Statement": [
        {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
        {"Effect": "Allow", "Action": "kms:Encrypt", "Resource": "*"},
    ],
}
TEXT = json.dumps(GOOD, indent=2)


def ask(text: Any) -> None:
    what_if(principal=MIRA, action="kms:Decrypt", policies={"Hers": text})


@pytest.mark.parametrize(
    ("before", "after", "line", "words"),
    [
        ('"kms:Encrypt",', '"kms:Encrypt"', 12, "not valid JSON: Expecting ',' delimiter"),
        ('"kms:Encrypt"', '"Encrypt"', 11, "is not of the form service:Action"),
        ('"Version"', '"Versions"', 2, "did you mean Version?"),
        ('Action": "kms:Encrypt', 'Acton": "kms:Encrypt', 11, "unknown element 'Acton'"),
        ('Allow",\n      "Action": "kms:Enc', 'allow",\n      "Action": "kms:Enc', 10,
         "must have the Effect Allow or Deny"),
        ('"2012-10-17"', '"2012"', 2, "Version must be 2012-10-17"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_with_its_line(
    before: str, after: str, line: int, words: str
) -> None:
    assert TEXT.count(before) == 1
    with pytest.raises(AuthorizationError) as caught:
        ask(TEXT.replace(before, after))
    told = str(caught.value)
    assert told.startswith(f"Hers, line {line}") and words in told and "\n" not in told


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "7", '{"Statement": 3}', '{"Statement": [3]}', "é"]
)
def test_anything_typed_is_a_sentence(text: str) -> None:
    with pytest.raises(AuthorizationError, match="Hers, line 1"):
        ask(text)


def test_what_json_cannot_hold_is_a_sentence() -> None:
    with pytest.raises(AuthorizationError, match="Hers cannot be written as JSON"):
        ask({"Statement": {1, 2}})


def test_dots_that_nobody_has_replaced_are_told_as_such() -> None:
    told = r"^Hers still has dots \(`\.\.\.`\) in it; put a value in their place\.$"
    with pytest.raises(AuthorizationError, match=told):
        ask({"Statement": [{"Effect": "Allow", "Action": ..., "Resource": "*"}]})


def test_an_account_is_read_as_it_is_and_decided_as_the_sandbox_decides() -> None:
    with Sandbox() as sandbox:
        iam, kms = boto3.client("iam"), boto3.client("kms")
        iam.create_user(UserName="mira")
        iam.create_group(GroupName="testers")
        iam.add_user_to_group(GroupName="testers", UserName="mira")
        arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
        iam.attach_user_policy(UserName="mira", PolicyArn=arn)
        iam.put_group_policy(
            GroupName="testers", PolicyName="open", PolicyDocument=json.dumps(GOOD)
        )
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        policies = policies_of(sandbox.session(), "mira")
        arn, policy, grants = key_of(sandbox.session(), key)
        assert set(policies) == {"AmazonDynamoDBFullAccess", "open"} and grants == []
        for operation, params in (
            ("Decrypt", {"CiphertextBlob": b"x", "KeyId": key}),
            ("Encrypt", {"KeyId": key, "Plaintext": b"x"}),
            ("DescribeKey", {"KeyId": key}),
            ("DisableKey", {"KeyId": key}),
        ):
            asked = {"principal": MIRA, "action": f"kms:{operation}", "resource": arn}
            result = what_if(**asked, policies=policies, key_policy=policy)
            assert result.allowed == sandbox.would_allow("mira", "kms", operation, params)
