"""Looked at, disabled, rotated, deleted; and nothing left behind."""

from __future__ import annotations

from collections.abc import Iterable
from types import EllipsisType
from typing import Any

from lessons.author import (
    Evidence,
    Record,
    Studio,
    Verdict,
    access_keys,
    before,
    cleaning,
    correct,
    failure,
    key_state,
    kind_of,
    last_failure,
    left_in_account,
    not_attempted,
    not_yet,
    quoted,
    user_is_gone,
)

KMS = "kms.amazonaws.com"
SCORES_KEY = "alias/scores"
#: Each opens a password of its own with KMS. The seed says which two of them use last season's
#: key, and in which order they have run.
PROGRAMS = ("leaderboard", "matchmaker", "newsletter")
WINDOW = 14  # days
#: Of a key of which KMS tells the administrator nothing.
HIDDEN = "deleted, or hidden by its key policy"
CANCELLED = "Cancelling the deletion does not enable the key."
START_OVER = "To start over, run the set-up cell."
_FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"


def world(studio: Studio) -> dict[str, str]:
    """Two tables under the studio's key; last season's under its own, with a backup; the scores
    under a third, which somebody has scheduled for deletion; a key that nobody has used; programs
    that use a key without DynamoDB; Mira, and all that is attached to her."""
    keys = {
        "key_arn": studio.create_key("alias/players-table"),
        "old_key_arn": studio.create_key("alias/players-2025"),
        "test_key_arn": studio.create_key("alias/test", "For a test"),
    }
    scores_key = studio.create_key(SCORES_KEY)
    tables = {
        "table_name": ("players", keys["key_arn"]),
        "tournaments_table_name": ("tournaments", keys["key_arn"]),
        "old_table_name": ("players-2025", keys["old_key_arn"]),
        "scores_table_name": ("scores", scores_key),
    }
    names = {
        name: studio.create_table(studio.name(plain), key)
        for name, (plain, key) in tables.items()
    }
    for table in names.values():
        studio.put_players(table)
    studio.client("dynamodb").create_backup(
        TableName=names["old_table_name"], BackupName="end-of-season"
    )
    studio.client("kms").schedule_key_deletion(
        KeyId=scores_key.rpartition("/")[2]
    )
    _add_mira(studio, keys["key_arn"], names["table_name"])
    settings = _add_programs(studio, keys["key_arn"], keys["old_key_arn"])
    alias = {"key_alias": "alias/players-table"}
    return {**names, "settings_table_name": settings, **alias, **keys}


def _add_programs(studio: Studio, key: str, old_key: str) -> str:
    """The programs, each with a user and a sealed password; returns the table of these."""
    settings = studio.create_table(
        studio.name("settings"), hash_key="program", Enabled=True, SSEType="KMS"
    )
    kms, chance = studio.client("kms"), studio.random("programs")
    old, names = chance.sample(PROGRAMS, 2), [studio.name(x) for x in PROGRAMS]
    sealed = {}
    for plain, name in zip(PROGRAMS, names, strict=True):
        studio.create_user(name)
        studio.allow(name, "kms:Decrypt", "*", "open-password")
        sealed[name] = kms.encrypt(
            KeyId=old_key if plain in old else key,
            Plaintext=f"password of {name}".encode(),
        )["CiphertextBlob"]
        studio.client("dynamodb").put_item(
            TableName=settings,
            Item={"program": {"S": name}, "sealed": {"B": sealed[name]}},
        )
    for name in chance.sample(names, len(names)):
        studio.client_of(name, "kms").decrypt(CiphertextBlob=sealed[name])
    return settings


def _add_mira(studio: Studio, key: str, table: str) -> None:
    mira = studio.create_user("mira", _FULL_ACCESS)
    studio.client_of("mira", "dynamodb").list_tables()
    studio.client("iam").create_access_key(UserName="mira")
    studio.allow("mira", "kms:ListKeys", "*", "see-keys")
    context = {"aws:dynamodb:tableName": table}
    studio.client("kms").create_grant(
        KeyId=key,
        Name="mira-players",
        GranteePrincipal=mira,
        Operations=["Decrypt"],
        Constraints={"EncryptionContextSubset": context},
    )


