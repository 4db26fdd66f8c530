"""What was tried for a task, as the audit trail has it."""

from __future__ import annotations

from collections.abc import Iterable

from lessons.author import Evidence, Record, failure

ALIAS = "alias/clinic-visits"


def own_calls(evidence: Evidence, *names: str) -> list[Record]:
    """What the learner called as ``admin``, oldest first; not what a service called for admin."""
    return [x for x in evidence.records(*names, user="admin") if not x.via]


def about(calls: Iterable[Record], user: str) -> list[Record]:
    """Those of the calls that name a user."""
    return [
        x
        for x in calls
        if x.asks(userName=user) or f"user/{user}" in str(x.parameters)
    ]


def ended(record: Record) -> str:
    """How a call that failed ended, in AWS's words, as a sentence."""
    return f"{failure(record)}."
