"""05 Denying access: full access to the table, none to the key."""

from __future__ import annotations

from helpers.course.chapter import (
    Chapter,
    Exercise,
    Verdict,
    Wrong,
    correct,
    not_attempted,
    not_yet,
)
from helpers.course.evidence import Evidence
from helpers.course.probes import may_read
from helpers.course.worlds import Studio

from .questions_05 import PREDICTIONS, QUIZ, WRITTEN

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
        if not shown.error and shown.asks(tableName=evidence.lab.table_name):
            how = "it succeeded: she may use the key now. Run the set-up cell to start over."
        return not_yet("a write to players that KMS refuses.", f"{shown.name}, and {how}")
    if any(not x.denied for x in writes):
        return not_yet("a write by Mira.", "a write by admin, who may use the key.")
    return not_attempted("The audit trail has no write by Mira; call put_item as she would.")


def proof(evidence: Evidence, event_id: object) -> Verdict:
    """5.2: the ID of the event in which KMS refuses kms:Decrypt on this key to Mira."""
    found = next((x for x in evidence.records() if x.identifier == event_id), None)
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
    """5.3: the scores are under the studio's key, which Mira may not use."""
    lab, scores = evidence.lab, evidence.lab.scores_table_name
    wanted = f"the table {scores} under the studio's key."
    arn = evidence.table_key(scores)
    if arn is None:
        return not_yet(wanted, f"there is no table {scores}; run the set-up cell again.")
    if not arn:
        return not_yet(wanted, f"{scores} under the AWS owned key, which stops nobody.")
    if evidence.client("kms").describe_key(KeyId=arn)["KeyMetadata"]["KeyManager"] == "AWS":
        tries = [x for x in evidence.records("UpdateTable") if x.asks(tableName=scores) and x.error]
        if tries:
            return not_yet(wanted, tries[-1].message.partition(" (Service")[0])
        return not_attempted(
            f"The table {scores} is still under the AWS managed key, which serves everybody in the "
            "account who comes through DynamoDB."
        )
    if arn != lab.key_arn:
        return not_yet(wanted, f"{scores} under another customer managed key, {arn}.")
    if not lab.at_rest(scores).pages:
        return not_yet("the scores, moved.", f"a new table {scores}, and its items are lost.")
    if may_read(evidence, "mira", scores):
        seen = "she may, by a policy or a grant; run the set-up cell again."
        return not_yet("a key that Mira may not use.", seen)
    return correct(f"Now a read of {scores} needs a permission on the studio's key.")


_ITEM = '{"player_id": {"S": "p-099"}}'
_SWITCH = (
    "dynamodb.update_table(TableName=lab.scores_table_name, "
    'SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": %s})'
)
_UNNAMED = (
    "dynamodb.update_table(TableName=lab.scores_table_name, SSESpecification={'Enabled': True})"
)
_FIRST = "next(e for e in cloudtrail.lookup_events()['Events'] if %s)['EventId']"
_DENIED = "try:\n    %s\nexcept ClientError:\n    pass\n"

CHAPTER = Chapter(
    world=world,
    written=WRITTEN,
    predictions=PREDICTIONS,
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
                    "PutItem, and Requested resource not found",
                ),
                "by KMS": Wrong(
                    _DENIED % 'mira_kms.encrypt(KeyId=lab.key_arn, Plaintext=b"p-099")',
                    "no write by Mira",
                    "not attempted",
                ),
                "once she may": Wrong(
                    "kms.create_grant(KeyId=lab.key_arn, Operations=['Decrypt'], "
                    "GranteePrincipal=mira.client('sts').get_caller_identity()['Arn'])\n"
                    f"mira_dynamodb.put_item(TableName=lab.table_name, Item={_ITEM})",
                    "she may use the key now",
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
                "the request that failed": Wrong(
                    "proof = denial.response['ResponseMetadata']['RequestId']",
                    "the ID of a request",
                ),
                "the request in the message": Wrong(
                    "proof = message.partition('Request ID: ')[2].partition(';')[0]",
                    "the ID of a request",
                ),
                "her own call to KMS": Wrong(
                    _DENIED % "mira_kms.encrypt(KeyId=lab.key_arn, Plaintext=b'x')"
                    + "proof = "
                    + _FIRST % "e['EventName'] == 'Encrypt'",
                    "of something else than kms:Decrypt",
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
                "no key named": Wrong(
                    _DENIED % _UNNAMED,
                    "Table is already encrypted",
                ),
                "moved by Mira": Wrong(
                    _DENIED % ("mira_" + _SWITCH % "lab.key_alias"), "mira is not authorized"
                ),
                "a policy on Mira": Wrong(
                    "iam.put_user_policy(UserName='mira', PolicyName='no', PolicyDocument="
                    "json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Deny', "
                    "'Action': 'dynamodb:GetItem', 'Resource': '*'}]}))",
                    "still under the AWS managed key",
                    "not attempted",
                ),
                "table deleted": Wrong(
                    "dynamodb.delete_table(TableName=lab.scores_table_name)", "no table scores"
                ),
                "a new table": Wrong(
                    "dynamodb.delete_table(TableName=lab.scores_table_name)\n"
                    "number = {'AttributeName': 'player_id'}\n"
                    "dynamodb.create_table(TableName=lab.scores_table_name, "
                    "AttributeDefinitions=[{**number, 'AttributeType': 'S'}], "
                    "KeySchema=[{**number, 'KeyType': 'HASH'}], BillingMode='PAY_PER_REQUEST', "
                    "SSESpecification={'Enabled': True, 'SSEType': 'KMS', "
                    "'KMSMasterKeyId': lab.key_alias})",
                    "its items are lost",
                ),
                "she may use the key": Wrong(
                    _SWITCH
                    % "lab.key_alias"
                    + "\nkms.create_grant(KeyId=lab.key_arn, Operations=['Decrypt'], "
                    "GranteePrincipal=mira.client('sts').get_caller_identity()['Arn'])",
                    "by a policy or a grant",
                ),
            },
        ),
    },
    quiz=QUIZ,
)
