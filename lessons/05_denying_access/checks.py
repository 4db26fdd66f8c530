"""Full access to the table, none to the key."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from refusal.authorization import AuthorizationError

from lessons.author import (
    KEY_CHANGES,
    POLICY_CHANGES,
    WRITES,
    Evidence,
    Studio,
    Verdict,
    allows,
    choices,
    correct,
    delegation,
    event_named,
    failing_part,
    failure,
    key_metadata,
    key_policy,
    kind_of,
    last_failure,
    listed,
    may_manage,
    may_read,
    no_event,
    not_attempted,
    not_yet,
    own_policies,
    policies_of,
    user_arn,
    why_refused,
    would_decide,
)

KMS = "kms.amazonaws.com"
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
AGAIN = "If her managed policy is gone, attach it again."
AFRESH = "To start over, run the set-up cell."


def world(studio: Studio) -> dict[str, str]:
    """The players under the studio's key, last season's table too, the scores under the AWS
    managed key, the payments under a key that leaves nothing to IAM policies; and Bruno, whose own
    policy denies him the use of the studio's key."""
    key, payments_key = studio.create_two_keys()
    names = {
        "table_name": studio.create_table(studio.name("players"), key),
        "old_table_name": studio.create_table(studio.name("players-2025"), key),
        "scores_table_name": studio.create_table(
            studio.name("scores"), Enabled=True, SSEType="KMS"
        ),
        "payments_table_name": studio.create_table(
            studio.name("payments"), payments_key
        ),
    }
    for table, count in zip(names.values(), (3, 1, 1, 1), strict=True):
        studio.put_players(table, count)
    studio.create_user("bruno", FULL_ACCESS)
    studio.allow("bruno", "kms:Decrypt", key, "no-players", effect="Deny")
    keys = {
        "key_alias": "alias/players-table",
        "key_arn": key,
        "payments_key_arn": payments_key,
    }
    return {**names, **keys}


def refused_write(evidence: Evidence) -> Verdict:
    """Mira tried to write into players, and KMS refused."""
    key = evidence.lab.key_arn
    writes = evidence.records(*WRITES)
    attempts = [x for x in writes if x.user == "mira"]
    if any(x.refused("kms:Decrypt", key) for x in attempts):
        return correct(
            "To write an item, DynamoDB needs the table key in plaintext, so a write needs "
            "kms:Decrypt too."
        )
    if attempts:
        shown = attempts[-1]
        seen = f"{shown.name} succeeded, because that table is under another key."
        if shown.refused("kms:Decrypt", evidence.lab.payments_key_arn):
            seen = f"KMS refused {shown.name}, but for a key other than the studio's."
        elif shown.error:
            seen = f"{failure(shown)}."
        elif shown.asks(tableName=evidence.lab.table_name):
            seen = f"{shown.name} succeeded, because she may use the key now. {AFRESH}"
        return not_yet("a write to players that KMS refuses.", seen)
    if any(not x.denied for x in writes):
        return not_yet(
            "a write by Mira.", "a write by admin, who may use the key."
        )
    return not_attempted("The audit trail shows no write by Mira yet.")


def proof(evidence: Evidence, event_id: object) -> Verdict:
    """The ID of the event in which KMS refuses kms:Decrypt on this key to Mira."""
    found = evidence.event(event_id)
    wanted = "the event in which KMS refuses Mira kms:Decrypt with this key."
    if found is None:
        told = no_event(evidence, event_id)
        return not_yet("the EventId of an event in the audit trail.", told)
    what = event_named(found)
    if found.source != KMS and found.denied and "kms:Decrypt" in found.message:
        return not_yet(wanted, f"{what}. In it, DynamoDB passes on KMS's answer.")
    if found.denied and found.name != "Decrypt":
        seen = f"{what}. It is a denial of something other than kms:Decrypt."
        return not_yet(wanted, seen, "any-denial")
    if not found.denied:
        return not_yet(wanted, f"{what}. It is an event without a denial.")
    if found.user != "mira":
        return not_yet(wanted, f"{what}. That is another caller.")
    if evidence.lab.key_arn not in found.message:
        return not_yet(wanted, f"{what}. It is about another key.")
    asked = ", although she had only called DynamoDB" if found.via else ""
    return correct(f"KMS refused Mira kms:Decrypt with this key{asked}.")


