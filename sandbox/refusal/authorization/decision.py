"""A decision with its reasons, and AWS's sentence for it."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import NamedTuple

from .errors import RequestError
from .grants import Grant
from .policy import Policy, PolicyType
from .report import GrantReport, StatementReport, explain
from .request import Request
from .statements import Statement


class Effect(enum.StrEnum):
    """The outcome of a decision."""

    ALLOW = "allow"
    IMPLICIT_DENY = "implicit_deny"
    EXPLICIT_DENY = "explicit_deny"


class DecisionInputs(NamedTuple):
    """Everything that a decision looked at; a policy with the type that it was weighed as."""

    request: Request
    policies: tuple[tuple[PolicyType, Policy], ...]
    grants: tuple[Grant, ...]
    bounded: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether a request is allowed, and why.

    Attributes:
        inputs: everything that was weighed.
        effect: the outcome.
        by: the type of policy that denies; for an implicit deny, the type that has no Allow. None
            if the request is allowed.
        deciding_policy: the policy of ``statement``; None for an implicit deny, a grant or the
            root user.
        statement: the statement that decided: the Deny, or the Allow that was sufficient. Where
            a key policy leaves the decision to the account, that is the identity-based one;
            across accounts, it is the one of the resource. None for an implicit deny.
        grant: the grant that allows the request, if one does.
    """

    inputs: DecisionInputs
    effect: Effect
    #: The type of policy that denies; None when allowed.
    by: PolicyType | None = None
    deciding_policy: Policy | None = None
    statement: Statement | None = None
    grant: Grant | None = None

    @property
    def allowed(self) -> bool:
        """Whether the request is allowed."""
        return self.effect is Effect.ALLOW

    @property
    def allowed_by(self) -> str | None:
        """What allows the request: a type of policy, "grant" or "root user"; None if denied."""
        if not self.allowed or self.grant is not None:
            return "grant" if self.allowed else None
        if self.deciding_policy is None:
            return "root user"
        kind = self.deciding_policy.type
        return str(kind if kind.names_principals else PolicyType.IDENTITY)

    @property
    def request(self) -> Request:
        """The request that was decided."""
        return self.inputs.request

    @property
    def policy(self) -> str | None:
        """The ARN or the name of the policy that decided; None if no statement did."""
        return None if self.deciding_policy is None else self.deciding_policy.label

    @property
    def statements(self) -> tuple[StatementReport, ...]:
        """Every statement, with the reason why it counts or does not; made when asked for."""
        request, policies, _, bounded = self.inputs
        return tuple(
            explain(statement, policy, policy_type, request, bounded)
            for policy_type, policy in policies
            for statement in policy.statements
        )

    @property
    def grants(self) -> tuple[GrantReport, ...]:
        """Every grant, with the reason why it counts or does not; made when asked for."""
        return tuple(GrantReport(g, g.judge(self.request)) for g in self.inputs.grants)

    def message(self, *, policy_arn: bool = False) -> str:
        """AWS's sentence for a denial (R3.1-R3.6).

        Args:
            policy_arn: append the ARN of the policy, as AWS does since 2026 for some services.

        Raises:
            RequestError: the decision allows.
        """
        if self.by is None:
            raise RequestError("The request is allowed: there is no denial to put into words.")
        request = self.request
        start = f"User: {request.principal} is not authorized to perform: {request.action}"
        on_key = request.action.startswith("kms:") and self.by is PolicyType.RESOURCE
        if on_key and request.is_cross_account:
            return f"{start} {_UNSEEN_KEY}"
        reason = f"because no {self.by.phrase.split(' ', 1)[1]} allows the {request.action} action"
        if self.effect is Effect.EXPLICIT_DENY:
            reason = f"with an explicit deny in {self.by.phrase}"
        policy = self.deciding_policy
        if policy_arn and policy and policy.arn and not self.by.names_principals:
            reason += f": {policy.arn}"
        return f"{start} on resource: {request.resource} {reason}"


#: To another account a key that denies looks like one that does not exist.
_UNSEEN_KEY = (
    "on this resource because the resource does not exist in this Region, no resource-based "
    "policies allow access, or a resource-based policy explicitly denies access"
)


def denial_message(decision: Decision) -> str:
    """AWS's sentence for a denial; see ``Decision.message``."""
    return decision.message()