def last_caller_found(evidence: Evidence, caller: object) -> Verdict:
    """The user who had used last season's key last when the notebook began."""
    lab = evidence.lab
    wanted = "the name of the user who used last season's key most recently."
    if isinstance(caller, dict):
        seen = "a dictionary. The name is in the userIdentity of the event."
        return not_yet(wanted, seen)
    if not isinstance(caller, str) or not caller.strip():
        seen = "an empty text" if caller == "" else kind_of(caller)
        return not_yet(wanted, f"{seen}.")
    name = caller.strip().rpartition("/")[2]
    earlier = before(evidence)
    uses = [
        x for x in earlier if x.name == "Decrypt" and x.touches(lab.old_key_arn)
    ]
    if name == uses[-1].user:
        return correct(
            f"{name} called KMS without DynamoDB, so no grant shows this use."
        )
    since = [x for x in evidence.records() if x.touches(lab.old_key_arn)]
    if any(x.user == name and x.source == KMS and not x.error for x in since):
        seen = f"{name}, who used it after this notebook began. {START_OVER}"
        return not_yet(wanted, seen)
    if any(x.user == name for x in earlier if x.touches(lab.old_key_arn)):
        return not_yet(wanted, f"{name}, whose use of this key is older.")
    if any(x.user == name for x in earlier):
        return not_yet(wanted, f"{name}, who used another key.")
    if any(x.identifier == name for x in earlier):
        return not_yet(wanted, "the ID of the event. Who made that call?")
    seen = f"`{name[:60]}`, which is not a user in the audit trail."
    return not_yet(wanted, seen)


def refused_users_found(evidence: Evidence, users: object) -> Verdict:
    """Those whom KMS refused while last season's key was disabled; it is enabled again."""
    key = evidence.lab.old_key_arn
    wanted = "each user whom KMS refused because last season's key was disabled."
    if isinstance(users, str) or not isinstance(users, Iterable):
        return not_yet("a list of names.", f"{quoted(users)}.")
    if odd := [x for x in users if not isinstance(x, str)]:
        return not_yet("a list of names.", f"a list with {quoted(odd[0])} in it.")
    given = {name.rpartition("/")[2] for name in users}
    if verdict := _not_disabled(evidence, wanted, key):
        return verdict
    calls = evidence.records("Decrypt")
    refused = [x for x in calls if x.error == "DisabledException"]
    right = {x.user for x in refused if x.touches(key)} - {"admin"}
    expected = {
        x.user
        for x in before(evidence)
        if x.name == "Decrypt" and not x.via and x.touches(key)
    }
    if not expected <= right:
        seen = f"{len(right)} of {len(expected)} refused so far."
        todo = "Let the programs start while the key is disabled."
        return not_yet(wanted, f"{seen} {todo}")
    for name in sorted(given - right):
        seen = f"{quoted(name)}, for whom there is no Decrypt event."
        if any(x.user == name for x in refused):
            seen = f"{name}, whose call was refused because of another key."
        elif any(x.user == name for x in calls):
            seen = f"{name}, whose call was not refused."
        return not_yet(wanted, seen)
    if expected - given:
        seen = f"{len(given & expected)} of {len(expected)} names."
        return not_yet(wanted, seen)
    if (state := key_state(evidence, key)) != "Enabled":
        return not_yet(
            "last season's key, enabled again.",
            f"the right names, but the key is {state or HIDDEN}.",
        )
    return correct(
        "Both need the key, although its last use names only one of them."
    )


def _not_disabled(evidence: Evidence, wanted: str, key: str) -> Verdict | None:
    """What was tried, where nobody has disabled last season's key."""
    tries = evidence.records("DisableKey")
    here = [x for x in tries if x.touches(key)]
    if any(not x.error for x in here):
        return None
    other = ("ScheduleKeyDeletion", "EnableKey")
    if failed := last_failure(evidence, "DisableKey", instead=other):
        return not_yet(wanted, f"{failed}.")
    return not_yet(wanted, "nobody has disabled last season's key yet.")


