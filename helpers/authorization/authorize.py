"""The decision (authorization.md 2; aws-behaviour.md D1-D6)."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from .decision import Decision, Effect, Weighed
from .errors import RequestError
from .grants import Grant
from .policy import Policy, PolicyType, Statement
from .principals import Level
from .report import applies
from .request import Request

Source = tuple[Policy | None, Statement | Grant]


class ResourceRules(enum.StrEnum):
    """How a resource-based policy and the caller's own policies combine."""

    #: The key policy must allow, or leave it to the account's identity-based policies; grants.
    KMS_KEY = "KMS key"
    #: As for a key, without grants: the trust policy must allow, or leave it to the account.
    ROLE_TRUST = "role trust policy"
    #: In one account either policy is enough; across accounts both must allow.
    RESOURCE_POLICY = "resource-based policy"
    #: There is no resource-based policy.
    NONE = "none"


class _Side(NamedTuple):
    """What one set of policies says: a statement that denies, and the allowing ones by level."""

    deny: Source | None
    allow: dict[Level, Source]

    @property
    def best(self) -> tuple[Level, Source | None]:
        """The closest level that is allowed."""
        level = max(self.allow, default=Level.NONE)
        return level, self.allow.get(level)


def authorize(
    request: Request,
    *,
    identity_policies: Sequence[Policy] = (),
    permissions_boundary: Policy | None = None,
    session_policies: Sequence[Policy] | None = None,
    resource_policy: Policy | None = None,
    grants: Sequence[Grant] = (),
    resource_rules: ResourceRules | None = None,
) -> Decision:
    """Decide whether a request is allowed.

    Args:
        identity_policies: the user's own and its groups', or the role's.
        session_policies: those passed when the session was made; None or empty for none.
        resource_policy: the resource's policy: a key policy, a role's trust policy, another.
        grants: the grants on the key.
        resource_rules: how the resource's side counts; by default what the action's service
            does: see ``default_rules``.

    Raises:
        RequestError: a policy is in the place of another type.
    """
    weighed = Weighed(
        request,
        tuple(identity_policies),
        permissions_boundary,
        tuple(session_policies or ()),
        resource_policy,
        tuple(grants),
    )
    _check_types(weighed)
    rules = resource_rules or default_rules(request, resource_policy, grants)
    return _Weighing(weighed, ResourceRules(rules)).decide()


def default_rules(
    request: Request, resource_policy: Policy | None, grants: Sequence[Grant]
) -> ResourceRules:
    """The rules of the action's service: a key's for a KMS request on a key; none for a KMS
    request on an alias or on nothing (authorization.md 2)."""
    service = request.action.partition(":")[0].lower()
    if service == "kms" and (resource_policy or grants or ":key/" in request.resource):
        return ResourceRules.KMS_KEY
    if resource_policy is not None and resource_policy.type is PolicyType.TRUST:
        return ResourceRules.ROLE_TRUST
    if resource_policy is not None or _is_abroad(request):
        return ResourceRules.RESOURCE_POLICY
    return ResourceRules.NONE


def _is_abroad(request: Request) -> bool:
    account = request.caller.account
    return None not in (account, request.resource_account) and account != request.resource_account


def _check_types(weighed: Weighed) -> None:
    for policy in weighed.own_policies:
        if policy.type.names_principals:
            raise RequestError(
                f"The policy {policy.label!r} is {policy.type}, and cannot be a caller's own."
            )
    policy_ = weighed.resource_policy
    if policy_ is not None and not policy_.type.names_principals:
        raise RequestError(
            f"The policy {policy_.label!r} is {policy_.type}, and cannot be a resource's."
        )


