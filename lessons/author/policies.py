"""What policies say, and would decide: on paper, without asking the account."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from refusal.authorization import Policy, Request, authorize

from helpers.course.evidence import Evidence

from .probes import grants_on, key_policy

__all__ = ["MANAGING", "USING", "Right", "beside_key_policy", "delegation", "doors"]
__all__ += ["about_grant", "condition_keys", "failing_part"]
__all__ += ["own_policies", "own_statements", "policy", "rights", "user_arn", "would_decide"]
#: One of each kind of thing that a key's administrator does, and what a user of the key does.
MANAGING = [
    *("kms:PutKeyPolicy", "kms:DescribeKey", "kms:ListGrants", "kms:DisableKey"),
    *("kms:EnableKey", "kms:UpdateAlias", "kms:RevokeGrant", "kms:DeleteAlias"),
    *("kms:TagResource", "kms:UntagResource", "kms:ScheduleKeyDeletion"),
    *("kms:CancelKeyDeletion", "kms:RotateKeyOnDemand", "kms:CreateAlias"),
]
USING = [
    *("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"),
    *("kms:GenerateDataKeyWithoutPlaintext", "kms:ReEncryptFrom", "kms:ReEncryptTo"),
]


class Right(NamedTuple):
    """What one statement of a key policy says about one principal and one pattern of actions."""

    effect: str
    principal: str
    action: str
    #: As JSON, with everything else that the statement has.
    when: str


def rights(statements: Iterable[Mapping[str, Any]]) -> dict[Right, str]:
    """Every right in a key policy, however its statements are divided, with its statement's Sid."""
    found = {}
    for statement in statements:
        rest = dict(statement)
        sid = str(rest.pop("Sid", "without a Sid"))
        effect, who, what = (rest.pop(x, "") for x in ("Effect", "Principal", "Action"))
        named = who.get("AWS", who) if isinstance(who, dict) else who
        when = json.dumps(rest, sort_keys=True)
        for principal in map(str, _many(named)):
            found.update({Right(effect, principal, str(x), when): sid for x in _many(what)})
    return found


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def beside_key_policy(evidence: Evidence, user: str, key_arn: str) -> str:
    """What else than its key policy may give a user a right on a key, in words; or nothing."""
    attached = evidence.client("iam").list_attached_user_policies(UserName=user)
    if attached["AttachedPolicies"] or own_policies(evidence, user):
        return f"an IAM policy for {user}"
    return f"a grant for {user}" if grants_on(evidence, key_arn, f"user/{user}") else ""


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
    return f" More than one thing gives access now: {named}. Take away what is too wide."


def failing_part(
    statement: Mapping[str, Any], right: Mapping[str, str], allows: Callable[..., bool]
) -> str:
    """Which part keeps a statement from allowing an action on a resource.

    Args:
        right: an Effect, Action and Resource that would allow it.
        allows: takes a statement, the action and the resource.
    """
    action, resource = right["Action"], right["Resource"]
    for part in right:
        mended = {name: value for name, value in statement.items() if name != f"Not{part}"}
        if allows({**mended, part: right[part]}, action, resource):
            name = part if part in statement else f"Not{part}"
            where = "" if name == part else f" under {name}"
            shown = f"{json.dumps(statement.get(name))}{where}"
            return f"its {part} is {shown}, so it does not allow {action} with this key."
    said = f"it does not allow {action} with this key, because of its Condition"
    return f"{said}, or because more than one part is wrong."


def condition_keys(statement: Mapping[str, Any]) -> list[str]:
    """The names of a statement's condition keys, in lower case: IAM does not tell cases apart."""
    operators = statement.get("Condition", {}).values()
    return [name.lower() for keys in operators for name in keys]


def about_grant(grant: Mapping[str, Any]) -> str:
    """What a grant allows, and under which constraint."""
    return json.dumps({name: grant.get(name) for name in ("Operations", "Constraints")})
