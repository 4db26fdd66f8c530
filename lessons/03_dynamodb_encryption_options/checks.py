"""Whose key a table is under."""

from __future__ import annotations

import json
from typing import Any

from lessons.author import (
    Evidence,
    Record,
    Studio,
    Verdict,
    correct,
    failure,
    key_aliases,
    key_metadata,
    kind_of,
    last_failure,
    not_attempted,
    not_yet,
    quoted,
    records,
    returned_none,
    uncallable,
)

KMS = "kms.amazonaws.com"
#: Events on one page of lookup_events, and what somebody's monitoring added to the trail: so
#: many that the first page does not hold all.
PAGE, LOOKS = 50, 30


def world(studio: Studio) -> dict[str, str]:
    """Two keys of the studio, last season's players under the AWS managed key, and the names of
    the tables that the notebook makes."""
    key, following = studio.create_key(), studio.create_key("alias/players-next")
    named = {
        "oldest_table_name": "players-2024",
        "old_table_name": "players-2025",
    }
    tables = {
        label: studio.create_table(
            studio.name(plain), Enabled=True, SSEType="KMS"
        )
        for label, plain in named.items()
    }
    for table in tables.values():
        studio.put_players(table)
    for _ in range(LOOKS):
        studio.client("kms").describe_key(KeyId=key)
    return {
        "avatars_table_name": studio.name("avatars"),
        "scores_table_name": studio.name("scores"),
        "guilds_table_name": studio.name("guilds"),
        "table_name": studio.create_table(studio.name("players"), key),
        **tables,
        "key_alias": "alias/players-table",
        "key_arn": key,
        "next_key_arn": following,
    }


def scores_managed(evidence: Evidence) -> Verdict:
    """Scores was created under the AWS managed key."""
    return _created(
        evidence, evidence.lab.scores_table_name, "the AWS managed key"
    )


def guilds_under_studio(evidence: Evidence) -> Verdict:
    """Guilds was created under the studio's key."""
    return _created(evidence, evidence.lab.guilds_table_name, "the studio's key")


def _created(evidence: Evidence, table: str, wanted: str) -> Verdict:
    """A table is there, under the key that was wanted."""
    arn = evidence.table_key(table)
    if arn is None:
        tries = [
            x for x in evidence.records("CreateTable") if x.asks(tableName=table)
        ]
        if tries and tries[-1].error:
            return not_yet(
                f"a table {table} under {wanted}.", f"{failure(tries[-1])}."
            )
        if other := _elsewhere(evidence, evidence.records("CreateTable")):
            return not_yet(f"a table {table} under {wanted}.", other)
        if failed_elsewhere := last_failure(evidence, "CreateTable"):
            return not_yet(
                f"a table {table} under {wanted}.", f"{failed_elsewhere}."
            )
        return _missing(evidence, table, "create it in the cell above")
    found = _name_of(evidence, arn)
    if found == wanted:
        return correct(f"{table} is under {wanted}.")
    seen = f"{table} under {found}; delete the table, or change its key with update_table."
    return not_yet(f"a table {table} under {wanted}.", seen)


def _elsewhere(evidence: Evidence, calls: list[Record], *known: str) -> str:
    """The last of these calls for a table that nobody has asked for, in words; or nothing."""
    names = known or tuple(evidence.lab.names.values())
    other = [x for x in calls if x.parameters.get("tableName") not in names]
    return (
        f"{other[-1].name} for `{other[-1].parameters.get('tableName')}`."
        if other
        else ""
    )


def _name_of(evidence: Evidence, arn: str) -> str:
    """A table's key, in words."""
    if not arn:
        return "an AWS owned key"
    if key_metadata(evidence, arn)["KeyManager"] == "AWS":
        return "the AWS managed key"
    if arn == evidence.lab.key_arn:
        return "the studio's key"
    return "another customer managed key"


