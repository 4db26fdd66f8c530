"""Three ways to let a user use the key, and what else each allows."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from lessons.author import (
    Evidence,
    Exercise,
    Record,
    Studio,
    Verdict,
    correct,
    grants_on,
    key_policy,
    may_read,
    not_attempted,
    not_yet,
)

_POLICIES = "arn:aws:iam::aws:policy/AmazonDynamoDB"


def world(studio: Studio) -> dict[str, str]:
    """Two tables of players under the studio's key, the payments under a key that leaves nothing
    to IAM policies; Mira and Edda, who may use neither."""
    key = studio.create_key("alias/players-table")
    payments_key = studio.create_key("alias/payments")
    _take_delegation(studio, payments_key)
    names = {
        "table_name": studio.create_table(studio.name("players"), key),
        "old_table_name": studio.create_table(studio.name("players-2025"), key),
        "payments_table_name": studio.create_table(
            studio.name("payments"), payments_key
        ),
    }
    for table, count in zip(names.values(), (3, 1, 1), strict=True):
        studio.put_players(table, count)
    studio.create_user("mira", f"{_POLICIES}FullAccess")
    studio.create_user("edda", f"{_POLICIES}ReadOnlyAccess")
    keys = {
        "key_alias": "alias/players-table",
        "key_arn": key,
        "payments_key_arn": payments_key,
    }
    return {**names, **keys}


def _take_delegation(studio: Studio, key: str) -> None:
    """Take the statement for the account out of a key's policy."""
    kms = studio.client("kms")
    policy = json.loads(
        kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]
    )
    del policy["Statement"][0]
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(policy))


WRITES = (
    "PutItem",
    "UpdateItem",
    "BatchWriteItem",
    "TransactWriteItems",
    "ExecuteStatement",
)


def written_by_mira(evidence: Evidence) -> Verdict:
    """P-050 is in players, and Mira put it there."""
    table = evidence.lab.table_name
    writes = evidence.records(*WRITES)
    hers = [x for x in writes if x.user == "mira"]
    wanted = "p-050 in players, put there by Mira."
    if _holds(evidence, table, "p-050"):
        if any(not x.error and x.touches(_arn(evidence, table)) for x in hers):
            return correct("Of the key, a write needs kms:Decrypt only.")
        return not_yet(wanted, "p-050, and no write of hers: admin put it there.")
    if hers and not hers[-1].touches(_arn(evidence, table)):
        return not_yet(wanted, "a write of hers into another table.")
    if hers and hers[-1].error:
        why = hers[-1].reason
        if "kms:Decrypt" in why:
            why += ". Her grant is gone; run section 4 again."
        return not_yet(wanted, f"a write of hers that failed: {why}")
    if writes:
        return not_yet(
            wanted, f"a write by {writes[-1].user}, and no p-050 in players."
        )
    return not_attempted("Nobody has written yet; call put_item as Mira would.")


def taken_away(evidence: Evidence) -> Verdict:
    """No grant for Mira is left, and KMS refused her afterwards."""
    wanted = "no grant for Mira, and after that a read of players that KMS refuses her."
    if len(_grants(evidence, ".amazonaws.com")) < 4:
        seen = "DynamoDB's own grants are gone, so it cannot use the key for anybody."
        return not_yet(wanted, f"{seen} Run the set-up cell to start over.")
    trail, players = evidence.records(), _arn(evidence, evidence.lab.table_name)
    after = trail[_last_change_of_her_grants(evidence, trail) + 1 :]
    reads = [x for x in after if x.user == "mira" and x.touches(players)]
    if _hers(evidence):
        if any(x.error for x in reads):
            return not_yet(
                wanted, "her read is refused, and her grant is still there."
            )
        return not_attempted(
            "Mira's grant is still there; which operation takes a grant away?"
        )
    if any("kms:Decrypt" in x.message for x in reads):
        return correct("The grant is gone, and KMS has refused her since.")
    if not reads:
        return not_yet(
            wanted, "her grant is gone, and she has not read players since."
        )
    if not reads[-1].error:
        seen = "her grant is gone, and her read still went through."
        return not_yet(wanted, seen, "revoking-is-instant")
    return not_yet(
        wanted, f"a refusal that is not KMS's: {reads[-1].message}", "any-denial"
    )


def _hers(evidence: Evidence) -> list[dict[str, Any]]:
    """Mira's grants; of a user that was deleted, a grant keeps an ID in place of the ARN."""
    others = (
        *_grants(evidence, ".amazonaws.com"),
        *_grants(evidence, "user/edda"),
    )
    return [grant for grant in _grants(evidence) if grant not in others]


def _last_change_of_her_grants(evidence: Evidence, trail: list[Record]) -> int:
    """Where in the trail a grant for Mira was last made or taken away; -1 for nowhere."""
    mira = f"arn:aws:iam::{evidence.lab.account_id}:user/mira"
    made = [
        x
        for x in trail
        if x.name == "CreateGrant" and x.asks(granteePrincipal=mira)
    ]
    ids = [x.raw["responseElements"]["grantId"] for x in made if not x.error]
    turns = [
        n
        for n, x in enumerate(trail)
        if x in made or any(x.asks(grantId=i) for i in ids)
    ]
    return turns[-1] if turns else -1


