"""The audit trail, as AWS CloudTrail keeps it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..calls import Call, Forwarded, Permission
from ..errors import AwsError
from ..gate import Gate


class Trail:
    def __init__(self) -> None:
        self.events: list[Any] = []

    def record(self, call: Call, result: dict[str, Any] | None, error: AwsError | None) -> None:
        self.events.append((call, result, error))


class CloudTrail:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate
        self.trail = Trail()

    def permissions(self, call: Call) -> Iterable[Permission]:
        return [Permission(call.action)]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        raise NotImplementedError
