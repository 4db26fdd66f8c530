"""The steps of a call, and in each the statements and grants that were weighed."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..authorization import Decision, Effect, Level, Policy, PolicyType
from ..authorization.reasons import Reason
from ..authorization.report import ElementReport, GrantReport, StatementReport

KEY_POLICY = "key policy"


@dataclass(frozen=True, slots=True)
class Row:
    """One statement or grant that was weighed.

    Attributes:
        policy: what the policy is called, with its type.
        statement: its Sid, or its place in the policy from 1; empty for a grant.
        effect: Allow or Deny.
        applies: whether it applies, and why not or why that does not count.
        state: ``decides``, ``applies``, ``does not count``, ``nearly`` (one element differs, and
            that is not the action) or ``other``.
        source: the statement or grant as it is written.
        failing: the elements of the statement that do not fit the request.
    """

    policy: str
    statement: str
    effect: str
    applies: str
    state: str
    source: Mapping[str, Any] = field(default_factory=dict)
    failing: tuple[ElementReport, ...] = ()

    @property
    def place(self) -> str:
        """Policy and statement."""
        return f"{self.policy}, {self.statement}" if self.statement else self.policy

    @property
    def text(self) -> str:
        """The row in one line."""
        mark = " (decides)" if self.state == "decides" else ""
        return f"- {self.place}, {self.effect}: {self.applies}{mark}"


@dataclass(frozen=True, slots=True)
class Step:
    """One permission that a call needed; ``via`` is the service that asked for the caller."""

    decision: Decision
    via: str = ""

    @property
    def sentence(self) -> str:
        """Who asked for what, and what came of it."""
        request = self.decision.request
        who = short(request.principal)
        asked = f"{self.via} then asked, as {who}," if self.via else f"{who} asked"
        return f"{asked} for {request.action} on {request.resource}: {self.outcome}."

    @property
    def outcome(self) -> str:
        """Allowed or denied."""
        return "allowed" if self.decision.allowed else "denied"

    @property
    def rows(self) -> list[Row]:
        """Every statement and grant, those that matter most first."""
        return sorted(_rows(self.decision), key=lambda row: _ORDER.index(row.state))

    def to_json(self) -> dict[str, Any]:
        """The step as JSON has it."""
        request = self.decision.request
        return {
            "principal": request.principal,
            "action": request.action,
            "resource": request.resource,
            "context": {k: v if isinstance(v, str) else list(v) for k, v in request.keys.items()},
            "via": self.via,
            "decision": str(self.decision.effect),
            "why": why(self.decision),
            "weighed": [_row_json(row) for row in self.rows],
        }


_ORDER = ("decides", "does not count", "applies", "nearly", "other")


def split(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """The rows to show, and those to fold: what has nothing to do with the request."""
    shown = [row for row in rows if row.state != "other"]
    return shown, [row for row in rows if row.state == "other"]


def folded_words(rows: Sequence[Row]) -> str:
    """How many rows are folded, and where they stand."""
    where = " and ".join(dict.fromkeys(row.policy for row in rows))
    count = f"{len(rows)} more that do" if len(rows) > 1 else "1 more that does"
    return f"{count} not apply, in {where}"


def why(decision: Decision) -> str:
    """One sentence: what decided."""
    action = decision.request.action
    if decision.deciding_policy is not None and decision.statement is not None:
        sid = decision.statement.sid
        statement = f"“{sid}”" if sid else f"statement {decision.statement.index}"
        found = f"{statement} of {policy_name(decision.deciding_policy, decision)}"
        if decision.allowed:
            return f"{found} allows it."
        return f"{found} is a Deny, and a Deny always wins."
    if decision.grant is not None:
        return f"{_grant_name(decision.grant.grant_id)} allows it."
    if decision.allowed or decision.by is None:
        return "the account's root user may, where a policy leaves the decision to the account."
    if decision.by is PolicyType.IDENTITY and _left_to_iam(decision):
        return (
            f"the {resource_policy(decision)} leaves the decision to the account's IAM policies, "
            f"and no identity-based policy of the caller allows {action}; nor does a grant."
        )
    return _LACKING[decision.by].format(action=action, policy=resource_policy(decision))


_LACKING = {
    PolicyType.IDENTITY: "no identity-based policy of the caller allows {action}.",
    PolicyType.RESOURCE: (
        "no statement of the {policy} that applies to the caller allows {action}, "
        "and none leaves the decision to IAM policies; nor does a grant."
    ),
    PolicyType.BOUNDARY: "the permissions boundary of the caller does not allow {action}.",
    PolicyType.SESSION: "no session policy of the caller allows {action}.",
    PolicyType.TRUST: "no statement of the role's trust policy allows {action} to the caller.",
}
#: Why an Allow that applies does not count, by the type of policy that has none.
_NOT_COUNTED = {
    PolicyType.IDENTITY: "no identity-based policy allows it as well",
    PolicyType.RESOURCE: "the {policy} does not leave the decision to IAM policies",
    PolicyType.BOUNDARY: "the permissions boundary does not allow it",
    PolicyType.SESSION: "no session policy allows it",
    PolicyType.TRUST: "the role's trust policy does not allow it",
}


def resource_policy(decision: Decision) -> str:
    """What the resource's policy is called."""
    if decision.request.action.lower().startswith("kms:"):
        return KEY_POLICY
    return "resource's own policy"


