"""Disabled, rotated, deleted; and nothing left behind."""

from __future__ import annotations

import json
from collections.abc import Iterable

from lessons.author import (
    Evidence,
    Exercise,
    Studio,
    Verdict,
    correct,
    grants_on,
    key_aliases,
    key_metadata,
    not_attempted,
    not_yet,
    records,
)

SCORES_KEY = "alias/scores"
ROTATION = 180  # days
_FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


def world(studio: Studio) -> dict[str, str]:
    """Two tables under the studio's key; last season's under its own, with a backup; the scores
    under a third, which somebody has scheduled for deletion; Mira, and all that hangs on her."""
    key = studio.create_key("alias/players-table")
    old_key = studio.create_key("alias/players-2025")
    scores_key = studio.create_key(SCORES_KEY)
    names = {
        "table_name": studio.create_table(studio.name("players"), key),
        "tournaments_table_name": studio.create_table(
            studio.name("tournaments"), key
        ),
        "old_table_name": studio.create_table(
            studio.name("players-2025"), old_key
        ),
        "scores_table_name": studio.create_table(
            studio.name("scores"), scores_key
        ),
    }
    for table in names.values():
        studio.put_players(table)
    old_table = names["old_table_name"]
    studio.client("dynamodb").create_backup(
        TableName=old_table, BackupName="end-of-season"
    )
    studio.client("kms").schedule_key_deletion(
        KeyId=scores_key.rpartition("/")[2]
    )
    _add_mira(studio, key, names["table_name"])
    keys = {
        "key_alias": "alias/players-table",
        "key_arn": key,
        "old_key_arn": old_key,
    }
    return {**names, **keys}


def _add_mira(studio: Studio, key: str, table: str) -> None:
    iam, mira = studio.client("iam"), studio.create_user("mira", _FULL_ACCESS)
    iam.create_access_key(UserName="mira")
    statement = {"Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_user_policy(
        UserName="mira", PolicyName="see-keys", PolicyDocument=document
    )
    studio.client("kms").create_grant(
        KeyId=key,
        Name="mira-players",
        GranteePrincipal=mira,
        Operations=["Decrypt"],
        Constraints={
            "EncryptionContextSubset": {"aws:dynamodb:tableName": table}
        },
    )


def users_of_the_key(evidence: Evidence, given: object) -> Verdict:
    """The names of the tables that are under the studio's key."""
    encryption = _encryption(evidence)
    right = {
        table for table, key in encryption.items() if key == evidence.lab.key_arn
    }
    wanted = "the names of all tables under the studio's key."
    if isinstance(given, str) or not isinstance(given, Iterable):
        return not_yet(f"{wanted[:-1]}, as a list.", f"`{str(given)[:60]}`.")
    names = [str(name) for name in given]
    for name in names:
        if name not in encryption:
            return not_yet(wanted, f"`{name[:60]}`, which is no table's name.")
        if name not in right:
            return not_yet(
                wanted, f"{name} among them, and that is under another key."
            )
    if right - set(names):
        return not_yet(wanted, f"{len(set(names))} of {len(right)}.")
    return correct(
        "Whoever disables or deletes this key takes these tables along."
    )


def _encryption(evidence: Evidence) -> dict[str, str]:
    """Every table, and the ARN of its key."""
    dynamodb = evidence.client("dynamodb")
    tables = {}
    for name in dynamodb.list_tables()["TableNames"]:
        about = dynamodb.describe_table(TableName=name)["Table"]
        tables[name] = about.get("SSEDescription", {}).get("KMSMasterKeyArn", "")
    return tables


def rotates(evidence: Evidence) -> Verdict:
    """The studio's key rotates every 180 days."""
    kms, key = evidence.client("kms"), evidence.lab.key_arn
    wanted = f"the studio's key with automatic rotation, every {ROTATION} days."
    status = kms.get_key_rotation_status(KeyId=key)
    if status["KeyRotationEnabled"]:
        days = status["RotationPeriodInDays"]
        if days == ROTATION:
            return correct(
                "KMS will make new key material by itself; nothing else changes."
            )
        return not_yet(wanted, f"automatic rotation, every {days} days.")
    asked = evidence.records("EnableKeyRotation")
    if asked:
        how = asked[-1].message or "on another key."
        return not_yet(wanted, f"EnableKeyRotation, but {how}")
    if len(evidence.records("RotateKeyOnDemand")) > 1:
        return not_yet(wanted, "a rotation on demand, which happens once.")
    return not_attempted(
        "The key does not rotate by itself yet; which operation switches it on?"
    )


def scores_are_back(evidence: Evidence) -> Verdict:
    """Scores can be read, under the key that it had."""
    scores = evidence.lab.scores_table_name
    wanted, again = (
        f"{scores}, readable, under its own key.",
        "run the set-up cell again.",
    )
    arn = evidence.table_key(scores)
    if arn is None:
        return not_yet(wanted, f"there is no table {scores}; {again}")
    if not arn.endswith(_first_key_of_scores(evidence)):
        return not_yet(wanted, f"{scores} under another key; {again}")
    table = evidence.client("dynamodb").describe_table(TableName=scores)["Table"]
    if "ArchivalSummary" in table:
        seen = "DynamoDB has archived the table, more than seven days after its key was lost;"
        return not_yet(wanted, f"{seen} {again} Then come here before section 6.")
    state = key_metadata(evidence, arn)["KeyState"]
    if state == "Enabled":
        return correct("The key can be used again, and so can the table.")
    if state == "Disabled":
        return not_yet(
            wanted, "its key is Disabled: cancelling does not enable it."
        )
    tried = evidence.records("EnableKey", "DisableKey", "UpdateTable")
    tried = [x for x in tried if x.error and x.touches(arn)]
    if tried:
        return not_yet(
            wanted, f"its key is {state}, and {tried[-1].name} failed."
        )
    return not_attempted(
        f"{scores} still fails; what do describe_table and describe_key say?"
    )


