"""Principals named in key policies and grants, held against IAM."""

from __future__ import annotations

import re

from ...moto import iam as moto_iam

_ARN = re.compile(r"arn:aws:(iam|sts)::(\d{12}):([a-z-]+)(?:/(.+))?")
_SERVICE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*\.amazonaws\.com")


def unique_id(arn: str) -> str | None:
    """The unique id of the user or role behind an ARN.

    Returns:
        An empty string for a principal that has no such id (an account, a federated user), None
        for one that does not exist or that KMS does not take, such as a group
        (A16, A18, A55). Every account is taken to exist, but no user or role of
        an account that the sandbox does not have: the sandbox's assumption.
    """
    match = _ARN.fullmatch(arn)
    if match is None or "*" in arn or "?" in arn:  # A part of an ARN is never a wildcard (D7).
        return None
    service, account, kind, name = match.groups()
    if (service, kind, name) == ("iam", "root", None):
        return ""
    if name is None or account not in moto_iam.accounts():
        return None
    if service == "iam":
        return _saved_id(account, kind, arn)
    if kind == "assumed-role" and name.count("/") == 1:
        return _role_id(account, name.split("/")[0])
    return "" if kind == "federated-user" else None


def _saved_id(account: str, kind: str, arn: str) -> str | None:
    if kind == "user":
        user = moto_iam.iam(account).users.get(arn.rsplit("/", 1)[-1])
        return user.id if user is not None and user.arn == arn else None
    if kind == "role":
        role = moto_iam.role(account, arn.rsplit("/", 1)[-1])
        return role.id if role is not None and role.arn == arn else None
    return None


def current_arn(arn: str, saved_id: str) -> str:
    """The ARN that a user has now, whose ARN was this one; the saved unique id if the user is
    gone."""
    account = arn.split(":")[4]
    users = moto_iam.iam(account).users.values()
    return next((str(user.arn) for user in users if user.id == saved_id), saved_id)


def _role_id(account: str, name: str) -> str | None:
    role = moto_iam.role(account, name)
    return role.id if role is not None else None


def is_service(name: str) -> bool:
    """True for the form of a service principal, such as ``dynamodb.amazonaws.com``."""
    return _SERVICE.fullmatch(name) is not None


def is_account(name: str) -> bool:
    """True for an account ID, which stands for the account's ``:root`` ARN."""
    return len(name) == 12 and name.isdigit()
