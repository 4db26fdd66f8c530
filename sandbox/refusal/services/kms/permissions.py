"""What a KMS call needs to be allowed: a permission on a key, or on the account.

The permission on a key carries the key policy, the grants that may count, and the condition keys
(A65-A68).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...authorization import SOURCE_ARN, Grant, ResourceRules
from ...requests.calls import Call, Caller, ContextValue, Permission
from .condition_keys import (
    encryption_context_keys,
    encryption_context_of,
    key_context,
    request_context,
)
from .key import Key
from .key_grants import KeyGrant
from .policies import NO_STATEMENTS
from .principals import unique_id


def key_permission(
    call: Call,
    key: Key,
    *,
    action: str = "",
    named: str = "",
    encryption_context: Mapping[str, str] | None = None,
    condition_keys: Mapping[str, ContextValue] | None = None,
) -> Permission:
    """The permission to use or manage a key in a call.

    Args:
        named: what the request calls the key.
        action: the IAM action if it is not the call's own, such as ``kms:ReEncryptFrom``.
        encryption_context: of this part of the call, if not the request's own.
        condition_keys: those that neither the request nor the key fills, by name.
    """
    action = action or call.action
    if ("AWS::KMS::Key", key.arn) not in call.resources:
        call.resources.append(("AWS::KMS::Key", key.arn))
    pairs = encryption_context_of(call) if encryption_context is None else encryption_context
    return Permission(
        action=action,
        resource=key.arn,
        context={
            **request_context(call, named),
            **key_context(key),
            **encryption_context_keys(pairs),
            **(condition_keys or {}),
        },
        resource_policy=key.policy.current(),
        grants=[_as_grant(grant) for grant in usable_grants(call, key, action)],
        resource_account=key.account,
        rules=ResourceRules.KMS_KEY,
    )


def absent_permission(call: Call, arn: str, account: str) -> Permission:
    """The permission on a key of another account that is not there: refused in the same words
    as one that is (C13)."""
    return Permission(
        call.action,
        arn,
        request_context(call, arn),
        NO_STATEMENTS,
        resource_account=account,
        rules=ResourceRules.KMS_KEY,
    )


def account_permission(
    call: Call,
    resource: str = "*",
    action: str = "",
    context: Mapping[str, ContextValue] | None = None,
) -> Permission:
    """A permission that only identity-based policies can give (A6, A33)."""
    return Permission(action or call.action, resource, {**request_context(call), **(context or {})})


def grantee_names(caller: Caller) -> Sequence[str]:
    """The principals that a grant may name to mean this caller."""
    if caller.kind == "service":
        return (caller.arn,)
    account = f"arn:aws:iam::{caller.account}:root"
    return tuple(dict.fromkeys((caller.arn, caller.principal_arn, account)))


def usable_grants(call: Call, key: Key, action: str) -> list[KeyGrant]:
    """The grants that may count for this caller and action.

    A grant whose grantee was deleted does not mean whoever took the name. A grant for one
    resource allows CreateGrant only for that resource; of what else a new grant may give (A57),
    authorization judges. Grants count at once: the sandbox's simplification of A59.
    """
    operation = action.removeprefix("kms:")
    found = [
        grant
        for grant in key.grants.given_to(grantee_names(call.caller))
        if operation in grant.operations and grant.grantee_id == (unique_id(grant.grantee) or "")
    ]
    if operation == "CreateGrant":
        source = (call.params.get("Constraints") or {}).get(SOURCE_ARN)
        found = [grant for grant in found if grant.constraints.get(SOURCE_ARN) in (None, source)]
    return found


def authorization_grant(
    grantee: str,
    operations: Sequence[str],
    constraints: Mapping[str, Mapping[str, str] | str],
    grant_id: str,
) -> Grant:
    """A grant in the terms of ``refusal.authorization``."""
    return Grant(
        grantee_principal=grantee,
        operations=frozenset(operations),
        constraints=constraints,
        grant_id=grant_id,
    )


def _as_grant(grant: KeyGrant) -> Grant:
    return authorization_grant(grant.grantee, grant.operations, grant.constraints, grant.grant_id)
