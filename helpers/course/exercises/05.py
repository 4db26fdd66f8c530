"""05 Denying access: full access to the table, none to the key."""

from __future__ import annotations

from typing import Any

from helpers.course.chapter import (
    Chapter,
    Exercise,
    Option,
    Question,
    Verdict,
    Written,
    Wrong,
    correct,
    not_attempted,
    not_yet,
)
from helpers.course.evidence import Evidence
from helpers.course.worlds import Studio

KMS, DYNAMODB = "kms.amazonaws.com", "dynamodb.amazonaws.com"
WRITES = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems")


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
    """5.1: Mira tried to write into players, and KMS refused."""
    key = evidence.lab.key_arn
    writes = [x for x in evidence.records() if x.name in WRITES and x.source == DYNAMODB]
    attempts = [x for x in writes if x.user == "mira"]
    if any(x.denied and "kms:Decrypt" in x.message and key in x.message for x in attempts):
        return correct(
            "To write an item, DynamoDB must open the table key, so a write needs kms:Decrypt too."
        )
    if attempts:
        shown = attempts[-1]
        how = shown.message or "it succeeded: that table is under another key."
        return not_yet("a write to players that KMS refuses.", f"{shown.name}, and {how}")
    if any(not x.denied for x in writes):
        return not_yet("a write by Mira.", "a write by admin, who may use the key.")
    return not_attempted("The audit trail has no write by Mira; call put_item as she would.")


def proof(evidence: Evidence, event_id: object) -> Verdict:
    """5.2: the ID of the event in which KMS refuses kms:Decrypt on this key to Mira."""
    found = next((x for x in evidence.records() if x.identifier == event_id), None)
    wanted = "the event of KMS that refuses kms:Decrypt on this key to Mira."
    if found is None:
        return not_yet("the EventId of an event in the audit trail.", f"`{str(event_id)[:60]}`.")
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
    return correct("KMS refused kms:Decrypt on this key to Mira, who had asked DynamoDB only.")


def scores_closed(evidence: Evidence) -> Verdict:
    """5.3: the scores are under the studio's key, which Mira may not use."""
    dynamodb, kms = evidence.client("dynamodb"), evidence.client("kms")
    scores = evidence.lab.scores_table_name
    wanted = "the table scores under the studio's key."
    if scores not in dynamodb.list_tables()["TableNames"]:
        return not_yet(wanted, "there is no table scores; run the set-up cell again.")
    encryption = _settled(dynamodb, scores)
    if encryption is None:
        return not_yet(wanted, "scores under the AWS owned key, which stops nobody.")
    arn = encryption["KMSMasterKeyArn"]
    key = kms.describe_key(KeyId=arn)["KeyMetadata"]
    if key["KeyManager"] == "AWS":
        return not_attempted(
            "The table scores is still under the AWS managed key, whose policy lets everyone "
            "in the account in who comes through DynamoDB."
        )
    if arn != evidence.lab.key_arn:
        return not_yet(wanted, f"scores under another customer managed key, {arn}.")
    if "user/mira" in kms.get_key_policy(KeyId=arn)["Policy"]:
        return not_yet("a key that Mira may not use.", "a key policy that names her.")
    return correct("Now a read of scores needs a permission on the studio's key.")


def _settled(dynamodb: Any, table: str) -> Any:
    """A table's SSEDescription once no change is on its way; each question lets time pass."""
    for _ in range(100):
        description = dynamodb.describe_table(TableName=table)["Table"].get("SSEDescription")
        if description is None or description["Status"] != "UPDATING":
            return description
    raise TimeoutError(f"{table} is still changing its key")


