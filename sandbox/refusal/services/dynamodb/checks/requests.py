"""Requests for items against the tables that they name: keys, indexes, duplicates.

Everything here needs the tables' schemas alone, and comes after authorization.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ....errors import AwsError, validation
from ....moto import dynamodb as moto_dynamodb
from ....moto.dynamodb import MotoTable
from ....requests.calls import Call
from ..expressions import parse_update
from ..expressions.nodes import Value
from ..expressions.walk import resolved
from ..resources import table_name
from ..table_states import not_found
from .key_conditions import key_conditions
from .keys import KeyMismatch, identity, key_names, require_index_keys, require_item, require_key
from .queries import require_query, require_scalar_keys, require_scan
from .selections import require_segments, require_selection

_INVALID = "One or more parameter values were invalid: "
_WITH_EXPRESSIONS = ("GetItem", "PutItem", "DeleteItem", "UpdateItem", "Query", "Scan")
_TWICE = "Provided list of item keys contains duplicates"


def require_request(call: Call) -> None:
    """Refuse a request that does not fit the tables that it names.

    Raises:
        AwsError: ``ResourceNotFoundException`` for a table that is not there,
            ``ValidationException`` or ``TransactionCanceledException`` else.
    """
    _CHECKS[call.operation](call)
    if call.operation in _WITH_EXPRESSIONS:
        require_scalar_keys(_table(call, call.params["TableName"]), call.params)


def _table(call: Call, given: Any) -> MotoTable:
    table = moto_dynamodb.table_named(call.account, call.region, table_name(call, given))
    if table is None:
        raise not_found()
    return table


def _by_key(call: Call) -> None:
    table = _table(call, call.params["TableName"])
    require_key(table, call.params["Key"])


def _put(call: Call) -> None:
    require_item(_table(call, call.params["TableName"]), call.params["Item"], batch=False)


def _update(call: Call) -> None:
    table = _table(call, call.params["TableName"])
    require_key(table, call.params["Key"])
    require_update(table, call.params)


def require_update(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse an update of the primary key, or one that gives keys of indexes what they cannot be.

    Raises:
        AwsError: ``ValidationException``; in a transaction it is a reason to cancel it.
    """
    expression = params.get("UpdateExpression")
    names, values = (params.get(f"ExpressionAttribute{k}") or {} for k in ("Names", "Values"))
    older = params.get("AttributeUpdates") or {}
    changed = set(older)
    assigned = {name: one["Value"] for name, one in older.items() if one.get("Value") is not None}
    for action in parse_update(expression) if isinstance(expression, str) else ():
        path = resolved(action.path, names)
        changed.add(str(path[0]))
        if len(path) == 1 and isinstance(action.operand, Value):
            assigned[str(path[0])] = values[action.operand.name]
    for name in key_names(table):
        if name in changed:
            raise KeyMismatch(
                "ValidationException",
                f"{_INVALID}Cannot update attribute {name}. This attribute is part of the key",
            )
    _require_assigned(table, assigned)


def _require_assigned(table: MotoTable, assigned: Mapping[str, Any]) -> None:
    try:
        require_index_keys(table, assigned)
    except KeyMismatch:
        raise
    except AwsError as error:
        kind = "binary" if "binary" in error.message else "string"
        raise validation(
            "One or more parameter values are not valid. The update expression attempted to "
            "update a secondary index key to a value that is not supported. The AttributeValue "
            f"for a key attribute cannot contain an empty {kind} value."
        ) from None


def _query(call: Call) -> None:
    require_selection(call.params)  # These come before the table is looked for (H76).
    key_conditions(call.params)
    table = _table(call, call.params["TableName"])
    require_query(table, call.params)


def _scan(call: Call) -> None:
    require_selection(call.params)
    require_segments(call.params)
    table = _table(call, call.params["TableName"])
    require_scan(table, call.params)


def _batch_get(call: Call) -> None:
    asked = call.params["RequestItems"]
    for part in asked.values():  # Before the tables are looked for (H72).
        keys = (tuple(sorted((n, str(v)) for n, v in key.items())) for key in part["Keys"])
        _require_distinct(keys, _TWICE)
    if sum(len(part["Keys"]) for part in asked.values()) > 100:
        raise validation("Too many items requested for the BatchGetItem call")
    tables = [_table(call, name) for name in asked]
    for table, part in zip(tables, asked.values(), strict=True):
        for key in part["Keys"]:
            require_key(table, key)
        _require_distinct((identity(table, key) for key in part["Keys"]), _TWICE)


def _batch_write(call: Call) -> None:
    asked = call.params["RequestItems"]
    if sum(map(len, asked.values())) > 25:
        raise validation("Too many items requested for the BatchWriteItem call")
    for given, requests in asked.items():
        table, found = _table(call, given), []
        for request in requests:
            if put := request.get("PutRequest"):
                require_item(table, put["Item"], batch=True)
                found.append(identity(table, put["Item"]))
            else:
                require_key(table, request["DeleteRequest"]["Key"])
                found.append(identity(table, request["DeleteRequest"]["Key"]))
        _require_distinct(found, _TWICE)


def _transaction(call: Call) -> None:
    """Of a transaction every item is looked at: a key that does not fit cancels it (H20)."""
    items = call.params["TransactItems"]
    if any(len(item) != 1 for item in items):
        raise validation("TransactItems can only contain one of Check, Put, Update or Delete")
    named = [next(iter(item.items())) for item in items]
    tables = [_table(call, params["TableName"]) for _, params in named]
    reasons: list[dict[str, str]] = []
    found = []
    for table, (kind, params) in zip(tables, named, strict=True):
        attributes = params["Item" if kind == "Put" else "Key"]
        try:
            if kind == "Put":
                require_item(table, attributes, batch=False)
            else:
                require_key(table, attributes)
            if kind == "Update":
                require_update(table, params)
            found.append((table.name, *identity(table, attributes)))
            reasons.append({"Code": "None"})
        except KeyMismatch as mismatch:
            reasons.append({"Code": "ValidationError", "Message": mismatch.message})
    if any(reason["Code"] != "None" for reason in reasons):
        raise cancelled(reasons)
    _require_distinct(found, "Transaction request cannot include multiple operations on one item")


def cancelled(reasons: list[dict[str, Any]]) -> AwsError:
    """The refusal of a transaction, with a reason for each of its items."""
    codes = ", ".join(reason["Code"] for reason in reasons)
    error = AwsError(
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
    )
    error.fields["CancellationReasons"] = reasons
    return error


def _require_distinct(keys: Iterable[tuple[Any, ...]], text: str) -> None:
    seen: set[tuple[Any, ...]] = set()
    for key in keys:
        if key in seen:
            raise validation(text)
        seen.add(key)


_CHECKS = {
    "GetItem": _by_key,
    "DeleteItem": _by_key,
    "PutItem": _put,
    "UpdateItem": _update,
    "Query": _query,
    "Scan": _scan,
    "BatchGetItem": _batch_get,
    "BatchWriteItem": _batch_write,
    "TransactGetItems": _transaction,
    "TransactWriteItems": _transaction,
}
