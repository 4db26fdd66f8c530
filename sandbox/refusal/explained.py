"""Why a request was allowed or denied, as text and as JSON.

``explain`` takes a decision, an event of the audit trail, or the error that boto3 raised. What it
says is what the decisions say of themselves: it decides nothing.

The JSON of an explanation is an object with two members. ``note`` is a text: what no policy
decided, such as a key that is disabled; it may be empty. ``steps`` is a list with one object for
each permission that was asked, in order:

- ``principal``, ``action``, ``resource``: who asked for what on what.
- ``context``: the condition keys of the request in lower case; each is a text or a list of texts.
- ``via``: the service that asked for the caller, such as ``dynamodb.amazonaws.com``, or empty.
- ``decision``: ``allow``, ``implicit_deny`` or ``explicit_deny``.
- ``why``: one sentence: what decided.
- ``weighed``: a list with one object for each statement and grant: ``policy`` (name and type),
  ``statement`` (Sid, or place from 1; empty for a grant), ``effect``, ``applies`` (whether it
  applies, and the first reason why not), ``state`` (``decides``, ``applies`` or ``other``),
  ``source`` (the statement as written) and ``failing``: the elements that do not fit, each with
  ``element``, ``reason``, ``expected``, ``actual`` and, for a condition, ``operator`` and ``key``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from .authorization import Decision, Effect, ElementReport, Policy, PolicyType
from .errors import SandboxError

if TYPE_CHECKING:  # A decision is explained without an emulator.
    from botocore.exceptions import ClientError

    from .services.audit import Event


@dataclass(frozen=True, slots=True)
class Step:
    """One permission that a call needed.

    Attributes:
        decision: the decision about it.
        via: the service that asked for the caller; empty where the caller asked.
    """

    decision: Decision
    via: str = ""

    @property
    def outcome(self) -> str:
        """``allowed`` or ``denied``."""
        return "allowed" if self.decision.allowed else "denied"

    @property
    def sentence(self) -> str:
        """Who asked for what, and what came of it."""
        request = self.decision.request
        who = request.caller.name or request.caller.kind
        asked = f"{self.via} asked, as {who}," if self.via else f"{who} asked"
        return f"{asked} for {request.action} on {request.resource}: {self.outcome}."

    def to_json(self) -> dict[str, Any]:
        """The step as JSON; the module's text says what is in it."""
        request = self.decision.request
        return {
            "principal": request.principal,
            "action": request.action,
            "resource": request.resource,
            "context": {name: _plain(value) for name, value in request.keys.items()},
            "via": self.via,
            "decision": str(self.decision.effect),
            "why": why(self.decision),
            "weighed": list(_weighed(self.decision)),
        }


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps of one call.

    Attributes:
        steps: the permissions that were asked, in order.
        note: what no policy decided; may be empty.
    """

    steps: Sequence[Step]
    note: str = ""

    def __str__(self) -> str:
        lines: list[str] = []
        for number, step in enumerate(self.steps, 1):
            lines += [f"{number}. {step.sentence}", f"   What decided: {why(step.decision)}"]
            lines += [f"   - {_line(row)}" for row in _weighed(step.decision)]
        return "\n".join([*lines, self.note] if self.note else lines)

    def to_json(self) -> dict[str, Any]:
        """The explanation as JSON; the module's text says what is in it."""
        return {"steps": [step.to_json() for step in self.steps], "note": self.note}


def explain(subject: Decision | Event | ClientError, events: Sequence[Event] = ()) -> Explanation:
    """Why something was allowed or denied.

    Args:
        subject: a decision; an event of a trail; or the error of a call, as boto3 raises it.
        events: the trail's events, oldest first: needed for an error, and to add to an event what
            a service asked for its caller.

    Raises:
        SandboxError: the error belongs to none of the events.
    """
    if isinstance(subject, Decision):
        return Explanation([Step(subject)])
    event = _event_of(subject, events) if isinstance(subject, Exception) else subject
    asked = [one for one in events if one.parent and one.parent == event.call.request_id]
    steps = [Step(decision, event.call.via or "") for decision in event.decisions]
    steps += [Step(decision, one.call.via or "") for one in asked for decision in one.decisions]
    refused = any(not step.decision.allowed for step in steps)
    if refused or not event.error_code:
        return Explanation(steps)
    said = f"{event.error_code}: {event.error_message}" if event.error_message else event.error_code
    return Explanation(steps, f"No policy denied it; the answer was {said}")


