"""What checks ask of an account, in a line each; ``Evidence`` has what they ask of its audit trail.

Whether somebody could do something is asked of the rules, without doing it: a check that tried a
read would open the table key for that user for five minutes, and make a revocation look late.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Any

from botocore.exceptions import ClientError
from refusal import SandboxError

from helpers.course.evidence import Evidence

__all__ = [
    "allows",
    "at_rest",
    "context_of",
    "grants_on",
    "has_item",
    "item_of",
    "key_aliases",
    "key_metadata",
    "key_named",
]
__all__ += ["key_of", "key_policy", "may_decrypt", "may_decrypt_directly", "may_manage", "may_read"]
__all__ += ["key_state", "may_write"]
__all__ += ["access_keys", "customer_keys", "has_user", "policies_of"]
_DYNAMODB = "dynamodb.amazonaws.com"


def may_read(evidence: Evidence, user: str, table: str) -> bool:
    """Whether a user could read items of a table: DynamoDB's permission, and the key's."""
    return _may(evidence, user, table, "GetItem")


def may_write(evidence: Evidence, user: str, table: str) -> bool:
    """Whether a user could write items of a table."""
    return _may(evidence, user, table, "PutItem")


def may_decrypt_directly(evidence: Evidence, user: str, table: str) -> bool:
    """Whether a user could open a table's key past DynamoDB, by calling KMS."""
    return _opens(evidence, user, table, via="")


def may_decrypt(evidence: Evidence, user: str, key_arn: str) -> bool:
    """Whether a user could decrypt what was encrypted with a key without any context."""
    sealed = evidence.client("kms").encrypt(KeyId=key_arn, Plaintext=b"x")["CiphertextBlob"]
    return evidence.lab.in_process.would_allow(user, "kms", "Decrypt", {"CiphertextBlob": sealed})


def may_manage(evidence: Evidence, user: str, key_arn: str) -> bool:
    """Whether a user could change a key's policy or delete the key."""
    box = evidence.lab.in_process
    policy = {"KeyId": key_arn, "Policy": "{}"}
    return box.would_allow(user, "kms", "PutKeyPolicy", policy) or box.would_allow(
        user,
        "kms",
        "ScheduleKeyDeletion",
        {"KeyId": key_arn, "PendingWindowInDays": 7},
    )


def key_of(evidence: Evidence, table: str) -> Any:
    """KMS's metadata of a table's key; None under the AWS owned key, or if there is no table."""
    held = at_rest(evidence, table)
    return key_metadata(evidence, held.key_arn) if held and held.key_arn else None


def at_rest(evidence: Evidence, table: str) -> Any:
    """What the disk holds of a table, as ``lab.at_rest`` shows it; None if there is no table."""
    try:
        return evidence.lab.sandbox.at_rest(table)
    except SandboxError:
        return None


def context_of(evidence: Evidence, table: str) -> dict[str, str]:
    """The encryption context of a table's key; empty if nothing is stored."""
    stored = at_rest(evidence, table)
    return dict(stored.encryption_context) if stored else {}


def key_metadata(evidence: Evidence, name: str) -> Any:
    """KMS's metadata of a key, by its ID, ARN or alias; None if there is no such key, or if its
    policy does not let the administrator see it."""
    try:
        return evidence.client("kms").describe_key(KeyId=name)["KeyMetadata"]
    except ClientError:
        return None


def key_state(evidence: Evidence, name: str) -> str:
    """KMS's state of a key, such as ``Enabled``; empty where ``key_metadata`` is None."""
    return str((key_metadata(evidence, name) or {}).get("KeyState", ""))


def key_named(evidence: Evidence, alias: str) -> Any:
    """KMS's metadata of the key that an alias stands for; None if there is no such alias."""
    target = key_aliases(evidence).get(alias)
    return key_metadata(evidence, target) if target else None


def key_aliases(evidence: Evidence) -> dict[str, str]:
    """The ID of the key that each alias stands for, but for the aliases that AWS has defined."""
    listed = evidence.client("kms").list_aliases()["Aliases"]
    return {
        alias["AliasName"]: alias.get("TargetKeyId", "")
        for alias in listed
        if not alias["AliasName"].startswith("alias/aws/")
    }


def has_item(evidence: Evidence, table: str, player: str) -> bool:
    """Whether a table of players holds one; not if there is no such table."""
    asked = {"TableName": table, "Key": {"player_id": {"S": player}}}
    try:
        return "Item" in evidence.client("dynamodb").get_item(**asked)
    except ClientError:
        return False


def item_of(evidence: Evidence, table: str, player: str) -> dict[str, Any] | None:
    """A player's item, if it is there."""
    asked = {"TableName": table, "Key": {"player_id": {"S": player}}}
    found: dict[str, Any] | None = evidence.client("dynamodb").get_item(**asked).get("Item")
    return found