def scores_closed(evidence: Evidence) -> Verdict:
    """The scores are under the studio's key, which Mira may not use."""
    lab, scores = evidence.lab, evidence.lab.scores_table_name
    wanted = f"the table {scores} under the studio's key."
    arn = evidence.table_key(scores)
    if arn is None:
        return not_yet(wanted, f"there is no table {scores}. {AFRESH}")
    if not arn:
        seen = f"{scores} under the AWS owned key, which keeps nobody out."
        return not_yet(wanted, seen)
    if key_metadata(evidence, arn)["KeyManager"] == "AWS":
        return _still_open(evidence, wanted)
    if arn != lab.key_arn:
        seen = f"{scores} under another customer managed key, {arn}."
        return not_yet(wanted, seen)
    if not lab.at_rest(scores).pages:
        return not_yet(
            "the same items.", f"a new table {scores}, so the old items are lost."
        )
    mira = user_arn(evidence, "mira")
    named = allows(key_policy(evidence, arn), mira, "kms:Decrypt")  # By 5.8, say.
    if may_read(evidence, "mira", scores) and not named:
        seen = f"an IAM policy or a grant lets her use this key. {AFRESH}"
        return not_yet("a key that Mira may not use.", seen)
    return correct(f"Now, reading {scores} requires permission to use the key.")


def _still_open(evidence: Evidence, wanted: str) -> Verdict:
    """What was tried while the scores stayed under the AWS managed key."""
    scores = evidence.lab.scores_table_name
    moves = evidence.records("UpdateTable")
    lost = "ResourceNotFoundException"
    tries = [x for x in moves if x.error == lost or x.asks(tableName=scores)]
    read = {"TableName": scores, "Key": {"player_id": {"S": "p-001"}}}
    if not _mira_may(evidence, "GetItem", read):
        return not_yet(wanted, f"her own permissions have changed. {AFRESH}")
    if tries and tries[-1].error:
        return not_yet(wanted, f"{failure(tries[-1])}.")
    return not_attempted(f"{scores} is still under the AWS managed key.")


def protected(evidence: Evidence) -> Verdict:
    """Deletion protection is on for players."""
    table = evidence.lab.table_name
    wanted = f"deletion protection for {table}."
    dynamodb = evidence.client("dynamodb")
    names = dynamodb.list_tables()["TableNames"]
    if table not in names:
        return not_yet(wanted, f"there is no table {table}. {AFRESH}")
    about = [dynamodb.describe_table(TableName=name)["Table"] for name in names]
    on = [x["TableName"] for x in about if x.get("DeletionProtectionEnabled")]
    if table in on:
        return correct(f"Nobody can delete {table} while this is turned on.")
    tries = evidence.records("UpdateTable")
    asked = [x for x in tries if "deletionProtectionEnabled" in x.parameters]
    if asked and asked[-1].error:
        return not_yet(wanted, f"{failure(asked[-1])}.")
    if on:
        return not_yet(wanted, f"{on[0]} has it, but {table} does not.")
    if any(x.asks(tableName=table) for x in asked):
        return not_yet(wanted, f"{table} had it, but it was turned off again.")
    return not_attempted(f"{table} has no deletion protection.")