def _event_of(error: ClientError, events: Sequence[Event]) -> Event:
    wanted = error.response.get("ResponseMetadata", {}).get("RequestId", "")
    for event in reversed(events):
        if wanted and wanted == event.call.request_id:
            return event
    raise SandboxError(
        f"The trail has no request {wanted or 'without an ID'}; give an error that a client of "
        "this sandbox raised, while its trail still holds it."
    )


def why(decision: Decision) -> str:
    """One sentence: what decided."""
    action = decision.request.action
    if decision.deciding_policy is not None and decision.statement is not None:
        policy = _policy(decision, decision.deciding_policy)
        found = f"statement {named(decision.statement.label)} of {policy}"
        return f"{found} {'allows it' if decision.allowed else 'denies it'}."
    if decision.grant is not None:
        return f"grant {decision.grant.grant_id} allows it."
    if decision.by is None:
        return "it is the account's root user, and the policies leave the decision to the account."
    if decision.by is PolicyType.RESOURCE and _on_key(decision):
        return f"neither a statement of the key policy nor a grant allows {action}."
    return f"no {decision.by.phrase.split(' ', 1)[1]} allows {action}."


def named(label: str) -> str:
    """A statement's Sid in quotation marks; its number as it is."""
    return label if label.isdecimal() else f"“{label}”"


def reasons(decision: Decision) -> tuple[str, ...]:
    """The names by which a test may say what denied: the effect, the type of policy, and the
    policy and statement if one decided."""
    found = ["explicit deny" if decision.effect is Effect.EXPLICIT_DENY else "implicit deny"]
    if decision.by is not None:
        kind = str(decision.by)
        found += [kind, kind if kind.endswith(("boundary", "policy")) else f"{kind} policy"]
        if decision.by is PolicyType.RESOURCE and _on_key(decision):
            found.append("key policy")
    if decision.deciding_policy is not None:
        found += [decision.deciding_policy.name, decision.deciding_policy.arn]
    if decision.statement is not None:
        found.append(decision.statement.label)
    return tuple(dict.fromkeys(name for name in found if name))


def _on_key(decision: Decision) -> bool:
    return decision.request.action.lower().startswith("kms:")


def _policy(decision: Decision, policy: Policy) -> str:
    if policy.type is PolicyType.RESOURCE and _on_key(decision):
        return "the key policy"
    return f"{policy.name} ({policy.type})" if policy.name else f"the {policy.type} policy"


def _weighed(decision: Decision) -> Iterator[dict[str, Any]]:
    """Every statement and grant, the one that decided first."""
    rows = [*_statements(decision), *_grants(decision)]
    yield from sorted(rows, key=lambda row: _STATES.index(row["state"]))


_STATES = ("decides", "applies", "other")


def _statements(decision: Decision) -> Iterator[dict[str, Any]]:
    for report in decision.statements:
        decided = report.statement is decision.statement
        decided = decided and report.policy is decision.deciding_policy
        yield {
            "policy": _policy(decision, report.policy),
            "statement": report.statement.label,
            "effect": report.effect,
            "applies": "yes" if report.matched else f"no: {_failing(report.elements)}",
            "state": _state(report.matched, decided),
            "source": dict(report.statement.source),
            "failing": [_element(one) for one in report.elements if not one.matched],
        }


def _grants(decision: Decision) -> Iterator[dict[str, Any]]:
    for report in decision.grants:
        grant = report.grant
        yield {
            "policy": f"grant {grant.grant_id}",
            "statement": "",
            "effect": "Allow",
            "applies": "yes" if report.matched else f"no: {report.reason.value}",
            "state": _state(report.matched, grant is decision.grant),
            "source": {
                "GrantId": grant.grant_id,
                "GranteePrincipal": grant.grantee_principal,
                "Operations": sorted(grant.operations),
            },
            "failing": [],
        }


def _state(matched: bool, decided: bool) -> str:
    return "decides" if decided else "applies" if matched else "other"


def _failing(elements: Sequence[ElementReport]) -> str:
    element = next(one for one in elements if not one.matched)
    return f"{element.reason.value} ({element.key})" if element.key else element.reason.value


def _element(one: ElementReport) -> dict[str, Any]:
    shown = {
        "element": one.element,
        "reason": one.reason.value,
        "expected": list(one.expected),
        "actual": None if one.actual is None else _plain(one.actual),
    }
    return {**shown, "operator": one.operator, "key": one.key} if one.key else shown


def _line(row: Mapping[str, Any]) -> str:
    place = row["policy"] + (f", {named(row['statement'])}" if row["statement"] else "")
    mark = " (decides)" if row["state"] == "decides" else ""
    return f"{place}, {row['effect']}: {row['applies']}{mark}"


def _plain(value: str | Sequence[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)
