"""An explanation of a decision, of an event of the trail, and of the error that a call raised."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox, SandboxError
from refusal.explain import Explanation
from refusal.explained import explain
from refusal.testing import as_user

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


@pytest.fixture
def key(sandbox: Sandbox) -> str:
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    boto3.client("dynamodb").create_table(
        TableName="scores",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    return str(key)


def refused(name: str) -> ClientError:
    with pytest.raises(ClientError) as caught:
        as_user(name, FULL).client("dynamodb").scan(TableName="scores")
    return caught.value


def test_an_error_is_explained_with_what_the_service_asked(sandbox: Sandbox, key: str) -> None:
    told = sandbox.explain(refused("mira"))
    assert [step.decision.request.action for step in told.steps] == [
        "dynamodb:Scan",
        "kms:Decrypt",
    ]
    assert [step.outcome for step in told.steps] == ["allowed", "denied"]
    assert told.steps[1].via == "dynamodb.amazonaws.com" and told.note == ""
    lines = str(told).splitlines()
    assert lines[0].startswith("Who called: arn:aws:iam::") and lines[0].endswith(":user/mira")
    assert lines[1].startswith("1. mira asked for dynamodb:Scan on ") and "allowed." in lines[1]
    assert any("no identity-based policy of the caller allows kms:Decrypt" in x for x in lines)
    as_json = told.to_json()
    assert json.loads(json.dumps(as_json)) == as_json
    assert as_json["steps"][1]["context"]["kms:viaservice"] == "dynamodb.us-east-1.amazonaws.com"


def test_an_event_alone_and_with_its_trail(sandbox: Sandbox, key: str) -> None:
    refused("mira")
    event = sandbox.trail.events(name="Scan", user="mira")[-1]
    assert len(explain(event).steps) == 1 and len(sandbox.explain(event).steps) == 2
    (step,) = explain(event.decisions[0]).steps
    assert step.decision is event.decisions[0]


def test_what_no_policy_decided_is_a_note(sandbox: Sandbox, key: str) -> None:
    kms = boto3.client("kms")
    kms.disable_key(KeyId=key)
    with pytest.raises(ClientError) as caught:
        kms.encrypt(KeyId=key, Plaintext=b"x")
    told = sandbox.explain(caught.value)
    assert told.steps[0].decision.allowed
    assert told.note.startswith("No policy denied it; the answer was DisabledException: ")
    assert str(told).endswith(told.note)


def test_where_no_policy_was_asked_it_says_so(sandbox: Sandbox) -> None:
    with pytest.raises(ClientError) as caught:
        boto3.client("kms").describe_key(KeyId="alias/nothing")
    told = sandbox.explain(caught.value)
    assert list(told.steps) == [] and told.aloud == told.note
    who, note = str(told).splitlines()
    assert who == "Who called: arn:aws:iam::123456789012:user/admin"
    assert note.startswith("No policy was evaluated; the answer was NotFoundException: ")
    assert who in told._repr_html_() and "NotFoundException" in told._repr_html_()
    assert told.to_json() == {"steps": [], "note": note}

    boto3.client("sts").get_caller_identity()  # Nobody needs a permission for it.
    told = explain(sandbox.trail.events(name="GetCallerIdentity")[-1])
    assert str(told).splitlines() == [who, "No policy was evaluated."]


def test_an_explanation_of_nothing_shows_itself() -> None:
    assert str(Explanation([])) == "" and "Who called" not in Explanation([])._repr_html_()


def test_an_error_of_elsewhere_gets_a_sentence(sandbox: Sandbox) -> None:
    strange = ClientError({"Error": {"Code": "AccessDenied"}}, "Scan")
    with pytest.raises(SandboxError, match="no request without an ID"):
        sandbox.explain(strange)
    strange.response["ResponseMetadata"] = {"RequestId": "1-2"}
    with pytest.raises(SandboxError, match="no request 1-2"):
        sandbox.explain(strange)
