"""What the rules would say of policies that nobody has: nothing in any account is touched."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..authorization import AuthorizationError, Decision, Grant, Policy, Request, authorize
from .explanation import Explanation
from .steps import KEY_POLICY, Step, why

Document = str | Mapping[str, Any]
_STATEMENT = re.compile(r"\b[Ss]tatement (\d+)")
_QUOTED = re.compile(r"'([^']+)'")
_PLACE = re.compile(r": line (\d+) column (\d+) \(char \d+\)\.?$")


@dataclass(frozen=True, slots=True)
class WhatIf:
    """A request, the policies around it, and the decision."""

    decision: Decision

    @property
    def allowed(self) -> bool:
        """Whether the request would be allowed."""
        return self.decision.allowed

    @property
    def decided_by(self) -> str:
        """The policy and its statement, or the grant, that decides; for an implicit deny, the
        type of policy that has no Allow."""
        deciding = next((r for r in self.explanation.steps[0].rows if r.state == "decides"), None)
        if deciding is not None:
            return deciding.place
        kind = self.decision.by
        if kind is None:
            return "root user"
        on_key = kind.names_principals and self.decision.request.action.lower().startswith("kms:")
        return f"no Allow in {f'the {KEY_POLICY}' if on_key else kind.phrase}"

    @property
    def why(self) -> str:
        """One sentence: what decided."""
        return why(self.decision)

    @property
    def explanation(self) -> Explanation:
        """Every statement, and which part of it fails."""
        return Explanation([Step(self.decision)])


def what_if(
    *,
    principal: str,
    action: str,
    resource: str = "*",
    context: Mapping[str, str | Sequence[str]] | None = None,
    policies: Mapping[str, Document] | None = None,
    key_policy: Document | None = None,
    grants: Sequence[Mapping[str, Any]] = (),
    resource_account: str | None = None,
) -> WhatIf:
    """Decide a request under policies that are given.

    Args:
        principal: the caller's ARN.
        action: such as ``kms:Decrypt``.
        resource: its ARN.
        context: the condition keys of the request; what is not given is not in it.
        policies: the caller's identity-based policies, by name.
        key_policy: the key's policy, or that of another resource.
        grants: the grants on the key, as ListGrants shows them.
        resource_account: the account of the resource, if it is not the caller's.

    Raises:
        AuthorizationError: something is malformed; one sentence, with the line where a policy is.
    """
    request = Request(principal, action, resource, context or {}, resource_account)
    decision = authorize(
        request,
        identity_policies=[
            _read(document, "identity-based", name) for name, document in (policies or {}).items()
        ],
        resource_policy=None
        if key_policy is None
        else _read(key_policy, "resource-based", KEY_POLICY),
        grants=[Grant.from_json(grant) for grant in grants],
    )
    return WhatIf(decision)


def _read(document: Document, kind: str, name: str) -> Policy:
    text = document if isinstance(document, str) else written(document, name)
    try:
        return Policy.parse(text, kind=kind, name=name)
    except AuthorizationError as error:
        raise AuthorizationError(f"{name}, {_located(str(error), text)}") from None


def written(document: Any, name: str = "The policy") -> str:
    """A policy as indented JSON.

    Raises:
        AuthorizationError: it holds what JSON has no form for.
    """

    def refuse(value: object) -> None:
        if value is ...:
            text = f"{name} still has dots (`...`) in it; put a value in their place."
            raise AuthorizationError(text)
        raise TypeError(f"a value of type {type(value).__name__} has no form in JSON")

    try:
        return json.dumps(document, indent=2, ensure_ascii=False, default=refuse)
    except AuthorizationError:
        raise
    except (TypeError, ValueError) as error:
        raise AuthorizationError(f"{name} cannot be written as JSON: {error}.") from None


def _located(sentence: str, text: str) -> str:
    """What is wrong with a policy, with its line first."""
    if found := _PLACE.search(sentence):
        place = f"line {found[1]}, column {found[2]}"
        return f"{place}: {sentence[: found.start()]}."
    return f"line {_line(sentence, text)}: {sentence}"


def _line(sentence: str, text: str) -> int:
    """The line that a sentence about a policy is about, as near as it says: the statement, and in
    it what the sentence quotes or names."""
    start, end = 0, len(text)
    if found := _STATEMENT.search(sentence):
        spans = _spans(text)
        if int(found[1]) <= len(spans):
            start, end = spans[int(found[1]) - 1]
    words = [f'"{word}"' for word in _QUOTED.findall(sentence)]
    words += [f'"{word}"' for word in re.findall(r"\b[A-Z][A-Za-z]+\b", sentence)]
    places = (text.find(word, start, end) for word in words)
    at = next((place for place in places if place >= 0), start)
    return text.count("\n", 0, at) + 1


def _spans(text: str) -> list[tuple[int, int]]:
    """Where each statement begins and ends in a policy's text, which is JSON."""
    decoder = json.JSONDecoder()
    spans: list[tuple[int, int]] = []
    found = re.search(r'"Statement"\s*:\s*', text)
    at = found.end() if found else len(text)
    single = text[at : at + 1] == "{"
    at += 0 if single else 1
    while True:
        blank = re.compile(r"[\s,]*").match(text, at)
        at = blank.end() if blank else at
        try:
            _, end = decoder.raw_decode(text, at)
        except ValueError:  # The list's end.
            return spans
        spans.append((at, end))
        at = end
        if single:
            return spans
