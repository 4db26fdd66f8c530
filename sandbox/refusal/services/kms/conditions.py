"""What a KMS call needs to be allowed: the permission with its condition keys.

A65-A68; KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...authorization import Grant
from ...requests.calls import Call, Caller, ContextValue, Permission
from .grants_book import KeyGrant
from .keys import Key
from .policies import parse
from .principals import unique_id
from .store import alias_in

#: Condition key -> the request member that fills it.
_FROM_PARAMS = {
    "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
    "kms:DataKeyPairSpec": "KeyPairSpec",
    "kms:EncryptionAlgorithm": "EncryptionAlgorithm",
    "kms:GrantOperations": "Operations",
    "kms:GranteePrincipal": "GranteePrincipal",
    "kms:MacAlgorithm": "MacAlgorithm",
    "kms:MessageType": "MessageType",
    "kms:RetiringPrincipal": "RetiringPrincipal",
    "kms:RotationPeriodInDays": "RotationPeriodInDays",
    "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
    "kms:SigningAlgorithm": "SigningAlgorithm",
}
_SYMMETRIC = {"EncryptionAlgorithm": "SYMMETRIC_DEFAULT"}
#: What these are when the request leaves them out (botocore's model of each operation; KMS
#: Developer Guide, "kms:EncryptionAlgorithm": data keys are made with it always). Of the lockout
#: check there is nothing then (the same, "kms:BypassPolicyLockoutSafetyCheck": Null matches).
_DEFAULTS: dict[str, dict[str, Any]] = {
    "Encrypt": _SYMMETRIC,
    "Decrypt": _SYMMETRIC,
    "GenerateDataKey": _SYMMETRIC,
    "GenerateDataKeyWithoutPlaintext": _SYMMETRIC,
    "GenerateDataKeyPair": _SYMMETRIC,
    "GenerateDataKeyPairWithoutPlaintext": _SYMMETRIC,
    "EnableKeyRotation": {"RotationPeriodInDays": 365},
    "ScheduleKeyDeletion": {"PendingWindowInDays": 30},
    "Sign": {"MessageType": "RAW"},
    "Verify": {"MessageType": "RAW"},
}
_GRANT_OPERATIONS = ("CreateGrant", "ListGrants", "RevokeGrant")
#: How ``refusal.authorization`` combines a key policy with IAM policies and grants: None is its
#: own default. Every decision on a key names this.
RULES: Any = None
#: A policy that says nothing: what a key that does not exist has for a caller from elsewhere.
SILENT = '{"Version":"2012-10-17","Statement":[]}'


def key_permission(
    call: Call,
    key: Key,
    *,
    action: str = "",
    named: str = "",
    encryption_context: Mapping[str, str] | None = None,
    **extra: ContextValue,
) -> Permission:
    """The permission to use or manage a key in a call.

    Args:
        named: what the request calls the key.
        action: the IAM action if it is not the call's own, such as ``kms:ReEncryptFrom``.
        encryption_context: of this part of the call, if not the request's own.
        extra: condition keys, with ``__`` for the colon.
    """
    action = action or call.action
    if ("AWS::KMS::Key", key.arn) not in call.resources:
        call.resources.append(("AWS::KMS::Key", key.arn))
    pairs = _encryption_context(call) if encryption_context is None else encryption_context
    return Permission(
        action=action,
        resource=key.arn,
        context={
            **request_context(call, named),
            **key_context(key),
            **_pairs_context(pairs),
            **{name.replace("__", ":"): value for name, value in extra.items()},
        },
        resource_policy=key.policy.current(),
        grants=[_as_grant(grant) for grant in usable_grants(call, key, action)],
        resource_account=key.account,
        rules=RULES,
    )


def absent_permission(call: Call, arn: str, account: str) -> Permission:
    """The permission on a key of another account that is not there: refused in the same words
    as one that is (C13)."""
    return Permission(
        call.action,
        arn,
        request_context(call, arn),
        parse(SILENT),
        resource_account=account,
        rules=RULES,
    )


def account_permission(
    call: Call,
    resource: str = "*",
    action: str = "",
    context: Mapping[str, ContextValue] | None = None,
) -> Permission:
    """A permission that only identity-based policies can give (A6, A33)."""
    return Permission(action or call.action, resource, {**request_context(call), **(context or {})})


def request_context(call: Call, named: str = "") -> dict[str, ContextValue]:
    """The condition keys that a request itself fills.

    Args:
        named: what the request calls the key that the permission is on; of two keys that it
            names, each has its own alias.
    """
    params: dict[str, Any] = {**_DEFAULTS.get(call.operation, {}), **call.params}
    context: dict[str, ContextValue] = {"kms:CallerAccount": call.caller.account}
    if call.via:
        # Also of what a service does in its own name: the sandbox's assumption (A65).
        service = call.via.removesuffix(".amazonaws.com")
        context["kms:ViaService"] = f"{service}.{call.region}.amazonaws.com"
    for name, member in _FROM_PARAMS.items():
        if (value := params.get(member)) is not None:
            context[name] = _text(value)
    if call.operation in _GRANT_OPERATIONS:
        context["kms:GrantIsForAWSResource"] = "true" if call.via else "false"
    if call.operation == "CreateGrant" and params.get("Constraints"):
        context["kms:GrantConstraintType"] = next(iter(params["Constraints"]))
    if alias := alias_in(named):
        context["kms:RequestAlias"] = alias
    tags = params.get("Tags") or ()
    for tag in tags:
        context[f"aws:RequestTag/{tag['TagKey']}"] = tag["TagValue"]
    if tag_keys := [tag["TagKey"] for tag in tags] or params.get("TagKeys"):
        context["aws:TagKeys"] = tag_keys
    return context


def key_context(key: Key) -> dict[str, ContextValue]:
    """The condition keys that a key fills."""
    context: dict[str, ContextValue] = spec_context(key.spec, key.usage, key.multi_region)
    context["aws:ResourceAccount"] = key.account
    if key.aliases:
        context["kms:ResourceAliases"] = sorted(key.aliases)
    for name, value in key.tags.items():
        context[f"aws:ResourceTag/{name}"] = value
    return context


def spec_context(spec: str, usage: str, multi_region: bool) -> dict[str, ContextValue]:
    """The condition keys of what a key is, which CreateKey has too."""
    kind: dict[str, ContextValue] = {"kms:MultiRegionKeyType": "PRIMARY"} if multi_region else {}
    return {
        **kind,
        "kms:KeySpec": spec,
        "kms:CustomerMasterKeySpec": spec,
        "kms:KeyUsage": usage,
        "kms:CustomerMasterKeyUsage": usage,
        "kms:KeyOrigin": "AWS_KMS",
        "kms:MultiRegion": _text(multi_region),
    }


def _encryption_context(call: Call) -> Mapping[str, str]:
    """The request's encryption context; for CreateGrant, the pairs of the constraint (the
    sandbox's assumption)."""
    if call.operation == "CreateGrant":
        pairs: dict[str, str] = {}
        for kind, constraint in (call.params.get("Constraints") or {}).items():
            if kind != "SourceArn":
                pairs.update(constraint)
        return pairs
    return call.params.get("EncryptionContext") or {}


