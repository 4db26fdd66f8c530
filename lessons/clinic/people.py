"""Tasks 3 to 5: the nurse, the clerk, and the one who has left."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from lessons.author import (
    DIRECT,
    Evidence,
    Part,
    Record,
    Trial,
    Verdict,
    Way,
    access_keys,
    at_rest,
    copied,
    customer_keys,
    grants_on,
    has_user,
    judged,
    key_policy,
    may_read,
    may_write,
    not_attempted,
    not_yet,
    policies_of,
)

from .account import everywhere
from .key import gone, other_key, reach, ways_to_use
from .tries import ALIAS, about, ended, own_calls


def the_nurse(evidence: Evidence) -> Verdict:
    """Ida reads and writes the visits through DynamoDB, and nobody else uses the key."""
    table = evidence.lab.visits_table_name
    stored = at_rest(evidence, table)
    if stored is None:
        return gone(table)
    if stored.key_arn is None:
        return not_attempted(
            "This task begins once the visits are under the key of task 1."
        )
    if other := other_key(evidence, stored.key_arn, []):
        return not_yet(
            f"the visits under the key of {ALIAS}, as in task 2.", other
        )
    arn = stored.key_arn
    reads = may_read(evidence, "ida", table)
    if not reads and (verdict := _not_begun(evidence, arn)):
        return verdict
    needed, *others = ways_to_use(evidence)
    with copied(evidence) as trial:
        wide = [
            f"kms:{x} {way}"
            for way in others
            for x in trial.uses("ida", arn, way)
        ]
        past = [x for x in wide if "without" in x]
        elsewhere = [x for x in wide if "without" not in x]
        changes = trial.changes("ida", arn)
        strangers = _strangers(evidence, trial, arn, [needed, *others])
    return judged(
        Part("Ida can read a visit", "" if reads else _why_not(evidence)),
        Part(
            "Ida can write a visit",
            "" if may_write(evidence, "ida", table) else "she would be refused.",
        ),
        Part("Ida can use the key only through DynamoDB", _could("Ida", past)),
        Part(f"Ida can use the key only for {table}", _could("Ida", elsewhere)),
        Part(
            "Ida cannot change who can use it",
            _could("Ida", [f"kms:{x}" for x in changes]),
        ),
        Part("nobody else can use it, except you", strangers),
    )


def _could(who: str, actions: list[str]) -> str:
    return f"{who} could call {actions[0]}." if actions else ""


def _not_begun(evidence: Evidence, arn: str) -> Verdict | None:
    """Whether nothing was done for Ida yet; a call about her that failed is named."""
    names = ("CreateKey", "PutKeyPolicy", "CreateGrant", "PutUserPolicy")
    calls = about(own_calls(evidence, *names, "AttachUserPolicy"), "ida")
    if calls and calls[-1].error:
        return not_yet("Ida can read a visit.", ended(calls[-1]))
    if calls:
        return None
    return not_attempted("Ida is still refused, and no call was about her.")


def _why_not(evidence: Evidence) -> str:
    """Which of the two permissions Ida lacks."""
    table = evidence.lab.visits_table_name
    asked = {"TableName": table, "Key": {"visit_id": {"S": "v-001"}}}
    box = evidence.lab.in_process
    if not box.would_allow("ida", "dynamodb", "GetItem", asked):
        return "DynamoDB would refuse her dynamodb:GetItem."
    return "KMS would refuse her kms:Decrypt when DynamoDB asks for her."


def _strangers(
    evidence: Evidence, trial: Trial, arn: str, ways: list[Way]
) -> str:
    """Who else could use the key."""
    for user in [*trial.users(), trial.newcomer(arn)]:
        if user != "ida" and (found := list(reach(trial, user, arn, ways))):
            new = user.startswith("new-user")
            return _could("A new user" if new else user.capitalize(), found)
    outside = trial.outsiders(arn, ways)
    return f"the key policy lets {outside[0]} in." if outside else ""


def the_clerk(evidence: Evidence) -> Verdict:
    """Bo reads the invoices, and can use no other key, today or tomorrow."""
    lab = evidence.lab
    table, arn = lab.invoices_table_name, lab.invoices_key_arn
    if verdict := _as_it_was(evidence):
        return verdict
    stored = at_rest(evidence, table)
    if stored is None:
        return gone(table)
    ways = [
        DIRECT,
        *(Way(table=x) for x in (table, lab.visits_table_name)),
        *(
            Way.through_dynamodb(x)
            for x in (table, lab.visits_table_name, "other")
        ),
    ]
    others = [x for x in customer_keys(evidence) if x != arn]
    with copied(evidence) as trial:
        today = [
            f"{x} on {key}"
            for key in others
            for x in reach(trial, "bo", key, ways)
        ]
        tomorrow = list(reach(trial, "bo", trial.new_key(), ways))
        changes = [f"kms:{x}" for x in trial.changes("bo", arn)]
    reads = may_read(evidence, "bo", table)
    kept = stored.key_arn == arn
    return judged(
        Part(
            f"{table} under the invoices' key",
            "" if kept else other_key(evidence, stored.key_arn, []),
        ),
        Part("Bo can read an invoice", "" if reads else "he would be refused."),
        Part("Bo can use no other key of the clinic", _could("Bo", today)),
        Part("Bo can use no key that is made tomorrow", _could("Bo", tomorrow)),
        Part(
            "Bo cannot change who can use the invoices' key",
            _could("Bo", changes),
        ),
    )


def _as_it_was(evidence: Evidence) -> Verdict | None:
    """Whether Bo's policy is as it was, and what was tried."""
    iam = evidence.client("iam")
    try:
        found = iam.get_user_policy(UserName="bo", PolicyName="bo-inline")
    except iam.exceptions.NoSuchEntityException:
        return None
    if found["PolicyDocument"] != everywhere(["kms:Decrypt"]):
        return None
    calls = about(own_calls(evidence, *_CHANGES), "bo")
    if not calls:
        return not_attempted(
            "Bo's inline policy, bo-inline, is as it was: it allows kms:Decrypt with "
            "every key."
        )
    seen = "his inline policy bo-inline is as it was."
    if calls[-1].error:
        seen = f"{ended(calls[-1])} {seen.capitalize()}"
    return not_yet("Bo can use only the invoices' key.", seen)


