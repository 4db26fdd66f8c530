"""AWS managed policies, made only when somebody uses one.

moto brings the documents of all of them; making its objects of all takes a second.
"""

from __future__ import annotations

import json
from typing import Any

from ...moto import iam as moto_iam

PREFIX = "arn:aws:iam::aws:policy/"
_DECODER = json.JSONDecoder()


def find(name: str) -> dict[str, Any] | None:
    """The data of one AWS managed policy; None if there is none of that name.

    The text is searched, not parsed: a policy begins on a line of its own (held against a parse
    of the whole in tests/sandbox/services/iam).
    """
    head = f"\n {json.dumps(name)}:"
    start = moto_iam.managed_policies_text().find(head + "{")
    if start < 0:
        return None
    data: dict[str, Any]
    data, _ = _DECODER.raw_decode(moto_iam.managed_policies_text(), start + len(head))
    return data


def load(arn: str, account: str) -> None:
    """Put an AWS managed policy into an account's IAM, if AWS has it and it is not there yet."""
    policies = moto_iam.iam(account).managed_policies
    if arn in policies or not arn.startswith(PREFIX):
        return
    name = arn.rsplit("/", 1)[-1]
    data = find(name)
    if data is not None and arn == f"{PREFIX[:-1]}{data['Path']}{name}":
        moto_iam.add_managed_policy(name, account, data)


def load_all(account: str) -> None:
    """Put every AWS managed policy into an account's IAM: only for who lists them."""
    policies = moto_iam.iam(account).managed_policies
    for name, data in json.loads(moto_iam.managed_policies_text()).items():
        arn = f"{PREFIX[:-1]}{data['Path']}{name}"
        if arn not in policies:
            moto_iam.add_managed_policy(name, account, data)
