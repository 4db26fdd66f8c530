"""Task 5: the one who has left."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from botocore.exceptions import ClientError
from refusal.authorization import Request, Statement, authorize

from lessons.author import (
    Evidence,
    Part,
    Record,
    Verdict,
    access_keys,
    customer_keys,
    has_user,
    judged,
    not_attempted,
)

from .asking import could_do
from .callers import Caller, assumed_by, user
from .keys import every_grant, existing
from .reads import READS, WRITES, asks
from .samples import choices, fits, values_in
from .tries import about, ended, own_calls

_REMOVES = (
    *("DeleteUser", "DeleteAccessKey", "UpdateAccessKey", "UpdateUser"),
    *("DetachUserPolicy", "AttachUserPolicy", "PutUserPolicy"),
    "PutUserPermissionsBoundary",
)
#: DynamoDB's grants for a table (two, where somebody has looked; so does the sandbox).
_OWN_GRANTS = 2


def the_leaver(evidence: Evidence) -> Verdict:
    """Nothing lets Max do anything, and DynamoDB has kept what it needs."""
    name = _name_now(evidence)
    parts = [
        Part("none of Max's access keys works", _active_key(evidence, name)),
        Part("no policy allows Max anything", what_allows(evidence, name)),
        Part("no grant names Max", _granted(evidence, name)),
        Part("DynamoDB keeps its grants for the invoices", _broken(evidence)),
    ]
    if all(part.lacks for part in parts[:3]):
        calls = _removals(evidence)
        if not calls:
            return not_attempted(
                "Max still has his access key, his policy and his grant."
            )
        if calls[-1].error:
            parts[0] = parts[0]._replace(lacks=ended(calls[-1]))
    return judged(*parts)


def _name_now(evidence: Evidence) -> str:
    """What Max's user is called: whoever is renamed keeps the access keys and policies."""
    name = "max"
    for call in evidence.records("UpdateUser"):
        new = call.parameters.get("newUserName")
        if new and not call.error and call.asks(userName=name):
            name = str(new)
    return name


def _broken(evidence: Evidence) -> str:
    """Whether DynamoDB still has its grants for the invoices."""
    table = evidence.lab.invoices_table_name
    own = [
        x
        for x in every_grant(evidence, evidence.lab.invoices_key_arn)
        if x["GranteePrincipal"].endswith(".amazonaws.com")
        and table in json.dumps(x.get("Constraints", {})).split('"')
    ]
    if len(own) >= _OWN_GRANTS:
        return ""
    few = f"{len(own)} of its {_OWN_GRANTS} grants" if own else "no grant"
    return f"DynamoDB has {few} on the invoices' key."


def _active_key(evidence: Evidence, name: str) -> str:
    """An access key of Max's that works."""
    keys = access_keys(evidence, name)
    active = [key for key, status in keys.items() if status == "Active"]
    return f"the access key {active[0]} is active." if active else ""


def _removals(evidence: Evidence) -> list[Record]:
    """What was tried to take something away from Max."""
    grants = ("RevokeGrant", "RetireGrant")
    calls = own_calls(evidence, *_REMOVES, *grants)
    return [x for x in calls if x.name in grants or about([x], "max")]


def what_allows(evidence: Evidence, name: str) -> str:
    """What still allows a user something, as a sentence; empty if nothing does: a policy of the
    user's own or of a group, a role, a key policy, or a table's policy."""
    if not has_user(evidence, name):
        return ""
    one = user(evidence, name)
    for policy in one.policies:
        if _allows_something(evidence, one, policy.statements):
            return f"{name} has the policy {policy.name}."
    for role in assumed_by(evidence, one):
        return f"{name} could assume the role {role.name}."
    for key in customer_keys(evidence):
        if could := _could_with(evidence, one, key):
            return f"{name} could call {could}, with the key {key}."
    if named := _named_by_key(evidence, one):
        return f"a key policy names {named}."
    for table in evidence.client("dynamodb").list_tables()["TableNames"]:
        if asks(evidence, name, table, (*READS, *WRITES, "DeleteTable")):
            return f"the policy of the table {table} gives {name} access."
    return ""


def _allows_something(
    evidence: Evidence, one: Caller, statements: Iterable[Statement]
) -> bool:
    """Whether one of these statements allows a request that nothing else denies."""
    limits = [one.boundary] if one.boundary else []
    every = [x for policy in (*one.policies, *limits) for x in policy.statements]
    denies = [x for x in every if x.effect == "Deny" or not x.source]
    for allow in [x for x in statements if x.effect == "Allow"]:
        free = values_in([allow, *denies], evidence.lab.opened, one.keys)
        for action, resource in _asked(allow):
            for keys in choices(one.keys, free):
                request = Request(one.arn, action, resource, keys)
                if authorize(
                    request,
                    identity_policies=one.policies,
                    permissions_boundary=one.boundary,
                ).allowed:
                    return True
    return False


def _asked(allow: Statement) -> Iterator[tuple[str, str]]:
    """A few requests that a statement's actions and resources stand for."""
    actions = _listed(allow.source.get("Action", "any:Action"))
    resources = _listed(allow.source.get("Resource", "*"))
    for action in actions:
        for text in fits(action if ":" in action else "any:Action"):
            for resource in resources:
                for arn in fits(resource):
                    yield text, arn or "arn:aws:any:::thing"


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def _could_with(evidence: Evidence, one: Caller, key: str) -> str:
    """What Max could do with a key by its policy alone; a grant is another part."""
    try:
        held = existing(evidence, key)
    except ClientError:
        return ""
    bare = one.given()
    without = held.without_grants()
    return str(next(could_do(evidence, bare, without), ""))


def _named_by_key(evidence: Evidence, one: Caller) -> str:
    """Whether a key policy allows Max something else, such as to look."""
    for key in customer_keys(evidence):
        try:
            statements = existing(evidence, key).policy.statements
        except ClientError:
            continue
        for x in statements:
            if x.effect == "Allow" and one.arn in json.dumps(
                x.source.get("Principal")
            ):
                return one.user
    return ""


def _granted(evidence: Evidence, name: str) -> str:
    """A grant for Max, on any key. Once he is deleted, it has an ID in place of his ARN."""
    keys = [evidence.lab.invoices_key_arn, *customer_keys(evidence)]
    for key in dict.fromkeys(keys):
        try:
            grants = every_grant(evidence, key)
        except ClientError:
            continue
        for grant in grants:
            for part in ("GranteePrincipal", "RetiringPrincipal"):
                who = str(grant.get(part, ""))
                if who.endswith((f"user/{name}", "user/max")) or who.startswith(
                    "AIDA"
                ):
                    return f"a grant on {key} for {who}."
    return ""
