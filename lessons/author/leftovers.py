"""What is still there in an account or attached to a user, for a clean-up to find; what stood
there before the learner came."""

from __future__ import annotations

from helpers.course.evidence import Evidence
from helpers.course.records import Record, records

from .probes import grants_on, key_aliases, key_metadata

__all__ = ["before", "left_in_account", "left_on_user"]


def before(evidence: Evidence) -> list[Record]:
    """The audit trail of what stood when the notebook began, oldest first: nothing that a learner
    does adds to it."""
    opened = evidence.lab.opened
    return [x for x in records(evidence.lab.trail) if x.time < opened]


def left_in_account(evidence: Evidence) -> dict[str, list[str]]:
    """What costs money or opens something, by kind: tables, backups, aliases, grants for a person,
    and customer managed keys that are not pending deletion."""
    dynamodb, kms = evidence.client("dynamodb"), evidence.client("kms")
    about = [key_metadata(evidence, x["KeyId"]) for x in kms.list_keys()["Keys"]]
    keys = [key for key in about if key["KeyManager"] == "CUSTOMER"]
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
            f"{key['Arn']} is {key['KeyState']}" for key in keys if "DeletionDate" not in key
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
