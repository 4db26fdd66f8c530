"""UpdateTable against the table as it is. Texts: H78."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ....errors import AwsError, validation
from ....moto import dynamodb as moto_dynamodb
from ....moto.dynamodb import MotoTable
from .schemas import require_global_index
from .tables import NO_CAPACITY, ON_DEMAND, require_bounds

_INVALID = "One or more parameter values were invalid: "
_NOTHING = (
    "At least one of ProvisionedThroughput, BillingMode, UpdateStreamEnabled, "
    "GlobalSecondaryIndexUpdates, SSESpecification, ReplicaUpdates, MultiAccountReplicaReady, "
    "ReplicaTransitRoleArn, MultiRegionConsistency, DeletionProtectionEnabled, "
    "OnDemandThroughput, WarmThroughput or TableClass is required"
)
#: Members that nothing else goes with, as AWS calls them.
_ALONE = {"SSESpecification": "Server-Side Encryption", "DeletionProtectionEnabled":
          "DeletionProtection", "TableClass": "TableClass"}  # fmt: skip
_LEAVES = "{} will not change. The requested value equals the current value. "


def require_change(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse a change that changes nothing, several at once, and what the table cannot be.

    Raises:
        AwsError: ``ValidationException``, ``LimitExceededException`` for several new indexes,
            ``ResourceNotFoundException`` for an index that is not there.
    """
    asked = {m for m, v in params.items() if v is not None} - {"TableName", "AttributeDefinitions"}
    if not asked:
        raise validation(_NOTHING)
    for member, called in _ALONE.items():
        if member in asked and len(asked) > 1:
            text = f"{called} modification must be the only operation in the request"
            raise validation(_INVALID + text)
    updates = params.get("GlobalSecondaryIndexUpdates")
    if updates is not None:
        _require_updates(updates)
    _require_one_at_a_time(asked, updates or ())
    _require_capacity(table, params)
    if "StreamSpecification" in asked:
        _require_stream(table, params["StreamSpecification"])
    for update in updates or ():
        _require_update(table, params, update)


def _require_updates(updates: Sequence[Mapping[str, Any]]) -> None:
    if not updates:
        raise validation(f"{_INVALID}List of GlobalSecondaryIndexUpdates is empty")
    names: list[str] = []
    for update in updates:
        if not update:
            kinds = (f"GlobalSecondaryIndexUpdate.{k}" for k in ("Update", "Create", "Delete"))
            raise validation(f"{_INVALID}One of {', '.join(kinds)} must not be null")
        if len(update) > 1:
            text = "Only one global secondary index action is allowed per GlobalSecondaryIndexUpdat"
            raise validation(f"{_INVALID}{text}e object")
        name = next(iter(update.values()))["IndexName"]
        if name in names:
            text = "Only one global secondary index update per index is allowed simultaneously."
            raise validation(f"{_INVALID}{text} Index: {name}")
        names.append(name)
    if sum(not update.keys() <= {"Update"} for update in updates) > 1:
        raise AwsError(
            "LimitExceededException",
            "Subscriber limit exceeded: Only 1 online index can be created or deleted "
            "simultaneously per table",
        )


def _require_one_at_a_time(asked: set[str], updates: Sequence[Mapping[str, Any]]) -> None:
    index = any(update.keys() & {"Create", "Delete"} for update in updates)
    stream, capacity = "StreamSpecification" in asked, "ProvisionedThroughput" in asked
    what = ""
    if capacity and stream:
        what = "modify stream status while updating table IOPS"
    elif capacity and index:
        what = "create or delete index while updating table IOPS"
    elif stream and index:
        what = "create or delete index while changing stream status"
    if what:
        raise validation(f"{_INVALID}You cannot {what}")


def _require_capacity(table: MotoTable, params: Mapping[str, Any]) -> None:
    mode, given = params.get("BillingMode"), params.get("ProvisionedThroughput")
    held = table.billing_mode or "PROVISIONED"
    if (mode or held) == ON_DEMAND:
        if given:
            raise validation(NO_CAPACITY.format(""))
        return
    updated = {
        one["Update"]["IndexName"]
        for one in params.get("GlobalSecondaryIndexUpdates") or ()
        if one.get("Update", {}).get("ProvisionedThroughput")
    }
    if held == ON_DEMAND:
        text = f"{_INVALID}ProvisionedThroughput must be specified"
        if not given:
            raise validation(f"{text} when BillingMode is PROVISIONED")
        for index in table.global_indexes:
            if index.name not in updated:
                raise validation(f"{text} for index: {index.name}")
    if given:
        require_bounds(given)
        if held != ON_DEMAND:
            _require_other(table.throughput, given, updated)


