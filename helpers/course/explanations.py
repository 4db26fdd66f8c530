"""``explain``: from an error or an event of the trail to the decisions behind it."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from helpers.display.decision import Explanation, Step
from helpers.display.notes import Note
from helpers.messages import say

from .lab import current_lab
from .records import Record, records

_SERVICES = {"dynamodb.amazonaws.com": "DynamoDB"}


def explain(what: Any) -> Explanation | Note:
    """Who called, what was asked of whom, which policies were weighed, and what decided.

    Args:
        what: a ``ClientError``, a boto3 answer, or an event of the audit trail (``lab.trail`` or
            ``cloudtrail.lookup_events``), or its ID.
    """
    lab = current_lab()
    if lab is None:
        return Note(say("explain.unknown"))
    wanted, code, message = asked(what)
    if wanted is None:
        return Note(say("explain.give"))
    known = records(lab.trail)
    call = next((x for x in known if wanted in (x.identifier, x.request_id)), None)
    if call is None:
        return Note(say("explain.unknown"))
    steps = _steps(call) + _inner(call, known)
    code, message = code or call.error, message or call.message
    if not steps:
        answered = say("explain.no_decision", code=code, message=message)
        return Note(answered if code else say("explain.nothing"))
    refused = not all(step.decision.allowed for step in steps)
    note = say("explain.no_decision", code=code, message=message) if code and not refused else ""
    return Explanation(steps, note)


def asked(what: Any) -> tuple[str | None, str, str]:
    """The ID of what ``explain`` is given, and the code and message if it is an error."""
    if isinstance(what, ClientError):
        error = what.response["Error"]
        request = what.response.get("ResponseMetadata", {}).get("RequestId")
        return request, str(error.get("Code")), str(error.get("Message"))
    if isinstance(what, str):
        return what, "", ""
    if isinstance(what, dict):
        answer = what.get("ResponseMetadata", {}).get("RequestId")
        return what.get("EventId") or what.get("eventID") or answer, "", ""
    raw = getattr(what, "record", None)
    return (raw["eventID"] if isinstance(raw, dict) else None), "", ""


def _steps(call: Record) -> list[Step]:
    via = _SERVICES.get(call.via, call.via)
    return [Step(decision, via) for decision in call.decisions]


def _inner(call: Record, known: list[Record]) -> list[Step]:
    """What the service asked of others for this request."""
    return [step for x in known if x.parent == call.request_id for step in _steps(x)]
