"""What is still there in an account or attached to a user, for a clean-up to find; what stood
there before the learner came."""

from __future__ import annotations

from helpers.course.content import Verdict, correct, not_attempted, not_yet
from helpers.course.evidence import Evidence
from helpers.course.records import Record, records

from .attempts import failure
from .probes import grants_on, has_user, key_aliases, key_metadata

__all__ = ["before", "cleaning", "left_in_account", "left_on_user", "user_is_gone"]
_TAKEN_OFF = ("DeleteAccessKey", "DetachUserPolicy", "DeleteUserPolicy")
_CLEANING = (
    *("DeleteTable", "DeleteBackup", "DeleteAlias", "RevokeGrant", "RetireGrant"),
    "ScheduleKeyDeletion",
)
_CANCEL = "CancelKeyDeletion"


def before(evidence: Evidence) -> list[Record]:
    """The audit trail of what stood when the notebook began, oldest first: nothing that a learner
    does adds to it."""
    opened = evidence.lab.opened
    return [x for x in records(evidence.lab.trail) if x.time < opened]


def left_in_account(evidence: Evidence) -> dict[str, list[str]]:
    """What costs money or opens something, by kind: tables, backups, aliases, grants for a person,
    and customer managed keys that are not pending deletion."""
    dynamodb, kms = evidence.client("dynamodb"), evidence.client("kms")
    about = {x["KeyArn"]: key_metadata(evidence, x["KeyId"]) for x in kms.list_keys()["Keys"]}
    hidden = [arn for arn, key in about.items() if key is None]
    keys = [key for key in about.values() if key and key["KeyManager"] == "CUSTOMER"]
    grants = [grant for key in keys for grant in grants_on(evidence, key["Arn"])]
    grantees = [grant["GranteePrincipal"] for grant in grants]
    backups = dynamodb.list_backups()["BackupSummaries"]
    return {
        "a table": dynamodb.list_tables()["TableNames"],
        "a backup": [x["BackupName"] for x in backups],
        "an alias": list(key_aliases(evidence)),
        "a grant for": [
            # Of a user who was deleted, a grant keeps the ID.
            f"{name}, a deleted user" if name.startswith("AIDA") else name
            for name in grantees
            if not name.endswith(".amazonaws.com")
        ],
        "a key that is not pending deletion": [
            *(f"{key['Arn']} is {key['KeyState']}" for key in keys if "DeletionDate" not in key),
            *(f"{arn}, which its key policy hides from you" for arn in hidden),
        ],
    }


def left_on_user(evidence: Evidence, user: str) -> dict[str, int]:
    """How many access keys, attached policies and inline policies a user has, by kind."""
    iam = evidence.client("iam")
    keys = iam.list_access_keys(UserName=user)["AccessKeyMetadata"]
    attached = iam.list_attached_user_policies(UserName=user)["AttachedPolicies"]
    inline = iam.list_user_policies(UserName=user)["PolicyNames"]
    return {
        "access keys": len(keys),
        "an attached policy": len(attached),
        "an inline policy": len(inline),
    }


def user_is_gone(evidence: Evidence, user: str) -> Verdict:
    """Whether a user has been deleted, with all that was attached, and not renamed."""
    wanted = f"no user {user}."
    if not has_user(evidence, user):
        renames = evidence.records("UpdateUser")
        renamed = [x.parameters.get("newUserName") for x in renames if x.asks(userName=user)]
        if same := [name for name in renamed if name and has_user(evidence, name)]:
            return not_yet(wanted, f"the same user, who is now called {same[0]}.")
        return correct("The user is gone, and so are the access keys and policies.")
    left = left_on_user(evidence, user)
    named = [what for what, count in left.items() if count]
    tries = [x for x in evidence.records(*_TAKEN_OFF, "DeleteUser") if x.asks(userName=user)]
    failed = [x for x in tries if x.error]
    if len(named) == len(left) and not failed:
        return not_attempted(f"There is still a user {user}.")
    if failed and tries[-1] is failed[-1]:
        return not_yet(wanted, f"{failure(failed[-1])}.")
    still = (
        f"still with {' and '.join(named)}"
        if named
        else "with nothing left that prevents the deletion"
    )
    return not_yet(wanted, f"the user, {still}.")


def cleaning(evidence: Evidence, but_of: str) -> list[Record]:
    """What was tried to clean up, and has not been undone.

    Args:
        but_of: the key whose deletion is not part of it.
    """
    trail = [x for x in evidence.records(*_CLEANING, _CANCEL) if not x.via]
    return [
        x
        for n, x in enumerate(trail)
        if x.name not in ("ScheduleKeyDeletion", _CANCEL)
        or not (x.touches(but_of) or _cancelled(x, trail[n:]))
    ]


def _cancelled(record: Record, later: list[Record]) -> bool:
    """Whether somebody has cancelled the deletion of the same key since."""
    resources = record.raw.get("resources") or [{}]
    arn = resources[0].get("ARN", "")
    return any(x.name == _CANCEL and x.touches(arn) for x in later)
