"""Whether somebody could read or write a table, by whichever operation."""

from __future__ import annotations

from typing import Any

from lessons.author import Evidence, at_rest

READS = ("GetItem", "Query", "Scan", "BatchGetItem")
WRITES = ("PutItem", "UpdateItem", "BatchWriteItem")


def may(
    evidence: Evidence, user: str, table: str, operations: tuple[str, ...]
) -> bool:
    """Whether one of these operations would go through: by DynamoDB's permissions and KMS's."""
    return asks(evidence, user, table, operations) and opens(
        evidence, user, table
    )


def asks(
    evidence: Evidence, user: str, table: str, operations: tuple[str, ...]
) -> bool:
    """Whether DynamoDB would let a user call one of these operations, whatever KMS says."""
    box = evidence.lab.in_process
    given = _parameters(table)
    return any(
        box.would_allow(user, "dynamodb", name, given[name])
        for name in operations
    )


def _parameters(table: str) -> dict[str, dict[str, Any]]:
    """A request of each operation, of which only the permissions are asked for."""
    item = {"id": {"S": "x"}}
    named = {"TableName": table}
    return {
        "GetItem": {**named, "Key": item},
        "Query": {**named, "KeyConditionExpression": "id = :id"},
        "Scan": named,
        "BatchGetItem": {"RequestItems": {table: {"Keys": [item]}}},
        "PutItem": {**named, "Item": item},
        "UpdateItem": {**named, "Key": item},
        "BatchWriteItem": {
            "RequestItems": {table: [{"PutRequest": {"Item": item}}]}
        },
        "DeleteTable": named,
    }


def opens(evidence: Evidence, user: str, table: str) -> bool:
    """Whether KMS would decrypt a table's key when DynamoDB asks for a user."""
    held = at_rest(evidence, table)
    if held.key_arn is None:
        return True  # DynamoDB asks nobody about the AWS owned key.
    asked = {
        "CiphertextBlob": held.wrapped_table_key,
        "EncryptionContext": dict(held.encryption_context),
    }
    via = "dynamodb.amazonaws.com"
    return evidence.lab.in_process.would_allow(user, "kms", "Decrypt", asked, via)
