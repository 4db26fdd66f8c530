"""The way of a decision about a KMS key: the questions that the request met, in order.

The questions are those of ``authorize`` for a key in the caller's own account (R2).
"""

from __future__ import annotations

import enum
from collections.abc import Iterator

from .decision import Decision, Effect
from .policy import PolicyType
from .principals import Level


class Question(enum.StrEnum):
    """What is asked about a request, one after the other."""

    #: Does a Deny apply, in any of the policies?
    DENY = "deny"
    #: Does a statement of the key policy, or a grant, name the caller?
    NAMED = "named"
    #: Does the key policy enable IAM policies: an Allow for the account?
    ENABLED = "enabled"
    #: Does an identity-based policy allow it?
    IDENTITY = "identity"
    #: Do permissions boundary and session policy allow it, where there are any?
    LIMITS = "limits"


class Answer(enum.StrEnum):
    """How a question was answered."""

    YES = "yes"
    NO = "no"
    #: The key names the caller's role, or a federated session's user: only the limits are left.
    ROLE = "role"
    #: The account's root user needs no identity-based policy.
    NOT_NEEDED = "skipped"


def is_about_key(decision: Decision) -> bool:
    """Whether a KMS key of the caller's own account was asked for."""
    request = decision.request
    on_key = request.action.startswith("kms:") and ":key/" in request.resource
    return on_key and not request.is_cross_account


def way(decision: Decision) -> Iterator[tuple[Question, Answer]]:
    """The questions and answers of a decision for which ``is_about_key``; the last one decided."""
    denied = decision.effect is Effect.EXPLICIT_DENY
    yield Question.DENY, Answer.YES if denied else Answer.NO
    if denied:
        return
    level = _level(decision)
    if level is Level.DIRECT:
        yield Question.NAMED, Answer.YES
        return
    yield Question.NAMED, Answer.ROLE if level > Level.ACCOUNT else Answer.NO
    if level <= Level.ACCOUNT:
        yield Question.ENABLED, Answer.YES if level else Answer.NO
        if not level:
            return
        lacks = decision.by is PolicyType.IDENTITY
        root = decision.request.caller.kind == "root"
        allows = Answer.NOT_NEEDED if root else Answer.YES
        yield Question.IDENTITY, Answer.NO if lacks else allows
        if lacks:
            return
    yield Question.LIMITS, Answer.YES if decision.allowed else Answer.NO


def _level(decision: Decision) -> Level:
    """How closely an Allow of the key policy, or a grant, names the caller."""
    named = [
        report.level
        for report in decision.statements
        if report.type is PolicyType.RESOURCE and report.effect == "Allow" and report.matched
    ]
    named += [one.grant.level(decision.request) for one in decision.grants if one.matched]
    return max(named, default=Level.NONE)