def edda_reports(evidence: Evidence) -> Verdict:
    """Edda may read players-2025 through DynamoDB, and the key opens nothing else for her."""
    lab = evidence.lab
    wanted = f"Edda may read {lab.old_table_name}, and nothing else."
    if evidence.table_key(lab.old_table_name) != lab.key_arn:
        seen = "the table is not under the studio's key any more; run the set-up cell again."
        return not_yet(wanted, seen)
    if not may_read(evidence, "edda", lab.old_table_name):
        return _still_out(evidence, wanted)
    secret = evidence.client("kms").encrypt(KeyId=lab.key_arn, Plaintext=b"x")[
        "CiphertextBlob"
    ]
    if lab.in_process.would_allow(
        "edda", "kms", "Decrypt", {"CiphertextBlob": secret}
    ):
        return not_yet(
            wanted,
            "she can decrypt the password, too: she may use the key herself.",
        )
    for table in (lab.table_name, lab.payments_table_name):
        if may_read(evidence, "edda", table):
            return not_yet(wanted, f"she can read {table}, too.")
    return correct(
        f"Edda can read {lab.old_table_name}, and the key opens nothing else for her."
    )


def _still_out(evidence: Evidence, wanted: str) -> Verdict:
    """What was tried, and did not let Edda in."""
    grants = _grants(evidence, "user/edda")
    policies = _own_policies(evidence, "edda")
    key = key_policy(evidence, evidence.lab.key_arn)
    named = [statement for statement in key if "user/edda" in str(statement)]
    if grants:
        shown = json.dumps(
            {name: grants[-1].get(name) for name in ("Operations", "Constraints")}
        )
        return not_yet(wanted, f"she is refused; your grant is for {shown}.")
    if ":alias/" in policies:
        seen = "she is refused; your IAM policy names an alias, where the key's ARN belongs."
        return not_yet(wanted, seen)
    if policies:
        return not_yet(wanted, f"she is refused; your IAM policy is {policies}.")
    if named:
        claim = "administrator-decrypts" if "kms:Put*" in str(named) else ""
        seen = f"she is refused, though “{named[0].get('Sid')}” of the key policy names her."
        return not_yet(wanted, seen, claim)
    return not_attempted("Edda is still refused; choose one of the three ways.")


def _arn(evidence: Evidence, table: str) -> str:
    lab = evidence.lab
    return f"arn:aws:dynamodb:{lab.region}:{lab.account_id}:table/{table}"


def _holds(evidence: Evidence, table: str, player: str) -> bool:
    try:
        key = {"player_id": {"S": player}}
        return "Item" in evidence.client("dynamodb").get_item(
            TableName=table, Key=key
        )
    except ClientError:
        return False


def _grants(evidence: Evidence, grantee: str = "") -> list[dict[str, Any]]:
    return grants_on(evidence, evidence.lab.key_arn, grantee)


def _own_policies(evidence: Evidence, user: str) -> str:
    """A user's policies that AWS did not write."""
    iam = evidence.client("iam")
    if user not in [one["UserName"] for one in iam.list_users()["Users"]]:
        return ""
    names = iam.list_user_policies(UserName=user)["PolicyNames"]
    found = [
        iam.get_user_policy(UserName=user, PolicyName=n)["PolicyDocument"]
        for n in names
    ]
    for attached in iam.list_attached_user_policies(UserName=user)[
        "AttachedPolicies"
    ]:
        arn = attached["PolicyArn"]
        if not arn.startswith("arn:aws:iam::aws:"):
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)
            found.append(policy["PolicyVersion"]["Document"])
    return "; ".join(json.dumps(policy) for policy in found)


EXERCISES = [
    Exercise(
        title="Is Decrypt enough to write?",
        points=1,
        hints=(
            "You have a client that acts as Mira.",
            "mira_dynamodb.put_item takes TableName and Item.",
            'The item needs its key only: {"player_id": {"S": "p-050"}}.',
        ),
        check=written_by_mira,
    ),
    Exercise(
        title="Take it away, and prove it",
        points=2,
        hints=(
            "One operation takes a grant away. Then let Mira read, and look what comes of it.",
            "kms.revoke_grant takes KeyId and GrantId. How long does DynamoDB keep a table "
            "key?",
            "Revoke, then lab.advance(minutes=6), then outcome(mira_dynamodb.get_item, "
            "**request).",
        ),
        check=taken_away,
    ),
    Exercise(
        title="The narrowest door",
        points=3,
        hints=(
            "Which of the three ways let Mira read one table and no other?",
            "A grant with an EncryptionContextSubset. What names the table in the context?",
            'kms.create_grant with GranteePrincipal=edda_arn, Operations=["Decrypt"] and '
            "Constraints for aws:dynamodb:tableName, which is lab.old_table_name.",
        ),
        check=edda_reports,
    ),
]
