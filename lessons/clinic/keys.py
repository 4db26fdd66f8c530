"""KMS keys as requests meet them: those of the account, and those that somebody makes tomorrow."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from typing import Any

from botocore.exceptions import ClientError
from refusal.authorization import Grant, Policy

from lessons.author import (
    Evidence,
    Trial,
    copied,
    grants_on,
    key_aliases,
    key_metadata,
)

from .callers import Caller
from .samples import fits

USES = (
    *("Decrypt", "Encrypt", "GenerateDataKey", "GenerateDataKeyWithoutPlaintext"),
    *("GenerateDataKeyPair", "GenerateDataKeyPairWithoutPlaintext"),
    *("ReEncryptFrom", "ReEncryptTo"),
)
#: What a key of another usage is for.
OTHER_USES = ("Sign", "Verify", "GenerateMac", "VerifyMac", "DeriveSharedSecret")


@dataclasses.dataclass(frozen=True)
class AskedKey:
    """A KMS key as requests meet it.

    Attributes:
        keys: the condition keys that it fills, such as ``kms:KeySpec``; those of a key that
            nobody has made yet are free.
        tables: names that DynamoDB's encryption context might have.
    """

    arn: str
    policy: Policy
    grants: tuple[Grant, ...] = ()
    keys: dict[str, Any] = dataclasses.field(default_factory=dict)
    tables: tuple[str, ...] = ()
    uses: tuple[str, ...] = USES
    #: The aliases of other keys, which this one cannot have.
    taken: tuple[str, ...] = ()

    def without_grants(self) -> AskedKey:
        """The same key, as its policies alone open it."""
        return dataclasses.replace(self, grants=())


def existing(evidence: Evidence, arn: str) -> AskedKey:
    """A key of the account, as it is.

    Raises:
        ClientError: its key policy does not let admin see it.
    """
    kms = evidence.client("kms")
    text = kms.get_key_policy(KeyId=arn)["Policy"]
    about = key_metadata(evidence, arn) or {}
    pages = kms.get_paginator("list_aliases").paginate(KeyId=arn)
    aliases = [x["AliasName"] for page in pages for x in page["Aliases"]]
    keys: dict[str, Any] = {
        "kms:KeySpec": about.get("KeySpec", ""),
        "kms:KeyUsage": about.get("KeyUsage", ""),
        "kms:KeyOrigin": about.get("Origin", ""),
        "kms:MultiRegion": str(about.get("MultiRegion", False)).lower(),
        "kms:ResourceAliases": aliases or None,
        "aws:ResourceAccount": evidence.lab.account_id,
    }
    with contextlib.suppress(
        ClientError
    ):  # To see them takes a permission of its own.
        for tag in kms.list_resource_tags(KeyId=arn)["Tags"]:
            keys[f"aws:ResourceTag/{tag['TagKey']}"] = tag["TagValue"]
    symmetric = about.get("KeySpec") == "SYMMETRIC_DEFAULT"
    return AskedKey(
        arn,
        Policy.parse(text, kind="resource-based", name="default"),
        tuple(Grant.from_json(x) for x in every_grant(evidence, arn)),
        {name: value for name, value in keys.items() if value is not None},
        _tables(evidence),
        USES if symmetric else (*USES, *OTHER_USES),
        tuple(x for x in key_aliases(evidence) if x not in aliases),
    )


def every_grant(evidence: Evidence, arn: str) -> list[dict[str, Any]]:
    """The grants on a key, also where its key policy does not let admin list them.

    Raises:
        ClientError: admin cannot change the key policy either.
    """
    try:
        return grants_on(evidence, arn)
    except ClientError:
        with copied(evidence) as trial:
            take_over(trial, arn)
            return list(trial.client("kms").list_grants(KeyId=arn)["Grants"])


def take_over(trial: Trial, arn: str) -> None:
    """In a copy of the account, let admin do everything with a key."""
    admin = f"arn:aws:iam::{arn.split(':')[4]}:user/admin"
    statement = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    document = {
        "Version": "2012-10-17",
        "Statement": [{**statement, "Principal": {"AWS": admin}}],
    }
    trial.client("kms").put_key_policy(KeyId=arn, Policy=json.dumps(document))


def tomorrows(evidence: Evidence, caller: Caller, like: str) -> list[AskedKey]:
    """Keys that somebody makes tomorrow and leaves with the default key policy, with what a
    caller's policies ask of a key: a name in its ARN, an alias, a tag or a key spec.

    Args:
        like: the ARN of a key of the same account and Region.
    """
    account = evidence.lab.account_id
    root = {"AWS": f"arn:aws:iam::{account}:root"}
    statement = {
        "Effect": "Allow",
        "Principal": root,
        "Action": "kms:*",
        "Resource": "*",
    }
    policy = Policy.parse(
        {"Version": "2012-10-17", "Statement": [statement]}, kind="resource-based"
    )
    home = f"{like.partition('/')[0]}/"
    arns = [f"{home}1a2b3c4d-0000-4000-8000-not-made-yet"]
    for one in caller.policies:
        for statement_ in one.statements:
            named = statement_.source.get("Resource", ())
            for pattern in [named] if isinstance(named, str) else named:
                if set(pattern) & set("*?"):
                    arns += [x for x in fits(pattern) if x.startswith(home)]
    keys = {"aws:ResourceAccount": account}
    uses, taken = (*USES, *OTHER_USES), tuple(key_aliases(evidence))
    return [
        AskedKey(arn, policy, (), keys, _tables(evidence), uses, taken)
        for arn in dict.fromkeys(arns)
        if arn != like
    ]


def _tables(evidence: Evidence) -> tuple[str, ...]:
    pages = evidence.client("dynamodb").get_paginator("list_tables").paginate()
    held = [name for page in pages for name in page["TableNames"]]
    lab = evidence.lab
    known = [lab.visits_table_name, lab.invoices_table_name]
    return tuple(dict.fromkeys([*known, *held, f"{known[0]}-other"]))