def _first_key_of_scores(evidence: Evidence) -> str:
    """The ID of the key that the world made for scores, whatever its alias names now."""
    made = (x for x in records(evidence.lab.trail) if x.name == "CreateAlias")
    named = next(x for x in made if x.asks(aliasName=SCORES_KEY))
    return str(named.raw["requestParameters"]["targetKeyId"])


def mira_is_gone(evidence: Evidence) -> Verdict:
    """The user mira is gone, and was not renamed."""
    iam, wanted = evidence.client("iam"), "no user mira."
    users = {user["UserName"] for user in iam.list_users()["Users"]}
    if "mira" not in users:
        renamed = [
            x for x in evidence.records("UpdateUser") if x.asks(userName="mira")
        ]
        names = [x.raw["requestParameters"].get("newUserName") for x in renamed]
        if same := users.intersection(names):
            return not_yet(
                wanted, f"the same user, who is called {same.pop()} now."
            )
        return correct("The user is gone, with access keys and policies.")
    keys = iam.list_access_keys(UserName="mira")["AccessKeyMetadata"]
    left = {
        "an access key": keys,
        "an attached policy": iam.list_attached_user_policies(UserName="mira")[
            "AttachedPolicies"
        ],
        "an inline policy": iam.list_user_policies(UserName="mira")[
            "PolicyNames"
        ],
    }
    named = [what for what, found in left.items() if found]
    if any(key["Status"] == "Inactive" for key in keys):
        return not_yet(
            wanted,
            "the user, with an access key that is inactive and not deleted.",
        )
    if len(named) == len(left):
        return not_attempted(f"The user is still there, with {', '.join(named)}.")
    still = (
        f"still with {' and '.join(named)}"
        if named
        else "with nothing left on her"
    )
    return not_yet(wanted, f"the user, {still}.")


def nothing_left(evidence: Evidence) -> Verdict:
    """No table, backup, alias or grant for a person, and no key that costs."""
    wanted = "an account with nothing left in it."
    left = [(what, names) for what, names in _left(evidence).items() if names]
    if not left:
        return correct("Nothing is left that costs money or opens anything.")
    started = (
        "DeleteTable",
        "DeleteBackup",
        "DeleteAlias",
        "RevokeGrant",
        "RetireGrant",
    )
    done = any(
        not x.error and x.name in started and not x.via
        for x in evidence.records()
    )
    if not done and len(left) == len(_left(evidence)):
        return not_attempted("Everything is still there; begin with the tables.")
    what, names = left[0]
    return not_yet(wanted, f"{what}: {names[0]}.")


def _left(evidence: Evidence) -> dict[str, list[str]]:
    """What is still there, by kind."""
    dynamodb, listed = (
        evidence.client("dynamodb"),
        evidence.client("kms").list_keys(),
    )
    about = [key_metadata(evidence, key["KeyId"]) for key in listed["Keys"]]
    keys = [key for key in about if key["KeyManager"] == "CUSTOMER"]
    grants = [grant for key in keys for grant in grants_on(evidence, key["Arn"])]
    grantees = [grant["GranteePrincipal"] for grant in grants]
    return {
        "a table": dynamodb.list_tables()["TableNames"],
        "a backup": [
            x["BackupName"] for x in dynamodb.list_backups()["BackupSummaries"]
        ],
        "an alias": [
            name
            for name in key_aliases(evidence)
            if not name.startswith("alias/aws/")
        ],
        "a grant for": [g for g in grantees if not g.endswith(".amazonaws.com")],
        "a key that is not pending deletion": [
            f"{key['Arn']} is {key['KeyState']}"
            for key in keys
            if "DeletionDate" not in key
        ],
    }


EXERCISES = [
    Exercise(
        title="Who uses this key?",
        points=1,
        hints=(
            "Ask KMS for the grants on the key, and look whom they are for.",
            "Those of DynamoDB have a GranteePrincipal that begins with dynamodb. What is in "
            "their Constraints?",
            'The name is grant["Constraints"]["EncryptionContextSubset"]'
            '["aws:dynamodb:tableName"]; each table comes twice.',
        ),
        check=users_of_the_key,
        given="used_by",
    ),
    Exercise(
        title="Let it rotate",
        points=1,
        hints=(
            "On demand is once. There is an operation that switches automatic rotation on.",
            "kms.enable_key_rotation takes a KeyId, and a period if 365 days are not right.",
            "RotationPeriodInDays=180",
        ),
        check=rotates,
    ),
    Exercise(
        title="Bring the scores back",
        points=2,
        hints=(
            "What does describe_table say about the table, and which key is it under?",
            "Ask key_state for that key. The picture of section 1 shows the way back.",
            "kms.cancel_key_deletion, and then kms.enable_key.",
        ),
        check=scores_are_back,
    ),
    Exercise(
        title="Delete Mira",
        points=2,
        hints=(
            "The error's message names what must go first. There is more than one thing.",
            "An access key, an attached policy, an inline policy: each has a list_… operation.",
            "delete_access_key, detach_user_policy, delete_user_policy, then delete_user.",
        ),
        check=mira_is_gone,
    ),
    Exercise(
        title="Leave nothing behind",
        points=3,
        hints=(
            "Go through the goal word by word; each has a list_… operation.",
            "delete_table, delete_backup, delete_alias, revoke_grant, schedule_key_deletion.",
            "A key that is pending deletion already cannot be scheduled again: ask key_state.",
        ),
        check=nothing_left,
    ),
]