def _require_other(held: Mapping[str, Any], given: Mapping[str, int], updated: set[str]) -> None:
    kinds = ("ReadCapacityUnits", "WriteCapacityUnits")
    if updated or any(held.get(kind) != given.get(kind) for kind in kinds):
        return
    values = " ".join(
        f"Current {kind} provisioned for the table: {held[kind]}. Requested {kind}: {given[kind]}."
        for kind in kinds
    )
    raise validation(
        f"{_LEAVES.format('The provisioned throughput for the table')}{values} Refer to the Amazon "
        "DynamoDB Developer Guide for current limits and how to request higher limits."
    )


def _require_stream(table: MotoTable, asked: Mapping[str, Any]) -> None:
    enabled, kind = asked.get("StreamEnabled"), asked.get("StreamViewType")
    held = (table.stream_specification or {}).get("StreamEnabled")
    if enabled and kind is None:
        raise validation(f"{_INVALID}If stream is being enabled then UpdateViewType is required")
    if not enabled and kind is not None:
        text = "If stream is being disabled, then UpdateViewType must not be specified"
        raise validation(_INVALID + text)
    if enabled and held:
        raise validation(f"Table already has an enabled stream: TableName: {table.name}")
    if not enabled and not held:
        raise validation(f"Table has no stream to disable: TableName: {table.name}")


def _require_update(table: MotoTable, params: Mapping[str, Any], update: Mapping[str, Any]) -> None:
    ((kind, asked),) = update.items()
    name = asked["IndexName"]
    there = [index.name for index in table.all_indexes()]
    if kind == "Create":
        if name in there:
            raise validation("Attempting to create an index which already exists")
        _require_new(table, params, asked)
    elif name not in there:
        raise AwsError("ResourceNotFoundException", "Requested resource not found")
    elif name not in [index.name for index in table.global_indexes]:
        what = f"Cannot {kind.lower()} an index that is not a GlobalSecondaryIndex: {name}"
        raise validation(what)


def _require_new(table: MotoTable, params: Mapping[str, Any], index: Mapping[str, Any]) -> None:
    require_global_index(index)
    defined = set(moto_dynamodb.key_types(table))
    defined.update(one["AttributeName"] for one in params.get("AttributeDefinitions") or ())
    if any(part["AttributeName"] not in defined for part in index["KeySchema"]):
        name = index["IndexName"]
        raise validation(f"{_INVALID}AttributeDefinitions is not specified for index: {name}")
    on_demand = (params.get("BillingMode") or table.billing_mode) == ON_DEMAND
    if on_demand and index.get("ProvisionedThroughput"):
        raise validation(NO_CAPACITY.format(f"for index: {index['IndexName']} "))
    if not on_demand and not index.get("ProvisionedThroughput"):
        text = f"ProvisionedThroughput must be specified for index: {index['IndexName']}"
        raise validation(_INVALID + text)


def merged_definitions(table: MotoTable, params: Mapping[str, Any]) -> list[dict[str, str]]:
    """The definitions of a table's attributes after a change: those that it has and those that
    are given, as far as a key uses them."""
    found = {**moto_dynamodb.key_types(table)}
    for one in params.get("AttributeDefinitions") or ():
        found[one["AttributeName"]] = one["AttributeType"]
    used = {name for name in (table.hash_key_attr, table.range_key_attr) if name}
    updates = params.get("GlobalSecondaryIndexUpdates") or ()
    gone = {one["Delete"]["IndexName"] for one in updates if "Delete" in one}
    schemas = [index.schema for index in table.all_indexes() if index.name not in gone]
    schemas += [one["Create"]["KeySchema"] for one in updates if "Create" in one]
    used.update(part["AttributeName"] for schema in schemas for part in schema)
    return [{"AttributeName": n, "AttributeType": t} for n, t in found.items() if n in used]
