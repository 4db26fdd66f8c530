"""Every call that came to its end, oldest first."""

from __future__ import annotations

import datetime
from collections import deque

from ...errors import AwsError
from ...requests.calls import Call, Forwarded
from ...world.entropy import Entropy
from .events import Event, kept_params, kept_result

#: How many events are kept at most, so that a kernel that runs for weeks does not grow without end.
MOST = 20_000
#: How long AWS keeps its event history (AWS CloudTrail User Guide, "Working with CloudTrail event
#: history").
HISTORY = datetime.timedelta(days=90)


class Trail:
    """The audit trail of all accounts and Regions of a sandbox.

    It keeps events for 90 days of the sandbox's clock, as CloudTrail's event history does, and at
    most 20,000 of them; then the oldest are dropped.
    """

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy
        self._events: deque[Event] = deque(maxlen=MOST)

    def new_event_id(self) -> str:
        """A new event ID; the sandbox itself uses this."""
        return self._entropy.uuid("event")

    def call_ended(
        self, call: Call, result: dict[str, object] | Forwarded | None, error: AwsError | None
    ) -> None:
        """Record a call that has ended, without its secrets; the sandbox itself uses this."""
        while self._events and self._events[0].call.time < call.time - HISTORY:
            self._events.popleft()
        self._events.append(
            Event(
                event_id=call.event_id or self.new_event_id(),
                call=kept_params(call),
                result=kept_result(call, result),
                error_code=error.code if error else "",
                error_message=error.message if error else "",
            )
        )

    def events(
        self, *, name: str = "", user: str = "", source: str = "", error: str = ""
    ) -> list[Event]:
        """The events that match all the filters, oldest first.

        Args:
            name: the operation, such as ``Decrypt``.
            user: the name of the IAM user who called.
            source: the service, such as ``kms.amazonaws.com``.
            error: the error code as it is in the record: ``AccessDenied`` for every denial.
        """
        return [
            event
            for event in tuple(self._events)  # In one step: other threads add to them.
            if name in ("", event.name)
            and source in ("", event.source)
            and error in ("", event.shown_error)
            and user in ("", event.user_name)
        ]