def policy_name(policy: Policy, decision: Decision) -> str:
    """What a policy is called: a key's is the key policy; others have a name and a type."""
    if policy.type is PolicyType.RESOURCE:
        named = resource_policy(decision)
        return f"the {named}" if named == KEY_POLICY else f"the {named} ({policy.name})"
    return f"{policy.name} ({policy.type.value})" if policy.name else policy.type.value


def short(arn: str) -> str:
    """A principal's name; of a role's session, the role's name with the session's."""
    _, session, names = arn.partition(":assumed-role/")
    return names if session else arn.rsplit("/", 1)[-1]


def shown_json(source: Mapping[str, Any]) -> str:
    """A statement as it is written, indented; lists of texts on one line, as KMS has them."""
    return laid_out(dict(source))


def laid_out(value: Any, indent: str = "") -> str:
    """JSON with a member on each line, and lists of plain values on one."""
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        members = [f"{inner}{json.dumps(k)}: {laid_out(v, inner)}" for k, v in value.items()]
        return "{\n" + ",\n".join(members) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, (list, Mapping)) for item in value):
        items = [inner + laid_out(item, inner) for item in value]
        return "[\n" + ",\n".join(items) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False, default=str)


def _rows(decision: Decision) -> Iterator[Row]:
    for report in decision.statements:
        state, applies = _judged(report, decision)
        failing = tuple(element for element in report.elements if not element.matched)
        yield Row(
            policy_name(report.policy, decision),
            report.statement.label,
            report.effect,
            applies,
            state,
            report.statement.source,
            failing,
        )
    for grant in decision.grants:
        yield _grant_row(grant, decision)


def _judged(report: StatementReport, decision: Decision) -> tuple[str, str]:
    """A statement's state, and in words whether it applies."""
    if not report.matched:
        failing = [element.element for element in report.elements if not element.matched]
        near = len(failing) == 1 and failing[0] not in ("Action", "NotAction")
        return ("nearly" if near else "other"), f"no: {_differs(report)}"
    denied = decision.effect is Effect.EXPLICIT_DENY
    if report.effect == "Deny":
        return "decides", "yes"
    if denied:
        return "does not count", "yes, but it does not count: a Deny always wins"
    account = report.level is Level.ACCOUNT and report.policy.type is PolicyType.RESOURCE
    if account and report.statement is not decision.statement:
        return "applies", "yes, to the whole account: it leaves the decision to IAM policies"
    if decision.by is not None:
        lacking = _NOT_COUNTED[decision.by].format(policy=resource_policy(decision))
        return "does not count", f"yes, but it does not count: {lacking}"
    if report.statement is decision.statement and report.policy is decision.deciding_policy:
        return "decides", "yes"
    return "applies", "yes"


def _differs(report: StatementReport) -> str:
    """The first element that fails, with what a condition compared."""
    element = next(x for x in report.elements if not x.matched)
    return f"{element.reason.value} ({element.key})" if element.key else element.reason.value


def _grant_row(report: GrantReport, decision: Decision) -> Row:
    grant = report.grant
    source: dict[str, Any] = {
        "GrantId": grant.grant_id,
        "GranteePrincipal": grant.grantee_principal,
        "Operations": sorted(grant.operations),
    }
    if grant.constraints:
        source["Constraints"] = {
            kind: given if isinstance(given, str) else dict(given)
            for kind, given in grant.constraints.items()
        }
    name = _grant_name(grant.grant_id)
    if not report.matched:
        state = "other" if report.reason is Reason.OPERATION_NOT_GRANTED else "nearly"
        return Row(name, "", "Allow", f"no: {report.reason.value}", state, source)
    if grant is decision.grant:
        return Row(name, "", "Allow", "yes", "decides", source)
    if decision.by is not None:
        lacking = "a Deny always wins"
        if decision.effect is not Effect.EXPLICIT_DENY:
            lacking = _NOT_COUNTED[decision.by].format(policy=resource_policy(decision))
        text = f"yes, but it does not count: {lacking}"
        return Row(name, "", "Allow", text, "does not count", source)
    return Row(name, "", "Allow", "yes", "applies", source)


def _grant_name(grant_id: str) -> str:
    """What a grant is called; one that comes from a file may have no ID."""
    return f"grant {grant_id}" if grant_id else "a grant"


def _left_to_iam(decision: Decision) -> bool:
    return any(
        report.matched
        and report.level is Level.ACCOUNT
        and report.policy.type is PolicyType.RESOURCE
        for report in decision.statements
    )


def _row_json(row: Row) -> dict[str, Any]:
    failing = [
        {
            "element": element.element,
            "reason": element.reason.value,
            "expected": list(element.expected),
            "actual": _plain(element.actual),
            **({"operator": element.operator, "key": element.key} if element.key else {}),
        }
        for element in row.failing
    ]
    return {
        "policy": row.policy,
        "statement": row.statement,
        "effect": row.effect,
        "applies": row.applies,
        "state": row.state,
        "source": dict(row.source),
        "failing": failing,
    }


def _plain(value: str | Sequence[str] | None) -> str | list[str] | None:
    return value if value is None or isinstance(value, str) else list(value)
