"""Making, describing, switching, tagging and ending keys, and their policies."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...authorization import ResourceRules
from ...errors import AwsError, not_in_sandbox, validation
from ...requests.calls import Call, ContextValue, Permission
from .condition_keys import key_context, request_context, spec_context
from .identifiers import alias_in, not_found
from .inventory import Inventory
from .key import SPECS, Key, require_spec
from .listing import list_page
from .managed_keys import managed_key, predefined
from .operation import Operation, Result, on_account, on_key
from .permissions import account_permission
from .policies import KeyPolicy, default_policy, malformed, read_policy
from .rotation import rotate_if_due, rotate_if_missed

#: Tags per key (KMS Developer Guide, "Tagging keys").
MAX_TAGS = 50


def _spec(call: Call) -> tuple[str, str]:
    """The key spec and the key usage that CreateKey is asked for (A1, A46)."""
    params = call.params
    spec = params.get("KeySpec") or params.get("CustomerMasterKeySpec") or "SYMMETRIC_DEFAULT"
    usage = params.get("KeyUsage")
    if params.get("KeySpec") and params.get("CustomerMasterKeySpec"):
        raise validation(
            "You cannot specify KeySpec and CustomerMasterKeySpec in the same request. "
            "CustomerMasterKeySpec is deprecated."
        )
    require_spec(spec, call.region, "keys")
    if usage is None:
        if spec != "SYMMETRIC_DEFAULT":
            raise validation(
                "You must specify a KeyUsage value for all KMS keys except for symmetric "
                "encryption keys."
            )
        usage = "ENCRYPT_DECRYPT"
    if usage not in SPECS[spec]:
        raise validation(f"KeyUsage {usage} is not compatible with KeySpec {spec}")  # H84.
    return spec, usage


def _origin(call: Call) -> str:
    return str(call.params.get("Origin", "AWS_KMS"))


def _create_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    params = call.params
    if _origin(call) not in ("AWS_KMS", "EXTERNAL"):
        raise not_in_sandbox(f"keys of the origin {params['Origin']}")
    if params.get("CustomKeyStoreId") or params.get("XksKeyId"):
        raise not_in_sandbox("custom key stores")
    extra = spec_context(*_spec(call), bool(params.get("MultiRegion")), _origin(call))
    yield account_permission(call, context=extra)
    if params.get("Tags"):
        yield account_permission(call, action="kms:TagResource", context=extra)


def _create_key(inventory: Inventory, call: Call) -> Result:
    params = call.params
    spec, usage = _spec(call)
    tags = _read_tags({}, params.get("Tags") or ())
    text = params.get("Policy") or default_policy(call.account)
    policy = read_policy(text)
    multi_region, origin = bool(params.get("MultiRegion")), _origin(call)
    arn = f"arn:aws:kms:{call.region}:{call.account}:key/*"
    context = spec_context(spec, usage, multi_region, origin)
    _refuse_lockout(inventory, call, policy, arn, context)
    key = inventory.add_key(
        call.account,
        call.region,
        spec,
        usage,
        policy,
        description=params.get("Description", ""),
        multi_region=multi_region,
        tags=tags,
        origin=origin,
    )
    call.resources.append(("AWS::KMS::Key", key.arn))
    return {"KeyMetadata": key.metadata()}


def _refuse_lockout(
    inventory: Inventory, call: Call, policy: KeyPolicy, arn: str, context: dict[str, ContextValue]
) -> None:
    """The policy must let the caller call PutKeyPolicy later (A17).

    Where it leaves the decision to the account's IAM policies, those of the caller are asked too
    (H66). That a key made without a policy, which has the default one, is not checked is the
    sandbox's assumption.
    """
    if call.params.get("BypassPolicyLockoutSafetyCheck") or not call.params.get("Policy"):
        return
    later = Permission(
        "kms:PutKeyPolicy",
        arn,
        {**request_context(call), **context},
        policy.parsed,
        resource_account=call.account,
        rules=ResourceRules.KMS_KEY,
    )
    if not inventory.gate.decide(call, later).allowed:
        raise malformed(
            "The new key policy will not allow you to update the key policy in the future."
        )


def _put_policy(inventory: Inventory, call: Call, key: Key) -> Result:
    _require_policy_name(call)
    policy = read_policy(call.params["Policy"])
    _refuse_lockout(inventory, call, policy, key.arn, key_context(key))
    key.policy = policy
    return {}


def _get_policy(inventory: Inventory, call: Call, key: Key) -> Result:
    _require_policy_name(call)
    return {"Policy": key.policy.current_text(), "PolicyName": "default"}


def _require_policy_name(call: Call) -> None:
    """The only key policy is called ``default`` (A19)."""
    if call.params.get("PolicyName", "default") != "default":
        raise not_found("No such policy exists")


def _list_policies(inventory: Inventory, call: Call, key: Key) -> Result:
    return list_page(call, "PolicyNames", ["default"], str, str, 100)


def _describe_permissions(inventory: Inventory, call: Call) -> Iterable[Permission]:
    """DescribeKey on a predefined AWS alias makes the AWS managed key (botocore's model of
    DescribeKey); before the caller's right is asked, since that is in the key's policy."""
    named = call.params["KeyId"]
    here = named.startswith("alias/") or named.split(":")[3:5] == [call.region, call.account]
    if here and (service := predefined(alias_in(named) or "")):
        managed_key(inventory, service, call.account, call.region)
    return _DESCRIBE.permissions(inventory, call)


def _enable(inventory: Inventory, call: Call, key: Key) -> Result:
    if not key.enabled:
        rotate_if_missed(inventory, key)
    key.enabled = True
    return {}


def _disable(inventory: Inventory, call: Call, key: Key) -> Result:
    rotate_if_due(inventory, key)
    key.enabled = False
    return {}


def _schedule_deletion(inventory: Inventory, call: Call, key: Key) -> Result:
    days = call.params.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        raise validation("PendingWindowInDays must be between 7 and 30")  # A24.
    rotate_if_due(inventory, key)
    key.deletion_date = inventory.later(days)
    return {
        "KeyId": key.arn,
        "DeletionDate": key.deletion_date,
        "KeyState": key.key_state,
        "PendingWindowInDays": days,
    }


def _cancel_deletion(inventory: Inventory, call: Call, key: Key) -> Result:
    if key.deletion_date is None:
        raise AwsError("KMSInvalidStateException", f"{key.arn} is not pending deletion.")
    key.deletion_date, key.enabled = None, False
    return {"KeyId": key.arn}


def _describe_update(inventory: Inventory, call: Call, key: Key) -> Result:
    key.description = call.params["Description"]
    return {}


def _read_tags(before: dict[str, str], tags: Sequence[dict[str, str]]) -> dict[str, str]:
    """Tags with new ones put in (A72)."""
    names = [tag["TagKey"] for tag in tags]
    if len(set(names)) < len(names):
        raise AwsError("TagException", "Duplicate tag keys")
    if any(name.lower().startswith("aws:") for name in names):
        raise AwsError("TagException", "Tags beginning with aws: are reserved")
    result = {**before, **{tag["TagKey"]: tag["TagValue"] for tag in tags}}
    if len(result) > MAX_TAGS:
        raise AwsError("TagException", "Too many tags")
    return result


def _tag(inventory: Inventory, call: Call, key: Key) -> Result:
    key.tags = _read_tags(key.tags, call.params["Tags"])
    return {}


def _untag(inventory: Inventory, call: Call, key: Key) -> Result:
    for name in call.params["TagKeys"]:
        key.tags.pop(name, None)
    return {}


def _list_tags(inventory: Inventory, call: Call, key: Key) -> Result:
    def show(name: str) -> dict[str, str]:
        return {"TagKey": name, "TagValue": key.tags[name]}

    return list_page(call, "Tags", key.tags, str, show, 50)


def _list_keys(inventory: Inventory, call: Call) -> Result:
    def show(key: Key) -> dict[str, str]:
        return {"KeyId": key.key_id, "KeyArn": key.arn}

    if call.params.get("ResourceOwners"):
        raise not_in_sandbox("ListKeys with ResourceOwners")
    keys = inventory.keys(call.account, call.region).values()
    return list_page(call, "Keys", keys, lambda key: key.serial, show, 100)


_DESCRIBE = on_key(
    lambda inventory, call, key: {"KeyMetadata": key.metadata()}, aliases=True, cross_account=True
)
OPERATIONS = {
    "CreateKey": Operation(_create_permissions, _create_key),
    "DescribeKey": Operation(_describe_permissions, _DESCRIBE.act),
    "ListKeys": on_account(_list_keys),
    "GetKeyPolicy": on_key(_get_policy),
    "PutKeyPolicy": on_key(_put_policy),
    "ListKeyPolicies": on_key(_list_policies),
    "EnableKey": on_key(_enable, Key.require_material),
    "DisableKey": on_key(_disable, Key.require_material),
    "ScheduleKeyDeletion": on_key(_schedule_deletion, Key.require_not_pending),
    "CancelKeyDeletion": on_key(_cancel_deletion),
    "UpdateKeyDescription": on_key(_describe_update, Key.require_not_pending),
    "TagResource": on_key(_tag, Key.require_not_pending),
    "UntagResource": on_key(_untag, Key.require_not_pending),
    "ListResourceTags": on_key(_list_tags),
}