def costs_told(evidence: Evidence, usd_a_month: Any) -> Verdict:
    """The function tells what keys cost that were rotated so often, and are in such a state."""
    if not callable(usd_a_month):
        return not_yet("a function.", f"`{usd_a_month!r}`.")
    evidence.fresh()
    studio = Studio(evidence.lab.sandbox.session(), evidence.lab.sandbox.seed)
    chance, kms = studio.random("costs"), studio.client("kms")
    cases = [(0, ""), (1, ""), (1, "Disabled"), (2, ""), (2, "PendingDeletion")]
    cases += [(chance.randrange(3, 6), "")]
    for times, state in chance.sample(cases, len(cases)):
        key = kms.create_key()["KeyMetadata"]["KeyId"]
        for _ in range(times):
            kms.rotate_key_on_demand(KeyId=key)
        if state == "Disabled":
            kms.disable_key(KeyId=key)
        elif state == "PendingDeletion":
            kms.schedule_key_deletion(KeyId=key)
        right = 0 if state == "PendingDeletion" else 1 + min(times, 2)
        rotated = f"with {times} rotation{'s' if times != 1 else ''}"
        about = f"for a key {rotated} that is {state or 'Enabled'}."
        told = evidence.call(usd_a_month, key_id=key)
        if told is None or isinstance(told, EllipsisType):
            return _returned_nothing(evidence)
        if isinstance(told, bool) or told != right:
            return not_yet(f"{right} {about}", f"{quoted(told)}.")
    why = "a disabled key costs as much as an enabled one."
    return correct(f"Further rotations add nothing, and {why}")


def _returned_nothing(evidence: Evidence) -> Verdict:
    """The function returned None: it has asked KMS, or it is as it was found."""
    if evidence.records("DescribeKey", "ListKeyRotations"):  # In the copy.
        seen = "None. Did you print the value instead of returning it?"
        return not_yet("a number as the return value.", seen)
    seen = "The function returns nothing, and has not called KMS."
    return not_attempted(seen)


def thought_again(evidence: Evidence) -> Verdict:
    """The deletion of the test key was scheduled with 14 days, and cancelled; it is enabled."""
    key = evidence.lab.test_key_arn
    wanted = (
        f"the key's deletion scheduled with a waiting period of {WINDOW} days and "
        "then cancelled, and the key Enabled."
    )
    tries = evidence.records("ScheduleKeyDeletion")
    here = [x for x in tries if x.touches(key)]
    days = [x.parameters.get("pendingWindowInDays", 30) for x in here]
    done = [n for n, x in zip(days, here, strict=True) if not x.error]
    if not here:
        return _not_scheduled(evidence, wanted, key)
    if WINDOW not in done:
        if not done and here[-1].error:
            return not_yet(wanted, f"{failure(here[-1])}.")
        return not_yet(wanted, f"a waiting period of {done[-1]} days.")
    state = key_state(evidence, key)
    if not state:
        return not_yet(wanted, f"the key is {HIDDEN}. {START_OVER}")
    if state == "Disabled":
        off = [x for x in evidence.records("DisableKey") if x.touches(key)]
        why = "It was disabled later." if off else CANCELLED
        return not_yet(wanted, f"a Disabled key. {why}")
    if state != "Enabled":
        names = ("ScheduleKeyDeletion", "CancelKeyDeletion", "EnableKey")
        calls = [x for x in evidence.records(*names) if x.touches(key)]
        last = max(n for n, x in enumerate(calls) if x in here and not x.error)
        failed_calls = [x for x in calls[last:] if x.error]
        why = f" {failure(failed_calls[-1])}." if failed_calls else ""
        return not_yet(wanted, f"its state is {state}.{why}")
    return correct("Nothing is lost, and the key can be used as before.")


def _not_scheduled(evidence: Evidence, wanted: str, key: str) -> Verdict:
    """What was tried, where nobody has scheduled the deletion of the test key."""
    calls = evidence.records("DisableKey", "ScheduleKeyDeletion")
    off = [x for x in calls if x.name == "DisableKey" and x.touches(key)]
    others = [x for x in calls if x.asks(pendingWindowInDays=WINDOW)]
    if tries := [x for x in calls if x in off or x in others]:
        last, seen = tries[-1], "the deletion of another key."
        if last in off:
            seen = "DisableKey, which does not schedule a deletion."
        return not_yet(wanted, f"{failure(last)}." if last.error else seen)
    return not_attempted("Nobody has scheduled the deletion of the test key yet.")


