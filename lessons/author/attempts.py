"""What the audit trail tells of an attempt: who wrote, which table it was about, how it failed."""

from __future__ import annotations

from collections.abc import Collection

from helpers.course.evidence import Evidence
from helpers.course.records import Record

from .values import kind_of, quoted

__all__ = ["WRITES", "done", "failure", "last_done", "last_failure", "names_table", "no_event"]
__all__ += ["KEY_CHANGES", "POLICY_CHANGES", "event_named", "grant_made", "table_arn", "table_of"]
#: IAM's operations that change what a user's policies allow.
POLICY_CHANGES = (
    *("PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy", "DetachUserPolicy"),
    *("PutGroupPolicy", "DeleteGroupPolicy", "AttachGroupPolicy", "DetachGroupPolicy"),
    *("AddUserToGroup", "RemoveUserFromGroup", "CreatePolicyVersion"),
    *("SetDefaultPolicyVersion", "PutUserPermissionsBoundary", "DeleteUserPermissionsBoundary"),
)
#: The operations that change who may use a key: by its key policy, by a grant, by an IAM policy.
KEY_CHANGES = ("PutKeyPolicy", "CreateGrant", "RevokeGrant", "RetireGrant", *POLICY_CHANGES)
#: DynamoDB's operations that write items.
WRITES = (
    *("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    "ExecuteStatement",
)


def failure(record: Record) -> str:
    """How a call failed, in AWS's words, and who made it, if that was not the administrator."""
    who = "" if record.user in ("", "admin") else f", called by {record.user}"
    said = f": {record.reason.rstrip('.')}" if record.reason else ""
    return f"{record.name} failed with {record.error}{who}{said}"


def last_failure(
    evidence: Evidence, *names: str, user: str = "", instead: Collection[str] = ()
) -> str:
    """How the last call of these operations failed; empty if it did not. What a service called
    for somebody is nobody's attempt.

    Args:
        instead: operations by which the same is done or undone in another way. Once one of them
            has succeeded, an older failure is no longer what stands in the way.
    """
    calls = [x for x in evidence.records(*names, *instead, user=user) if not x.via]
    calls = [x for x in calls if x.name in names or not x.error]
    return failure(calls[-1]) if calls and calls[-1].error else ""


def done(evidence: Evidence, name: str, arn: str) -> list[Record]:
    """The successful calls of an operation that concern a resource."""
    return [x for x in evidence.records(name) if not x.error and x.touches(arn)]


def last_done(evidence: Evidence, arn: str, *names: str) -> str:
    """Which of these operations was the last to succeed on a resource; empty if none has."""
    calls = [x for x in evidence.records(*names) if not x.error]
    about = [x.name for x in calls if x.touches(arn)]
    return about[-1] if about else ""


def table_of(record: Record) -> str:
    """The table that a request to KMS names in its encryption context; empty if it names none."""
    context = record.parameters.get("encryptionContext") or {}
    return str(context.get("aws:dynamodb:tableName", ""))


def names_table(record: Record, table: str) -> bool:
    """Whether a user's own request to KMS has a table's encryption context, on either side."""
    sides = ("encryptionContext", "sourceEncryptionContext", "destinationEncryptionContext")
    pairs = [record.parameters.get(side) or {} for side in sides]
    return not record.via and table in [x.get("aws:dynamodb:tableName") for x in pairs]


def grant_made(record: Record) -> str:
    """For whom a CreateGrant is, and on which key."""
    asked = record.parameters
    return f"a grant for {asked['granteePrincipal']} on {asked['keyId']}"


def table_arn(evidence: Evidence, table: str) -> str:
    """The ARN of a table of this account, as the trail's events name it."""
    lab = evidence.lab
    return f"arn:aws:dynamodb:{lab.region}:{lab.account_id}:table/{table}"


def event_named(record: Record) -> str:
    """Which event this is: of which call, of which service, and for whom."""
    return f"the {record.name} event of {record.source} for {record.user or record.arn}"


def no_event(evidence: Evidence, given: object) -> str:
    """What was given where the ``EventId`` of an event was asked for, and is none."""
    if isinstance(given, dict) and "EventId" in given:
        return "the whole event, and not its EventId."
    if isinstance(given, dict) and "eventID" in given:
        return "a CloudTrail record, and not its eventID."
    if not isinstance(given, str):
        return f"{kind_of(given)}."
    if any(x.request_id == given.strip() for x in evidence.records()):
        return "the ID of a request. Its event has an EventId of its own."
    return f"{quoted(given)}."
