"""Three ways to let a user use the key, and what else each allows."""

from __future__ import annotations

import json
from functools import partial
from typing import Any

from lessons.author import (
    WRITES,
    Evidence,
    Studio,
    Verdict,
    about_grant,
    allows,
    condition_keys,
    correct,
    doors,
    failure,
    grant_made,
    grants_on,
    has_item,
    key_metadata,
    key_policy,
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
        return not_yet(wanted, "the key policy lets everybody in.")
    for seen, is_so in wrong.items():
        if is_so:
            return not_yet(wanted, seen)
    return correct("The key policy names her, and no IAM policy was needed.")


def _names(statements: list[dict[str, Any]], who: str) -> bool:
    return any(who in json.dumps(x.get("Principal")) for x in statements)


def _still_mira(evidence: Evidence, wanted: str) -> Verdict:
    """Mira is the key user, as the notebook made her: was anything tried?"""
    changes = evidence.records("PutKeyPolicy")
    if changes and changes[-1].error:
        return not_yet(wanted, f"{failure(changes[-1])}.")
    if policies := own_policies(evidence, "edda"):
        seen = f"an IAM policy for Edda, {json.dumps(policies)}"
        return not_yet(wanted, f"{seen}, and the key policy has not changed.")
    if grants_on(evidence, evidence.lab.key_arn, "user/edda"):
        return not_yet(wanted, "a grant for Edda, and the same key policy.")
    return not_attempted("Mira is a key user, and Edda is not one yet.")


def taken_away(evidence: Evidence) -> Verdict:
    """Mira is out of the key policy, and KMS has refused her a read of players since."""
    lab = evidence.lab
    wanted = "Mira out of the key policy, and after that a read of players that KMS refuses her."
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
            "Mira is out of the key policy, and KMS has refused her since."
        )
    denied = [x for x in reads if x.error]
    if denied:
        seen = f"a refusal that is not KMS's: {denied[-1].reason}"
        return not_yet(wanted, seen, "any-denial")
    if len(reads) > 1:  # The notebook itself makes the first.
        return not_yet(
            wanted, "her read still went through.", "revoking-is-instant"
        )
    return not_attempted(
        "Since the key policy was last changed, the audit trail shows "
        f"no read of {lab.table_name} by Mira that was refused."
    )


def through_dynamodb(evidence: Evidence) -> Verdict:
    """By an IAM policy Mira can read through DynamoDB, and not decrypt herself."""
    lab = evidence.lab
    wanted = "Mira may read through DynamoDB, and may not decrypt the password."
    if may_read(evidence, "mira", lab.table_name):
        if may_decrypt(evidence, "mira", lab.key_arn):
            named = doors(evidence, "mira", lab.key_arn)
            return not_yet(wanted, f"she can decrypt the password, too.{named}")
        if not own_policies(evidence, "mira"):
            return not_yet(wanted, "she may read, but not by an IAM policy.")
        return correct("She can read, and cannot decrypt the password.")
    return _still_refused(evidence, wanted, untouched=_only_alias)


def one_table(evidence: Evidence) -> Verdict:
    """By an IAM policy Mira can read players through DynamoDB, and no other table."""
    lab = evidence.lab
    wanted = f"Mira may read {lab.table_name} through DynamoDB, and nothing else."
    if not may_read(evidence, "mira", lab.table_name):
        return _still_refused(evidence, wanted, untouched=_only_alias)
    if may_read(evidence, "mira", lab.old_table_name):
        if _only_service(evidence):
            return not_attempted(
                "Her IAM policy says nothing yet about the table's name."
            )
        return not_yet(wanted, f"she can read {lab.old_table_name}, too.")
    if may_decrypt_directly(evidence, "mira", lab.table_name):
        seen = "she may use the key without DynamoDB, with the table's name as context."
        return not_yet(wanted, seen)
    return correct("The service and the table's name must both match.")


def _still_refused(evidence: Evidence, wanted: str, untouched: Any) -> Verdict:
    """What was tried with Mira's IAM policy, and did not let her in."""
    changes = evidence.records("PutUserPolicy")
    if changes and changes[-1].error:
        return not_yet(wanted, f"{failure(changes[-1])}.")
    policies = own_policies(evidence, "mira")
    if not policies or untouched(evidence):
        seen = "Mira is still refused, and her IAM policy has not changed."
        return not_attempted(seen)
    if ":alias/" in json.dumps(policies):
        seen = "her IAM policy names an alias, where the key's ARN belongs."
        return not_yet(wanted, seen)
    seen = f"Mira is still refused; her IAM policy is {json.dumps(policies)}."
    return not_yet(wanted, seen)


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
    wanted = f"a grant by which Bruno may read {lab.table_name} and nothing else."
    grants = grants_on(evidence, lab.key_arn, "user/bruno")
    if not grants:
        return _no_grant(evidence, wanted)
    if verdict := _too_wide(evidence, wanted, "bruno", lab.table_name):
        return verdict
    if more := {x for one in grants for x in one["Operations"]} - {"Decrypt"}:
        return not_yet(wanted, f"the grant allows {listed(sorted(more))}, too.")
    return correct("The grant names him, one operation, and one table.")


def _no_grant(evidence: Evidence, wanted: str) -> Verdict:
    """What was tried, where Bruno has no grant."""
    made = evidence.records("CreateGrant", user="admin")
    if made and made[-1].error:
        return not_yet(wanted, f"{failure(made[-1])}.")
    if may_read(evidence, "bruno", evidence.lab.table_name):
        return not_yet(wanted, "he may read, but there is no grant for him.")
    own = f"mira-{evidence.lab.table_name}"
    if others := [x for x in made if not x.via and not x.asks(name=own)]:
        return not_yet(
            wanted, f"{grant_made(others[-1])}, and none for Bruno on this key."
        )
    return not_attempted("There is no grant for Bruno yet.")


