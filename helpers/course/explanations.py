"""``explain``: from an error or an event of the trail to the decisions behind it."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from helpers.display.decision import Explanation, Step
from helpers.display.notes import Note
from helpers.messages import say

from .lab import current_lab
from .records import Record, records

#: DynamoDB's error names the request that it made to KMS (behaviours C1 to C9).
_INNER = re.compile(r"Request ID: ([0-9a-f-]{36})")
_SERVICES = {"dynamodb.amazonaws.com": "DynamoDB"}


def explain(what: Any) -> Explanation | Note:
    """Who called, what was asked of whom, which policies were weighed, and what decided.

    Args:
        what: a ``ClientError``, or an event of the audit trail (``lab.trail`` or
            ``cloudtrail.lookup_events``), or its ID.
    """
    lab = current_lab()
    if lab is None:
        return Note(say("explain.unknown"))
    wanted, code, message = _asked(what)
    if wanted is None:
        return Note(say("explain.give"))
    known = records(lab.trail)
    call = next((x for x in known if wanted in (x.identifier, x.request_id)), None)
    if call is None:
        return Note(say("explain.unknown"))
    steps = _steps(call) + _inner(call, message or call.message, known)
    if steps:
        return Explanation(steps)
    if code or call.error:
        return Note(say("explain.no_decision", code=code or call.error, message=message))
    return Note(say("explain.nothing"))


def _asked(what: Any) -> tuple[str | None, str, str]:
    """An ID to look for, and the error's code and message if there is an error."""
    if isinstance(what, ClientError):
        error = what.response["Error"]
        request = what.response.get("ResponseMetadata", {}).get("RequestId")
        return request, str(error.get("Code")), str(error.get("Message"))
    if isinstance(what, str):
        return what, "", ""
    if isinstance(what, dict):
        return what.get("EventId") or what.get("eventID"), "", ""
    raw = getattr(what, "record", None)
    return (raw["eventID"] if isinstance(raw, dict) else None), "", ""


def _steps(call: Record) -> list[Step]:
    via = _SERVICES.get(call.via, call.via)
    return [Step(decision, via) for decision in call.decisions]


def _inner(call: Record, message: str, known: list[Record]) -> list[Step]:
    """What the service asked for the caller, where its answer names that request."""
    match = _INNER.search(message)
    if match is None:
        return []
    found = (record for record in known if record.request_id == match.group(1))
    return [step for record in found if record is not call for step in _steps(record)]
