"""The audit trail's events, as checks, tables and ``explain`` read them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """One call that the trail wrote down, under CloudTrail's own names in ``raw``."""

    identifier: str
    request_id: str
    #: In whole seconds, UTC.
    time: datetime.datetime
    name: str
    source: str
    user: str
    arn: str
    error: str
    message: str
    #: The service that made the call for the user, such as ``dynamodb.amazonaws.com``.
    via: str
    raw: dict[str, Any]
    #: The request that a service made this one for; CloudTrail has no such thing.
    parent: str = field(default="", repr=False)
    #: The authorization decisions behind it; CloudTrail has no such thing.
    decisions: tuple[Any, ...] = field(default=(), repr=False)

    @property
    def denied(self) -> bool:
        """Whether a policy refused it."""
        return self.error in ("AccessDenied", "AccessDeniedException")

    @property
    def reason(self) -> str:
        """The error's message, without the request of DynamoDB to KMS that it tells at its end."""
        return self.message.partition(" (Service")[0]

    @property
    def parameters(self) -> dict[str, Any]:
        """What the request gave, under CloudTrail's names."""
        return self.raw.get("requestParameters") or {}

    def refused(self, action: str, arn: str = "") -> bool:
        """Whether it was denied for want of a permission, such as ``kms:Decrypt`` on a key."""
        return self.denied and action in self.message and arn in self.message

    def touches(self, arn: str) -> bool:
        """Whether the record names this resource."""
        named = [resource.get("ARN") for resource in self.raw.get("resources") or ()]
        return arn in named or arn in self.message

    def asks(self, **parameters: Any) -> bool:
        """Whether the request had these parameters."""
        return all(self.parameters.get(name) == value for name, value in parameters.items())


def records(trail: Any) -> list[Record]:
    """Every event of a trail, oldest first."""
    return [_record(event) for event in trail.events()]


def _record(event: Any) -> Record:
    raw = event.record
    identity = raw.get("userIdentity", {})
    return Record(
        identifier=raw["eventID"],
        request_id=raw["requestID"],
        time=datetime.datetime.fromisoformat(raw["eventTime"]),
        name=raw["eventName"],
        source=raw["eventSource"],
        user=identity.get("userName", ""),
        arn=identity.get("arn", ""),
        error=raw.get("errorCode", ""),
        message=raw.get("errorMessage", ""),
        via=identity.get("invokedBy", ""),
        raw=raw,
        parent=getattr(event, "parent", ""),
        decisions=tuple(getattr(event, "decisions", ())),
    )
