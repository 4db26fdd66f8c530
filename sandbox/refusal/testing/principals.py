"""Users and roles of a test: made with their policies, and none of it is in the trail."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from ..errors import SandboxError
from ..moto.iam import iam as moto_iam
from ..sandbox import Sandbox

#: The ARN of a managed policy, or a policy document as a mapping or as JSON.
PolicyLike = str | Mapping[str, Any]

#: Two threads that ask for the same name get the same user, with the policies of both.
_ONE_AT_A_TIME = threading.RLock()


def as_user(
    name: str,
    *policies: PolicyLike,
    boundary: str | None = None,
    sandbox: Sandbox | None = None,
) -> boto3.Session:
    """A boto3 session of an IAM user, who is created if there is none of that name.

    Args:
        name: the user's name.
        policies: policies to add to those that the user has, each as an argument of its own: the
            ARN of a managed policy, or a policy document as a mapping or as JSON. Documents become
            inline policies with the names ``policy-1``, ``policy-2``, …
        boundary: the ARN of the managed policy to set as the user's permissions boundary.
        sandbox: the sandbox to use; the running one if left out.

    Returns:
        A session with an access key of the user. The calls that this takes are
        not in the audit trail.

    Raises:
        SandboxError: no sandbox is running, a policy has the wrong form, or IAM refuses the name
            or a policy.
    """
    box = sandbox or _running()
    with _making(f"as_user({name!r})", box, policies):
        if boundary is not None and not isinstance(boundary, str):
            raise SandboxError("`boundary` is the ARN of a managed policy, as text.")
        iam = box.session().client("iam")
        _make(iam.create_user, UserName=name)
        if boundary is not None:
            iam.put_user_permissions_boundary(UserName=name, PermissionsBoundary=boundary)
        _give(iam, "user", name, policies)
        key_id, secret = _access_key(iam, name, box.account_id)
    return boto3.Session(
        aws_access_key_id=key_id, aws_secret_access_key=secret, region_name=box.region
    )


def as_role(
    name: str,
    *policies: PolicyLike,
    session_name: str = "test",
    session_policy: PolicyLike | None = None,
    sandbox: Sandbox | None = None,
) -> boto3.Session:
    """A boto3 session of an IAM role, which is created if there is none of that name. The trust
    policy of a new role trusts its own account.

    Args:
        name: the role's name.
        policies: policies to add to those that the role has, as ``as_user`` takes them.
        session_name: the name of the role session.
        session_policy: a policy document that limits the session.
        sandbox: the sandbox to use; the running one if left out.

    Returns:
        A session with temporary credentials of the role, which the user ``admin`` has assumed.
        The calls that this takes are not in the audit trail.

    Raises:
        SandboxError: no sandbox is running, a policy has the wrong form, IAM refuses the name or a
            policy, or the role's trust policy does not let ``admin`` assume it.
    """
    box = sandbox or _running()
    arn = f"arn:aws:iam::{box.account_id}:root"
    trust = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"},
        ],
    }
    limits = () if session_policy is None else (session_policy,)
    with _making(f"as_role({name!r})", box, (*policies, *limits)):
        iam = box.session().client("iam")
        _make(iam.create_role, RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        _give(iam, "role", name, policies)
        limit = {} if session_policy is None else {"Policy": _text(session_policy)}
        role = iam.get_role(RoleName=name)["Role"]["Arn"]
        sts = box.session().client("sts")
        given = sts.assume_role(RoleArn=role, RoleSessionName=session_name, **limit)
    keys = given["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
        region_name=box.region,
    )


@contextlib.contextmanager
def _making(what: str, box: Sandbox, policies: tuple[object, ...]) -> Iterator[None]:
    """Make a principal out of the trail's sight; what does not work is said in one sentence."""
    try:
        if not isinstance(box, Sandbox):
            raise SandboxError(f"`sandbox` is {box!r}; give a Sandbox, or leave it out.")
        for number, policy in enumerate(policies, 1):
            _check(policy, f"policy {number}")
        with _ONE_AT_A_TIME, box.unrecorded():
            yield
    except (SandboxError, ClientError, BotoCoreError) as error:
        text = " ".join(str(error).split())
        cause = error.__cause__ if isinstance(error, SandboxError) else error
        raise SandboxError(f"{what} does not work: {text}") from cause


def _check(policy: object, which: str) -> None:
    """Refuse what IAM could not tell apart: a policy is an ARN, a mapping, or JSON.

    Raises:
        SandboxError: it is none of these.
    """
    if isinstance(policy, Mapping) or (isinstance(policy, str) and policy.startswith("arn:")):
        return
    if not isinstance(policy, str):
        raise SandboxError(
            f"{which} is of the type {type(policy).__name__}; give the ARN of a managed policy or "
            "a policy document, each as an argument of its own."
        )
    try:
        json.loads(policy)
    except ValueError as error:
        raise SandboxError(f"{which} is neither an ARN nor JSON: {error}.") from None


def _running() -> Sandbox:
    running = Sandbox.running()
    if running is None:
        raise SandboxError(
            "No sandbox is running; use the fixture `sandbox`, @sandboxed, or `with sandboxed():`."
        )
    return running


def _make(create: Any, **named: str) -> None:
    try:
        create(**named)
    except ClientError as error:
        if error.response["Error"]["Code"] != "EntityAlreadyExists":
            raise


def _access_key(iam: Any, user: str, account: str) -> tuple[str, str]:
    """An access key of a user: one that works already, since IAM allows two; else a new one."""
    for key in moto_iam(account).users[user].access_keys:
        if key.status == "Active":
            return key.access_key_id, key.secret_access_key
    made = iam.create_access_key(UserName=user)["AccessKey"]
    return made["AccessKeyId"], made["SecretAccessKey"]


def _give(iam: Any, kind: str, name: str, policies: tuple[PolicyLike, ...]) -> None:
    """Attach managed policies, and put the others beside the inline ones that are there."""
    owner = {f"{kind.capitalize()}Name": name}
    there = set(getattr(iam, f"list_{kind}_policies")(**owner)["PolicyNames"])
    free = (one for number in count(1) if (one := f"policy-{number}") not in there)
    for number, policy in enumerate(policies, 1):
        try:
            if isinstance(policy, str) and policy.startswith("arn:"):
                getattr(iam, f"attach_{kind}_policy")(**owner, PolicyArn=policy)
            else:
                put = getattr(iam, f"put_{kind}_policy")
                put(**owner, PolicyName=next(free), PolicyDocument=_text(policy))
        except ClientError as error:
            raise SandboxError(f"policy {number} is refused: {error}") from error


def _text(policy: PolicyLike) -> str:
    return policy if isinstance(policy, str) else json.dumps(policy)
