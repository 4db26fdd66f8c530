"""A log of decisions: a line for each call that came to its end, as text or as JSON.

It has what the audit trail has of who and what, and why; no parameter of a request, no answer, and
no condition key, for these may hold what a table's rows hold.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from typing import Any, TextIO

from ..errors import AwsError
from ..explain import why
from ..explained import reasons
from ..gate import Recorder
from ..requests.calls import Call, Forwarded

FORMS = ("text", "json")


class Log:
    """Stands before a recorder, and writes a line for each call that it records.

    Args:
        recorder: gets each call.
        form: ``text`` or ``json``.
        stream: gets the lines.
    """

    def __init__(self, recorder: Recorder, form: str, stream: TextIO) -> None:
        self._recorder = recorder
        self._form: Callable[[dict[str, Any]], str] = json.dumps if form == "json" else _text
        self._stream = stream

    def new_event_id(self) -> str:
        """As the recorder says."""
        return self._recorder.new_event_id()

    def call_ended(
        self, call: Call, result: dict[str, Any] | Forwarded | None, error: AwsError | None
    ) -> None:
        """One call has come to its end."""
        line = self._form(_entry(call, error))
        self._recorder.call_ended(call, result, error)
        with contextlib.suppress(OSError, ValueError):  # Nobody reads it; the call has been made.
            print(line, file=self._stream, flush=True)


def _entry(call: Call, error: AwsError | None) -> dict[str, Any]:
    return {
        "time": call.time.isoformat(timespec="milliseconds"),
        "request_id": call.request_id,
        "parent": call.parent,
        "principal": call.caller.arn,
        "via": call.via or "",
        "region": call.region,
        "call": call.action,
        "error": error.code if error else "",
        "decisions": [
            {
                "action": decision.request.action,
                "resource": decision.request.resource,
                "decision": str(decision.effect),
                "why": why(decision),
                "reasons": [] if decision.allowed else list(reasons(decision)),
            }
            for decision in call.decisions
        ],
    }


def _text(entry: dict[str, Any]) -> str:
    """One line: what a sandbox's names hold is written so that it cannot begin another line."""
    via = f" via {entry['via']}" if entry["via"] else ""
    parts = [f"{entry['time']} {entry['principal']}{via} {entry['call']}"]
    parts += [entry["error"]] if entry["error"] else []
    parts += [
        f"{one['action']} on {one['resource']}: {one['decision']}, {one['why']}"
        for one in entry["decisions"]
    ]
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in " | ".join(parts))
