"""Tasks 1 and 2: a key for the visits, and the visits under it."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError
from refusal.authorization import principals_of

from lessons.author import (
    Evidence,
    Part,
    Record,
    Verdict,
    at_rest,
    judged,
    key_aliases,
    key_metadata,
    not_attempted,
    not_yet,
)

from .asking import DYNAMODB, conditions_of, could_do, opened_by_iam
from .callers import (
    EVERYTHING,
    new_roles,
    newcomers,
    outsiders,
    roles,
    users,
)
from .items import copies, lost, visits_of
from .keys import every_grant, existing
from .tries import ALIAS, ended, own_calls


def the_key(evidence: Evidence) -> Verdict:
    """The visits have a key of their own, and its policy alone decides who may use it."""
    target = visits_key_id(evidence)
    if not target:
        return _no_alias(evidence)
    key = key_metadata(evidence, target)
    if key is None:
        hidden = (
            f"KMS does not let admin call kms:DescribeKey on the key of {ALIAS}."
        )
        return not_yet("a key that admin can describe.", hidden)
    arn, usage = (
        key["Arn"],
        f"{key['KeySpec']}, whose KeyManager is {key['KeyManager']}",
    )
    symmetric = usage == "SYMMETRIC_DEFAULT, whose KeyManager is CUSTOMER"
    state = key["KeyState"]
    own = arn != evidence.lab.invoices_key_arn
    rotates = _rotation(evidence, arn)
    refused = _not_managed(evidence, arn)
    opened = "" if refused else what_iam_opens(evidence, arn)
    held = "" if refused else _held_by_grant(evidence, arn)
    unseen = (
        "nothing, because a key that admin cannot manage could not be checked."
    )
    return judged(
        Part(
            "a symmetric customer managed key",
            "" if symmetric else f"a key with the key spec {usage}.",
        ),
        Part(
            "a key other than the invoices' key",
            "" if own else f"{ALIAS} points to the invoices' key.",
        ),
        Part(
            "an enabled key",
            "" if state == "Enabled" else f"its state is {state}.",
        ),
        Part("automatic rotation every 180 days", rotates),
        Part("a key that admin can manage", refused),
        Part(
            "a key to which no IAM policy can give access",
            unseen if refused else opened,
        ),
        Part(
            "no grant on the key for a user or a role",
            unseen if refused else held,
        ),
    )


def visits_key_id(evidence: Evidence) -> str:
    """The ID of the key that the alias stands for; empty if there is none."""
    return key_aliases(evidence).get(ALIAS, "")


def _no_alias(evidence: Evidence) -> Verdict:
    """What was tried, while no key has the alias."""
    calls = own_calls(evidence, "CreateKey", "CreateAlias", "UpdateAlias")
    if calls and calls[-1].error:
        return not_yet(f"a key with the alias {ALIAS}.", ended(calls[-1]))
    if calls:
        named = calls[-1].parameters.get("aliasName", "")
        seen = f"{calls[-1].name}{f' for {named}' if named else ''}"
        return not_yet(
            f"a key with the alias {ALIAS}.",
            f"{seen}, but there is no alias with the right name.",
        )
    return not_attempted(f"There is no alias {ALIAS} yet.")


def _rotation(evidence: Evidence, arn: str) -> str:
    """What is not as asked about the key's rotation."""
    try:
        found = evidence.client("kms").get_key_rotation_status(KeyId=arn)
    except ClientError as error:
        return (
            f"GetKeyRotationStatus fails with {error.response['Error']['Code']}."
        )
    if not found["KeyRotationEnabled"]:
        return "automatic rotation is off."
    days = found.get("RotationPeriodInDays")
    return "" if days == 180 else f"the key is rotated every {days} days."


