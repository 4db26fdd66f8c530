"""The moves of one request for items, told from the audit trail."""

from __future__ import annotations

from collections.abc import Iterator

from ...services.audit.journey import Journey
from .sentences import say
from .steps import Move, RequestSteps

_YES, _NO = "✓ allowed", "✗ denied"


def request_steps(taken: Journey) -> RequestSteps:
    """How DynamoDB, KMS, the table key and the data key served a request, and where it stopped."""
    caller = taken.call.call.caller
    name = caller.name if caller.kind == "user" else caller.arn.rsplit("/", 1)[-1]
    title = say("steps.title", operation=taken.call.name, table=taken.table)
    return RequestSteps(title, name, list(_moves(taken, name)))


def _moves(taken: Journey, name: str) -> Iterator[Move]:
    call, words = taken.call, {"name": name, "table": taken.table}
    allowed = all(decision.allowed for decision in call.decisions)
    answer = _YES if allowed else _NO
    asks = say("steps.call", operation=call.name, outcome=answer[2:], **words)
    yield Move(asks, "call", {"dynamodb": [call.name, answer]}, not allowed)
    for event in taken.asked:
        action = f"kms:{event.name}"
        yield Move(say("steps.ask", action=action, **words), "ask", {"kms": [event.name]})
        if event.error_code:
            outcome = _NO if event.shown_error == "AccessDenied" else event.error_code
            closed = say("steps.closed", outcome=outcome.removeprefix("✗ "))
            yield Move(closed, "ask", {"kms": [event.name, outcome]}, refused=True)
            continue
        key = event.call.resources[0][1].rpartition(":")[2]
        now = {"kms": [event.name, _YES], "table": [say("steps.opened")]}
        yield Move(say("steps.open", key_id=key), "open", now)
    if call.error_code:
        told = say("steps.error", error=call.shown_error, **words)
        yield Move(told, "error", {"caller": [name, call.shown_error]})
        return
    opened = [say("steps.opened")]
    if taken.kept:
        time = f"{taken.kept.call.time:%H:%M:%S}"
        yield Move(say("steps.kept", time=time, **words), "kept", {"table": opened})
    elif not taken.asked:
        yield Move(say("steps.unseen", **words), "kept", {"table": opened})
    work = say("steps.read" if call.record["readOnly"] else "steps.write")
    yield Move(say("steps.data"), "data", {"key": opened})
    yield Move(work, "item", {"items": opened})
    yield Move(say("steps.answer", **words), "answer", {"caller": [name]})
