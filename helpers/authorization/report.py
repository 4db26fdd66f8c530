"""Whether a statement applies, and the same in detail for whoever wants to see."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .grants import Grant
from .patterns import Patterns
from .policy import Policy, PolicyType, Statement
from .principals import Level
from .reasons import Reason
from .request import Request

_HOLDS = Reason.MATCHES


def applies(statement: Statement, request: Request, bounded: bool) -> Level:
    """How closely a statement applies to a request; ``Level.NONE`` if it does not.

    A statement of a policy without principals is about the caller: ``Level.DIRECT``.
    """
    actions, resources = statement.actions, statement.resources
    if actions is None or not actions.matches(request.action.lower(), request.keys):
        return Level.NONE
    if resources is None or not resources.matches(request.resource, request.keys):
        return Level.NONE
    level = Level.DIRECT
    if statement.principals is not None:
        level = principal_level(statement, request, bounded)
        if level is Level.NONE:
            return level
    for condition in statement.conditions:
        if condition.judge(request.keys) is not _HOLDS:
            return Level.NONE
    return level


def principal_level(statement: Statement, request: Request, bounded: bool) -> Level:
    """How closely a statement names the caller. A NotPrincipal denies every principal that has a
    permissions boundary, also a listed one (authorization.md 2)."""
    assert statement.principals is not None
    if not statement.not_principal:
        return statement.principals.level(request)
    excepted = not bounded and statement.principals.exempts(request)
    return Level.NONE if excepted else Level.DIRECT


@dataclass(frozen=True, slots=True)
class ElementReport:
    """One element of a statement, held against the request.

    ``element`` is the element's name; for a condition also ``operator`` and ``key``. ``actual``
    is None for a condition key that the request does not have.
    """

    element: str
    reason: Reason
    expected: tuple[str, ...]
    actual: str | Sequence[str] | None
    operator: str = ""
    key: str = ""

    @property
    def matched(self) -> bool:
        """Whether this element lets the statement apply."""
        return self.reason is _HOLDS


@dataclass(frozen=True, slots=True)
class StatementReport:
    """One statement that was considered."""

    type: PolicyType
    policy: Policy
    statement: Statement
    level: Level
    elements: tuple[ElementReport, ...]

    @property
    def reason(self) -> Reason:
        """Why the statement applies, or the first reason why it does not."""
        return next((e.reason for e in self.elements if not e.matched), _HOLDS)

    @property
    def matched(self) -> bool:
        """Whether the statement applies to the request."""
        return self.reason is _HOLDS

    @property
    def effect(self) -> str:
        """Allow or Deny."""
        return self.statement.effect


@dataclass(frozen=True, slots=True)
class GrantReport:
    """One grant that was considered."""

    grant: Grant
    reason: Reason

    @property
    def matched(self) -> bool:
        """Whether the grant counts for the request."""
        return self.reason is _HOLDS


def explain_grant(grant: Grant, request: Request) -> GrantReport:
    """A grant, held against a request."""
    return GrantReport(grant, grant.judge(request))


def explain(
    statement: Statement, policy: Policy, kind: PolicyType, request: Request, bounded: bool
) -> StatementReport:
    """A statement, held against a request element by element."""
    elements = tuple(_elements(statement, request, bounded))
    return StatementReport(kind, policy, statement, applies(statement, request, bounded), elements)


def _elements(statement: Statement, request: Request, bounded: bool) -> Iterator[ElementReport]:
    if statement.principals is not None:
        yield _principal(statement, request, bounded)
    action = request.action
    yield _pattern("Action", statement.actions, action, action.lower(), request)
    # A role trust policy has no Resource: nothing to show.
    if statement.resources is None or statement.resources.texts:
        resource = request.resource
        yield _pattern("Resource", statement.resources, resource, resource, request)
    for condition in statement.conditions:
        yield ElementReport(
            "Condition",
            condition.judge(request.keys),
            condition.values,
            request.keys.get(condition.lowered),
            condition.name,
            condition.key,
        )


def _principal(statement: Statement, request: Request, bounded: bool) -> ElementReport:
    level = principal_level(statement, request, bounded)
    fails = Reason.PRINCIPAL_EXCEPTED if statement.not_principal else Reason.PRINCIPAL_DIFFERS
    assert statement.principals is not None
    return ElementReport(
        "NotPrincipal" if statement.not_principal else "Principal",
        fails if level is Level.NONE else _HOLDS,
        tuple(sorted(statement.principals.names)),
        request.principal,
    )


def _pattern(
    name: str, patterns: Patterns | None, actual: str, compared: str, request: Request
) -> ElementReport:
    if patterns is None:
        return ElementReport(name, Reason.ELEMENT_MISSING, (), actual)
    fails = Reason.ACTION_DIFFERS if name == "Action" else Reason.RESOURCE_DIFFERS
    reason = _HOLDS if patterns.matches(compared, request.keys) else fails
    shown = f"Not{name}" if patterns.negated else name
    return ElementReport(shown, reason, patterns.texts, actual)
