"""Amazon DynamoDB and its Streams."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..bridge import Hooks
from ..calls import Call, Forwarded, Permission
from ..gate import Gate
from ..kms import Kms


class DynamoDB:
    def __init__(self, gate: Gate, hooks: Hooks, kms: Kms) -> None:
        self.gate = gate
        self.hooks = hooks
        self.kms = kms

    def permissions(self, call: Call) -> Iterable[Permission]:
        return [Permission(call.action)]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        assert call.request is not None
        return Forwarded(
            *self.hooks.forward(
                call.request, service="dynamodb", region=call.region, account=call.account
            )
        )

    def at_rest(self, table_name: str, account: str, region: str) -> Any:
        raise NotImplementedError

    def age(self) -> None:
        """Time has moved: finish what was in transition."""


class Streams:
    def __init__(self, dynamodb: DynamoDB) -> None:
        self.dynamodb = dynamodb

    def permissions(self, call: Call) -> Iterable[Permission]:
        return [Permission(call.action)]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        raise NotImplementedError
