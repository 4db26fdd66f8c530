"""Why each statement and grant counts or does not, element by element.

Nothing here decides: ``statements.applies`` does. A report is made when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from .grants import Grant
from .patterns import Patterns
from .policy import Policy, PolicyType
from .principals import Level
from .reasons import Reason
from .request import Request
from .statements import Statement, applies, principal_level

_MATCHES = Reason.MATCHES


class ElementReport(NamedTuple):
    """How one element of a statement compares with the request.

    Attributes:
        element: such as ``Action`` or ``Condition``.
        reason: why it matches, or why it does not.
        expected: the values in the statement.
        actual: the value in the request; None if the request does not have the condition key.
        operator: of a condition: its operator, such as ``StringEquals``; otherwise empty.
        key: of a condition: its condition key; otherwise empty.
    """

    element: str
    reason: Reason
    expected: tuple[str, ...]
    actual: str | Sequence[str] | None
    operator: str = ""
    key: str = ""

    @property
    def matched(self) -> bool:
        """Whether this element matches the request."""
        return self.reason is _MATCHES


class StatementReport(NamedTuple):
    """A statement that was weighed.

    Attributes:
        type: the type of policy as which it was weighed.
        policy: the policy that it belongs to.
        statement: the statement.
        level: how closely it names the caller.
        elements: how each of its elements compares with the request.
    """

    type: PolicyType
    policy: Policy
    statement: Statement
    level: Level
    elements: tuple[ElementReport, ...]

    @property
    def reason(self) -> Reason:
        """Why the statement applies, or the first reason why it does not."""
        return next((e.reason for e in self.elements if not e.matched), _MATCHES)

    @property
    def matched(self) -> bool:
        """Whether the statement applies to the request."""
        return self.reason is _MATCHES

    @property
    def effect(self) -> str:
        """``Allow`` or ``Deny``."""
        return self.statement.effect


class GrantReport(NamedTuple):
    """A grant that was weighed.

    Attributes:
        grant: the grant.
        reason: why it allows the request, or why it does not.
    """

    grant: Grant
    reason: Reason

    @property
    def matched(self) -> bool:
        """Whether the grant allows the request."""
        return self.reason is _MATCHES


def explain(
    statement: Statement, policy: Policy, policy_type: PolicyType, request: Request, bounded: bool
) -> StatementReport:
    """A statement, held against a request element by element.

    Args:
        policy_type: the type that the policy was weighed as.
        bounded: whether the caller has a permissions boundary.
    """
    elements = tuple(_elements(statement, request, bounded))
    level = applies(statement, request, bounded)
    return StatementReport(policy_type, policy, statement, level, elements)


def _elements(statement: Statement, request: Request, bounded: bool) -> Iterator[ElementReport]:
    if statement.principals is not None:
        name, fails = "Principal", Reason.PRINCIPAL_DIFFERS
        if statement.not_principal:
            name, fails = "NotPrincipal", Reason.PRINCIPAL_EXCEPTED
        reason = _MATCHES if principal_level(statement, request, bounded) else fails
        expected = tuple(sorted(statement.principals.names))
        yield ElementReport(name, reason, expected, request.principal)
    actions, resources = statement.actions, statement.resources
    matches = actions is not None and actions.matches(request.action.lower(), request.keys)
    yield _pattern("Action", actions, matches, Reason.ACTION_DIFFERS, request.action)
    if resources is None or resources.texts:  # A role trust policy has none.
        matches = resources is not None and resources.matches(request.resource, request.keys)
        yield _pattern("Resource", resources, matches, Reason.RESOURCE_DIFFERS, request.resource)
    for condition in statement.conditions:
        reason, actual = condition.judge(request.keys), request.keys.get(condition.lowered)
        shown = ("Condition", reason, condition.values, actual, condition.name, condition.key)
        yield ElementReport(*shown)


def _pattern(
    name: str, patterns: Patterns | None, matches: bool, fails: Reason, actual: str
) -> ElementReport:
    if patterns is None:
        return ElementReport(name, Reason.ELEMENT_MISSING, (), actual)
    shown = f"Not{name}" if patterns.negated else name
    return ElementReport(shown, _MATCHES if matches else fails, patterns.texts, actual)