def _pairs_context(pairs: Mapping[str, str]) -> dict[str, ContextValue]:
    if not pairs:
        return {}
    context: dict[str, ContextValue] = {f"kms:EncryptionContext:{k}": v for k, v in pairs.items()}
    context["kms:EncryptionContextKeys"] = list(pairs)
    return context


def _text(value: Any) -> ContextValue:
    if isinstance(value, list):
        return [str(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)


def grantee_names(caller: Caller) -> Sequence[str]:
    """The principals that a grant may name to mean this caller."""
    if caller.kind == "service":
        return (caller.arn,)
    account = f"arn:aws:iam::{caller.account}:root"
    return tuple(dict.fromkeys((caller.arn, caller.principal_arn, account)))


def usable_grants(call: Call, key: Key, action: str) -> list[KeyGrant]:
    """The grants that may count for this caller and action.

    A grant whose grantee was deleted does not mean whoever took the name. A grant allows
    CreateGrant only for what it gives itself (A57). Grants count at once: the
    sandbox's simplification of A59.
    """
    operation = action.removeprefix("kms:")
    found = [
        grant
        for grant in key.grants.of(grantee_names(call.caller))
        if operation in grant.operations and grant.grantee_id == (unique_id(grant.grantee) or "")
    ]
    if operation == "CreateGrant":
        found = [grant for grant in found if _covers(grant, call.params)]
    return found


def _covers(grant: KeyGrant, params: Mapping[str, Any]) -> bool:
    """True if a new grant gives no more than ``grant``, under constraints no looser."""
    if not set(params["Operations"]) <= set(grant.operations):
        return False
    wanted = params.get("Constraints") or {}
    equals = wanted.get("EncryptionContextEquals")
    strictest = equals if equals is not None else wanted.get("EncryptionContextSubset", {})
    for kind, pairs in grant.constraints.items():
        if kind == "EncryptionContextEquals" and equals != pairs:
            return False
        if not pairs.items() <= strictest.items():
            return False
    return True


def authorization_grant(
    grantee: str,
    operations: Sequence[str],
    constraints: Mapping[str, Mapping[str, str]],
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
