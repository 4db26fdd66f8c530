"""CloudTrail's LookupEvents: the event history of the last 90 days."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from typing import Any

from ...errors import AwsError, not_in_sandbox
from ...gate import Gate
from ...requests.calls import Call, Forwarded, Permission
from .events import Event, is_read
from .trail import HISTORY, Trail

#: botocore's model of LookupEvents.
_PAGE = 50

_ATTRIBUTES: dict[str, Callable[[Event, str], bool]] = {
    "AccessKeyId": lambda event, value: event.call.caller.access_key_id == value,
    "EventId": lambda event, value: event.event_id == value,
    "EventName": lambda event, value: event.name == value,
    "EventSource": lambda event, value: event.source == value,
    "ReadOnly": lambda event, value: _said(is_read(event.name)) == value,
    "ResourceName": lambda event, value: value in (arn for _, arn in event.call.resources),
    "ResourceType": lambda event, value: value in (kind for kind, _ in event.call.resources),
    "Username": lambda event, value: _username(event) == value,
}


class CloudTrail:
    """CloudTrail as the gate sees it."""

    def __init__(self, gate: Gate) -> None:
        self.trail = Trail(gate.entropy)
        self._clock = gate.clock

    def permissions(self, call: Call) -> Iterable[Permission]:
        """LookupEvents is on no resource (Service Authorization Reference, AWS CloudTrail)."""
        if call.operation != "LookupEvents":
            raise not_in_sandbox(call.action, "Of CloudTrail it has LookupEvents.")
        return [Permission(call.action)]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        """Management events of this account and Region, newest first. They are there at once: on
        AWS they take some minutes, which is the sandbox's simplification.

        Raises:
            AwsError: a filter, a time range or a token that CloudTrail refuses; the wording of
                these is the sandbox's own.
        """
        params = call.params
        if params.get("EventCategory"):
            raise not_in_sandbox("Insights events of CloudTrail")
        found = list(self._found(call))
        start = _after(found, params.get("NextToken"))
        end = start + params.get("MaxResults", _PAGE)
        shown = [_listed(event, call.account) for event in found[start:end]]
        answer: dict[str, Any] = {"Events": shown}
        if end < len(found):
            # By the last event shown: this look-up itself is an event, and moves the others on.
            answer["NextToken"] = base64.b64encode(found[end - 1].event_id.encode()).decode()
        return answer

    def _found(self, call: Call) -> Iterable[Event]:
        wanted = call.params.get("LookupAttributes") or ()
        if len(wanted) > 1:
            text = "You can look up events by one attribute only; give one LookupAttribute."
            raise AwsError("InvalidLookupAttributesException", text)
        oldest = call.time - HISTORY
        start = max(call.params.get("StartTime") or oldest, oldest)
        end = call.params.get("EndTime") or call.time
        if start > end and call.params.get("StartTime"):
            raise AwsError("InvalidTimeRangeException", "StartTime is after EndTime.")
        for event in reversed(self.trail.events()):
            here = event.region == call.region and call.account in event.accounts
            # Times are given in whole seconds: the second that has begun counts.
            at = event.call.time.replace(microsecond=0)
            in_time = start.replace(microsecond=0) <= at <= end
            asked = all(_ATTRIBUTES[w["AttributeKey"]](event, w["AttributeValue"]) for w in wanted)
            if here and event.management and in_time and asked:
                yield event


def _said(value: bool) -> str:
    return "true" if value else "false"


def _username(event: Event) -> str:
    """Username: the user's name, the session's name of a role, the service's own name."""
    caller = event.call.caller
    return caller.session_name or caller.name


def _after(found: list[Event], token: str | None) -> int:
    """Where the page begins that follows the event which a token names."""
    if token is None:
        return 0
    try:
        last = base64.b64decode(token, validate=True).decode()
        return 1 + next(n for n, event in enumerate(found) if event.event_id == last)
    except (ValueError, StopIteration):  # No Base64, no text, no event.
        text = "This NextToken is not one that LookupEvents gave out."
        raise AwsError("InvalidNextTokenException", text) from None


def _listed(event: Event, account: str) -> dict[str, Any]:
    record = event.record_for(account)
    return {
        "EventId": event.event_id,
        "EventName": event.name,
        "ReadOnly": _said(record["readOnly"]),
        "AccessKeyId": event.call.caller.access_key_id,
        "EventTime": event.call.time.replace(microsecond=0),
        "EventSource": event.source,
        "Username": _username(event),
        "Resources": [
            {"ResourceType": kind, "ResourceName": arn} for kind, arn in event.call.resources
        ],
        "CloudTrailEvent": json.dumps(record),
    }
