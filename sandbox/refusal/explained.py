"""Explanations of what was decided.

``explain`` takes a decision, an event of the audit trail, or the error that boto3 raised. The
``Explanation`` that it returns is described in ``refusal.explain``, with the form of its JSON.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from .authorization import Decision, Effect, PolicyType
from .errors import SandboxError
from .explain import Explanation, Step

if TYPE_CHECKING:  # A decision is explained without an emulator.
    from botocore.exceptions import ClientError

    from .services.audit import Event


def explain(subject: Decision | Event | ClientError, events: Sequence[Event] = ()) -> Explanation:
    """Explain why something was allowed or denied. ``Sandbox.explain`` does the same, with the
    events of its own trail.

    Args:
        subject: a decision, an event of a trail, or the error of a call as boto3 raises it.
        events: the events of the trail, oldest first. They are needed to explain an error, and to
            add to an event what a service asked for on the caller's behalf.

    Returns:
        An explanation, as text with ``str(…)`` and as JSON with ``to_json()``.

    Raises:
        SandboxError: the error does not belong to any of the events.
    """
    if isinstance(subject, Decision):
        return Explanation([Step(subject)])
    event = _event_of(subject, events) if isinstance(subject, Exception) else subject
    asked = [one for one in events if one.parent and one.parent == event.call.request_id]
    steps = [Step(decision, event.call.via or "") for decision in event.decisions]
    steps += [Step(decision, one.call.via or "") for one in asked for decision in one.decisions]
    return Explanation(steps, _note(steps, event), event.call.caller.arn)


def _note(steps: Sequence[Step], event: Event) -> str:
    """What no policy decided of a call."""
    if any(not step.decision.allowed for step in steps):
        return ""
    asked = "No policy denied it" if steps else "No policy was evaluated"
    if not event.error_code:
        return "" if steps else f"{asked}."
    said = f"{event.error_code}: {event.error_message}" if event.error_message else event.error_code
    return f"{asked}; the answer was {said}"


def _event_of(error: ClientError, events: Sequence[Event]) -> Event:
    wanted = error.response.get("ResponseMetadata", {}).get("RequestId", "")
    for event in reversed(events):
        if wanted and wanted == event.call.request_id:
            return event
    raise SandboxError(
        f"The trail has no request {wanted or 'without an ID'}; give an error that a client of "
        "this sandbox raised, while its trail still holds it."
    )


def reasons(decision: Decision) -> tuple[str, ...]:
    """The names by which ``denied(because=…)`` knows what decided.

    They are ``explicit deny`` or ``implicit deny``, the type of policy, and if a statement decided
    its Sid or number and the name and ARN of its policy.
    """
    found = ["explicit deny" if decision.effect is Effect.EXPLICIT_DENY else "implicit deny"]
    if decision.by is not None:
        kind = str(decision.by)
        found += [kind, kind if kind.endswith(("boundary", "policy")) else f"{kind} policy"]
        if decision.by is PolicyType.RESOURCE and decision.request.action.lower().startswith(
            "kms:"
        ):
            found.append("key policy")
    if decision.deciding_policy is not None:
        found += [decision.deciding_policy.name, decision.deciding_policy.arn]
    if decision.statement is not None:
        found.append(decision.statement.label)
    return tuple(dict.fromkeys(name for name in found if name))
