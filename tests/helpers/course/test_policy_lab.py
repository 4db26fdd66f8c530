"""The policy lab decides as the account does, touches nothing, and answers what is malformed."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest

from helpers import open_lab, policy_lab
from helpers.course.lab import Lab

ALLOW = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"},
}


@pytest.fixture
def lab() -> Lab:
    """Notebook 05, with Mira in it."""
    opened = open_lab("05")
    iam = boto3.client("iam")
    iam.create_user(UserName="mira")
    arn = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
    iam.attach_user_policy(UserName="mira", PolicyArn=arn)
    return opened


def test_the_account_as_it_is(lab: Lab) -> None:
    before = len(lab.trail.events())
    found = policy_lab(user="mira", action="kms:Decrypt")
    assert not found.allowed and found.decided_by == "no Allow in an identity-based policy"
    assert (
        "leaves the decision to the account's IAM policies" in repr(found) and found._repr_html_()
    )
    assert policy_lab(user="mira", action="kms:DescribeKey", resource=lab.key_alias).allowed
    assert len(lab.trail.events()) == before


def test_what_is_given_counts_in_place_of_what_the_account_has(lab: Lab) -> None:
    found = policy_lab(user="mira", action="kms:Decrypt", policies={"let her in": ALLOW})
    assert found.allowed and found.decided_by == "let her in (identity-based), 1"


def test_a_key_by_its_id_and_none(lab: Lab) -> None:
    key = lab.key_arn.rpartition("/")[2]
    assert policy_lab(user="mira", action="kms:DescribeKey", resource=key).allowed
    told = repr(policy_lab(user="mira", action="kms:Decrypt", resource="players"))
    assert "players" in told and "denied" not in told


@pytest.mark.parametrize("action", ["kms:ReEncryptFrom", "kms:*", "dynamodb:PartiQLSelect"])
def test_an_action_that_is_no_operation_is_one(action: str) -> None:
    assert not policy_lab(principal="mira", action=action).allowed


def test_nothing_of_the_account_where_everything_is_given(lab: Lab) -> None:
    grants = [
        {"GranteePrincipal": "arn:aws:iam::123456789012:user/edda", "Operations": ["Decrypt"]}
    ]
    found = policy_lab(key_policy=ALLOW, grants=grants, principal="edda", action="kms:Decrypt")
    assert "a resource-based policy must have" in repr(found)
    policy = {**ALLOW, "Statement": {**ALLOW["Statement"], "Principal": {"AWS": "*"}}}
    found = policy_lab(key_policy=policy, grants=grants, principal="edda", action="kms:Decrypt")
    assert found.allowed


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "Say who makes the request, and for which action"),
        ({"user": "nobody", "action": "kms:Decrypt"}, "nobody"),
        ({"user": "mira", "action": "Decrypt"}, "service:Action"),
        ({"user": "mira", "action": "kms:Decrypt", "resource": "alias/x"}, "is not found"),
        ({"principal": "m", "action": "kms:Decrypt", "policies": {"p": "{"}}, "p, line 1"),
        ({"user": "mira", "action": "kms:Dekrypt"}, "not an action; did you mean kms:Decrypt?"),
        ({"principal": "m", "action": "dynamodb:getitems"}, "did you mean dynamodb:GetItem?"),
        ({"principal": "m", "action": "kms:Sign", "resource": "x"}, "`x` is not an ARN: give the"),
        ({"who": "mira"}, "Say who makes the request, and for which action: policy_lab(user="),
    ],
)
def test_what_cannot_be_decided_is_a_sentence(lab: Lab, asked: dict[str, Any], words: str) -> None:
    told = repr(policy_lab(**asked))
    assert words in told and "\n" not in told


def test_whatever_is_typed_is_decided_or_answered(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("helpers.course.lab.available", lambda: True)
    control = policy_lab(user="mira", action="kms:Decrypt").control
    values = {one.name: one.value for one in control.fields}
    assert not control.answer("", values).allowed
    policy = json.loads(values["key_policy"])
    policy["Statement"][2]["Principal"]["AWS"] = "arn:aws:iam::123456789012:user/mira"
    assert control.answer("", {**values, "key_policy": json.dumps(policy)}).allowed
    for name, text, words in (
        ("key_policy", "{", "key policy, line 1"),
        ("context", "{\n  nothing", "line 2, column 3: this is not JSON"),
        ("context", "[]", "a JSON object was expected"),
        ("context", '{"a": 1}', "must have a text"),
        ("grants", "{}", "a JSON list was expected"),
        ("grants", "[7]", "A grant must have"),
        ("principal", "mira", "is not a principal"),
        ("action", "", "service:Action"),
    ):
        told = repr(control.answer("", {**values, name: text}))
        assert words in told and "\n" not in told, (name, text, told)