READ = Question(
    "Mira has AmazonDynamoDBFullAccess, and nothing else. She reads player p-001. What happens?",
    {
        "a": Option(
            "She gets the item: full access to DynamoDB is enough.",
            "Full access to DynamoDB is not access to the key, and DynamoDB asks for the key as "
            "the caller.",
        ),
        "b": Option(
            "She gets the item, but as ciphertext.",
            "DynamoDB never hands out ciphertext: it decrypts for the caller, or it refuses.",
        ),
        "c": Option(
            "DynamoDB refuses: she may not call GetItem.",
            "Her policy allows dynamodb:*, so GetItem itself is allowed.",
        ),
        "d": Option(
            "She is refused: she may not use the key.",
            "DynamoDB asked KMS to decrypt the table key on her behalf, and KMS said no.",
        ),
    },
    "d",
)
DELETE = Question(
    "Mira cannot read players-2025 either. She asks DynamoDB to delete it. What happens?",
    {
        "a": Option(
            "It is refused: deleting needs the key as well.",
            "Deleting a table decrypts nothing, so KMS is not asked.",
            "denial-stops-deletion",
        ),
        "b": Option(
            "The table is deleted.",
            "dynamodb:* allows DeleteTable, and nothing has to be decrypted for it.",
        ),
        "c": Option(
            "The items are deleted, and the encrypted table stays.",
            "DeleteTable removes table and items; to delete single items she would need the key.",
        ),
    },
    "b",
)
QUIZ = {
    "q1": Question(
        "What does Mira's denial prove?",
        {
            "a": Option(
                "That the table is encrypted.",
                "Every DynamoDB table is encrypted, also those that she can read.",
                "denial-proves-encryption",
            ),
            "b": Option(
                "That she may not use this key.",
                "The denial is about kms:Decrypt on this key, asked for by her.",
            ),
            "c": Option(
                "That she has no permission on KMS at all.",
                "AmazonDynamoDBFullAccess holds kms:DescribeKey and kms:ListAliases.",
                "no-kms-permission",
            ),
        },
        "b",
    ),
    "q2": Question(
        "Which of these alone would let Mira read?",
        {
            "a": Option(
                "Only a key policy and an IAM policy together.",
                "In one account the key policy alone is enough, if it names her.",
                "both-must-allow",
            ),
            "b": Option(
                "Making her a key administrator.",
                "That statement has no kms:Decrypt, though an administrator can change the policy.",
                "administrator-decrypts",
            ),
            "c": Option(
                "A statement in the key policy that names her and allows kms:Decrypt.",
                "A key policy that names a user of its own account is enough.",
            ),
        },
        "c",
    ),
    "q3": Question(
        "Mira's message ends with “no identity-based policy allows the kms:Decrypt action”. Why "
        "identity-based, when she is missing in the key policy?",
        {
            "a": Option(
                "The key policy leaves the decision to the account's IAM policies.",
                "Its first statement names the account, so an IAM policy could have allowed it.",
            ),
            "b": Option(
                "KMS does not look at the key policy for IAM users.",
                "KMS always looks at the key policy; without it no IAM policy counts.",
            ),
            "c": Option(
                "Her DynamoDB policy denies kms:Decrypt.",
                "It says nothing of kms:Decrypt; a Deny would read “with an explicit deny”.",
            ),
        },
        "a",
    ),
    "q4": Question(
        "If players were under the AWS managed key, what would Mira see?",
        {
            "a": Option(
                "The same denial.",
                "The AWS managed key's policy lets in every principal of the account that comes "
                "through DynamoDB.",
                "managed-key-denies",
            ),
            "b": Option(
                "The item.",
                "Only a customer managed key lets you say who may use it.",
            ),
            "c": Option(
                "The ciphertext.",
                "DynamoDB never hands out ciphertext.",
            ),
        },
        "b",
    ),
}

_ITEM = '{"player_id": {"S": "p-099"}}'
_SWITCH = (
    "dynamodb.update_table(TableName=lab.scores_table_name, "
    'SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": %s})'
)
_FIRST = "next(e for e in cloudtrail.lookup_events()['Events'] if %s)['EventId']"
_DENIED = "try:\n    %s\nexcept ClientError:\n    pass\n"