def _too_wide(
    evidence: Evidence, wanted: str, user: str, table: str
) -> Verdict | None:
    """What is wrong with what a user may do, if something is: it must be reading one table."""
    lab, who = evidence.lab, "he" if user == "bruno" else "she"
    grants = grants_on(evidence, lab.key_arn, f"user/{user}")
    if not may_read(evidence, user, table):
        shown = about_grant(grants[-1] if grants else {})
        return not_yet(wanted, f"{who} is refused; your grant is for {shown}.")
    if may_decrypt(evidence, user, lab.key_arn):
        if len(grants) > 1 and any(not x.get("Constraints") for x in grants):
            seen = (
                "the grant without a constraint is still there beside the other."
            )
            return not_yet(wanted, seen)
        seen = f"{who} can decrypt the password, too: {who} may use the key for anything."
        return not_yet(wanted, f"{seen}{doors(evidence, user, lab.key_arn)}")
    for other in (lab.table_name, lab.old_table_name, lab.payments_table_name):
        if other != table and may_read(evidence, user, other):
            return not_yet(
                wanted,
                f"{who} can read {other}, too.{doors(evidence, user, lab.key_arn)}",
            )
    return None


def written_by_mira(evidence: Evidence) -> Verdict:
    """P-050 is in players, and Mira put it there."""
    table, wanted = (
        evidence.lab.table_name,
        "p-050 in players, put there by Mira.",
    )
    writes, players = evidence.records(*WRITES), table_arn(evidence, table)
    hers = [x for x in writes if x.user == "mira"]
    if has_item(evidence, table, "p-050"):
        if any(not x.error and x.touches(players) for x in hers):
            return correct("In the sandbox, a write needs only kms:Decrypt.")
        return not_yet(wanted, "p-050, but no write of hers put it there.")
    how = (
        f" that failed: {hers[-1].reason.rstrip('.')}"
        if hers and hers[-1].error
        else ""
    )
    if hers and not hers[-1].touches(players):
        return not_yet(wanted, f"a write of hers into another table{how}.")
    if how:
        more = (
            " Her grant is gone; run section 4 again."
            if "kms:Decrypt" in how
            else ""
        )
        return not_yet(wanted, f"a write of hers{how}.{more}")
    if writes:
        seen = f"a write by {writes[-1].user}, and no p-050 in players."
        return not_yet(wanted, seen)
    return not_attempted("Nobody has written into a table yet.")


def vault(evidence: Evidence, arn: object) -> Verdict:
    """A new key, whose policy alone lets admin do everything and Mira decrypt."""
    wanted = "the ARN of a new key whose policy alone lets admin manage it and Mira decrypt."
    if isinstance(arn, dict):
        return not_yet(
            wanted, "the whole response; the ARN is in its KeyMetadata."
        )
    key = key_metadata(evidence, str(arn)) if str(arn) else None
    if key is None:
        failed = [x for x in evidence.records("CreateKey") if x.error]
        if len(failed) > 1:  # The notebook itself makes the first.
            return not_yet(wanted, f"{failure(failed[-1])}.")
        seen = f"{quoted(arn, 80)}, which is not a key in this account."
        return not_yet(wanted, seen)
    if key["CreationDate"] < evidence.lab.opened:
        return not_yet(wanted, "a key that was not made in this notebook.")
    if arn != key["Arn"]:
        return not_yet(wanted, f"{quoted(arn)}, which is not an ARN of a key.")
    decide = partial(_decides, evidence, key["Arn"])
    if any(decide("nobody", action) for action in _EVERYTHING):
        return not_yet(wanted, "the key policy lets everybody in.")
    anything = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    if any(decide("nobody", action, iam=[anything]) for action in _EVERYTHING):
        seen = (
            "the key policy leaves the decision to the account's IAM policies: "
        )
        return not_yet(wanted, f"{seen}a user with kms:* would be let in.")
    if lacks := [x for x in _EVERYTHING if not decide("admin", x)]:
        return not_yet(wanted, f"admin may not perform {lacks[0]}.")
    if not decide("mira", "kms:Decrypt"):
        return not_yet(wanted, "Mira may not decrypt.")
    more = [x for x in _EVERYTHING if x != "kms:Decrypt" and decide("mira", x)]
    if more:
        return not_yet(wanted, f"Mira may perform {more[0]}, too.")
    return correct("Only whom this key policy names may use the key.")


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
        seen = "the table is not under the studio's key any more; run the set-up cell again."
        return not_yet(wanted, seen)
    if not may_read(evidence, "edda", lab.old_table_name):
        return _still_out(evidence, wanted)
    if verdict := _too_wide(evidence, wanted, "edda", lab.old_table_name):
        return verdict
    return correct("She can read it, and the key opens nothing else for her.")


def _still_out(evidence: Evidence, wanted: str) -> Verdict:
    """What was tried, and did not let Edda in."""
    grants = grants_on(evidence, evidence.lab.key_arn, "user/edda")
    own = own_policies(evidence, "edda")
    policies = json.dumps(own) if own else ""
    key = key_policy(evidence, evidence.lab.key_arn)
    named = [statement for statement in key if "user/edda" in str(statement)]
    if grants:
        shown = about_grant(grants[-1])
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
    names = ("CreateGrant", "PutUserPolicy", "PutKeyPolicy")
    tries = [x for x in evidence.records(*names, user="admin") if not x.via]
    if tries and tries[-1].error:
        return not_yet(wanted, f"{failure(tries[-1])}.")
    return not_attempted("Edda is still refused; choose one of the three ways.")


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