_CHANGES = (
    *("PutUserPolicy", "DeleteUserPolicy", "AttachUserPolicy"),
    *("DetachUserPolicy", "AddUserToGroup", "CreateGrant", "DeleteUser"),
)


def the_leaver(evidence: Evidence) -> Verdict:
    """Nothing lets Max do anything, and DynamoDB has kept what it needs."""
    parts = [
        Part("no access key of Max's works", _active_key(evidence)),
        Part("no policy allows Max anything", what_allows(evidence, "max")),
        Part("no grant names Max", _granted(evidence)),
        Part("DynamoDB keeps its grants for the invoices", _broken(evidence)),
    ]
    if all(part.lacks for part in parts[:3]):
        calls = _removals(evidence)
        if not calls:
            return not_attempted(
                "Max has his access key, his policy and his grant, as before."
            )
        if calls[-1].error:
            parts[0] = parts[0]._replace(lacks=ended(calls[-1]))
    return judged(*parts)


def _broken(evidence: Evidence) -> str:
    """Whether DynamoDB can still work with the invoices' key, if they are under it."""
    key, table = evidence.lab.invoices_key_arn, evidence.lab.invoices_table_name
    if evidence.table_key(table) != key:
        return ""
    grantees = [x["GranteePrincipal"] for x in grants_on(evidence, key)]
    kept = any(x.endswith(".amazonaws.com") for x in grantees)
    return "" if kept else "DynamoDB has no grant on their key."


_REMOVES = (
    *("DeleteUser", "DeleteAccessKey", "UpdateAccessKey"),
    *("DetachUserPolicy", "AttachUserPolicy", "PutUserPolicy"),
)


def _active_key(evidence: Evidence) -> str:
    """An access key of Max's that works."""
    keys = access_keys(evidence, "max")
    active = [name for name, status in keys.items() if status == "Active"]
    return f"the access key {active[0]} is active." if active else ""


def _removals(evidence: Evidence) -> list[Record]:
    """What was tried to take something away from Max."""
    grants = ("RevokeGrant", "RetireGrant")
    calls = own_calls(evidence, *_REMOVES, *grants)
    return [x for x in calls if x.name in grants or about([x], "max")]


def what_allows(evidence: Evidence, user: str) -> str:
    """What still allows a user something, as a sentence; empty if nothing does: a policy of the
    user's own or of a group, a key policy, or a table's policy."""
    if not has_user(evidence, user):
        return ""
    found = dict(policies_of(evidence, user))
    if any(_denies_all(x) for listed in found.values() for x in listed):
        return ""
    for name, listed in found.items():
        if any(x["Effect"] == "Allow" for x in listed):
            return f"{user} has the policy {name}."
    arn = f"arn:aws:iam::{evidence.lab.account_id}:user/{user}"
    statements = [
        x for key in customer_keys(evidence) for x in _key_policy(evidence, key)
    ]
    if any(
        x["Effect"] == "Allow" and arn in str(x.get("Principal"))
        for x in statements
    ):
        return f"a key policy names {user}."
    tables = (evidence.lab.visits_table_name, evidence.lab.invoices_table_name)
    reads = [x for x in tables if _reads_table(evidence, user, x)]
    return f"DynamoDB would let {user} read {reads[0]}." if reads else ""


def _key_policy(evidence: Evidence, key: str) -> list[dict[str, Any]]:
    try:
        return key_policy(evidence, key)
    except ClientError:
        return []


def _reads_table(evidence: Evidence, user: str, table: str) -> bool:
    """Whether DynamoDB's own permission is there, whatever the table's key says."""
    asked = {"TableName": table}
    return evidence.lab.in_process.would_allow(user, "dynamodb", "Scan", asked)


def _denies_all(statement: dict[str, Any]) -> bool:
    """As the AWS managed policy AWSDenyAll does."""
    every = all(statement.get(x) in ("*", ["*"]) for x in ("Action", "Resource"))
    return (
        statement["Effect"] == "Deny" and every and not statement.get("Condition")
    )


def _granted(evidence: Evidence) -> str:
    """A grant for Max, on any key. Once he is deleted, it has an ID in place of his ARN."""
    keys = [evidence.lab.invoices_key_arn, *customer_keys(evidence)]
    for key in dict.fromkeys(keys):
        try:
            grants = grants_on(evidence, key)
        except ClientError:
            continue
        for grant in grants:
            who = grant["GranteePrincipal"]
            if who.endswith("user/max") or who.startswith("AIDA"):
                return f"a grant on {key} for {who}."
    return ""
