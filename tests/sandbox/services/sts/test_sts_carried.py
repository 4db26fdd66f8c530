"""What goes on from session to session: transitive tags and a source identity (H82)."""

from __future__ import annotations

import boto3
import pytest

from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    make_role,
    refusal,
    session_of,
    statement,
    text,
    trusting,
)

EVERY = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")
TEAM = [{"Key": "Team", "Value": "blue"}]


def assume(session: boto3.Session, role: str, **more):
    arn = f"arn:aws:iam::{ACCOUNT}:role/{role}"
    return session.client("sts").assume_role(RoleArn=arn, RoleSessionName="night", **more)


@pytest.fixture
def roles(sandbox) -> None:
    """Three roles that everybody in the account may assume; each may assume the next."""
    for name in ("first", "second", "third"):
        make_role(name, trusting(ACCOUNT, *EVERY), policy=text(statement("sts:*")))


@pytest.fixture
def reader(roles) -> None:
    """What the third role may read is its team's, and of Mira's sessions."""
    for role, condition in {
        "third": {"StringEquals": {"aws:PrincipalTag/team": "blue"}},
        "second": {"StringEquals": {"aws:SourceIdentity": "mira"}},
    }.items():
        policy = text(statement("iam:ListUsers", Condition=condition), statement("sts:*"))
        iam = boto3.client("iam")
        iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=policy)


def may_list(session: boto3.Session) -> bool:
    try:
        session.client("iam").list_users()
    except session.client("iam").exceptions.ClientError:
        return False
    return True


@pytest.mark.parametrize("transitive", [["Team"], ["TEAM"], []])
def test_a_transitive_tag_goes_down_the_chain(reader, transitive):
    session = boto3.Session()
    session = session_of(assume(session, "first", Tags=TEAM, TransitiveTagKeys=transitive))
    third = session_of(assume(session_of(assume(session, "second")), "third"))
    assert may_list(third) == bool(transitive)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (
            {"Tags": [{"Key": "TEAM", "Value": "red"}]},
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}], "TransitiveTagKeys": ["b"]},
            "The specified transitive tag key must be included in the requested tags.",
        ),
        (
            {"Tags": [{"Key": "a", "Value": "1"}, {"Key": "A", "Value": "2"}]},
            "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
        ),
    ],
)
def test_tags_that_sts_does_not_take(roles, more, words):
    session = session_of(assume(boto3.Session(), "first", Tags=TEAM, TransitiveTagKeys=["Team"]))
    refused = refusal(assume, session, "second", **more)
    assert refused == (400, "InvalidParameterValue", words)


def test_a_reserved_session_tag_is_refused(roles):
    refused = refusal(assume, boto3.Session(), "first", Tags=[{"Key": "aws:x", "Value": "1"}])
    assert refused[:2] == (400, "InvalidParameterValue")


def test_a_source_identity_stays(reader, sandbox):
    answer = assume(boto3.Session(), "first", SourceIdentity="mira")
    assert answer["SourceIdentity"] == "mira"
    first = session_of(answer)
    kept = assume(first, "second")
    assert kept["SourceIdentity"] == "mira" and may_list(session_of(kept))
    assert assume(first, "second", SourceIdentity="mira")["SourceIdentity"] == "mira"
    refused = refusal(assume, first, "second", SourceIdentity="other")
    assert refused[:2] == (403, "AccessDenied")
    assert not may_list(session_of(assume(boto3.Session(), "second")))
    session_of(kept).client("sts").get_caller_identity()
    record = sandbox.trail.events(name="GetCallerIdentity")[-1].record
    assert record["userIdentity"]["sessionContext"]["sourceIdentity"] == "mira"


@pytest.mark.parametrize(
    ("trust", "inline", "reason"),
    [
        ((), ("sts:*",), " because no role trust policy allows the sts:SetSourceIdentity action"),
        (("sts:SetSourceIdentity",), ("sts:*",), None),
        (("sts:SetSourceIdentity",), ("sts:AssumeRole",), None),
    ],
)
def test_a_source_identity_needs_a_permission(make_user, trust, inline, reason):
    user = make_user("u", inline={"Version": "2012-10-17", "Statement": [statement(*inline)]})
    arn = f"arn:aws:iam::{ACCOUNT}:user/u"
    make_role("r", trusting(arn, "sts:AssumeRole", *trust))
    if reason is None:
        assert assume(user, "r", SourceIdentity="mira")["SourceIdentity"] == "mira"
    else:
        refused = refusal(assume, user, "r", SourceIdentity="mira")
        assert refused[:2] == (403, "AccessDenied") and refused[2].endswith(reason)


def test_a_trust_policy_may_ask_for_a_source_identity_and_for_transitive_tags(sandbox):
    condition = {
        "StringLike": {"sts:SourceIdentity": "m*"},
        "ForAllValues:StringEquals": {"sts:TransitiveTagKeys": ["Team"]},
    }
    make_role("r", trusting(ACCOUNT, *EVERY, Condition=condition))
    session = boto3.Session()
    assume(session, "r", SourceIdentity="mira", Tags=TEAM, TransitiveTagKeys=["Team"])
    for more in ({}, {"SourceIdentity": "other"}):
        assert refusal(assume, session, "r", **more)[:2] == (403, "AccessDenied")
    tags = [*TEAM, {"Key": "a", "Value": "1"}]
    more = {"SourceIdentity": "mira", "Tags": tags, "TransitiveTagKeys": ["a"]}
    assert refusal(assume, session, "r", **more)[:2] == (403, "AccessDenied")
