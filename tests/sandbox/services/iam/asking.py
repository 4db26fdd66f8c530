"""Policies, sessions and refusals, for the tests of IAM and AWS STS."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

ACCOUNT = "123456789012"
ROOT = f"arn:aws:iam::{ACCOUNT}:root"


def statement(*actions: str, effect: str = "Allow", resource: Any = "*", **more: Any) -> dict:
    """A statement of an identity-based policy."""
    return {"Effect": effect, "Action": list(actions), "Resource": resource, **more}


def document(*statements: dict) -> dict:
    """A policy document."""
    return {"Version": "2012-10-17", "Statement": list(statements)}


def text(*statements: dict) -> str:
    """A policy document as IAM takes it."""
    return json.dumps(document(*statements))


def allow(*actions: str, **more: Any) -> str:
    """A policy document with one statement."""
    return text(statement(*actions, **more))


def trusting(principal: Any, *actions: str, effect: str = "Allow", **more: Any) -> dict:
    """A statement of a role's trust policy; ``principal`` is an ARN or a Principal element."""
    named = principal if isinstance(principal, Mapping) else {"AWS": principal}
    action = list(actions or ("sts:AssumeRole",))
    return {"Effect": effect, "Principal": named, "Action": action, **more}


def make_role(name: str, *trust: dict, policy: str | None = None, **more: Any) -> str:
    """A role that the account's users may assume unless ``trust`` says otherwise; its ARN."""
    iam = boto3.client("iam")
    trusted = text(*(trust or (trusting(ROOT),)))
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusted, **more)["Role"]
    if policy:
        iam.put_role_policy(RoleName=name, PolicyName="inline", PolicyDocument=policy)
    return role["Arn"]


def session_of(answer: Mapping[str, Any]) -> boto3.Session:
    """A session with the temporary credentials of an answer of AWS STS."""
    given = answer["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name="us-east-1",
    )


def assumed(arn: str, name: str = "night", **more: Any) -> boto3.Session:
    """The administrator's session of a role."""
    answer = boto3.client("sts").assume_role(RoleArn=arn, RoleSessionName=name, **more)
    return session_of(answer)


def refusal(call: Callable[..., Any], *args: Any, **kwargs: Any) -> tuple[int, str, str]:
    """HTTP status, code and message of a refusal."""
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    error = response["Error"]
    return response["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error.get("Message", "")


def code_of(call: Callable[..., Any], *args: Any, **kwargs: Any) -> str:
    """The code of a refusal."""
    return refusal(call, *args, **kwargs)[1]
