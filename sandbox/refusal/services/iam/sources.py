"""The policies of a simulation, as the IAM policy simulator names them and points into them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from ...authorization import Policy, PolicyError, Statement
from ...errors import AwsError
from ...moto import iam as moto_iam
from ...moto.iam import MotoPolicyOwner
from ...requests.calls import Call
from . import managed

_ENTITY = re.compile(r"arn:aws:iam::(\d{12}):(user|group|role)/(?:.*/)?([^/]+)", re.DOTALL)
_VARIABLE = re.compile(r"\$\{\s*([^\s,'{}$*?]+)")


@dataclass(frozen=True, slots=True)
class Source:
    """A policy with its text, and with what the simulator calls it."""

    policy: Policy
    text: str
    id: str
    #: One of the model's PolicySourceType: user, group, role, aws-managed, user-managed, resource
    #: or none. Live answers have been seen with "IAM Policy" here.
    type: str

    @classmethod
    def read(cls, document: Any, name: str, source_type: str, kind: str) -> Source:
        """Read a policy document of a kind that ``Policy.parse`` knows.

        Raises:
            AwsError: ``InvalidInput``: it is malformed.
        """
        text = document if isinstance(document, str) else json.dumps(document)
        try:
            return cls(Policy.parse(text, kind=kind, name=name), text, name, source_type)
        except PolicyError as error:
            raise invalid(f"{name}: {error}") from None

    def matched(self, statement: Statement) -> dict[str, Any]:
        """A statement of this policy, as MatchedStatements has it."""
        start, end = _spans(self.text)[statement.index - 1]
        return {
            "SourcePolicyId": self.id,
            "SourcePolicyType": self.type,
            "StartPosition": _position(self.text, start),
            "EndPosition": _position(self.text, end),
        }


def invalid(text: str) -> AwsError:
    """The refusal of a request to the simulator."""
    return AwsError("InvalidInput", text)


def entity_parts(arn: str) -> tuple[str, str, str]:
    """Account, kind and name of a user, a group or a role.

    Raises:
        AwsError: ``InvalidInput``: the ARN is not that of one.
    """
    match = _ENTITY.fullmatch(arn)
    if match is None:
        raise invalid(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")
    return match[1], match[2], match[3]


def attached(call: Call, owner: MotoPolicyOwner) -> Iterator[Source]:
    """The policies of an entity (moto's object), and those of a user's groups. Inline policies are
    named with their owner, as live answers name them."""
    kind = entity_parts(owner.arn)[1]
    for name, document in owner.policies.items():
        yield Source.read(document, f"{kind}_{owner.name}_{name}", kind, "identity-based")
    for policy in owner.managed_policies.values():
        origin = "aws-managed" if policy.arn.startswith(managed.PREFIX) else "user-managed"
        yield Source.read(moto_iam.document(policy), policy.name, origin, "identity-based")
    if kind == "user":
        for group in moto_iam.iam(call.account).groups.values():
            yield from attached(call, group) if owner in group.users else ()


def inputs(call: Call) -> list[Source]:
    """The policies of PolicyInputList."""
    given = enumerate(call.params.get("PolicyInputList", ()), 1)
    return [
        Source.read(text, f"PolicyInputList.{n}", "none", "identity-based") for n, text in given
    ]


def context_keys(policies: Iterable[Policy]) -> list[str]:
    """The condition keys and policy variables of policies, in order and once each."""
    found: dict[str, str] = {}
    for statement in (statement for policy in policies for statement in policy.statements):
        names: list[str] = []
        if statement.resources and statement.resources.templates:
            names += _VARIABLE.findall(" ".join(statement.resources.texts))
        for condition in statement.conditions:
            names.append(condition.key)
            names += _VARIABLE.findall(" ".join(condition.values)) if condition.templates else []
        for name in names:
            found.setdefault(name.lower(), name)
    return list(found.values())


_DECODER = json.JSONDecoder()
_BETWEEN = re.compile(r"[\s,:]*")


def _spans(text: str) -> list[tuple[int, int]]:
    """Where each statement of a policy begins and ends, as offsets. A statement begins where what
    is before it ends, and ends after its last character: so live answers and the examples of the
    AWS CLI count."""

    def value(at: int) -> tuple[Any, int]:
        return _DECODER.raw_decode(text, _after(text, at))

    at, name = text.index("{") + 1, ""
    while True:
        name, at = value(at)
        if name == "Statement":
            break
        _, at = value(at)
    at = _after(text, at)
    if text[at] == "{":
        return [(at + 1, value(at)[1])]
    spans, start = [], at + 1
    while text[_after(text, start)] != "]":
        end = value(start)[1]
        spans.append((start, end))
        start = end
    return spans


def _after(text: str, at: int) -> int:
    match = _BETWEEN.match(text, at)
    return match.end() if match else at


def _position(text: str, offset: int) -> dict[str, int]:
    """Line and column, both from 1."""
    line = text.count("\n", 0, offset) + 1
    return {"Line": line, "Column": offset - text.rfind("\n", 0, offset)}
