"""AWS Security Token Service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .calls import Call, Forwarded, Permission
from .gate import Gate


class Sts:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def permissions(self, call: Call) -> Iterable[Permission]:
        return [] if call.operation == "GetCallerIdentity" else [Permission(call.action)]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        if call.operation == "GetCallerIdentity":
            caller = call.caller
            return {"UserId": caller.user_id, "Account": caller.account, "Arn": caller.arn}
        raise NotImplementedError
