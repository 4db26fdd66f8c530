"""Tasks 3 to 5: the nurse, the clerk, and the one who has left."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from botocore.exceptions import ClientError

from lessons.author import (
    KEY_CHANGES,
    POLICY_CHANGES,
    Evidence,
    Part,
    Verdict,
    at_rest,
    customer_keys,
    has_user,
    judged,
    not_attempted,
    not_yet,
    why_refused,
)

from .account import everywhere
from .asking import DYNAMODB, conditions_of, could_do
from .callers import (
    assumed_by,
    new_roles,
    newcomers,
    outsiders,
    roles,
    user,
    users,
)
from .items import invoices_of, lost
from .key import gone, other_key
from .keys import AskedKey, existing, tomorrows
from .reads import READS, WRITES, may
from .tries import ALIAS, about, ended, own_calls


def the_nurse(evidence: Evidence) -> Verdict:
    """Ida reads and writes the visits through DynamoDB, and nobody else uses the key."""
    table = evidence.lab.visits_table_name
    stored = at_rest(evidence, table)
    if stored is None:
        return gone(table)
    if stored.key_arn is None:
        return not_attempted(
            "You can begin this task once the visits are under the key of task 1."
        )
    if other := other_key(evidence, stored.key_arn, []):
        return not_yet(
            f"the visits encrypted under the key of {ALIAS}, as in task 2.", other
        )
    reads = may(evidence, "ida", table, READS)
    if not reads and (verdict := _not_begun(evidence, stored.key_arn)):
        return verdict
    try:
        key = existing(evidence, stored.key_arn)
    except ClientError as error:
        code = error.response["Error"]["Code"]
        seen = f"GetKeyPolicy fails with {code}."
        return not_yet("a key policy that admin can read.", seen)
    unread = "" if reads else _refused(evidence, "ida", table)
    unwritten = ""
    if not may(evidence, "ida", table, WRITES):
        unwritten = _refused(evidence, "ida", table, "PutItem")
    past, elsewhere, changes = what_ida_could(evidence, key, table)
    return judged(
        Part("Ida can read a visit", unread),
        Part("Ida can write a visit", unwritten),
        Part("Ida can use the key only through DynamoDB", _could("Ida", past)),
        Part(f"Ida can use the key only for {table}", _could("Ida", elsewhere)),
        Part("Ida cannot change who can use it", _could("Ida", changes)),
        Part("nobody else can use it, except you", strangers(evidence, key)),
    )


def what_ida_could(
    evidence: Evidence, key: AskedKey, table: str
) -> tuple[list[str], list[str], list[str]]:
    """What Ida could do past DynamoDB, for other tables, and about who may use the key."""
    if not has_user(evidence, "ida"):
        return [], [], []
    past, elsewhere, changes = [], [], []
    ida = user(evidence, "ida")
    for caller in [ida, *assumed_by(evidence, ida)]:
        for could in could_do(evidence, caller, key):
            if could.changes:
                changes.append(str(could))
            elif could.via != DYNAMODB:
                past.append(str(could))
            elif could.table != table:
                elsewhere.append(str(could))
    return past, elsewhere, changes


def _could(who: str, actions: Sequence[str]) -> str:
    return f"{who} could call {actions[0]}." if actions else ""


def _refused(
    evidence: Evidence, name: str, table: str, operation: str = "GetItem"
) -> str:
    """Why somebody who may not read or write would be refused: never empty."""
    told = why_refused(evidence, name, table, operation)
    return told or f"{name.capitalize()} would be refused."


def _not_begun(evidence: Evidence, arn: str) -> Verdict | None:
    """Whether nothing was done for Ida yet; a call about her that failed is named."""
    calls = about(own_calls(evidence, "CreateKey", *KEY_CHANGES), "ida")
    if calls and calls[-1].error:
        return not_yet("Ida can read a visit.", ended(calls[-1]))
    if calls:
        return None
    return not_attempted(
        "Ida is still refused, and none of your calls was about her."
    )


def strangers(evidence: Evidence, key: AskedKey) -> str:
    """Who else could use the key."""
    known = conditions_of(evidence, key)
    inside = [*users(evidence), *newcomers(evidence, known)]
    inside += [*new_roles(evidence, known), *roles(evidence)]
    for caller in [*inside, *outsiders(evidence, key.policy, known)]:
        if caller.user == "ida":
            continue
        for could in could_do(evidence, caller, key):
            return f"{caller.name} could call {could}."
    return ""


def the_clerk(evidence: Evidence) -> Verdict:
    """Bo reads the invoices, and can use no other key, today or tomorrow."""
    lab = evidence.lab
    table, arn = lab.invoices_table_name, lab.invoices_key_arn
    stored = at_rest(evidence, table)
    if stored is None:
        return gone(table)
    kept = (
        "" if stored.key_arn == arn else other_key(evidence, stored.key_arn, [])
    )
    reads = may(evidence, "bo", table, READS)
    today, tomorrow, changes = what_bo_could(evidence, arn)
    verdict = judged(
        Part(f"{table} under the invoices' key", kept),
        Part(
            "every invoice in the table",
            lost(evidence, table, invoices_of(evidence)),
        ),
        Part(
            "Bo can read an invoice",
            "" if reads else _refused(evidence, "bo", table),
        ),
        Part("Bo cannot use any other key of the clinic", _could("Bo", today)),
        Part(
            "Bo cannot use a key that is created tomorrow", _could("Bo", tomorrow)
        ),
        Part(
            "Bo cannot change who can use the invoices' key",
            _could("Bo", changes),
        ),
    )
    return (tomorrow and _as_it_was(evidence)) or verdict


def what_bo_could(
    evidence: Evidence, arn: str
) -> tuple[list[str], list[str], list[str]]:
    """What Bo could do with other keys, with tomorrow's, and about who may use the invoices'."""
    if not has_user(evidence, "bo"):
        return [], [], []
    today, tomorrow, changes = [], [], []
    bo = user(evidence, "bo")
    for caller in [bo, *assumed_by(evidence, bo)]:
        role = "" if caller.user else f", as the role {caller.name}"
        for other in [x for x in customer_keys(evidence) if x != arn]:
            with contextlib.suppress(
                ClientError
            ):  # Of a key that admin cannot see.
                key = existing(evidence, other)
                found = next(could_do(evidence, caller, key), None)
                today += [f"{found}, with the key {other}{role}"] if found else []
        for key in tomorrows(evidence, caller, arn):
            found = next(could_do(evidence, caller, key), None)
            tomorrow += [f"{found}{role}"] if found else []
        could = could_do(evidence, caller, existing(evidence, arn))
        changes += [f"{x}{role}" for x in could if x.changes]
    return today, tomorrow, changes


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
            "Bo's inline policy, bo-inline, has not changed. It still allows kms:Decrypt "
            "with every key."
        )
    seen = "his inline policy bo-inline has not changed."
    if calls[-1].error:
        seen = f"{ended(calls[-1])} {seen.capitalize()}"
    return not_yet("Bo can use only the invoices' key.", seen)


_CHANGES = ("CreateGrant", "DeleteUser", *POLICY_CHANGES)
