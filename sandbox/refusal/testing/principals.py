"""Users and roles of a test: made with their policies, and none of it is in the trail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import boto3
from botocore.exceptions import ClientError

from ..errors import SandboxError
from ..sandbox import Sandbox

#: The ARN of a managed policy, or a policy document as a mapping or as JSON.
PolicyLike = str | Mapping[str, Any]


def as_user(
    name: str,
    *policies: PolicyLike,
    boundary: str | None = None,
    sandbox: Sandbox | None = None,
) -> boto3.Session:
    """A session of an IAM user, who is made if there is none of that name.

    Args:
        name: the user's name.
        policies: to add to those that the user has: ARNs of managed policies, and policy
            documents, which become inline policies ``policy-1``, ``policy-2``, …
        boundary: ARN of the managed policy that is the user's permissions boundary.
        sandbox: the one to act in; the one that runs if left out.

    Raises:
        SandboxError: no sandbox runs, or IAM refuses the name or a policy.
    """
    box = sandbox or _running()
    with box.unrecorded():
        iam = box.session().client("iam")
        try:
            _make(iam.create_user, UserName=name)
            if boundary is not None:
                iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
            _give(iam, "user", name, policies)
            key = iam.create_access_key(UserName=name)["AccessKey"]
        except ClientError as error:
            raise SandboxError(f"as_user({name!r}) does not work: {error}") from error
    return boto3.Session(
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
        region_name=box.region,
    )


def as_role(
    name: str,
    *policies: PolicyLike,
    session_name: str = "test",
    session_policy: PolicyLike | None = None,
    sandbox: Sandbox | None = None,
) -> boto3.Session:
    """A session of an IAM role, which is made if there is none of that name.

    A role that is made here trusts its account.

    Args:
        name: the role's name.
        policies: to add to those that the role has, in the form that ``as_user`` takes.
        session_name: the name of the role session.
        session_policy: a document that limits the session.
        sandbox: the one to act in; the one that runs if left out.

    Raises:
        SandboxError: no sandbox runs, IAM refuses the name or a policy, or the role may not be
            assumed by the administrator.
    """
    box = sandbox or _running()
    arn = f"arn:aws:iam::{box.account_id}:root"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"},
        ],
    }
    with box.unrecorded():
        iam = box.session().client("iam")
        try:
            _make(iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
            _give(iam, "role", name, policies)
            limit = {} if session_policy is None else {"Policy": _text(session_policy)}
            role = iam.get_role(RoleName=name)["Role"]["Arn"]
            sts = box.session().client("sts")
            given = sts.assume_role(RoleArn=role, RoleSessionName=session_name, **limit)
        except ClientError as error:
            raise SandboxError(f"as_role({name!r}) does not work: {error}") from error
    keys = given["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=box.region,
    )


def _running() -> Sandbox:
    running = Sandbox.running()
    if running is None:
        raise SandboxError(
            "No sandbox runs; use the fixture `sandbox`, @sandboxed, or `with sandboxed():`."
        )
    return running


def _make(create: Any, **named: str) -> None:
    try:
        create(**named)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise


def _give(iam: Any, kind: str, name: str, policies: tuple[PolicyLike, ...]) -> None:
    """Attach managed policies, and put the others after the inline ones that are there."""
    owner = {f"{kind.capitalize()}Name": name}
    number = len(getattr(iam, f"list_{kind}_policies")(**owner)["PolicyNames"])
    for policy in policies:
        if isinstance(policy, str) and policy.startswith("arn:"):
            getattr(iam, f"attach_{kind}_policy")(**owner, PolicyArn=policy)
            continue
        number += 1
        getattr(iam, f"put_{kind}_policy")(
            **owner, PolicyName=f"policy-{number}", PolicyDocument=_text(policy)
        )


def _text(policy: PolicyLike) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)
