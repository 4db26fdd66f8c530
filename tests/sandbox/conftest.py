"""A running sandbox, and users in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import boto3
import pytest

from refusal import Sandbox


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A running sandbox; boto3 acts as its administrator."""
    with Sandbox() as running:
        yield running


def session_for(user_name: str) -> boto3.Session:
    """A session with new access keys of an existing user."""
    key = boto3.client("iam").create_access_key(UserName=user_name)["AccessKey"]
    return boto3.Session(
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        region_name="us-east-1",
    )


@pytest.fixture
def make_user(sandbox: Sandbox) -> Callable[..., boto3.Session]:
    """Make a user with managed policies and an inline one; returns that user's session."""

    def make(name: str, *policy_arns: str, inline: dict | None = None) -> boto3.Session:
        iam = boto3.client("iam")
        iam.create_user(UserName=name)
        for arn in policy_arns:
            iam.attach_user_policy(UserName=name, PolicyArn=arn)
        if inline:
            iam.put_user_policy(
                UserName=name, PolicyName="inline", PolicyDocument=json.dumps(inline)
            )
        return session_for(name)

    return make
