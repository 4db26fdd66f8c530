"""What an account has on a user and a key, read by its own APIs, for ``what_if``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3


def policies_of(session: boto3.Session, user: str) -> dict[str, Any]:
    """The identity-based policies of an IAM user and of the user's groups, by name.

    Args:
        session: of somebody who may read IAM.

    Raises:
        ClientError: ``NoSuchEntity``: there is no such user.
    """
    iam = session.client("iam")
    found = dict(_attached(iam, "user", UserName=user))
    for group in iam.list_groups_for_user(UserName=user)["Groups"]:
        found.update(_attached(iam, "group", GroupName=group["GroupName"]))
    return found


def _attached(iam: Any, kind: str, **owner: str) -> Iterator[tuple[str, Any]]:
    for name in getattr(iam, f"list_{kind}_policies")(**owner)["PolicyNames"]:
        inline = getattr(iam, f"get_{kind}_policy")(**owner, PolicyName=name)
        yield name, inline["PolicyDocument"]
    listed = getattr(iam, f"list_attached_{kind}_policies")(**owner)["AttachedPolicies"]
    for policy in listed:
        arn = policy["PolicyArn"]
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
        yield policy["PolicyName"], document["Document"]


def key_of(session: boto3.Session, key: str) -> tuple[str, str, list[dict[str, Any]]]:
    """A key's ARN, its policy as text, and its grants.

    Args:
        key: its ARN, ID or alias.

    Raises:
        ClientError: ``NotFoundException``: there is no such key.
    """
    kms = session.client("kms")
    arn = kms.describe_key(KeyId=key)["KeyMetadata"]["Arn"]
    policy = kms.get_key_policy(KeyId=arn, PolicyName="default")["Policy"]
    pages = kms.get_paginator("list_grants").paginate(KeyId=arn)
    return arn, policy, [grant for page in pages for grant in page["Grants"]]
