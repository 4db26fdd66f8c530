"""Three ways to let a user use the key, and what else each allows."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from lessons.author import (
    KEY_CHANGES,
    WRITES,
    Evidence,
    Studio,
    Verdict,
    about_grant,
    allows,
    condition_keys,
    correct,
    doors,
    grant_made,
    grants_on,
    has_item,
    key_metadata,
    key_policy,
    last_failure,
    listed,
    may_decrypt,
    may_decrypt_directly,
    may_read,
    not_attempted,
    not_yet,
    own_policies,
    own_statements,
    quoted,
    table_arn,
    user_arn,
    why_refused,
    would_decide,
)

_POLICIES = "arn:aws:iam::aws:policy/AmazonDynamoDB"


def world(studio: Studio) -> dict[str, str]:
    """Two tables of players under the studio's key, the payments under a key that leaves nothing
    to IAM policies; Mira, Bruno and Edda, who may use neither."""
    key, payments_key = studio.create_two_keys()
    names = {
        "table_name": studio.create_table(studio.name("players"), key),
        "old_table_name": studio.create_table(studio.name("players-2025"), key),
        "payments_table_name": studio.create_table(
            studio.name("payments"), payments_key
        ),
    }
    for table, count in zip(names.values(), (3, 1, 1), strict=True):
        studio.put_players(table, count)
    studio.create_user("mira", f"{_POLICIES}FullAccess_v2")
    studio.create_user("bruno", f"{_POLICIES}ReadOnlyAccess")
    studio.create_user("edda", f"{_POLICIES}ReadOnlyAccess")
    keys = {
        "key_alias": "alias/players-table",
        "key_arn": key,
        "payments_key_arn": payments_key,
    }
    return {**names, **keys}


def key_user(evidence: Evidence) -> Verdict:
    """Edda is a key user in Mira's place, neither is an administrator, and admin is both."""
    wanted = (
        "Edda as a key user in place of Mira, and you as administrator and user."
    )
    found = key_policy(evidence, evidence.lab.key_arn)
    uses, manages = (
        {
            who: allows(found, user_arn(evidence, who), action)
            for who in ("admin", "mira", "edda")
        }
        for action in ("kms:Decrypt", "kms:PutKeyPolicy")
    )
    untouched = manages["admin"] and not (manages["mira"] or manages["edda"])
    if untouched and uses == {"admin": True, "mira": True, "edda": False}:
        return _still_mira(evidence, wanted)
    wrong = {
        "admin is no longer a key user.": not uses["admin"],
        "admin is no longer a key administrator.": not manages["admin"],
        "Mira is a key administrator.": manages["mira"],
        "Edda is a key administrator.": manages["edda"],
        "Edda is in none of the statements for key users.": not uses["edda"],
        "Mira is still a key user.": uses["mira"],
        "Mira is still named in the key policy.": _names(found, "user/mira"),
    }
    if _names(found, '"*"'):
        return not_yet(wanted, "the key policy lets everybody use the key.")
    for seen, is_so in wrong.items():
        if is_so:
            return not_yet(wanted, seen)
    return correct("The key policy names Edda, and no IAM policy was needed.")


def _names(statements: list[dict[str, Any]], who: str) -> bool:
    return any(who in json.dumps(x.get("Principal")) for x in statements)


def _still_mira(evidence: Evidence, wanted: str) -> Verdict:
    """Mira is the key user, as the notebook made her: was anything tried?"""
    if failed := last_failure(evidence, "PutKeyPolicy", instead=KEY_CHANGES):
        return not_yet(wanted, f"{failed}.")
    if policies := own_policies(evidence, "edda"):
        seen = f"the same key policy, and an IAM policy for Edda: {json.dumps(policies)}."
        return not_yet(wanted, seen)
    if grants_on(evidence, evidence.lab.key_arn, "user/edda"):
        return not_yet(wanted, "the same key policy, and a grant for Edda.")
    return not_attempted("Mira is a key user, and Edda is not one yet.")