class _Weighing:
    """One decision on its way."""

    def __init__(self, weighed: Weighed, rules: ResourceRules) -> None:
        self.weighed = weighed
        self.request = weighed.request
        self.rules = rules
        resource_type = (
            PolicyType.TRUST if rules is ResourceRules.ROLE_TRUST else PolicyType.RESOURCE
        )
        self.resource_type = resource_type
        self.identity = self._side(weighed.identity_policies)
        self.resource = self._side((weighed.resource_policy,) if weighed.resource_policy else ())
        boundary = weighed.permissions_boundary
        self.boundary = None if boundary is None else self._side((boundary,))
        session = weighed.session_policies
        self.session = self._side(session) if session else None

    def _side(self, policies: Iterable[Policy]) -> _Side:
        deny: Source | None = None
        allow: dict[Level, Source] = {}
        request, bounded = self.request, self.weighed.permissions_boundary is not None
        for policy in policies:
            for statement in policy.statements:
                level = applies(statement, request, bounded)
                if level is Level.NONE:
                    continue
                if statement.effect == "Deny":
                    deny = deny or (policy, statement)
                elif level not in allow:
                    allow[level] = (policy, statement)
        return _Side(deny, allow)

    def _count_grants(self) -> None:
        """A grant counts as an Allow in the key policy that names the grantee. Whether a
        boundary or session policy limits it is not documented; following the key policy's
        rule by the type of grantee is the sandbox's assumption (authorization.md 2)."""
        for grant in self.weighed.grants:
            if grant.judge(self.request).holds:
                self.resource.allow.setdefault(grant.level(self.request), (None, grant))

    def decide(self) -> Decision:
        """A Deny anywhere; otherwise what the rules say."""
        sides = (
            (PolicyType.IDENTITY, self.identity),
            (self.resource_type, self.resource),
            (PolicyType.BOUNDARY, self.boundary),
            (PolicyType.SESSION, self.session),
        )
        for kind, side in sides:
            if side is not None and side.deny is not None:
                return self._decision(Effect.EXPLICIT_DENY, kind, side.deny)
        if self.rules is ResourceRules.KMS_KEY:
            self._count_grants()
        if _is_abroad(self.request) and self.rules is not ResourceRules.NONE:
            return self._abroad()
        level, source = self.resource.best
        if level is Level.DIRECT and source:
            return self._allow(source)
        if self.rules in (ResourceRules.KMS_KEY, ResourceRules.ROLE_TRUST):
            return self._delegated(level, source)
        return self._either(level, source)

    def _abroad(self) -> Decision:
        """The resource's account and the caller's must both allow (D5)."""
        source = self.resource.best[1]
        if source is None:
            return self._implicit(self.resource_type)
        if not self.identity.allow and not self.request.caller.is_root:
            return self._implicit(PolicyType.IDENTITY)
        return self._limited(Level.ACCOUNT, source)

    def _delegated(self, level: Level, source: Source | None) -> Decision:
        """Identity-based policies count only where the resource leaves it to the account (D2)."""
        if source is None:
            return self._implicit(self.resource_type)
        if level > Level.ACCOUNT or self.request.caller.is_root:
            return self._limited(level, source)
        if not self.identity.allow:
            return self._implicit(PolicyType.IDENTITY)
        return self._limited(level, self.identity.best[1])

    def _either(self, level: Level, source: Source | None) -> Decision:
        """One Allow on either side is enough; the root user needs none."""
        if level > Level.ACCOUNT:
            return self._limited(level, source)
        if self.identity.allow:
            return self._limited(Level.ACCOUNT, self.identity.best[1])
        if self.request.caller.is_root:
            return self._limited(Level.ACCOUNT, None)
        service = self.request.caller.kind == "service"
        return self._implicit(PolicyType.RESOURCE if service else PolicyType.IDENTITY)

    def _limited(self, level: Level, source: Source | None) -> Decision:
        """Allowed, unless the boundary or the session policy has no Allow (D6)."""
        if level <= Level.ROLE and self.boundary is not None and not self.boundary.allow:
            return self._implicit(PolicyType.BOUNDARY, self.weighed.permissions_boundary)
        if self.session is not None and not self.session.allow:
            return self._implicit(PolicyType.SESSION)
        return self._allow(source)

    def _allow(self, source: Source | None) -> Decision:
        if source is None:
            return Decision(self.weighed, Effect.ALLOW, None, "root user")
        policy, found = source
        if isinstance(found, Grant):
            return Decision(self.weighed, Effect.ALLOW, None, "grant", grant=found)
        own = policy is not None and not policy.type.names_principals
        kind = PolicyType.IDENTITY if own else self.resource_type
        return Decision(self.weighed, Effect.ALLOW, None, kind, policy, found)

    def _implicit(self, kind: PolicyType, policy: Policy | None = None) -> Decision:
        return self._decision(Effect.IMPLICIT_DENY, kind, (policy, None))

    def _decision(
        self, effect: Effect, kind: PolicyType, source: tuple[Policy | None, object]
    ) -> Decision:
        policy, statement = source
        found = statement if isinstance(statement, Statement) else None
        return Decision(self.weighed, effect, kind, None, policy, found)
