"""``explain``: from an error or an event of the trail to the decisions behind it."""

from __future__ import annotations

import re
from typing import Any

from botocore.exceptions import ClientError

from helpers.display.notes import Note
from helpers.messages import say
from refusal.explain import Explanation, Step
from refusal.notebook import refused

from .calling import called_like
from .lab import current_lab
from .records import Record, records

_NEWEST = object()
#: What an error's code looks like, where a request's ID was to be.
_CODE = re.compile(r"[A-Za-z.]+")
_SERVICES = {"dynamodb.amazonaws.com": "DynamoDB"}


@called_like("explain(denial)")
def explain(what: Any = _NEWEST) -> Explanation | Note:
    """Who called, what was asked of whom, which policies were weighed, and what decided.

    Args:
        what: a ``ClientError``, a boto3 answer, or an event of the audit trail (``lab.trail`` or
            ``cloudtrail.lookup_events``), or its ID; left out, the newest refusal.
    """
    lab = current_lab()
    if isinstance(what, refused):
        if what.error is None:
            return Note(str(what))
        what = what.error
    if lab is None:
        return Note(say("explain.unknown"))
    known = records(lab.trail)
    if what is _NEWEST:
        what = next((x.request_id for x in reversed(known) if x.denied and not x.parent), None)
        if what is None:
            return Note(say("explain.none_refused"))
    wanted, code, message = asked(what)
    if wanted is None:
        return Note(_no_request(what))
    if _CODE.fullmatch(wanted):
        return Note(say("explain.code", code=wanted))
    call = next((x for x in known if wanted in (x.identifier, x.request_id)), None)
    if call is None:
        return Note(say("explain.unknown"))
    # Its own, and what the service asked of others for this request.
    related = [call, *(x for x in known if x.parent == call.request_id)]
    steps = [step for record in related for step in _steps(record)]
    code, message = code or call.error, message or call.message
    if not steps:
        answered = say("explain.no_decision", code=code, message=message)
        return Note(answered if code else say("explain.nothing"))
    stopped = not all(step.decision.allowed for step in steps)
    note = say("explain.no_decision", code=code, message=message) if code and not stopped else ""
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


def _no_request(what: Any) -> str:
    """Why something that is given has no request behind it."""
    if isinstance(what, BaseException):
        return say("explain.python", name=type(what).__name__)
    return say("explain.give")