def no_deletes(evidence: Evidence) -> Verdict:
    """Mira may delete no table, and may do everything else that she could."""
    table = evidence.lab.table_name
    wanted = (
        "Mira may not delete any table, but may do everything else as before."
    )
    item = {"TableName": table, "Key": {"player_id": {"S": "p-001"}}}
    others: dict[str, dict[str, Any]] = {
        "GetItem": item,
        "PutItem": {"TableName": table, "Item": item["Key"]},
        "DeleteItem": item,
        "UpdateTable": {"TableName": table},
        "ListTables": {},
    }
    lost = [x for x, asked in others.items() if not _mira_may(evidence, x, asked)]
    if lost := lost or _denied(evidence):
        calls = listed([f"dynamodb:{name}" for name in lost[:3]])
        return not_yet(wanted, f"she may no longer call {calls}. {AGAIN}")
    open_still = [
        name
        for name in (table, evidence.lab.scores_table_name, f"{table}-next")
        if _mira_may(evidence, "DeleteTable", {"TableName": name})
    ]
    if not open_still:
        return correct("She cannot delete any table, but can do everything else.")
    if len(open_still) < 3:
        seen = f"she can still delete other tables, such as {open_still[-1]}."
        return not_yet(wanted, seen)
    written = ("CreatePolicy", "PutResourcePolicy")
    tries = evidence.records(*POLICY_CHANGES, *written)
    tries = [x for x in tries if not x.asks(policyArn=FULL_ACCESS)]
    if not tries:
        return not_attempted("Mira can still delete tables.")
    if tries[-1].error:
        return not_yet(wanted, f"{failure(tries[-1])}.")
    seen = f"after {tries[-1].name}, Mira can still delete tables."
    if own := own_policies(evidence, "mira"):
        return not_yet(
            wanted, f"{seen} Your policy for her is {json.dumps(own)}."
        )
    return not_yet(wanted, f"{seen} No policy of yours is attached to her.")


def _denied(evidence: Evidence) -> list[str]:
    """DynamoDB's other operations that Mira's policies no longer allow."""
    names = evidence.client("dynamodb").meta.service_model.operation_names
    own = [x for _, held in policies_of(evidence, "mira") for x in held]
    arn = f"arn:aws:dynamodb:us-east-1:{evidence.lab.account_id}:table/any"
    may = partial(would_decide, evidence, "mira", key_arn=arn, key=[], iam=own)
    return [x for x in names if x != "DeleteTable" and not may(f"dynamodb:{x}")]


def _mira_may(evidence: Evidence, operation: str, asked: dict[str, Any]) -> bool:
    """Whether DynamoDB would let her, without asking KMS."""
    return evidence.lab.in_process.would_allow(
        "mira", "dynamodb", operation, asked
    )


REMEDIES = {"A": "deny", "B": "other", "C": "any", "D": "key"}
WORDS = ("any", "key", "deny", "other")


def triage(evidence: Evidence, remedies: object) -> Verdict:
    """What would help in each of four tickets."""
    chosen = choices(remedies, WORDS, REMEDIES, "tickets")
    if isinstance(chosen, Verdict):
        return chosen
    named = {
        x: word for x in REMEDIES for thing, word in chosen.items() if x in thing
    }
    wrong = [x for x in REMEDIES if named[x] != REMEDIES[x]]
    if wrong:
        which = f"ticket{'s' if len(wrong) > 1 else ''} {listed(wrong)}"
        return not_yet(
            "the remedy that follows from the words of each message.",
            f"{4 - len(wrong)} of 4 are right. Look at {which} again.",
            "any-denial" if wrong == ["B"] else "",
        )
    return correct("The words of each message tell you what helps.")


def _no_statement(wanted: str, given: object) -> Verdict | None:
    """What keeps an answer from being one statement of an IAM policy, by its shape."""
    if not isinstance(given, dict):
        return not_yet(wanted, f"{kind_of(given)}, not a dictionary.")
    open_still = [name for name, x in given.items() if x is ...]
    if {"Action", "Resource"} <= set(open_still):
        return not_attempted("The dots are still there, in Action and Resource.")
    if open_still:
        return not_yet(wanted, f"the dots, under {listed(open_still)}.")
    if "Statement" in given:
        return not_yet(
            wanted, "a whole policy. Give only the statement that is in it."
        )
    if "Principal" in given:
        return not_yet(wanted, "a Principal, which an IAM policy cannot have.")
    return None


