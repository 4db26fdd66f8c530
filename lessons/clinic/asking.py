"""What a caller could do with a key: every request that its policies, its key policy and its
grants would allow, found by trying the values that their conditions name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from refusal.authorization import Grant, Policy, Request, Statement, authorize

from lessons.author import Evidence

from .callers import Caller
from .keys import AskedKey
from .samples import Values, choices, values_in

DYNAMODB = "dynamodb"
_TABLE = "kms:encryptioncontext:aws:dynamodb:tablename"
_CONTEXT = "kms:encryptioncontext:"
CHANGES = ("PutKeyPolicy", "CreateGrant")
#: Condition keys that are not free: those of the way that a request takes, and the caller's.
_BOUND = (
    *("kms:viaservice", "aws:viaawsservice", "aws:calledvia", _CONTEXT[:-1]),
    *(
        "kms:grantisforawsresource",
        "kms:calleraccount",
        "aws:userid",
        "aws:username",
    ),
    *("aws:principalarn", "aws:principalaccount", "aws:principaltag/"),
    *(
        "aws:principaltype",
        "aws:principalisawsservice",
        "aws:principalservicename",
    ),
)
#: Condition keys with more than one value.
_SETS = ("kms:grantoperations", "kms:resourcealiases")


class Could(NamedTuple):
    """A request that would be allowed.

    Attributes:
        action: such as ``kms:Decrypt``.
        via: the service that asks, such as ``dynamodb``; empty for the caller.
        table: the table in the encryption context; empty for none.
        when: what else must be so, such as "aws:MultiFactorAuthPresent is true".
    """

    action: str
    via: str = ""
    table: str = ""
    when: str = ""

    @property
    def changes(self) -> bool:
        """Whether it changes who can use the key."""
        return self.action.partition(":")[2] in CHANGES

    def __str__(self) -> str:
        when = f", when {self.when}" if self.when else ""
        if self.changes:
            return f"{self.action}{when}"
        through = {"": "without DynamoDB", DYNAMODB: "through DynamoDB"}.get(
            self.via, f"through {self.via}.amazonaws.com"
        )
        table = f", for the table {self.table}" if self.table else ""
        return f"{self.action} {through}{table}{when}"


def conditions_of(evidence: Evidence, key: AskedKey) -> Values:
    """The condition keys of a key policy, with values that might meet its conditions."""
    return values_in(key.policy.statements, evidence.lab.opened, {})


def could_do(
    evidence: Evidence, caller: Caller, key: AskedKey
) -> Iterator[Could]:
    """What a caller could do with a key, or about who may use it."""
    for could, request in _requests(evidence, caller, key):
        if _allowed(caller, key, request):
            yield could


def opened_by_iam(
    evidence: Evidence, caller: Caller, key: AskedKey, policy: Policy
) -> Iterator[Could]:
    """What a caller could do with a key by an IAM policy only."""
    given, bare = caller.given(policy), caller.given()
    for could, request in _requests(evidence, given, key):
        if _allowed(given, key, request) and not _allowed(bare, key, request):
            yield could


def _allowed(caller: Caller, key: AskedKey, request: Request) -> bool:
    return authorize(
        request,
        identity_policies=caller.policies,
        permissions_boundary=caller.boundary,
        resource_policy=key.policy,
        grants=key.grants,
    ).allowed


def _requests(
    evidence: Evidence, caller: Caller, key: AskedKey
) -> Iterator[tuple[Could, Request]]:
    """Every request that might be allowed, the plainest first, each once."""
    owner = key.arn.split(":")[4]
    policies = [key.policy, *caller.policies]
    statements = [x for policy in policies for x in policy.statements]
    limits = [caller.boundary] if caller.boundary else []
    denies = [x for x in statements if x.effect == "Deny"]
    denies += [x for policy in limits for x in policy.statements]
    tried = set()
    for allow in [x for x in statements if x.effect == "Allow"]:
        free = values_in([allow, *denies], evidence.lab.opened, caller.keys)
        for could, context in _contexts(caller, key, free, allow):
            mark = (could, tuple(sorted((k, str(v)) for k, v in context.items())))
            if mark not in tried:
                tried.add(mark)
                yield (
                    could,
                    Request(caller.arn, could.action, key.arn, context, owner),
                )
    for grant in key.grants:
        for could, context in _granted(caller, key, grant):
            yield (
                could,
                Request(caller.arn, could.action, key.arn, context, owner),
            )


def _contexts(
    caller: Caller, key: AskedKey, free: Values, allow: Statement
) -> Iterator[tuple[Could, dict[str, Any]]]:
    """What a request's condition keys might be, for one statement that allows."""
    rest = {
        name: [x for x in values if x not in key.taken]
        for name, values in free.items()
        if not name.startswith(_BOUND)
    }
    for via, pairs in _ways(key, free):
        fixed = {**caller.keys, **key.keys, **_channel(via, key), **_pairs(pairs)}
        here = {
            k: v for k, v in rest.items() if not (via and k == "aws:sourceip")
        }
        table = pairs.get("aws:dynamodb:tableName", "")
        for action in (*key.uses, *(() if via else CHANGES)):
            if _names(allow, f"kms:{action}"):
                usual = _usual(caller, action, rest)
                for chosen in choices({**fixed, **usual}, here):
                    when = _when(allow, chosen, rest)
                    context = {k: _value(k, x) for k, x in chosen.items()}
                    yield Could(f"kms:{action}", via, table, when), context