WRITTEN = {
    "5.a": Written(
        "You made a user for a test. What may this user do, and what may it not do?",
        (
            "It has AmazonDynamoDBFullAccess, so every action of DynamoDB.",
            "It may not use the key: kms:Decrypt is missing. It may describe it and list aliases.",
        ),
        "Mira has the AWS managed policy AmazonDynamoDBFullAccess. It allows every action of "
        "DynamoDB, and of KMS only kms:DescribeKey and kms:ListAliases. She may see the key, and "
        "she may not use it.",
    ),
    "5.b": Written(
        "What did the user meet when reading the table, why, and what does it show?",
        (
            "An AccessDeniedException that names kms:Decrypt.",
            "DynamoDB asked KMS on the user's behalf, and no policy or grant allows it.",
            "It shows who may use the key; it is no proof that the table is encrypted.",
        ),
        "Her read ended in an AccessDeniedException. To open the table key DynamoDB asked KMS for "
        "kms:Decrypt in her name, and no policy and no grant allows it to her. It shows that "
        "permissions on the key count on top of those on the table. It does not show that the "
        "table is encrypted: every table is.",
    ),
}

CHAPTER = Chapter(
    world=world,
    written=WRITTEN,
    predictions={"5.1": READ, "5.2": DELETE},
    exercises={
        "5.1": Exercise(
            "Can Mira write?",
            1,
            (
                "You have the client that acts as Mira. Which call writes one item?",
                "mira_dynamodb.put_item, inside try and except ClientError, as in the read.",
                'The item needs its key at least: {"player_id": {"S": "p-099"}}.',
            ),
            refused_write,
            wrong={
                "written by admin": Wrong(
                    f"dynamodb.put_item(TableName=lab.table_name, Item={_ITEM})", "a write by admin"
                ),
                "another table": Wrong(
                    f"mira_dynamodb.put_item(TableName=lab.scores_table_name, Item={_ITEM})",
                    "under another key",
                ),
                "no such table": Wrong(
                    _DENIED % f'mira_dynamodb.put_item(TableName="player", Item={_ITEM})',
                    "a write to players that KMS refuses",
                ),
                "a read": Wrong(
                    _DENIED % "mira_dynamodb.scan(TableName=lab.table_name)",
                    "no write by Mira",
                    "not attempted",
                ),
            },
        ),
        "5.2": Exercise(
            "Find the proof",
            2,
            (
                "KMS wrote the refusal down as well. What was the operation called?",
                "cloudtrail.lookup_events takes LookupAttributes: EventName, and what it is.",
                "Look for Decrypt with the Username mira. One of hers was allowed; the refused one "
                'has an errorCode in json.loads(event["CloudTrailEvent"]).',
            ),
            proof,
            given="proof",
            wrong={
                "an event without a denial": Wrong(
                    "proof = " + _FIRST % "e['EventName'] == 'CreateUser'",
                    "an event without a denial",
                ),
                "a denial of something else": Wrong(
                    _DENIED % "mira.client('iam').list_users()"
                    + "proof = "
                    + _FIRST % "e['EventName'] == 'ListUsers'",
                    "of something else than kms:Decrypt",
                ),
                "her Decrypt that was allowed": Wrong(
                    "proof = " + _FIRST % "e['EventName'] == 'Decrypt' and e['Username'] == 'mira'",
                    "an event without a denial",
                ),
                "DynamoDB's own event": Wrong(
                    "proof = next(x for x in lab.trail.events() "
                    "if x.record['eventName'] == 'GetItem' and x.record.get('errorCode'))"
                    ".record['eventID']",
                    "DynamoDB passing on",
                ),
                "not an event": Wrong("proof = 'AccessDeniedException'", "`AccessDeniedException`"),
            },
        ),
        "5.3": Exercise(
            "Close the scores",
            2,
            (
                "Nobody can edit the AWS managed key's policy. Whose policy can you edit?",
                "A table can change its key: update_table with an SSESpecification.",
                'SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": …}',
            ),
            scores_closed,
            wrong={
                "the AWS owned key": Wrong(
                    "dynamodb.update_table(TableName=lab.scores_table_name, "
                    'SSESpecification={"Enabled": False})\n'
                    "lab.advance(minutes=1)",
                    "AWS owned key",
                ),
                "a key of its own": Wrong(
                    "other = kms.create_key()['KeyMetadata']['Arn']\n"
                    + _SWITCH % "other"
                    + "\nlab.advance(minutes=1)",
                    "another customer managed key",
                ),
                "table deleted": Wrong(
                    "dynamodb.delete_table(TableName=lab.scores_table_name)", "no table scores"
                ),
            },
        ),
    },
    quiz=QUIZ,
)
