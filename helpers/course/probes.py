"""What somebody could do in an account: asked of the rules, without doing it.

A check that tried a read would open the table key for that user for five minutes, and make a
revocation look late. So nothing is called here.
"""

from __future__ import annotations

from typing import Any

from refusal import SandboxError

from .evidence import Evidence

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


def may_manage(evidence: Evidence, user: str, key_arn: str) -> bool:
    """Whether a user could change a key's policy or delete the key."""
    box = evidence.lab.in_process
    policy = {"KeyId": key_arn, "Policy": "{}"}
    return box.would_allow(user, "kms", "PutKeyPolicy", policy) or box.would_allow(
        user, "kms", "ScheduleKeyDeletion", {"KeyId": key_arn, "PendingWindowInDays": 7}
    )


def key_of(evidence: Evidence, table: str) -> Any:
    """KMS's metadata of a table's key; None under the AWS owned key, or if there is no table."""
    try:
        arn = evidence.lab.sandbox.at_rest(table).key_arn
    except SandboxError:
        return None
    return evidence.client("kms").describe_key(KeyId=arn)["KeyMetadata"] if arn else None


def _may(evidence: Evidence, user: str, table: str, operation: str) -> bool:
    item = {"GetItem": "Key", "PutItem": "Item"}[operation]
    key = {_hash_key(evidence, table): {"S": "x"}}
    asked = {"TableName": table, item: key}
    allowed = evidence.lab.in_process.would_allow(user, "dynamodb", operation, asked)
    return allowed and _opens(evidence, user, table, via=_DYNAMODB)


def _hash_key(evidence: Evidence, table: str) -> str:
    found = evidence.client("dynamodb").describe_table(TableName=table)["Table"]["KeySchema"]
    return next(str(key["AttributeName"]) for key in found if key["KeyType"] == "HASH")


def _opens(evidence: Evidence, user: str, table: str, via: str) -> bool:
    """Whether KMS would decrypt a table's key for a user."""
    stored = evidence.lab.sandbox.at_rest(table)
    if stored.key_arn is None:
        return bool(via)  # Nobody but DynamoDB uses the AWS owned key, and it asks nobody.
    asked = {
        "CiphertextBlob": stored.wrapped_table_key,
        "EncryptionContext": dict(stored.encryption_context),
    }
    return evidence.lab.in_process.would_allow(user, "kms", "Decrypt", asked, via)