def manager_told(evidence: Evidence, manager: Any) -> Verdict:
    """KeyManager of the key of players-2025, as it was or as it is since the move."""
    table = evidence.lab.old_table_name
    if not isinstance(manager, str):
        return not_yet("a word, the value of KeyManager.", f"{kind_of(manager)}.")
    arn = evidence.table_key(table)
    now = key_metadata(evidence, arn)["KeyManager"] if arn else "AWS"
    if manager in ("AWS", now):
        return correct(f"KMS says that the key is managed by {manager}.")
    return not_yet(f"the KeyManager of the key of {table}.", f"`{manager[:60]}`.")


def move_awaited(evidence: Evidence, finished: Any) -> Verdict:
    """Players-2024 was moved to the studio's key, and looked at until that was over."""
    table, key = evidence.lab.oldest_table_name, evidence.lab.key_arn
    wanted = f"the SSEDescription of {table}, ENABLED and with the ARN of the studio's key."
    if isinstance(finished, dict) and {"TableName", "Table"} & set(finished):
        return not_yet(
            wanted,
            "the description of a whole table; take its SSEDescription alone.",
        )
    if not isinstance(finished, dict):
        told = quoted(finished) if isinstance(finished, str) else ""
        return not_yet(wanted, f"{told or kind_of(finished)}.")
    if "Status" not in finished:
        return not_yet(wanted, "a dictionary without Status.")
    if finished["Status"] != "ENABLED":
        return not_yet(
            wanted, f"`{finished['Status']}`: the move was not over yet."
        )
    if finished.get("KMSMasterKeyArn") != key:
        tries = _tries(evidence, table)
        failed = tries and tries[-1].error
        told = f" {failure(tries[-1])}." if failed else ""
        return not_yet(
            wanted, f"ENABLED, and the ARN of the old key or of another.{told}"
        )
    arn = evidence.table_key(table)
    if arn != key:
        found = (
            "no longer exists"
            if arn is None
            else f"is under {_name_of(evidence, arn)}"
        )
        return not_yet(wanted, f"such a description, but {table} {found}.")
    return correct(
        "ENABLED, with the new ARN: this table no longer needs the old key."
    )


def uses_counted(evidence: Evidence, uses: Any) -> Verdict:
    """The number of Decrypt events for players-2025 on all pages of the trail."""
    table = evidence.lab.old_table_name
    if isinstance(uses, bool) or not isinstance(uses, int):
        return not_yet("a whole number.", f"{kind_of(uses)}.")
    calls = [x for x in records(evidence.lab.trail) if x.source == KMS]
    about = [x for x in calls if f'"{table}"' in json.dumps(x.parameters)]
    right = [x for x in about if x.name == "Decrypt"]
    if uses == len(right):
        return correct("A key's use can be counted, table by table.")
    wanted = f"all Decrypt events whose encryption context names {table}."
    if uses == sum(x.name == "Decrypt" for x in calls):
        return not_yet(wanted, f"{uses}: those of other tables as well.")
    if uses == len(about):
        return not_yet(wanted, f"{uses}: events of other operations as well.")
    if uses == sum(x in right for x in calls[-PAGE:]):
        return not_yet(wanted, f"{uses}, as many as on the first page.")
    return not_yet(wanted, f"{uses}.")


def audited(evidence: Evidence) -> Verdict:
    """Avatars is under the AWS managed key."""
    table = evidence.lab.avatars_table_name
    tries, arn = _tries(evidence, table), evidence.table_key(table)
    wanted = "a key whose use is in the audit trail, without a monthly fee."
    if arn is None:
        return _missing(evidence, table)
    if not arn and tries:
        return not_yet(wanted, tries[-1].reason or "the AWS owned key.")
    if not arn:
        moves = [x for x in evidence.records("UpdateTable") if not _key_in(x)]
        if other := _elsewhere(evidence, moves, table):
            return not_yet(f"{table} under another key.", other)
        if failed := last_failure(evidence, "CreateTable"):
            return not_yet(f"{table} under another key.", f"{failed}.")
        return not_attempted(
            f"{table} is still under the AWS owned key, whose use leaves no trail."
        )
    if key_metadata(evidence, arn)["KeyManager"] == "AWS":
        return correct(
            f"{table} is under the AWS managed key: audited, and without a monthly fee."
        )
    seen = f"{table} under a customer managed key: USD 1 a month, and yours to look after."
    return not_yet(wanted, seen)