def taken_away(evidence: Evidence) -> Verdict:
    """Mira is out of the key policy, and KMS has refused her a read of players since."""
    lab = evidence.lab
    wanted = "Mira removed from the key policy, and after that, a read by her that KMS refuses."
    found = key_policy(evidence, lab.key_arn)
    if allows(found, user_arn(evidence, "mira"), "kms:Decrypt"):
        return not_yet(wanted, "Mira is still in the key policy.")
    trail, players = evidence.records(), table_arn(evidence, lab.table_name)
    puts = [n for n, x in enumerate(trail) if x.name == "PutKeyPolicy"]
    changes = [
        n for n in puts if not trail[n].error and trail[n].touches(lab.key_arn)
    ]
    after = trail[changes[-1] + 1 :] if changes else trail
    reads = [x for x in after if x.user == "mira" and x.touches(players)]
    if any("kms:Decrypt" in x.message for x in reads):
        return correct(
            "Mira is no longer in the key policy, and KMS has refused her a read since."
        )
    if reads and reads[-1].error:
        seen = f"a refusal that did not come from KMS: {reads[-1].reason}"
        return not_yet(wanted, seen, "any-denial")
    if len(reads) > 1:  # The notebook itself makes the first.
        return not_yet(
            wanted, "a read by her that still succeeded.", "revoking-is-instant"
        )
    return not_attempted(
        "Since the key policy was last changed, the audit trail shows "
        f"no read of {lab.table_name} by Mira that was refused."
    )


def through_dynamodb(evidence: Evidence) -> Verdict:
    """By an IAM policy Mira can read through DynamoDB, and not decrypt herself."""
    lab = evidence.lab
    wanted = "Mira may read through DynamoDB, but may not decrypt the password."
    if may_read(evidence, "mira", lab.table_name):
        if may_decrypt(evidence, "mira", lab.key_arn):
            named = doors(evidence, "mira", lab.key_arn)
            return not_yet(wanted, f"she can also decrypt the password.{named}")
        if not own_policies(evidence, "mira"):
            return not_yet(
                wanted, "she may read, but not because of an IAM policy."
            )
        return correct("She can read, but cannot decrypt the password.")
    return _still_refused(evidence, wanted)


def one_table(evidence: Evidence) -> Verdict:
    """By an IAM policy Mira can read players through DynamoDB, and no other table."""
    lab = evidence.lab
    wanted = f"Mira may read {lab.table_name} through DynamoDB, and nothing else."
    if not may_read(evidence, "mira", lab.table_name):
        return _still_refused(evidence, wanted)
    if may_read(evidence, "mira", lab.old_table_name):
        if _only_service(evidence):
            seen = "Her IAM policy has no condition on the table's name yet."
            return not_attempted(seen)
        return not_yet(wanted, f"she can also read {lab.old_table_name}.")
    if may_decrypt_directly(evidence, "mira", lab.table_name):
        seen = "she may use the key without DynamoDB, if she gives the table's name as context."
        return not_yet(wanted, seen)
    return correct("Both the service and the table's name must match.")


def _still_refused(evidence: Evidence, wanted: str) -> Verdict:
    """What was tried with Mira's IAM policy, and did not let her in."""
    if failed := last_failure(evidence, "PutUserPolicy", instead=KEY_CHANGES):
        return not_yet(wanted, f"{failed}.")
    policies = own_policies(evidence, "mira")
    if not policies or _only_alias(evidence):
        has = "still names the alias" if policies else "is gone"
        return not_attempted(f"Mira is still refused: her IAM policy {has}.")
    if ":alias/" in json.dumps(policies):
        seen = "her IAM policy names an alias instead of the key's ARN."
        return not_yet(wanted, seen)
    why = why_refused(evidence, "mira", evidence.lab.table_name)
    return not_yet(wanted, f"{why} Her IAM policy is {json.dumps(policies)}.")


def _only_alias(evidence: Evidence) -> bool:
    """Whether Mira's IAM policy is the one of the notebook, which names the alias."""
    return [
        (":alias/" in str(x.get("Resource")), "Condition" in x)
        for x in own_statements(evidence, "mira")
    ] == [(True, False)]


def _only_service(evidence: Evidence) -> bool:
    """Whether Mira's IAM policy looks at the service only, as the exercise before asks."""
    found = list(own_statements(evidence, "mira"))
    names = [name for x in found for name in condition_keys(x)]
    return len(found) == 1 and names == ["kms:viaservice"]