def smallest(evidence: Evidence, statement: Any) -> Verdict:
    """One statement that allows kms:Decrypt on the studio's key, and nothing else."""
    key = evidence.lab.key_arn
    wanted = (
        "one statement of an IAM policy that allows kms:Decrypt with this key."
    )
    if amiss := _no_statement(wanted, statement):
        return amiss
    try:
        allowed = partial(_allows, evidence, statement)
        allowed("kms:Decrypt", key)
    except AuthorizationError as error:
        return not_yet(wanted, f"something that is not a statement: {error}")
    if not allowed("kms:Decrypt", key):
        right = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": key}
        return not_yet(
            wanted, failing_part(statement, right, partial(_allows, evidence))
        )
    actions = ("kms:Encrypt", "kms:ReEncryptFrom", "kms:GenerateDataKey")
    more = (*actions, "kms:CreateGrant", "kms:PutKeyPolicy", "kms:DescribeKey")
    if extra := [action for action in more if allowed(action, key)]:
        return not_yet(wanted, f"it also allows {extra[0]}.")
    if allowed("kms:Decrypt", f"{key[:-4]}0000"):
        return not_yet(wanted, "it also allows kms:Decrypt with other keys.")
    return correct("It allows one action with one key, and nothing else.")


def _allows(
    evidence: Evidence, statement: dict[str, Any], action: str, resource: str
) -> bool:
    """Whether a statement in an IAM policy would allow Mira this, coming through DynamoDB."""
    lab = evidence.lab
    context = {
        "kms:ViaService": f"dynamodb.{lab.region}.amazonaws.com",
        "kms:CallerAccount": lab.account_id,
        "kms:EncryptionContext:aws:dynamodb:tableName": lab.table_name,
        "kms:EncryptionContext:aws:dynamodb:subscriberId": lab.account_id,
    }
    return would_decide(
        evidence,
        "mira",
        action,
        resource,
        key=[delegation(evidence)],
        iam=[statement],
        context=context,
    )


def let_in(evidence: Evidence) -> Verdict:
    """The key policy lets Mira use the key; she cannot manage it, and admin lost nothing."""
    lab = evidence.lab
    wanted = "a key policy that lets both you and Mira use the key."
    mira, admin = user_arn(evidence, "mira"), user_arn(evidence, "admin")
    found = key_policy(evidence, lab.key_arn)
    if allows(found, f"{mira}-nobody", "kms:Decrypt"):
        return not_yet(wanted, "it allows kms:Decrypt to everybody.")
    if not allows(found, mira, "kms:Decrypt"):
        return _not_let_in(evidence, wanted, mira, found)
    lost = {
        "kms:Decrypt": "“Allow use of the key” no longer names admin.",
        "kms:PutKeyPolicy": "admin may no longer manage the key.",
    }
    for action, seen in lost.items():
        if not allows(found, admin, action):
            return not_yet(wanted, seen)
    if not allows(found, f"arn:aws:iam::{lab.account_id}:root", "kms:Decrypt"):
        seen = "the statement “Enable IAM User Permissions” is gone. Put it back."
        return not_yet(wanted, f"{seen} {AFRESH}")
    if may_manage(evidence, "mira", lab.key_arn):
        named = [
            x.get("Sid") for x in found if allows([x], mira, "kms:PutKeyPolicy")
        ]
        where = f" “{named[0]}” names her as well." if named else ""
        return not_yet(wanted, f"she can also manage the key.{where}")
    if reason := why_refused(evidence, "mira", lab.table_name):
        return not_yet(
            wanted, f"she still cannot read {lab.table_name}: {reason}"
        )
    return correct(
        "A key policy that names her is enough, so no IAM policy is needed."
    )


def _not_let_in(
    evidence: Evidence, wanted: str, mira: str, found: list[dict[str, Any]]
) -> Verdict:
    """What was tried, where the key policy does not let her use the key."""
    named = [x for x in found if mira in str(x.get("Principal"))]
    if named:
        claim = "administrator-decrypts" if "kms:Put*" in str(named) else ""
        seen = f"“{named[0].get('Sid', 'a statement')}” names her, but has no kms:Decrypt."
        return not_yet(wanted, seen, claim)
    if may_read(evidence, "mira", evidence.lab.table_name):
        return not_yet(wanted, "she may read, but not because of the key policy.")
    if failed := last_failure(evidence, "PutKeyPolicy", instead=KEY_CHANGES):
        return not_yet(wanted, f"{failed}.")
    return not_attempted("The key policy in KMS does not name her yet.")


EXERCISES = [
    refused_write,
    proof,
    scores_closed,
    protected,
    no_deletes,
    triage,
    smallest,
    let_in,
]
