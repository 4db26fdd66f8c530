"""``follow``: a request for items step by step, told from the lab's audit trail."""

from __future__ import annotations

from typing import Any

from helpers.display.notes import Note
from helpers.messages import say
from refusal.notebook.drawings import RequestSteps, request_steps
from refusal.services.audit.journey import journey

from .explanations import asked
from .lab import current_lab


def follow(what: Any) -> RequestSteps | Note:
    """How DynamoDB, KMS, the table key and the data key served a request, and where it stopped.

    Args:
        what: what a request for items answered or raised, or an event of the audit trail.
    """
    lab, wanted = current_lab(), asked(what)[0]
    events = lab.trail.events() if lab else []
    if not all(hasattr(event, "call") for event in events):
        return Note(say("steps.away"))
    taken = journey(events, wanted) if wanted else None
    return Note(say("steps.give")) if taken is None else request_steps(taken)
