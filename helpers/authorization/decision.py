"""A decision with its reasons, and AWS's sentence for it."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from dataclasses import dataclass

from .errors import RequestError
from .grants import Grant
from .policy import Policy, PolicyType, Statement
from .report import GrantReport, StatementReport, explain, explain_grant
from .request import Request


class Effect(enum.StrEnum):
    """What a decision comes to."""

    ALLOW = "allow"
    IMPLICIT_DENY = "implicit_deny"
    EXPLICIT_DENY = "explicit_deny"


@dataclass(frozen=True, slots=True)
class Weighed:
    """Everything that a decision looked at."""

    request: Request
    identity_policies: tuple[Policy, ...]
    permissions_boundary: Policy | None
    session_policies: tuple[Policy, ...]
    resource_policy: Policy | None
    grants: tuple[Grant, ...]

    @property
    def own_policies(self) -> tuple[Policy, ...]:
        """The policies on the caller's side."""
        boundary = self.permissions_boundary
        own = self.identity_policies + self.session_policies
        return own if boundary is None else (*own, boundary)

    def by_type(self) -> Iterator[tuple[PolicyType, Policy]]:
        """Each policy, and as what it was weighed."""
        for policy in self.identity_policies:
            yield PolicyType.IDENTITY, policy
        if self.resource_policy is not None:
            yield self.resource_policy.type, self.resource_policy
        if self.permissions_boundary is not None:
            yield PolicyType.BOUNDARY, self.permissions_boundary
        for policy in self.session_policies:
            yield PolicyType.SESSION, policy


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, and why.

    ``statement`` is the one that decided: the Deny, or the Allow that was enough (for a key that
    leaves it to the account, the identity-based one; across accounts, the resource's). Nothing
    decided an implicit deny: ``by`` names the type of policy that has no Allow.
    """

    weighed: Weighed
    effect: Effect
    #: The type of policy that denies; None when allowed.
    by: PolicyType | None
    #: What allows: a type of policy, "grant" or "root user"; None when denied.
    allowed_by: str | None
    deciding_policy: Policy | None = None
    statement: Statement | None = None
    grant: Grant | None = None

    @property
    def allowed(self) -> bool:
        """Whether the request may go on."""
        return self.effect is Effect.ALLOW

    @property
    def request(self) -> Request:
        """What was asked."""
        return self.weighed.request

    @property
    def policy(self) -> str | None:
        """ARN or name of the policy that decided."""
        return None if self.deciding_policy is None else self.deciding_policy.label

    @property
    def statements(self) -> tuple[StatementReport, ...]:
        """Every statement that was considered, with the reason why it counts or does not; made
        when asked for."""
        weighed = self.weighed
        bounded = weighed.permissions_boundary is not None
        return tuple(
            explain(statement, policy, kind, weighed.request, bounded)
            for kind, policy in weighed.by_type()
            for statement in policy.statements
        )

    @property
    def grants(self) -> tuple[GrantReport, ...]:
        """Every grant that was considered; made when asked for."""
        return tuple(explain_grant(grant, self.request) for grant in self.weighed.grants)

    def message(self, *, policy_arn: bool = False) -> str:
        """AWS's sentence for a denial (authorization.md 3).

        Args:
            policy_arn: append the ARN of the policy, as AWS does since 2026 in some places.

        Raises:
            RequestError: the decision allows.
        """
        if self.by is None:
            raise RequestError("The request is allowed: there is no denial to put into words.")
        request = self.request
        start = f"User: {request.principal} is not authorized to perform: {request.action}"
        if self._hides_the_key:
            return f"{start} {_UNSEEN_KEY}"
        if self.effect is Effect.EXPLICIT_DENY:
            reason = f"with an explicit deny in {_DENIES[self.by]}"
        else:
            reason = f"because no {_LACKS[self.by]} allows the {request.action} action"
        policy = self.deciding_policy
        shown = policy_arn and policy is not None and not policy.type.names_principals
        arn = f": {policy.arn}" if shown and policy is not None and policy.arn else ""
        return f"{start} on resource: {request.resource} {reason}{arn}"

    @property
    def _hides_the_key(self) -> bool:
        """To another account a key that denies looks like one that does not exist."""
        request = self.request
        return (
            self.by is PolicyType.RESOURCE
            and request.action.startswith("kms:")
            and request.resource_account not in (None, request.caller.account)
            and request.caller.account is not None
        )


_DENIES = {
    PolicyType.IDENTITY: "an identity-based policy",
    PolicyType.RESOURCE: "a resource-based policy",
    PolicyType.TRUST: "the role trust policy",
    PolicyType.BOUNDARY: "a permissions boundary",
    PolicyType.SESSION: "a session policy",
}
_LACKS = {
    PolicyType.IDENTITY: "identity-based policy",
    PolicyType.RESOURCE: "resource-based policy",
    PolicyType.TRUST: "role trust policy",
    PolicyType.BOUNDARY: "permissions boundary",
    PolicyType.SESSION: "session policy",
}
_UNSEEN_KEY = (
    "on this resource because the resource does not exist in this Region, no resource-based "
    "policies allow access, or a resource-based policy explicitly denies access"
)


def denial_message(decision: Decision) -> str:
    """AWS's sentence for a denial; see ``Decision.message``."""
    return decision.message()
