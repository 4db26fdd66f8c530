"""LookupEvents: which events of the trail it shows, to whom, and how they are chosen."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox
from tests.sandbox.services.audit.looking import lookup

FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


def test_lookup_shows_management_events_newest_first(sandbox: Sandbox, key_arn: str) -> None:
    names = [event["EventName"] for event in lookup()]
    assert names[0] == "Decrypt" and names[-1] == "CreateKey"
    assert "PutItem" not in names
    assert [event.name for event in sandbox.trail.events(name="PutItem")] == ["PutItem"]


@pytest.mark.parametrize(
    ("attribute", "value", "expected"),
    [
        ("EventName", "CreateTable", {"CreateTable"}),
        ("EventSource", "dynamodb.amazonaws.com", {"CreateTable"}),
        ("ReadOnly", "false", {"CreateKey", "CreateTable", "CreateGrant"}),
        ("ResourceType", "AWS::DynamoDB::Table", {"CreateTable"}),
        ("Username", "nobody", set()),
    ],
)
def test_lookup_by_an_attribute(
    key_arn: str, attribute: str, value: str, expected: set[str]
) -> None:
    assert {event["EventName"] for event in lookup(**{attribute: value})} == expected


def test_lookup_by_what_an_event_says_of_itself(key_arn: str) -> None:
    one = lookup(EventName="CreateGrant")[0]
    assert lookup(EventId=one["EventId"]) == [one]
    assert one in lookup(AccessKeyId=one["AccessKeyId"])
    assert one in lookup(ResourceName=key_arn)
    assert json.loads(one["CloudTrailEvent"])["eventID"] == one["EventId"]
    assert one["Resources"] == [{"ResourceType": "AWS::KMS::Key", "ResourceName": key_arn}]


def test_lookup_goes_on_page_by_page(sandbox: Sandbox) -> None:
    for _ in range(7):
        boto3.client("kms").list_keys()
    pages = boto3.client("cloudtrail").get_paginator("lookup_events")
    found = [
        event["EventId"]
        for page in pages.paginate(PaginationConfig={"PageSize": 3})
        for event in page["Events"]
        if event["EventName"] == "ListKeys"
    ]
    assert len(found) == len(set(found)) == 7


def test_lookup_keeps_to_a_time_range_and_to_90_days(sandbox: Sandbox) -> None:
    kms, trail = boto3.client("kms"), boto3.client("cloudtrail")
    kms.list_keys()
    noon = sandbox.advance(days=1)
    kms.list_aliases()

    def names(**params: Any) -> list[str]:
        events = trail.lookup_events(**params)["Events"]
        return [e["EventName"] for e in events if e["EventName"].startswith("List")]

    assert names(StartTime=noon) == ["ListAliases"]
    assert names(EndTime=noon - datetime.timedelta(hours=1)) == ["ListKeys"]
    sandbox.advance(days=89, hours=12)
    assert names() == ["ListAliases"]
    with pytest.raises(ClientError, match="InvalidTimeRangeException"):
        trail.lookup_events(StartTime=noon, EndTime=noon - datetime.timedelta(days=1))


def test_lookup_refuses_what_cloudtrail_refuses(sandbox: Sandbox) -> None:
    trail = boto3.client("cloudtrail")
    two = [{"AttributeKey": "EventName", "AttributeValue": name} for name in "ab"]
    with pytest.raises(ClientError, match="InvalidLookupAttributesException"):
        trail.lookup_events(LookupAttributes=two)
    with pytest.raises(ClientError, match="InvalidNextTokenException"):
        trail.lookup_events(NextToken="???")
    with pytest.raises(ClientError, match="NotInSandbox"):
        trail.lookup_events(EventCategory="insight")
    with pytest.raises(ClientError, match="NotInSandbox"):
        trail.create_trail(Name="t", S3BucketName="b")


def test_lookup_needs_a_permission(sandbox: Sandbox, make_user: Callable[..., Any]) -> None:
    mira = make_user("mira", FULL)
    with pytest.raises(ClientError, match="cloudtrail:LookupEvents on resource: \\*"):
        mira.client("cloudtrail").lookup_events()
