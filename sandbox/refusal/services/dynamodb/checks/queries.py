"""Query and Scan against the table or the index that they read. Texts: H21."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ....errors import validation
from ....moto import dynamodb as moto_dynamodb
from ....moto.dynamodb import MotoTable
from .keys import NO_MATCH, key_names
from .values import data_of

_HEAD = re.compile(r"(?<![\w:#.\]])(?:#\w+|[A-Za-z_]\w*)(?!\w)(?!\s*\()", re.ASCII)
_FUNCTION = re.compile(r"\b([A-Za-z_]\w*)\s*\(", re.ASCII)
_WORD = re.compile(r"\b(OR|NOT|IN)\b", re.I)


def require_query(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse a Query without its key condition, or with a bad one, or with a bad filter.

    Raises:
        AwsError: ``ValidationException``.
    """
    require_start(table, params)
    schema = _schema(table, params.get("IndexName"))
    keys = [part["AttributeName"] for part in schema]
    names = params.get("ExpressionAttributeNames") or {}
    expression = params.get("KeyConditionExpression")
    if isinstance(expression, str):
        _require_condition(expression, names, keys)
    elif not params.get("KeyConditions"):
        raise validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in "
            "the request."
        )
    filtered = {"Filter Expression": _heads(params.get("FilterExpression"), names)}
    filtered["QueryFilter"] = set(params.get("QueryFilter") or ())
    for member, used in filtered.items():
        for key in keys:
            if key in used:
                raise validation(
                    f"{member} can only contain non-primary key attributes: "
                    f"Primary key attribute: {key}"
                )
    _require_projected(table, params)


def _require_projected(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse attributes that the index does not have (H72). That Query does it as PartiQL does is
    the sandbox's assumption."""
    found = [one for one in table.all_indexes() if one.name == params.get("IndexName")]
    if not found or found[0].projection["ProjectionType"] == "ALL":
        return
    (index,) = found
    there = {*key_names(table), *(part["AttributeName"] for part in index.schema)}
    there.update(index.projection.get("NonKeyAttributes") or ())
    names = params.get("ExpressionAttributeNames") or {}
    wanted = _heads(params.get("ProjectionExpression"), names)
    wanted.update(params.get("AttributesToGet") or ())
    filtered = _heads(params.get("FilterExpression"), names) | set(params.get("QueryFilter") or ())
    what = f"One or more parameter values were invalid: {{}} {index.name} does not project"
    if filtered - there:
        shown = ", ".join(sorted(filtered - there))
        text = f"{what.format('Secondary index')} one or more filter attributes: [{shown}]"
        raise validation(text)
    if wanted - there and index in list(table.global_indexes):
        shown = ", ".join(sorted(wanted - there))
        raise validation(f"{what.format('Global secondary index')} [{shown}]")


def _require_condition(expression: str, names: Mapping[str, str], keys: list[str]) -> None:
    bad = [word.upper() for word in _WORD.findall(expression)]
    bad += [name for name in _FUNCTION.findall(expression)
            if name.upper() != "AND" and name != "begins_with"]  # fmt: skip
    bad += ["<>"] if "<>" in expression else []
    if bad:
        raise validation(f"Invalid operator used in KeyConditionExpression: {bad[0]}")
    called = [re.escape(n) for n in (keys[0], *(k for k, v in names.items() if v == keys[0]))]
    name = rf"(?<![\w#:.-])(?:{'|'.join(called)})(?![\w-])"
    if not re.search(name, expression):
        raise validation(f"Query condition missed key schema element: {keys[0]}")
    if not re.search(rf"{name}\s*=|=\s*{name}", expression):
        raise validation("Query key condition not supported")


def require_start(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse an index that is not there, a consistent read of a global one, and a start that
    is no key. A Scan has nothing more.

    Raises:
        AwsError: ``ValidationException``.
    """
    index = params.get("IndexName")
    schema = _schema(table, index)
    if index in [one.name for one in table.global_indexes] and params.get("ConsistentRead"):
        raise validation("Consistent reads are not supported on global secondary indexes")
    start = params.get("ExclusiveStartKey")
    if start is None:
        return
    wanted = {*key_names(table), *(part["AttributeName"] for part in schema)}
    types = moto_dynamodb.key_types(table)
    if set(start) != wanted or any(data_of(v)[0] != types[n] for n, v in start.items()):
        raise validation(f"The provided starting key is invalid: {NO_MATCH}")


def _schema(table: MotoTable, index: str | None) -> Sequence[Mapping[str, str]]:
    """The keys of a table or of one of its indexes, the partition key first."""
    if not index:
        return [{"AttributeName": name} for name in key_names(table)]
    found = next((one.schema for one in table.all_indexes() if one.name == index), None)
    if found is None:
        raise validation(f"The table does not have the specified index: {index}")
    return sorted(found, key=lambda part: part["KeyType"])


def _heads(expression: Any, names: Mapping[str, str]) -> set[str]:
    """The attributes that an expression speaks of."""
    if not isinstance(expression, str):
        return set()
    return set(_names(expression, names))


def _names(expression: str, names: Mapping[str, str]) -> Iterator[str]:
    for name in _HEAD.findall(expression):
        if name.upper() not in ("AND", "OR", "NOT", "IN", "BETWEEN"):
            yield names.get(name, name)
