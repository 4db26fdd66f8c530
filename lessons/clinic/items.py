"""The clinic's items: whether all are there as they were, and where else there are any."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from botocore.exceptions import ClientError

from lessons.author import Evidence, Studio, Trial, copied, key_metadata

from .account import Item, patients
from .keys import take_over


def visits_of(evidence: Evidence) -> list[Item]:
    """The visits of the clinic's world."""
    return [visit for visit, _ in _world(evidence)]


def invoices_of(evidence: Evidence) -> list[Item]:
    """The invoices of the clinic's world."""
    return [invoice for _, invoice in _world(evidence)]


def _world(evidence: Evidence) -> Iterator[tuple[Item, Item]]:
    sandbox = evidence.lab.sandbox
    return patients(Studio(sandbox.session(), sandbox.seed))


def lost(evidence: Evidence, table: str, wanted: list[Item]) -> str:
    """Which of these items are not in a table any more, or not as they were, as a sentence;
    empty if all are, or if nobody can make it readable."""
    with copied(evidence) as trial:
        found = _scanned(evidence, trial, table)
    if found is None:
        return _too_few(evidence, table, len(wanted))
    (name,) = (x for x in wanted[0] if x.endswith("_id"))
    held = {item[name]["S"]: item for item in found if "S" in item.get(name, {})}
    missing = [one[name]["S"] for one in wanted if one[name]["S"] not in held]
    if missing:
        return f"a table without {', '.join(missing)}."
    for one in wanted:
        now = held[one[name]["S"]]
        changed = [x for x, value in one.items() if now.get(x) != value]
        if changed:
            return f"{one[name]['S']} has changed. Look at its attribute {changed[0]}."
    return ""


def _too_few(evidence: Evidence, table: str, wanted: int) -> str:
    """By the disk, which shows how many items there are."""
    pages = len(evidence.lab.sandbox.at_rest(table).pages)
    return f"{pages} of {wanted} items." if pages < wanted else ""


def _scanned(
    evidence: Evidence, trial: Trial, table: str
) -> list[dict[str, Any]] | None:
    """A table's items, read in a copy of the account where admin may; None if admin cannot see
    to that."""
    client = trial.client("dynamodb")
    try:
        about = client.describe_table(TableName=table)["Table"]
        arn = about.get("SSEDescription", {}).get("KMSMasterKeyArn")
        known = key_metadata(evidence, arn) if arn else None
        if known and known["KeyManager"] == "CUSTOMER":
            take_over(trial, arn)
        pages = client.get_paginator("scan").paginate(TableName=table)
        return [item for page in pages for item in page["Items"]]
    except ClientError:
        return None


def copies(evidence: Evidence, key_arn: str) -> str:
    """A copy of a visit that is not under a key, in a table or in a backup, as a sentence."""
    visits = visits_of(evidence)
    with copied(evidence) as trial:
        client = trial.client("dynamodb")
        pages = client.get_paginator("list_tables").paginate()
        tables = [name for page in pages for name in page["TableNames"]]
        for name in tables:
            about = client.describe_table(TableName=name)["Table"]
            if _is_under(about.get("SSEDescription"), key_arn):
                continue
            if _holds(_scanned(evidence, trial, name), visits):
                return f"the table {name} contains a visit, but is not under that key."
        for backup in client.list_backups(BackupType="ALL")["BackupSummaries"]:
            if _backup_holds(
                evidence, trial, backup["BackupArn"], key_arn, visits
            ):
                return (
                    f"the backup {backup['BackupName']} contains a visit, but is not "
                    "under that key."
                )
    return ""


def _is_under(encryption: dict[str, Any] | None, key_arn: str) -> bool:
    return (
        bool(encryption) and (encryption or {}).get("KMSMasterKeyArn") == key_arn
    )


def _backup_holds(
    evidence: Evidence, trial: Trial, arn: str, key_arn: str, visits: list[Item]
) -> bool:
    """Whether a backup under another key has a visit: it is restored in the copy."""
    client = trial.client("dynamodb")
    about = client.describe_backup(BackupArn=arn)["BackupDescription"]
    features = about.get("SourceTableFeatureDetails", {})
    if _is_under(features.get("SSEDescription"), key_arn):
        return False
    name = f"restored-{arn.rpartition('/')[2]}"
    try:
        client.restore_table_from_backup(TargetTableName=name, BackupArn=arn)
        waiter = client.get_waiter("table_exists")
        waiter.wait(TableName=name, WaiterConfig={"Delay": 0, "MaxAttempts": 20})
    except ClientError:
        return False
    return _holds(_scanned(evidence, trial, name), visits)


def _holds(items: list[dict[str, Any]] | None, visits: list[Item]) -> bool:
    """Whether one of the items tells who came and why, under whatever names."""
    texts = [json.dumps(item, default=str) for item in items or ()]
    return any(
        f'"{visit["patient"]["S"]}"' in text and visit["reason"]["S"] in text
        for text in texts
        for visit in visits
    )
