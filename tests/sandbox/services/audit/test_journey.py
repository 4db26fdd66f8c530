"""The trail tells how a request was served, and never by another caller's table key."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from refusal import Sandbox
from refusal.services.audit.journey import Journey, journey

TRUST = {"Effect": "Allow", "Principal": {"AWS": "123456789012"}, "Action": "sts:AssumeRole"}
ALL = {"Effect": "Allow", "Action": ["dynamodb:*", "kms:*"], "Resource": "*"}


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A table under a customer managed key, and a role that may use both."""
    with Sandbox() as running:
        key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
        boto3.client("dynamodb").create_table(
            TableName="players",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        )
        iam = boto3.client("iam")
        iam.create_role(RoleName="App", AssumeRolePolicyDocument=_policy(TRUST))
        iam.put_role_policy(RoleName="App", PolicyName="all", PolicyDocument=_policy(ALL))
        yield running


def _policy(statement: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def session() -> Any:
    """DynamoDB, as a new session of the role; all of them have one ARN."""
    role = "arn:aws:iam::123456789012:role/App"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="app")["Credentials"]
    return boto3.client(
        "dynamodb",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )


def read(sandbox: Sandbox, client: Any) -> Journey:
    answer = client.get_item(TableName="players", Key={"id": {"S": "1"}})
    found = journey(sandbox.trail.events(), answer["ResponseMetadata"]["RequestId"])
    assert found is not None
    return found


def test_a_kept_table_key_is_that_of_the_same_session(sandbox: Sandbox) -> None:
    first, second = session(), session()
    asked = [read(sandbox, client) for client in (first, second)]
    kept = [read(sandbox, client) for client in (first, second)]
    for before, after in zip(asked, kept, strict=True):
        assert (before.table, after.table) == ("players", "players")
        assert [event.name for event in before.asked] == ["Decrypt"]
        assert before.kept is None
        assert after.asked == ()
        assert after.kept == before.asked[0]


def test_after_five_minutes_kms_is_asked_again(sandbox: Sandbox) -> None:
    client = session()
    read(sandbox, client)
    sandbox.advance(minutes=6)
    assert len(read(sandbox, client).asked) == 1


def test_every_id_of_it_leads_to_the_request(sandbox: Sandbox) -> None:
    found = read(sandbox, session())
    (decrypt,) = found.asked
    events = sandbox.trail.events()
    for wanted in (found.call.event_id, decrypt.event_id, decrypt.call.request_id):
        assert journey(events, wanted) == found


def test_what_is_no_request_for_items_has_no_journey(sandbox: Sandbox) -> None:
    answer = boto3.client("kms").list_keys()
    events = sandbox.trail.events()
    assert journey(events, answer["ResponseMetadata"]["RequestId"]) is None
    assert journey(events, "nothing") is None
