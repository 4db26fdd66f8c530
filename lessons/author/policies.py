"""What policies say, and would decide: on paper, without asking the account."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from refusal.authorization import Policy, Request, authorize

from helpers.course.evidence import Evidence

from .probes import grants_on, key_policy

__all__ = ["delegation", "doors", "own_policies", "own_statements", "policy", "user_arn"]
__all__ += ["would_decide"]


def user_arn(evidence: Evidence, name: str) -> str:
    """The ARN of an IAM user of this account, whether there is one or not."""
    return f"arn:aws:iam::{evidence.lab.account_id}:user/{name}"


def policy(*statements: Mapping[str, Any]) -> dict[str, Any]:
    """A policy document of these statements."""
    return {"Version": "2012-10-17", "Statement": [dict(one) for one in statements]}


def delegation(evidence: Evidence) -> dict[str, Any]:
    """The account's statement of a key policy, which lets IAM policies count."""
    root = f"arn:aws:iam::{evidence.lab.account_id}:root"
    return {"Effect": "Allow", "Principal": {"AWS": root}, "Action": "kms:*", "Resource": "*"}


def would_decide(
    evidence: Evidence,
    user: str,
    action: str,
    key_arn: str,
    *,
    key: Iterable[Mapping[str, Any]],
    iam: Iterable[Mapping[str, Any]] = (),
    context: Mapping[str, str] | None = None,
) -> bool:
    """Whether these policies, and no others, would let a user act on a key.

    Args:
        key: the statements of the key policy.
        iam: the statements of the user's IAM policies.
        context: condition keys of the request, such as ``kms:ViaService``.

    Raises:
        AuthorizationError: a statement cannot be read.
    """
    mine = [Policy.parse(policy(*iam), kind="identity-based", name="mine")] if iam else []
    keys = Policy.parse(policy(*key), kind="resource-based")
    request = Request(user_arn(evidence, user), action, key_arn, dict(context or {}))
    return authorize(request, identity_policies=mine, resource_policy=keys).allowed


def own_policies(evidence: Evidence, user: str) -> list[dict[str, Any]]:
    """A user's policies that AWS did not write."""
    iam = evidence.client("iam")
    if user not in [one["UserName"] for one in iam.list_users()["Users"]]:
        return []
    names = iam.list_user_policies(UserName=user)["PolicyNames"]
    found = [iam.get_user_policy(UserName=user, PolicyName=n)["PolicyDocument"] for n in names]
    for attached in iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]:
        arn = attached["PolicyArn"]
        if not arn.startswith("arn:aws:iam::aws:"):
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            written = iam.get_policy_version(PolicyArn=arn, VersionId=version)
            found.append(written["PolicyVersion"]["Document"])
    return found


def own_statements(evidence: Evidence, user: str) -> Iterator[dict[str, Any]]:
    """The statements of these policies."""
    for document in own_policies(evidence, user):
        found = document["Statement"]
        yield from found if isinstance(found, list) else [found]


def doors(evidence: Evidence, user: str, key_arn: str) -> str:
    """What names a user where a key is concerned, in a sentence, if it is more than one thing."""
    arn = user_arn(evidence, user)
    found = ["a grant" for _ in grants_on(evidence, key_arn, f"user/{user}")]
    found += ["an IAM policy" for _ in own_policies(evidence, user)]
    found += [
        f"“{statement.get('Sid', 'a statement')}” of the key policy"
        for statement in key_policy(evidence, key_arn)
        if f'"{arn}"' in json.dumps(statement.get("Principal"))
    ]
    if len(found) < 2:
        return ""
    named = f"{', '.join(found[:-1])} and {found[-1]}"
    return f" There are now {named}; take away what is too wide."
