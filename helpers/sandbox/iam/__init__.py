"""AWS Identity and Access Management: moto's, with what it lacks added."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .. import bridge
from ..calls import Call, Forwarded, Permission
from ..gate import Gate


class Iam:
    def __init__(self, gate: Gate, hooks: bridge.Hooks) -> None:
        self.gate = gate
        self.hooks = hooks

    def permissions(self, call: Call) -> Iterable[Permission]:
        return [Permission(call.action)]

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        assert call.request is not None
        answer = self.hooks.forward(
            call.request, service="iam", region=call.region, account=call.account
        )
        self.gate.directory.forget()
        return Forwarded(*answer)

    def load_managed_policy(self, arn: str, account: str) -> None:
        from moto.iam.aws_managed_policies import aws_managed_policies_data

        name = arn.rsplit("/", 1)[-1]
        data = json.loads(aws_managed_policies_data)[name]
        bridge.iam(account).managed_policies[arn] = bridge.managed_policy(name, account, data)
