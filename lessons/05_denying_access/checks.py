"""Full access to the table, none to the key."""

from __future__ import annotations

from lessons.author import (
    Evidence,
    Exercise,
    Studio,
    Verdict,
    correct,
    key_metadata,
    may_read,
    not_attempted,
    not_yet,
)

KMS = "kms.amazonaws.com"
WRITES = (
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "BatchWriteItem",
    "TransactWriteItems",
)


def world(studio: Studio) -> dict[str, str]:
    """The players under the studio's key, last season's table too, the scores under the AWS
    managed key."""
    key = studio.create_key("alias/players-table")
    names = {
        "table_name": studio.create_table(studio.name("players"), key),
        "old_table_name": studio.create_table(studio.name("players-2025"), key),
        "scores_table_name": studio.create_table(
            studio.name("scores"), Enabled=True, SSEType="KMS"
        ),
    }
    for table, count in zip(names.values(), (3, 1, 1), strict=True):
        studio.put_players(table, count)
    return {**names, "key_alias": "alias/players-table", "key_arn": key}


def refused_write(evidence: Evidence) -> Verdict:
    """Mira tried to write into players, and KMS refused."""
    key = evidence.lab.key_arn
    writes = evidence.records(*WRITES)
    attempts = [x for x in writes if x.user == "mira"]
    if any(x.refused("kms:Decrypt", key) for x in attempts):
        return correct(
            "To write an item, DynamoDB must open the table key, so a write needs kms:Decrypt too."
        )
    if attempts:
        shown = attempts[-1]
        how = shown.message or "it succeeded: that table is under another key."
        if not shown.error and shown.asks(tableName=evidence.lab.table_name):
            how = "it succeeded: she may use the key now. Run the set-up cell to start over."
        return not_yet(
            "a write to players that KMS refuses.", f"{shown.name}, and {how}"
        )
    if any(not x.denied for x in writes):
        return not_yet(
            "a write by Mira.", "a write by admin, who may use the key."
        )
    return not_attempted(
        "The audit trail has no write by Mira; call put_item as she would."
    )


def proof(evidence: Evidence, event_id: object) -> Verdict:
    """The ID of the event in which KMS refuses kms:Decrypt on this key to Mira."""
    found = evidence.event(event_id)
    wanted = "the event of KMS that refuses kms:Decrypt on this key to Mira."
    if found is None:
        seen = f"`{str(event_id)[:60]}`."
        if any(x.request_id == event_id for x in evidence.records()):
            seen = "the ID of a request. Its event has an EventId of its own."
        return not_yet("the EventId of an event in the audit trail.", seen)
    what = f"{found.name} of {found.source}, by {found.user or found.arn}"
    if found.source != KMS and found.denied and "kms:Decrypt" in found.message:
        return not_yet(wanted, f"{what}: DynamoDB passing on what KMS said.")
    if found.denied and found.name != "Decrypt":
        seen = f"{what}: a denial, but of something else than kms:Decrypt."
        return not_yet(wanted, seen, "any-denial")
    if not found.denied:
        return not_yet(wanted, f"{what}: an event without a denial.")
    if found.user != "mira":
        return not_yet(wanted, f"{what}: another caller.")
    if evidence.lab.key_arn not in found.message:
        return not_yet(wanted, f"{what}, on another key.")
    asked = ", who had asked DynamoDB only" if found.via else ""
    return correct(f"KMS refused kms:Decrypt on this key to Mira{asked}.")


def scores_closed(evidence: Evidence) -> Verdict:
    """The scores are under the studio's key, which Mira may not use."""
    lab, scores = evidence.lab, evidence.lab.scores_table_name
    wanted = f"the table {scores} under the studio's key."
    arn = evidence.table_key(scores)
    if arn is None:
        return not_yet(
            wanted, f"there is no table {scores}; run the set-up cell again."
        )
    if not arn:
        return not_yet(
            wanted, f"{scores} under the AWS owned key, which stops nobody."
        )
    if key_metadata(evidence, arn)["KeyManager"] == "AWS":
        tries = [
            x
            for x in evidence.records("UpdateTable")
            if x.asks(tableName=scores) and x.error
        ]
        if tries:
            return not_yet(wanted, tries[-1].reason)
        return not_attempted(
            f"The table {scores} is still under the AWS managed key, which serves everybody in the "
            "account who comes through DynamoDB."
        )
    if arn != lab.key_arn:
        return not_yet(
            wanted, f"{scores} under another customer managed key, {arn}."
        )
    if not lab.at_rest(scores).pages:
        return not_yet(
            "the scores, moved.", f"a new table {scores}, and its items are lost."
        )
    if may_read(evidence, "mira", scores):
        seen = "she may, by a policy or a grant; run the set-up cell again."
        return not_yet("a key that Mira may not use.", seen)
    return correct(
        f"Now a read of {scores} needs a permission on the studio's key."
    )


EXERCISES = [
    Exercise(
        title="Can Mira write?",
        points=1,
        hints=(
            "You have the client that acts as Mira. Which call writes one item?",
            "mira_dynamodb.put_item, inside try and except ClientError, as in the read.",
            'The item needs its key at least: {"player_id": {"S": "p-099"}}.',
        ),
        check=refused_write,
    ),
    Exercise(
        title="Find the proof",
        points=2,
        hints=(
            "KMS wrote the refusal down as well. What was the operation called?",
            "cloudtrail.lookup_events takes LookupAttributes: EventName, and what it is.",
            "Look for Decrypt with the Username mira. One of hers was allowed; the refused one "
            'has an errorCode in json.loads(event["CloudTrailEvent"]).',
        ),
        check=proof,
        given="proof",
    ),
    Exercise(
        title="Close the scores",
        points=2,
        hints=(
            "Nobody can edit the AWS managed key's policy. Whose policy can you edit?",
            "A table can change its key: update_table with an SSESpecification.",
            'SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": …}',
        ),
        check=scores_closed,
    ),
]