def grants_on(evidence: Evidence, key_arn: str, grantee: str = "") -> list[dict[str, Any]]:
    """The grants on a key whose grantee's name ends so, such as ``user/mira``. Of a user who was
    deleted, a grant keeps an ID in place of the ARN."""
    listed = evidence.client("kms").list_grants(KeyId=key_arn)["Grants"]
    return [grant for grant in listed if grant["GranteePrincipal"].endswith(grantee)]


def key_policy(evidence: Evidence, key_id: str) -> list[dict[str, Any]]:
    """The statements of a key's policy."""
    policy = evidence.client("kms").get_key_policy(KeyId=key_id)["Policy"]
    return _many(json.loads(policy)["Statement"])


def customer_keys(evidence: Evidence) -> list[str]:
    """The ARNs of the account's keys but AWS's own; a key that ``admin`` cannot see is one, too."""
    pages = evidence.client("kms").get_paginator("list_keys").paginate()
    found = [key["KeyArn"] for page in pages for key in page["Keys"]]
    about = {key: key_metadata(evidence, key) or {} for key in found}
    return [key for key in found if about[key].get("KeyManager") != "AWS"]


def has_user(evidence: Evidence, user: str) -> bool:
    """Whether the account has an IAM user of this name."""
    pages = evidence.client("iam").get_paginator("list_users").paginate()
    return any(x["UserName"] == user for page in pages for x in page["Users"])


def access_keys(evidence: Evidence, user: str) -> dict[str, str]:
    """A user's access keys by ID: ``Active`` or ``Inactive``; none if there is no such user."""
    if not has_user(evidence, user):
        return {}
    listed = evidence.client("iam").list_access_keys(UserName=user)
    return {x["AccessKeyId"]: x["Status"] for x in listed["AccessKeyMetadata"]}


def policies_of(evidence: Evidence, user: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A user's policies, inline and attached, and those of the user's groups: each one's name
    and its statements."""
    iam = evidence.client("iam")
    attached = iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]
    for name in iam.list_user_policies(UserName=user)["PolicyNames"]:
        found = iam.get_user_policy(UserName=user, PolicyName=name)
        yield name, _many(found["PolicyDocument"]["Statement"])
    for group in iam.list_groups_for_user(UserName=user)["Groups"]:
        at = {"GroupName": group["GroupName"]}
        attached += iam.list_attached_group_policies(**at)["AttachedPolicies"]
        for name in iam.list_group_policies(**at)["PolicyNames"]:
            found = iam.get_group_policy(**at, PolicyName=name)
            yield name, _many(found["PolicyDocument"]["Statement"])
    for arn in (policy["PolicyArn"] for policy in attached):
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        found = iam.get_policy_version(PolicyArn=arn, VersionId=version)
        document = found["PolicyVersion"]["Document"]
        yield arn.rpartition("/")[2], _many(document["Statement"])


def allows(found: Iterable[dict[str, Any]], arn: str, action: str) -> bool:
    """Whether one of these statements names ``arn``, or everyone, and allows an action to it; for
    what a user may do in the end, with all policies, ask ``may_read`` and its like."""
    for statement in found:
        who = statement.get("Principal", {})
        named = _many(who.get("AWS", []) if isinstance(who, dict) else who)
        applies = statement["Effect"] == "Allow" and (arn in named or "*" in named)
        if applies and any(fnmatchcase(action, x) for x in _many(statement.get("Action", []))):
            return True
    return False


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _may(evidence: Evidence, user: str, table: str, operation: str) -> bool:
    item = {"GetItem": "Key", "PutItem": "Item"}[operation]
    asked = {"TableName": table, item: {_hash_key(evidence, table): {"S": "x"}}}
    allowed = evidence.lab.in_process.would_allow(user, "dynamodb", operation, asked)
    return allowed and _opens(evidence, user, table, via=_DYNAMODB)


def _hash_key(evidence: Evidence, table: str) -> str:
    found = evidence.client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    return next(str(key["AttributeName"]) for key in found if key["KeyType"] == "HASH")


def _opens(evidence: Evidence, user: str, table: str, via: str) -> bool:
    """Whether KMS would decrypt a table's key for a user."""
    held = evidence.lab.sandbox.at_rest(table)
    if held.key_arn is None:
        return bool(via)  # Nobody but DynamoDB uses the AWS owned key, and it asks nobody.
    asked = {
        "CiphertextBlob": held.wrapped_table_key,
        "EncryptionContext": dict(held.encryption_context),
    }
    return evidence.lab.in_process.would_allow(user, "kms", "Decrypt", asked, via)