def _not_managed(evidence: Evidence, arn: str) -> str:
    """What admin cannot do, of what it takes to manage a key."""
    key = {"KeyId": arn}
    asked: dict[str, dict[str, Any]] = {
        "DescribeKey": key,
        "GetKeyPolicy": key,
        "PutKeyPolicy": {**key, "Policy": "{}"},
        "GetKeyRotationStatus": key,
        "EnableKeyRotation": key,
        "DisableKeyRotation": key,
        "DisableKey": key,
        "ScheduleKeyDeletion": {**key, "PendingWindowInDays": 7},
    }
    box = evidence.lab.in_process
    lacking = [
        name
        for name, given in asked.items()
        if not box.would_allow("admin", "kms", name, given)
    ]
    return f"KMS would refuse admin kms:{lacking[0]}." if lacking else ""


def what_iam_opens(evidence: Evidence, arn: str) -> str:
    """What an IAM policy that nobody has written yet would open, as a sentence."""
    key = existing(evidence, arn)
    known = conditions_of(evidence, key)
    own = [*newcomers(evidence, known), *users(evidence)]
    for caller in [*own, *new_roles(evidence, known), *roles(evidence)]:
        for could in opened_by_iam(evidence, caller, key, EVERYTHING):
            return f"an IAM policy could let {caller.name} call {could}."
    named = " ".join(principals_of(key.policy))
    for caller in outsiders(evidence, key.policy, known):
        if not caller.policies:
            continue
        account = caller.arn.split(":")[4]
        for could in could_do(evidence, caller, key):
            # Through DynamoDB, a stranger would need the table's policy as well.
            if could.via != DYNAMODB or account in named:
                return f"an IAM policy could let {caller.name} use the key."
    return ""


def _held_by_grant(evidence: Evidence, arn: str) -> str:
    """A grant on the key that is not DynamoDB's."""
    others = [
        x["GranteePrincipal"]
        for x in every_grant(evidence, arn)
        if not x["GranteePrincipal"].endswith(".amazonaws.com")
    ]
    return f"a grant for {others[0]}." if others else ""


def the_table(evidence: Evidence) -> Verdict:
    """The visits are under that key, and all are there."""
    table = evidence.lab.visits_table_name
    stored = at_rest(evidence, table)
    if stored is None:
        return gone(table)
    moves = [
        x for x in own_calls(evidence, "UpdateTable") if x.asks(tableName=table)
    ]
    if stored.key_arn is None and not moves:
        return not_attempted(
            f"The table {table} is still under the AWS owned key."
        )
    about = evidence.client("dynamodb").describe_table(TableName=table)["Table"]
    status = about.get("SSEDescription", {}).get("Status", "not given")
    over = status == "ENABLED" and about["TableStatus"] == "ACTIVE"
    key = other_key(evidence, stored.key_arn, moves)
    seen = (
        f"the Status in SSEDescription is {status}, and the TableStatus is "
        f"{about['TableStatus']}."
    )
    items = lost(evidence, table, visits_of(evidence))
    elsewhere = copies(evidence, stored.key_arn or "")
    return judged(
        Part(f"{table} under the key of {ALIAS}", key),
        Part("the move is over", "" if over else seen),
        Part("every visit in the table, as it was", items),
        Part("no copy of a visit under another key", elsewhere),
    )


def gone(table: str) -> Verdict:
    return Verdict(
        "not yet",
        f"There is no table {table}. Run the set-up cell to start over.",
    )


def other_key(
    evidence: Evidence, key_arn: str | None, moves: list[Record]
) -> str:
    """Under which key a table is in place of the visits' own."""
    target = visits_key_id(evidence)
    if key_arn is None:
        failed = f" {ended(moves[-1])}" if moves and moves[-1].error else ""
        return f"the table is under the AWS owned key.{failed}"
    if target and key_arn.endswith(f"/{target}"):
        return ""
    names = [
        name
        for name, key in key_aliases(evidence).items()
        if key and key_arn.endswith(f"/{key}")
    ]
    known = key_metadata(evidence, key_arn) or {}
    if known.get("KeyManager") == "AWS":
        return "the table is under the AWS managed key."
    return f"the table is under the key {names[0] if names else key_arn}."