def _when(allow: Statement, chosen: dict[str, Any], free: Values) -> str:
    """What a statement's conditions ask beside the caller and the way."""
    asked = {x.lowered: x.key for x in allow.conditions if x.lowered in free}
    return " and ".join(
        f"{key} is {chosen[name]}"
        for name, key in asked.items()
        if name in chosen
    )


def _value(name: str, value: Any) -> Any:
    return [value] if name in _SETS and isinstance(value, str) else value


def _names(statement: Statement, action: str) -> bool:
    found = statement.actions
    return found is not None and bool(found.matches(action.lower(), {}))


def _usual(caller: Caller, action: str, free: Values) -> dict[str, Any]:
    """What a request fills unless a condition asks for something else."""
    found: dict[str, Any] = {"aws:SecureTransport": "true"}
    if action == "CreateGrant":
        found["kms:GrantOperations"] = ["Decrypt"]
        found["kms:GranteePrincipal"] = caller.arn
    elif action not in CHANGES:
        found["kms:EncryptionAlgorithm"] = "SYMMETRIC_DEFAULT"
    return {name: x for name, x in found.items() if name.lower() not in free}


def _channel(via: str, key: AskedKey) -> dict[str, Any]:
    """What the way of a request fills."""
    region = key.arn.split(":")[3]
    found: dict[str, Any] = {
        "aws:RequestedRegion": region,
        "aws:ViaAWSService": "false",
    }
    if not via:
        return {**found, "kms:GrantIsForAWSResource": "false"}
    service = f"{via}.amazonaws.com"
    found.update(
        {f"aws:CalledVia{which}": service for which in ("First", "Last")}
    )
    found |= {"aws:ViaAWSService": "true", "aws:CalledVia": [service]}
    return {**found, "kms:ViaService": f"{via}.{region}.amazonaws.com"}


def _ways(key: AskedKey, free: Values) -> Iterator[tuple[str, dict[str, str]]]:
    """By which service, and with which encryption context: DynamoDB's names its table; whoever
    else asks may give any."""
    tables = [*key.tables, *(x for x in free.get(_TABLE, ()) if 0 < len(x) < 256)]
    known = [_of_table(table, key) for table in dict.fromkeys(tables)]
    other = {
        name.removeprefix(_CONTEXT): values[0]
        for name, values in free.items()
        if name.startswith(_CONTEXT) and values and name != _TABLE
    }
    others = [{}, known[0], *([other, {**known[0], **other}] if other else [])]
    yield from (("", pairs) for pairs in others)
    yield from ((DYNAMODB, pairs) for pairs in known)
    yield from ((via, pairs) for via in _services(free) for pairs in others)


def _services(free: Values) -> list[str]:
    """Services other than DynamoDB that a condition might let through."""
    named = [x.partition(".")[0] for x in free.get("kms:viaservice", ())]
    named += [
        x.removesuffix(".amazonaws.com") for x in free.get("aws:calledvia", ())
    ]
    clean = [x for x in named if x.isalnum() and x != DYNAMODB]
    return list(dict.fromkeys(["s3", *clean]))


def _of_table(table: str, key: AskedKey) -> dict[str, str]:
    return {
        "aws:dynamodb:tableName": table,
        "aws:dynamodb:subscriberId": key.arn.split(":")[4],
    }


def _pairs(pairs: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {
        f"kms:EncryptionContext:{k}": v for k, v in pairs.items()
    }
    return {**found, "kms:EncryptionContextKeys": list(pairs)} if pairs else {}


def _granted(
    caller: Caller, key: AskedKey, grant: Grant
) -> Iterator[tuple[Could, dict[str, Any]]]:
    """What a grant is for, under its own constraints."""
    pairs: dict[str, str] = {}
    source = ""
    for wanted in (grant.constraints or {}).values():
        if isinstance(wanted, str):
            source = wanted
        else:
            pairs.update(wanted)
    via = source.split(":")[2] if source else ""
    fixed = {**caller.keys, **key.keys, **_channel(via, key), **_pairs(pairs)}
    for action in sorted(grant.operations & {*key.uses, *CHANGES}):
        could = Could(
            f"kms:{action}", via, pairs.get("aws:dynamodb:tableName", "")
        )
        more = {"aws:SourceArn": source} if source else {}
        yield could, {**fixed, **_usual(caller, action, {}), **more}