def bruno_by_grant(evidence: Evidence) -> Verdict:
    """A grant lets Bruno read players, and nothing else under the key."""
    lab = evidence.lab
    wanted = f"a grant that lets Bruno read {lab.table_name} and nothing else."
    grants = grants_on(evidence, lab.key_arn, "user/bruno")
    if not grants:
        return _no_grant(evidence, wanted)
    if verdict := _too_wide(evidence, wanted, "bruno", lab.table_name):
        return verdict
    if more := {x for one in grants for x in one["Operations"]} - {"Decrypt"}:
        return not_yet(wanted, f"the grant also allows {listed(sorted(more))}.")
    return correct("The grant names Bruno, one operation and one table.")


def _no_grant(evidence: Evidence, wanted: str) -> Verdict:
    """What was tried, where Bruno has no grant."""
    made = evidence.records("CreateGrant", user="admin")
    failed = last_failure(
        evidence, "CreateGrant", user="admin", instead=KEY_CHANGES
    )
    if failed:
        return not_yet(wanted, f"{failed}.")
    if may_read(evidence, "bruno", evidence.lab.table_name):
        return not_yet(wanted, "he may read, but not because of a grant.")
    own = f"mira-{evidence.lab.table_name}"
    if others := [x for x in made if not x.via and not x.asks(name=own)]:
        seen = f"{grant_made(others[-1])}, but none for Bruno on this key."
        return not_yet(wanted, seen)
    return not_attempted("There is no grant for Bruno yet.")


def _too_wide(
    evidence: Evidence, wanted: str, user: str, table: str
) -> Verdict | None:
    """What is wrong with what a user may do, if something is: it must be reading one table."""
    lab, who = evidence.lab, "he" if user == "bruno" else "she"
    grants = grants_on(evidence, lab.key_arn, f"user/{user}")
    if not may_read(evidence, user, table):
        seen = why_refused(evidence, user, table)
        if grants:
            seen = f"{seen} Your grant is for {about_grant(grants[-1])}."
        return not_yet(wanted, seen)
    if may_decrypt(evidence, user, lab.key_arn):
        if len(grants) > 1 and any(not x.get("Constraints") for x in grants):
            seen = "the grant without a constraint is still there, next to the other one."
            return not_yet(wanted, seen)
        seen = f"{who} can also decrypt the password, because {who} may use the key for anything."
        return not_yet(wanted, f"{seen}{doors(evidence, user, lab.key_arn)}")
    for other in (lab.table_name, lab.old_table_name, lab.payments_table_name):
        if other != table and may_read(evidence, user, other):
            return not_yet(
                wanted,
                f"{who} can also read {other}.{doors(evidence, user, lab.key_arn)}",
            )
    return None


def written_by_mira(evidence: Evidence) -> Verdict:
    """P-050 is in players, and Mira put it there."""
    table, wanted = (
        evidence.lab.table_name,
        "p-050 in players, written by Mira.",
    )
    writes, players = evidence.records(*WRITES), table_arn(evidence, table)
    hers = [x for x in writes if x.user == "mira"]
    if has_item(evidence, table, "p-050"):
        if any(not x.error and x.touches(players) for x in hers):
            return correct("In the sandbox, a write needs only kms:Decrypt.")
        return not_yet(wanted, "p-050, but Mira did not write it.")
    failed = last_failure(evidence, *WRITES, user="mira")
    how = f" {failed}." if failed else ""
    if hers and not hers[-1].touches(players):
        return not_yet(wanted, f"a write by Mira into another table.{how}")
    if failed and "kms:Decrypt" in failed:
        todo = "Her grant is gone, so run section 4 again."
        if may_read(evidence, "mira", table):
            todo = "She may use the key again now, so try once more."
        return not_yet(wanted, f"a write by Mira that failed.{how} {todo}")
    if failed:
        return not_yet(wanted, f"a write by Mira that failed.{how}")
    if writes:
        seen = f"a write by {writes[-1].user}, but no p-050 in players."
        return not_yet(wanted, seen)
    return not_attempted("Nobody has written to a table yet.")


