"""The condition keys of a KMS call: what the request fills, and what the key.

A65-A68; KMS Developer Guide, "AWS KMS condition keys".
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ...authorization import SOURCE_ARN
from ...requests.calls import Call, ContextValue
from .identifiers import alias_in
from .key import Key

#: Condition key -> the request member that fills it.
_FROM_PARAMS = {
    "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
    "kms:DataKeyPairSpec": "KeyPairSpec",
    "kms:EncryptionAlgorithm": "EncryptionAlgorithm",
    "kms:ExpirationModel": "ExpirationModel",
    "kms:GrantOperations": "Operations",
    "kms:GranteePrincipal": "GranteePrincipal",
    "kms:KeyAgreementAlgorithm": "KeyAgreementAlgorithm",
    "kms:MacAlgorithm": "MacAlgorithm",
    "kms:MessageType": "MessageType",
    "kms:RetiringPrincipal": "RetiringPrincipal",
    "kms:RotationPeriodInDays": "RotationPeriodInDays",
    "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
    "kms:SigningAlgorithm": "SigningAlgorithm",
    "kms:ValidTo": "ValidTo",
    "kms:WrappingAlgorithm": "WrappingAlgorithm",
    "kms:WrappingKeySpec": "WrappingKeySpec",
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
    "ImportKeyMaterial": {"ExpirationModel": "KEY_MATERIAL_EXPIRES"},
    "EnableKeyRotation": {"RotationPeriodInDays": 365},
    "ScheduleKeyDeletion": {"PendingWindowInDays": 30},
    "Sign": {"MessageType": "RAW"},
    "Verify": {"MessageType": "RAW"},
}
_GRANT_OPERATIONS = ("CreateGrant", "ListGrants", "RevokeGrant")


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
    if call.operation == "CreateGrant":
        # Which values the key has: KMS Developer Guide, "kms:GrantConstraintType".
        for kind in params.get("Constraints") or {}:
            if kind != SOURCE_ARN:
                context["kms:GrantConstraintType"] = kind
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
    context: dict[str, ContextValue] = spec_context(
        key.spec, key.usage, key.multi_region, key.origin
    )
    context["aws:ResourceAccount"] = key.account
    if key.aliases:
        context["kms:ResourceAliases"] = sorted(key.aliases)
    for name, value in key.tags.items():
        context[f"aws:ResourceTag/{name}"] = value
    return context


def spec_context(
    spec: str, usage: str, multi_region: bool, origin: str = "AWS_KMS"
) -> dict[str, ContextValue]:
    """The condition keys of what a key is, which CreateKey has too."""
    kind: dict[str, ContextValue] = {"kms:MultiRegionKeyType": "PRIMARY"} if multi_region else {}
    return {
        **kind,
        "kms:KeySpec": spec,
        "kms:CustomerMasterKeySpec": spec,
        "kms:KeyUsage": usage,
        "kms:CustomerMasterKeyUsage": usage,
        "kms:KeyOrigin": origin,
        "kms:MultiRegion": _text(multi_region),
    }


def encryption_context_of(call: Call) -> Mapping[str, str]:
    """The request's encryption context; for CreateGrant, the pairs of the constraint (the
    sandbox's assumption)."""
    if call.operation == "CreateGrant":
        pairs: dict[str, str] = {}
        for kind, constraint in (call.params.get("Constraints") or {}).items():
            if kind != SOURCE_ARN:
                pairs.update(constraint)
        return pairs
    return call.params.get("EncryptionContext") or {}


def encryption_context_keys(pairs: Mapping[str, str]) -> dict[str, ContextValue]:
    """The condition keys that the pairs of an encryption context fill."""
    if not pairs:
        return {}
    context: dict[str, ContextValue] = {f"kms:EncryptionContext:{k}": v for k, v in pairs.items()}
    context["kms:EncryptionContextKeys"] = list(pairs)
    return context


def _text(value: Any) -> ContextValue:
    if isinstance(value, list):
        return [str(item) for item in value]
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return str(value).lower() if isinstance(value, bool) else str(value)
