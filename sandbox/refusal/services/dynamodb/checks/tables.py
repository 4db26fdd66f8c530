"""Requests that make tables: capacity, streams, tags, and the keys of replicas. Texts: H25, H78."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....errors import validation
from ....requests.calls import Call
from ..table_states import TableState
from .schemas import require_schemas

_INVALID = "One or more parameter values were invalid: "
ON_DEMAND = "PAY_PER_REQUEST"
NO_CAPACITY = (
    f"{_INVALID}Neither ReadCapacityUnits nor WriteCapacityUnits can be specified {{}}when "
    f"BillingMode is {ON_DEMAND}"
)
_LARGEST_CAPACITY, _MOST_TAGS = 10**12, 50


def require_new_table(params: Mapping[str, Any]) -> None:
    """Refuse a table that cannot be made so.

    Raises:
        AwsError: ``ValidationException``.
    """
    _require_capacity(params)
    require_schemas(params)
    stream = params.get("StreamSpecification") or {}
    enabled, kind = stream.get("StreamEnabled"), stream.get("StreamViewType")
    made = "Table is being created with a stream"
    if enabled and kind is None:
        raise validation(f"{_INVALID}{made} enabled, UpdateViewType is required")
    if enabled is False and kind is not None:
        raise validation(f"{_INVALID}{made} disabled, UpdateViewType should not be specified")
    if params.get("Tags"):
        require_tags(params["Tags"])


def _require_capacity(params: Mapping[str, Any]) -> None:
    indexes = params.get("GlobalSecondaryIndexes") or ()
    if params.get("BillingMode") == ON_DEMAND:
        if params.get("ProvisionedThroughput"):
            raise validation(NO_CAPACITY.format(""))
        for index in indexes:
            if index.get("ProvisionedThroughput"):
                raise validation(
                    f"{_INVALID}ProvisionedThroughput should not be specified for index: "
                    f"{index['IndexName']} when BillingMode is {ON_DEMAND}"
                )
        return
    given = params.get("ProvisionedThroughput")
    if not given:
        raise validation(
            f"{_INVALID}ReadCapacityUnits and WriteCapacityUnits must both be specified when "
            "BillingMode is PROVISIONED"
        )
    require_bounds(given)
    for index in indexes:
        name = index["IndexName"]
        if not index.get("ProvisionedThroughput"):
            text = f"ProvisionedThroughput is not specified for index: {name}"
            raise validation(_INVALID + text)
        require_bounds(index["ProvisionedThroughput"], f" for index {name}")


def require_bounds(capacity: Mapping[str, int], where: str = "") -> None:
    """Refuse capacity beyond all bounds; raises likewise."""
    for name, units in capacity.items():
        if units > _LARGEST_CAPACITY:
            raise validation(f"Given value {units} for {name} is out of bounds{where}")


def require_tags(tags: Sequence[Mapping[str, str]]) -> None:
    """Refuse tags that DynamoDB does not take; raises likewise."""
    if not tags:
        raise validation("Atleast one Tag needs to be provided as Input.")
    seen: set[str] = set()
    for tag in tags:
        key = tag["Key"]
        if key.startswith("aws:"):
            raise validation(f"Tag Key cannot be prefixed with aws:, Key: {key}")
        if key in seen:
            raise validation(f"Duplicate Tag Keys provided as input: Duplicate Tag Key found {key}")
        seen.add(key)
    require_tag_count(len(seen))


def require_tag_count(count: int) -> None:
    """Refuse more tags than a table may have; raises likewise."""
    if count > _MOST_TAGS:
        raise validation("Number of Tags exceed the current limit for the provided ResourceArn")


def require_replicas_keys(call: Call, state: TableState | None) -> None:
    """Refuse new replicas without a key, of a table under a customer managed key (H29). The
    sandbox has no replicas otherwise.

    Raises:
        AwsError: ``ValidationException``.
    """
    made = [one["Create"] for one in call.params.get("ReplicaUpdates") or () if "Create" in one]
    under_key = state is not None and state.key.key_arn is not None
    if under_key and any("KMSMasterKeyId" not in replica for replica in made):
        raise validation(f"{_INVALID}KMSMasterKeyId must be specified for each replica.")
