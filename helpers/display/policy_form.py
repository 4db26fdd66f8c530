"""A policy lab's form: change policies, principal, action and context, and see what decides."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from refusal.authorization import AuthorizationError, RequestError
from refusal.explain import what_if
from refusal.notebook import PolicyLab, show

from .controls import Control, Field
from .notes import Note

_ACTIONS = (
    *("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:DescribeKey"),
    *("kms:PutKeyPolicy", "kms:CreateGrant", "kms:ScheduleKeyDeletion", "dynamodb:GetItem"),
)
_CONTEXT = "Context: condition keys of the request, as JSON"
_GRANTS = "Grants on the key, as ListGrants shows them"
#: Before the name of a policy, so that no policy is taken for another field.
_POLICY = "policy "


@dataclass(frozen=True, slots=True, repr=False)
class PolicyForm(PolicyLab):
    """A decision on policies that can be changed, where the front end has controls."""

    control: Control | None = field(default=None, compare=False)

    def _ipython_display_(self) -> None:
        if self.control is None:
            raise NotImplementedError  # So IPython shows the other forms.
        self.control.show(self)


def form(asked: Mapping[str, Any]) -> Control:
    """A field for each part of what ``what_if`` is asked; whatever is typed is decided at once."""
    fields = [
        Field("principal", "Principal: the caller's ARN", "line", asked["principal"]),
        Field("action", "Action", "line", asked["action"], dict.fromkeys(_ACTIONS, "")),
        Field("resource", "Resource: its ARN", "line", asked["resource"]),
        Field("context", _CONTEXT, "text", repr(show(asked["context"]))),
    ]
    for name, document in (asked["policies"] or {}).items():
        fields.append(Field(_POLICY + name, f"Policy {name}", "text", repr(show(document))))
    if asked["key_policy"] is not None:
        fields.append(Field("key_policy", "Key policy", "text", repr(show(asked["key_policy"]))))
        fields.append(Field("grants", _GRANTS, "text", repr(show(asked["grants"]))))
    labels = {one.name: one.label for one in fields}

    def answered(_: str, values: Mapping[str, str]) -> PolicyLab | Note:
        try:
            return PolicyLab(what_if(**_parsed(values, labels)))
        except AuthorizationError as error:
            return Note(str(error), tone="bad")

    return Control(fields, {}, answered, title="Policy lab", first=True)


def _parsed(values: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, Any]:
    """What is typed, as ``what_if`` takes it.

    Raises:
        RequestError: a text is not JSON, or not of the form that it must have.
    """
    asked: dict[str, Any] = {"policies": {}}
    for name, text in values.items():
        if name.startswith(_POLICY):
            asked["policies"][name.removeprefix(_POLICY)] = text
        elif name in ("context", "grants"):
            asked[name] = _value(text, labels[name], dict if name == "context" else list)
        elif name in ("principal", "action", "resource", "key_policy"):
            asked[name] = text if name == "key_policy" else text.strip()
    return asked


def _value(text: str, label: str, kind: type) -> Any:
    try:
        value = json.loads(text or ("{}" if kind is dict else "[]"))
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise RequestError(f"{label}, {place}: this is not JSON ({error.msg}).") from None
    if not isinstance(value, kind):
        wanted = "a JSON object" if kind is dict else "a JSON list"
        raise RequestError(f"{label}: {wanted} was expected.")
    return value