def vault(evidence: Evidence, arn: object) -> Verdict:
    """A new key, whose policy alone lets admin do everything and Mira decrypt."""
    wanted = "the ARN of a new key. Only its policy lets admin manage it, and Mira decrypt."
    if isinstance(arn, dict):
        seen = "the whole response. The ARN is in its KeyMetadata."
        return not_yet(wanted, seen)
    key = key_metadata(evidence, str(arn)) if str(arn) else None
    if key is None:
        failed = [x for x in evidence.records("CreateKey") if x.error]
        told = last_failure(evidence, "CreateKey")
        if told and len(failed) > 1:  # The notebook itself makes the first.
            return not_yet(wanted, f"{told}.")
        seen = f"{quoted(arn, 80)}, which is not a key in this account."
        return not_yet(wanted, seen)
    if key["CreationDate"] < evidence.lab.opened:
        return not_yet(wanted, "a key that was not created in this notebook.")
    if arn != key["Arn"]:
        return not_yet(wanted, f"{quoted(arn)}, which is not the ARN of a key.")
    decide = partial(_decides, evidence, key["Arn"])
    if any(decide("nobody", action) for action in _EVERYTHING):
        return not_yet(wanted, "the key policy lets everybody use the key.")
    anything = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    if any(decide("nobody", action, iam=[anything]) for action in _EVERYTHING):
        seen = "the key policy leaves the decision to the account's IAM policies:"
        return not_yet(wanted, f"{seen} a user with kms:* could use the key.")
    if lacks := [x for x in _EVERYTHING if not decide("admin", x)]:
        return not_yet(wanted, f"admin may not perform {lacks[0]}.")
    if not decide("mira", "kms:Decrypt"):
        return not_yet(wanted, "Mira may not decrypt.")
    more = [x for x in _EVERYTHING if x != "kms:Decrypt" and decide("mira", x)]
    if more:
        return not_yet(wanted, f"Mira may also perform {more[0]}.")
    return correct("Only the users that this key policy names may use the key.")


_EVERYTHING = (
    *("kms:PutKeyPolicy", "kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey"),
    *("kms:DescribeKey", "kms:CreateGrant", "kms:ScheduleKeyDeletion"),
)


def _decides(
    evidence: Evidence, key: str, user: str, action: str, **policies: Any
) -> bool:
    """Whether a key's policy lets a user act, who has no other IAM policy on keys."""
    statements = key_policy(evidence, key)
    return would_decide(evidence, user, action, key, key=statements, **policies)


def edda_reports(evidence: Evidence) -> Verdict:
    """Edda may read players-2025 through DynamoDB, and the key opens nothing else for her."""
    lab = evidence.lab
    wanted = f"Edda may read {lab.old_table_name}, and nothing else."
    if evidence.table_key(lab.old_table_name) != lab.key_arn:
        seen = "the table is no longer under the studio's key. Run the set-up cell again."
        return not_yet(wanted, seen)
    if not may_read(evidence, "edda", lab.old_table_name):
        return _still_out(evidence, wanted)
    if verdict := _too_wide(evidence, wanted, "edda", lab.old_table_name):
        return verdict
    return correct("She can read it, and cannot use the key for anything else.")


def _still_out(evidence: Evidence, wanted: str) -> Verdict:
    """What was tried, and did not let Edda in."""
    grants = grants_on(evidence, evidence.lab.key_arn, "user/edda")
    own = own_policies(evidence, "edda")
    policies = json.dumps(own) if own else ""
    key = key_policy(evidence, evidence.lab.key_arn)
    named = [statement for statement in key if "user/edda" in str(statement)]
    why = why_refused(evidence, "edda", evidence.lab.old_table_name)
    if grants:
        seen = f"{why} Your grant is for {about_grant(grants[-1])}."
        return not_yet(wanted, seen)
    if ":alias/" in policies:
        seen = "your IAM policy names an alias instead of the key's ARN."
        return not_yet(wanted, seen)
    if policies:
        return not_yet(wanted, f"{why} Your IAM policy is {policies}.")
    if named:
        claim = "administrator-decrypts" if "kms:Put*" in str(named) else ""
        seen = (
            f"“{named[0].get('Sid')}” of the key policy names her. Still, {why}"
        )
        return not_yet(wanted, seen, claim)
    names = ("CreateGrant", "PutUserPolicy", "PutKeyPolicy")
    failed = last_failure(evidence, *names, user="admin", instead=KEY_CHANGES)
    if failed:
        return not_yet(wanted, f"{failed}.")
    return not_attempted("Edda is still refused. Choose one of the three ways.")


EXERCISES = [
    key_user,
    taken_away,
    through_dynamodb,
    one_table,
    bruno_by_grant,
    written_by_mira,
    vault,
    edda_reports,
]
