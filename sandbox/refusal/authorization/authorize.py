"""The decision (R2.1-R2.8; D1-D6)."""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence

from .decision import Decision, DecisionInputs, Effect
from .errors import RequestError, quote
from .grants import Grant
from .policy import Policy, PolicyType
from .principals import Level
from .reasons import Reason
from .request import Request
from .statements import Statement, applies

Source = tuple[Policy | None, Statement | Grant]
_IDENTITY, _BOUNDARY, _SESSION = PolicyType.IDENTITY, PolicyType.BOUNDARY, PolicyType.SESSION


class ResourceRules(enum.StrEnum):
    """How a resource-based policy and the caller's own policies combine."""

    #: The key policy must allow, or leave it to the account's identity-based policies; grants.
    KMS_KEY = "KMS key"
    #: As for a key, without grants: the trust policy must allow, or leave it to the account.
    ROLE_TRUST = "role trust policy"
    #: In one account either policy is enough; across accounts both must allow.
    RESOURCE_POLICY = "resource-based policy"
    #: No resource-based policy counts, in whatever account the resource is.
    NONE = "none"


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
    """Decide whether a request is allowed (R2.1-R2.8; D1-D6).

    Args:
        request: who asks for what, on what, with which condition keys.
        identity_policies: the policies of the user and of the user's groups, or of the role.
        permissions_boundary: the user's or role's permissions boundary; None if it has none.
        session_policies: the policies that were passed when the session was created; None or empty
            if there were none.
        resource_policy: the policy of the resource: a key policy, a role's trust policy, or that
            of another resource; None if the resource has none.
        grants: the grants on the KMS key that the request is about.
        resource_rules: how the policy of the resource and the policies of the caller combine; if
            left out, ``default_rules`` chooses.

    Returns:
        The decision, with every statement and grant that was weighed.

    Raises:
        RequestError: a policy is passed as one type and was read as another.
    """
    rules = ResourceRules(resource_rules or default_rules(request, resource_policy, grants))
    kind = PolicyType.TRUST if rules is ResourceRules.ROLE_TRUST else PolicyType.RESOURCE
    policies = [
        *[(_IDENTITY, policy) for policy in identity_policies],
        *([] if resource_policy is None else [(kind, resource_policy)]),
        *([] if permissions_boundary is None else [(_BOUNDARY, permissions_boundary)]),
        *[(_SESSION, policy) for policy in session_policies or ()],
    ]
    bounded = permissions_boundary is not None
    inputs = DecisionInputs(request, tuple(policies), tuple(grants), bounded)
    allows: dict[PolicyType, dict[Level, Source]] = {_IDENTITY: {}, kind: {}}
    for weighed_as, policy in policies:
        _require_type(policy, weighed_as)
    for weighed_as, policy in policies:
        allowed = allows.setdefault(weighed_as, {})
        for statement in policy.statements:
            level = applies(statement, request, bounded)
            if level and statement.effect == "Deny":
                return Decision(inputs, Effect.EXPLICIT_DENY, weighed_as, policy, statement)
            if level:
                allowed.setdefault(level, (policy, statement))
    # A grant counts as an Allow in the key policy that names the grantee. Whether a boundary or
    # a session policy limits it is not documented: the key policy's rule by the type of grantee
    # is the sandbox's assumption (R2.14).
    for grant in grants if rules is ResourceRules.KMS_KEY else ():
        if grant.judge(request) is Reason.MATCHES:
            allows[kind].setdefault(grant.level(request), (None, grant))
    lacking, source = _combine(rules, kind, request, allows)
    if lacking is not None:
        boundary = permissions_boundary if lacking is _BOUNDARY else None
        return Decision(inputs, Effect.IMPLICIT_DENY, lacking, boundary)
    owner, found = source or (None, None)
    if isinstance(found, Grant):
        return Decision(inputs, Effect.ALLOW, grant=found)
    return Decision(inputs, Effect.ALLOW, None, owner, found)


def _combine(
    rules: ResourceRules,
    kind: PolicyType,
    request: Request,
    allows: Mapping[PolicyType, Mapping[Level, Source]],
) -> tuple[PolicyType | None, Source | None]:
    """The type of policy that lacks an Allow, or None and what allows; nothing denies."""
    level = max(allows[kind], default=Level.NONE)
    source = allows[kind].get(level)
    own = next(iter(allows[_IDENTITY].values()), None)
    root = request.caller.kind == "root"
    if request.is_cross_account and rules is not ResourceRules.NONE:
        # Across accounts both sides must allow (D5), and every limit holds.
        if source is None or (own is None and not root):
            return (kind if source is None else _IDENTITY), None
        level = Level.ACCOUNT
    elif level is Level.DIRECT:
        return None, source
    elif rules in (ResourceRules.KMS_KEY, ResourceRules.ROLE_TRUST):
        # Identity-based policies count only where the resource leaves it to the account (D2);
        # the root user is that account.
        if source is None:
            return kind, None
        if level is Level.ACCOUNT and not root:
            source = own
    elif level <= Level.ACCOUNT:
        # One Allow on either side is enough; the root user needs none, a service has none.
        source = own
        if request.caller.kind == "service":
            return kind, None
    if source is None and not root:
        return _IDENTITY, None
    # An implicit deny of a boundary or a session policy limits less the closer the resource's
    # side names the caller (D6).
    for limit, closest in ((_BOUNDARY, Level.ROLE), (_SESSION, Level.PARENT)):
        if level <= closest and not allows.get(limit, True):
            return limit, None
    return None, source


def default_rules(
    request: Request, resource_policy: Policy | None, grants: Sequence[Grant] = ()
) -> ResourceRules:
    """The rules of the action's service: a key's for a KMS request on a key, a trust policy's for
    AWS STS, for all else those of a resource that may have a policy of its own (R2.9)."""
    service = request.action.partition(":")[0].lower()
    if service == "kms" and (resource_policy or grants or ":key/" in request.resource):
        return ResourceRules.KMS_KEY
    if service == "sts" and resource_policy:
        return ResourceRules.ROLE_TRUST
    return ResourceRules.RESOURCE_POLICY


def _require_type(policy: Policy, weighed_as: PolicyType) -> None:
    if policy.type is weighed_as or not (
        weighed_as.names_principals or policy.type.names_principals
    ):
        return
    raise RequestError(
        f"The policy {quote(policy.label)} is of the type {policy.type}, and cannot be used as "
        f"{weighed_as.phrase}: parse it with that kind."
    )
