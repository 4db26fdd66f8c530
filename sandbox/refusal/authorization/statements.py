"""One statement of a policy, and the rule at the heart of a decision: does it apply?

A statement applies to a request if all its elements match: Action, Resource, Principal and every
condition.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .conditions import Condition
from .patterns import Patterns
from .principals import Level, Principals
from .reasons import Reason
from .request import Request


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy, ready to be matched.

    Attributes:
        index: its position in the policy, counted from 1.
        sid: its Sid; empty if it has none.
        effect: ``Allow`` or ``Deny``.
        principals: its Principal or NotPrincipal element; None if it has neither.
        not_principal: whether that is a NotPrincipal element.
        actions: its Action or NotAction element; None if it has neither.
        resources: its Resource or NotResource element; None if it has neither.
        conditions: its conditions; all must hold.
        source: the statement as it is written in the document.
    """

    index: int
    sid: str
    effect: str
    principals: Principals | None
    not_principal: bool
    actions: Patterns | None
    resources: Patterns | None
    conditions: tuple[Condition, ...]
    source: Mapping[str, Any]

    @property
    def label(self) -> str:
        """The Sid, or the position in the policy, counted from 1."""
        return self.sid or str(self.index)


def applies(statement: Statement, request: Request, bounded: bool) -> Level:
    """Whether a statement applies to a request, and how closely it names the caller.

    Args:
        bounded: whether the caller has a permissions boundary.

    Returns:
        ``Level.NONE`` if the statement does not apply. A statement without a Principal is about
        the caller: ``Level.DIRECT``.
    """
    actions, resources = statement.actions, statement.resources
    if actions is None or not actions.matches(request.action.lower(), request.keys):
        return Level.NONE
    if resources is None or not resources.matches(request.resource, request.keys):
        return Level.NONE
    level = principal_level(statement, request, bounded)
    for condition in statement.conditions if level else ():
        if condition.judge(request.keys) is not Reason.MATCHES:
            return Level.NONE
    return level


def principal_level(statement: Statement, request: Request, bounded: bool) -> Level:
    """How closely a statement names the caller.

    A NotPrincipal denies every principal that has a permissions boundary, also a listed one
    (R2.2).

    Args:
        bounded: whether the caller has a permissions boundary.
    """
    named = statement.principals
    if named is None:
        return Level.DIRECT
    if not statement.not_principal:
        return named.level(request)
    return Level.NONE if not bounded and named.exempts(request) else Level.DIRECT
