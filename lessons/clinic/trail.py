"""Tasks 6 and 7: the proof of a refusal, and who has had a table's key opened."""

from __future__ import annotations

from typing import Any

from lessons.author import (
    Evidence,
    Part,
    Record,
    Verdict,
    access_keys,
    at_rest,
    event_named,
    judged,
    no_event,
    not_yet,
    quoted,
    returned_none,
)

from .history import PUBLIC, TABLE, History
from .key import visits_key_id
from .reads import READS, may

KMS, DYNAMODB = "kms.amazonaws.com", "dynamodb.amazonaws.com"


def the_proof(evidence: Evidence, event_id: object) -> Verdict:
    """KMS's own event of Bo's refusal, and no access key of his is left."""
    table, key_id = evidence.lab.visits_table_name, visits_key_id(evidence)
    found = evidence.event(event_id)
    if found is None:
        wanted = "the EventId of an event in the audit trail."
        return not_yet(wanted, no_event(evidence, event_id))
    what = event_named(found)
    context = found.parameters.get("encryptionContext") or {}
    of_key = bool(key_id) and f"key/{key_id}" in found.message
    for_table = found.via == DYNAMODB and context.get(TABLE) == table
    left = list(access_keys(evidence, "bo"))
    return judged(
        _refusal_of_kms(found, what),
        Part("Bo is refused", "" if found.user == "bo" else f"{what}."),
        Part(
            "the key is the visits' key",
            "" if of_key else f"{what}, which is about another key.",
        ),
        Part(
            f"DynamoDB called KMS on his behalf, for {table}",
            ""
            if for_table
            else f"{what}, which was not caused by a request for {table}.",
        ),
        Part("Bo cannot read a visit today", _reads_now(evidence, table)),
        Part(
            "Bo has no access key left",
            f"he has the access key {left[0]}." if left else "",
        ),
    )


def _reads_now(evidence: Evidence, table: str) -> str:
    """Whether what the event proves has changed since."""
    if at_rest(evidence, table) is None:
        return f"there is no table {table}."
    reads = may(evidence, "bo", table, READS)
    return (
        "he could, because a permission has changed since that event."
        if reads
        else ""
    )


def _refusal_of_kms(found: Record, what: str) -> Part:
    """Whether it is KMS that refuses, and kms:Decrypt; or which event it is."""
    title = "KMS refuses kms:Decrypt"
    if found.source == KMS and found.refused("kms:Decrypt"):
        return Part(title)
    if not found.denied:
        return Part(title, f"{what}. It is an event without a denial.")
    if "kms:Decrypt" in found.message:
        return Part(title, f"{what}. In it, DynamoDB passes on KMS's answer.")
    seen = f"{what}. It is a denial of something other than kms:Decrypt."
    return Part(title, seen, "any-denial")


def the_readers(evidence: Evidence, readers: Any) -> Verdict:
    """The function finds for whom a table's key was opened, in a history of its own."""
    if not callable(readers):
        return not_yet("a function.", f"`{readers!r}`.")
    evidence.fresh()
    history = History(evidence, PUBLIC)
    # In any order: for one table the newest event first, for the other the oldest.
    orders = (history.events, history.events[::-1], history.events)
    told = [
        evidence.call(readers, events=events, table=table)
        for events, table in zip(
            orders, (*history.tables, "no-table"), strict=True
        )
    ]
    for one in told:
        if one is None:
            return returned_none(readers, "a list of names.")
        if not isinstance(one, list) or not all(isinstance(x, str) for x in one):
            return not_yet("a list of names.", f"{quoted(one)}.")
    return judged(*_found(history, *told))


def _found(
    history: History, names: list[str], elsewhere: list[str], nowhere: list[str]
) -> list[Part]:
    """What the function finds for the first table, for the second, and for one without events."""
    wanted, people = history.readers[0], history.people
    missing = [name for name in wanted if name not in names]
    named = {x: f"{x} is in the list." for x in names if x not in wanted}
    known = (people.refused, people.late, people.alone, people.second)
    others = [x for x in named if x not in known]
    late = f"{people.late} is in the list: the key was disabled."
    return [
        Part(
            "everyone on whose behalf DynamoDB successfully called Decrypt for this table",
            f"{missing[0]} is missing." if missing else "",
        ),
        Part("nobody whom KMS refused", named.get(people.refused, "")),
        Part(
            "nobody whose call failed for another reason",
            late if people.late in named else "",
        ),
        Part(
            "nobody who called KMS without DynamoDB", named.get(people.alone, "")
        ),
        Part("nobody who used only another table", named.get(people.second, "")),
        Part("nobody else", named[others[0]] if others else ""),
        Part(
            "sorted, and each name once",
            "" if names == sorted(set(names)) else f"`{str(names)[:80]}`.",
        ),
        Part(
            "the right list for another table, whose events are in another order",
            ""
            if sorted(set(elsewhere)) == history.readers[1]
            else f"`{str(elsewhere)[:80]}`.",
        ),
        Part(
            "an empty list for a table without such calls",
            f"`{str(nowhere)[:80]}`." if nowhere else "",
        ),
    ]