def _missing(
    evidence: Evidence, table: str, begin: str = "run the cell that creates it"
) -> Verdict:
    """There is no such table: it was deleted, or it is still to be made."""
    if any(x.asks(tableName=table) for x in evidence.records("DeleteTable")):
        seen = f"no table {table}, because it was deleted; create it again."
        return not_yet(f"the table {table}, under the right key.", seen)
    return not_attempted(f"There is no table {table}; {begin}.")


def _key_in(record: Record) -> str:
    """The key that a request names for a table; empty if it names none."""
    asked = record.parameters.get("sSESpecification") or {}
    return str(asked.get("kMSMasterKeyId", ""))


def _tries(evidence: Evidence, table: str) -> list[Record]:
    return [x for x in evidence.records("UpdateTable") if x.asks(tableName=table)]


def tells_options(evidence: Evidence, option: Any) -> Verdict:
    """The function tells the three options from each other, for any key."""
    if problem := uncallable(option):
        return problem
    managed = evidence.client("kms").describe_key(KeyId="alias/aws/dynamodb")[
        "KeyMetadata"
    ]["Arn"]
    lab = evidence.lab
    cases = [
        (managed, "AWS managed", "a table under DynamoDB's AWS managed key"),
        (lab.key_arn, "customer managed", "a table under the studio's key"),
        (
            lab.next_key_arn,
            "customer managed",
            "a table under the studio's next key",
        ),
        ("", "AWS owned", "a table without SSEDescription"),
    ]
    for arn, right, about in cases:
        sse = {"Status": "ENABLED", "SSEType": "KMS", "KMSMasterKeyArn": arn}
        table = {
            "TableName": lab.old_table_name,
            **({"SSEDescription": sse} if arn else {}),
        }
        told = evidence.call(option, table=table)
        if told is None:
            return returned_none(option, f"`{right}` for {about}.")
        if told != right:
            return not_yet(f"`{right}` for {about}.", f"{quoted(told)}.")
    return correct(
        "KMS says who manages a key, and no SSEDescription means the AWS owned key."
    )


def alias_followed(evidence: Evidence) -> Verdict:
    """Players is under the key that the alias names now."""
    lab = evidence.lab
    table, new = lab.table_name, lab.next_key_arn
    tries, arn = _tries(evidence, table), evidence.table_key(table)
    if arn is None:
        return _missing(evidence, table)
    named = key_aliases(evidence).get(lab.key_alias)
    if named is None:
        seen = "no such alias; make it again with create_alias."
        return not_yet(f"{lab.key_alias} on the new key.", seen)
    if named != new.rpartition("/")[2]:
        seen = "the alias on another key; run the cell of section 6 again."
        return not_yet(f"{lab.key_alias} on the new key.", seen)
    if arn == new:
        asked = _key_in(tries[-1]) if tries else ""
        if asked == lab.key_alias:
            return correct(
                "You called update_table again, so DynamoDB looked the alias up "
                "again and found the new key."
            )
        return correct("DynamoDB has taken the new key, and keeps its ARN.")
    if not tries:
        calls = evidence.records("UpdateAlias", "UpdateTable")
        moved = [n for n, x in enumerate(calls) if x.name == "UpdateAlias"]
        since = calls[moved[-1] + 1 :] if moved else calls
        if other := _elsewhere(evidence, since, table):
            return not_yet(f"{table} under the new key.", other)
        return not_attempted(
            f"{table} is under the key that the alias named before."
        )
    return not_yet(
        f"{table} under the new key.",
        tries[-1].reason or _whose(evidence, arn),
    )


def _whose(evidence: Evidence, arn: str) -> str:
    """The key of players, in words."""
    if arn == evidence.lab.key_arn:
        return "the key that the alias named before."
    if arn and key_metadata(evidence, arn)["KeyManager"] == "AWS":
        return "DynamoDB's AWS managed key: your call names no key."
    return f"the key {arn}." if arn else "the AWS owned key."


EXERCISES = [
    scores_managed,
    guilds_under_studio,
    manager_told,
    tells_options,
    audited,
    move_awaited,
    alias_followed,
    uses_counted,
]
