"""AWS KMS."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..calls import Call, Forwarded, Permission
from ..gate import Gate


class Kms:
    def __init__(self, gate: Gate) -> None:
        self.gate = gate

    def permissions(self, call: Call) -> Iterable[Permission]:
        return [Permission(call.action)]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        raise NotImplementedError

    def age(self) -> None:
        """Time has moved: delete what is due, rotate what is due."""
