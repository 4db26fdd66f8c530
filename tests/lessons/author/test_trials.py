"""A trial says what would happen, in a copy of which nothing remains."""

from __future__ import annotations

import json

import boto3
import pytest

from helpers import open_lab
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab
from lessons.author import DIRECT, Part, Way, copied, judged

OPERATIONS = {"Decrypt", "Encrypt", "GenerateDataKey", "ReEncrypt"}


@pytest.fixture
def lab() -> Lab:
    """Notebook 06: a key that leaves it to IAM, and one that does not."""
    return open_lab("06")


def test_a_copy_leaves_nothing_behind(lab: Lab) -> None:
    evidence, events = Evidence(lab), len(lab.trail.events())
    with evidence.unrecorded(), copied(evidence) as trial:
        trial.give_everything("mira")
        new, user = trial.new_key(), trial.newcomer(lab.key_arn)
        assert set(trial.uses("mira", new)) >= OPERATIONS and trial.changes("mira", new)
        assert user in trial.users() and trial.uses(user, new) == []
        boto3.client("dynamodb").delete_table(TableName=lab.table_name)
    assert user not in [x["UserName"] for x in boto3.client("iam").list_users()["Users"]]
    assert lab.table_name in boto3.client("dynamodb").list_tables()["TableNames"]
    assert len(lab.trail.events()) == events + 2, "the two calls of this test itself"


@pytest.mark.parametrize(("name", "opened"), [("key_arn", True), ("payments_key_arn", False)])
def test_what_an_iam_policy_of_tomorrow_would_open(lab: Lab, name: str, opened: bool) -> None:
    key = lab.names[name]
    with copied(Evidence(lab)) as trial:
        for user in ("mira", trial.newcomer(key)):
            assert trial.uses(user, key) == []
            trial.give_everything(user)
            assert bool(trial.uses(user, key)) is opened
        assert bool(trial.opened_by_iam(key, [DIRECT])) is opened


def test_a_way_is_through_dynamodb_and_for_a_table(lab: Lab) -> None:
    names = {
        "kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com",
        "kms:EncryptionContext:aws:dynamodb:tableName": lab.table_name,
    }
    allow = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": lab.key_arn}
    document = {"Statement": [{**allow, "Condition": {"StringEquals": names}}]}
    boto3.client("iam").put_user_policy(
        UserName="mira",
        PolicyName="keys",
        PolicyDocument=json.dumps({"Version": "2012-10-17", **document}),
    )
    with copied(Evidence(lab)) as trial:
        used = {
            str(way): trial.uses("mira", lab.key_arn, way)
            for way in (
                *(DIRECT, Way(table=lab.table_name)),
                *(Way.through_dynamodb(x) for x in (lab.table_name, "another")),
            )
        }
    assert used == {
        "without DynamoDB": [],
        "without DynamoDB, for the table players": [],
        "through DynamoDB, for the table players": ["Decrypt"],
        "through DynamoDB, for the table another": [],
    }


def test_a_newcomer_has_the_tags_that_a_key_policy_asks_for(lab: Lab) -> None:
    kms = boto3.client("kms")
    policy = json.loads(kms.get_key_policy(KeyId=lab.key_arn)["Policy"])
    tag = {"StringLike": {"aws:PrincipalTag/team": ["play*"]}}
    policy["Statement"].append(
        {
            **policy["Statement"][0],
            **{"Sid": "Team", "Principal": {"AWS": "*"}, "Condition": tag},
        }
    )
    kms.put_key_policy(KeyId=lab.key_arn, Policy=json.dumps(policy))
    with copied(Evidence(lab)) as trial:
        assert "Decrypt" in trial.uses(trial.newcomer(lab.key_arn), lab.key_arn)
        assert trial.uses("mira", lab.key_arn) == []


def test_parts_are_counted_and_the_first_that_lacks_is_told() -> None:
    met, lacks = Part("one"), Part("two", "nothing.", "any-denial")
    assert judged(met, met).outcome == "correct"
    verdict = judged(met, lacks, Part("three", "nothing."))
    assert verdict.outcome == "not yet" and verdict.misconception == "any-denial"
    assert verdict.sentence.startswith("1 of 3 parts are met. Expected: two. Seen: nothing.")