def scores_are_back(evidence: Evidence) -> Verdict:
    """Scores can be read, under the key that it had."""
    scores = evidence.lab.scores_table_name
    wanted = f"{scores} readable again, under the same key as before."
    arn = evidence.table_key(scores)
    if arn is None:
        return not_yet(wanted, f"there is no table {scores}. {START_OVER}")
    made = (x for x in before(evidence) if x.name == "CreateAlias")
    named = next(x for x in made if x.asks(aliasName=SCORES_KEY))
    if not arn.endswith(str(named.parameters["targetKeyId"])):
        return not_yet(wanted, f"{scores} under another key. {START_OVER}")
    table = evidence.client("dynamodb").describe_table(TableName=scores)["Table"]
    if table["CreationDateTime"] >= evidence.lab.opened:
        seen = f"a new table {scores}. The items are lost. {START_OVER}"
        return not_yet(wanted, seen)
    if "ArchivalSummary" in table:
        seen = "DynamoDB has archived the table, which was inaccessible for over seven days."
        then = "Then do this exercise before section 6."
        return not_yet(wanted, f"{seen} {START_OVER} {then}")
    state = key_state(evidence, arn)
    if not state:
        return not_yet(wanted, f"its key is {HIDDEN}. {START_OVER}")
    if state == "Enabled":
        return correct("The key can be used again, so the table can be read.")
    if state == "Disabled":
        return not_yet(wanted, f"its key is Disabled. {CANCELLED}")
    tried = _tried_for(evidence, arn)
    if tried and tried[-1].error:
        return not_yet(wanted, f"its key is {state}. {failure(tried[-1])}.")
    if tried and tried[-1].name == "UpdateAlias":
        seen = "the alias points to another key, but the table keeps its own key."
        return not_yet(wanted, seen)
    return not_attempted(f"{scores} still cannot be read.")


def _tried_for(evidence: Evidence, arn: str) -> list[Record]:
    """What was tried with the key of scores or with its alias, oldest first."""
    names = ("CancelKeyDeletion", "EnableKey", "DisableKey", "UpdateTable")
    calls = evidence.records(*names, "ScheduleKeyDeletion", "UpdateAlias")
    named = {"keyId": SCORES_KEY}, {"aliasName": SCORES_KEY}
    return [x for x in calls if x.touches(arn) or any(x.asks(**y) for y in named)]


def keys_inactive(evidence: Evidence) -> Verdict:
    """None of Mira's access keys is active, and none was deleted before it was inactive."""
    wanted = "all of Mira's access keys inactive, but none of them deleted."
    made = [x for x in before(evidence) if x.name == "CreateAccessKey"]
    had = {
        x.raw["responseElements"]["accessKey"]["accessKeyId"]
        for x in made
        if x.asks(userName="mira")
    }
    changes = evidence.records("UpdateAccessKey")
    changed = {
        x.parameters["accessKeyId"]
        for x in changes
        if not x.error and x.asks(status="Inactive")
    }
    now = access_keys(evidence, "mira")
    if had - now.keys() - changed:
        seen = "an access key that was deleted at once, which nobody can undo."
        return not_yet(wanted, f"{seen} {START_OVER}")
    active = [name for name, status in now.items() if status == "Active"]
    if not active:
        undo = ", but you can still undo this" if had <= now.keys() else ""
        return correct(f"Nobody can sign requests as Mira now{undo}.")
    if len(active) < len(now):
        return not_yet(
            wanted, f"{len(active)} of {len(now)} keys is still active."
        )
    if changes:
        last = changes[-1]
        seen = f"{last.name} for an access key that does not belong to Mira."
        return not_yet(wanted, f"{failure(last)}." if last.error else seen)
    return not_attempted("Mira's access keys are still active.")


def mira_is_gone(evidence: Evidence) -> Verdict:
    """The user mira is gone, and was not renamed."""
    return user_is_gone(evidence, "mira")


def nothing_left(evidence: Evidence) -> Verdict:
    """No table, backup, alias or grant for a person, and no key that costs."""
    left = {
        what: names for what, names in left_in_account(evidence).items() if names
    }
    if not left:
        return correct("Nothing is left that costs money or gives anyone access.")
    tries = cleaning(evidence, but_of=evidence.lab.old_key_arn)
    if not tries:
        return not_attempted("Everything is still there.")
    what, names = next(iter(left.items()))
    failed = f" {failure(tries[-1])}." if tries[-1].error else ""
    return not_yet(
        "an account with nothing left in it.", f"{what}: {names[0]}.{failed}"
    )


EXERCISES = [
    last_caller_found,
    refused_users_found,
    costs_told,
    thought_again,
    scores_are_back,
    keys_inactive,
    mira_is_gone,
    nothing_left,
]
