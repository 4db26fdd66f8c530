"""The resources of DynamoDB as IAM sees them: ARNs, tags, policies, and permissions on them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from ...authorization import Policy, PolicyError
from ...errors import AwsError, not_in_sandbox, validation
from ...moto import dynamodb as moto_dynamodb
from ...requests.calls import Call, ContextValue, Permission

_ARN = re.compile(r"arn:aws:dynamodb:([a-z0-9-]+):(\d{12}):table/([^/]+)((?:/.*)?)")


def arn(call: Call, kind: str) -> str:
    """An ARN of this account and Region, such as that of ``table/orders``."""
    return f"arn:aws:dynamodb:{call.region}:{call.account}:{kind}"


def table_name(call: Call, given: Any) -> str:
    """The name of the table that a request names by its name or ARN.

    Raises:
        AwsError: no text, or an ARN of another account or Region.
    """
    if not isinstance(given, str) or not given:
        raise validation(
            "1 validation error detected: Value null at 'tableName' failed to satisfy "
            "constraint: Member must not be null"
        )
    if not given.startswith("arn:"):
        return given
    match = _ARN.fullmatch(given)
    if match is None:
        raise validation(f"Invalid TableArn: {given}")  # The wording is the sandbox's own.
    region, account, name, _ = match.groups()
    if account != call.account:
        raise not_in_sandbox("requests for a table of another account")
    if region != call.region:
        raise AwsError("ResourceNotFoundException", "Requested resource not found")
    return name


def resource_table(call: Call) -> str:
    """The name of the table whose ARN a request has as ``ResourceArn``.

    Raises:
        AwsError: ``ValidationException``: it is no ARN of a table of this Region (H78), but
            that of an index or a stream, for example.
    """
    given = call.params["ResourceArn"]
    problem = ""
    if not given.startswith("arn:"):
        problem = f"ARNs must start with 'arn:': {given}"
    elif not given.startswith("arn:aws:dynamodb:"):
        problem = f"Provided Arn is not a DynamoDB resource arn: {given}"
    if problem:
        raise validation(f"One or more parameter values were invalid: {problem}")
    match = _ARN.fullmatch(given)
    if match is None or match.group(1) != call.region or match.group(4):
        raise validation(f"Invalid TableArn: Invalid ResourceArn provided as input {given}")
    return table_name(call, given)


@lru_cache(maxsize=256)
def read_policy(text: str) -> Policy:
    """A table's resource-based policy.

    Raises:
        AwsError: ``ValidationException``; the wording is the sandbox's own.
    """
    try:
        return Policy.parse(text, kind="resource-based", name="resource policy")
    except PolicyError as error:
        raise validation(f"The resource policy cannot be read: {error}") from None


def permission(
    call: Call,
    action: str,
    name: str,
    part: str = "",
    context: Mapping[str, ContextValue] | None = None,
    alone: int | None = None,
) -> Permission:
    """The permission for an action on a table, or on a part of it such as ``/index/by-day``.

    Args:
        alone: the number of what is asked, where each part of a request is allowed by itself.
    """
    backend = moto_dynamodb.dynamodb(call.account, call.region)
    resource, table = arn(call, f"table/{name}"), backend.tables.get(name)
    if ("AWS::DynamoDB::Table", resource) not in call.resources:
        call.resources.append(("AWS::DynamoDB::Table", resource))
    context = context or {}
    if table is not None and table.tags:
        tags = {f"aws:ResourceTag/{tag['Key']}": tag["Value"] for tag in table.tags}
        context = {**tags, **context}
    policy = backend.resource_policies.get(resource)
    return Permission(
        f"dynamodb:{action}",
        resource + part,
        context,
        resource_policy=read_policy(policy.policy_doc) if policy else None,
        part=alone,
    )
