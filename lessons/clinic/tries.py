"""What was tried for a task, as the audit trail has it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from lessons.author import Evidence, Record

ALIAS = "alias/clinic-visits"


class Kept(Evidence):
    """Evidence that makes each service's client once: these checks ask for very many things."""

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence.lab)
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """A boto3 client of the account's administrator."""
        if service not in self._clients:
            self._clients[service] = super().client(service)
        return self._clients[service]


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
    return (
        f"{record.name} failed with {record.error}: {record.reason}".rstrip(".")
        + "."
    )
