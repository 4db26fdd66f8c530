"""Query and Scan against the table or the index that they read. Texts: H21, H76."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ....errors import validation
from ....moto import dynamodb as moto_dynamodb
from ....moto.dynamodb import MotoIndex, MotoTable
from ..comparison import begins_with, ordered, same
from ..expressions import parse_condition, parse_projection
from ..expressions.nodes import Path
from ..expressions.walk import heads, nodes_of, resolved
from .key_conditions import TOO_MANY, KeyCondition, key_conditions
from .keys import NO_MATCH, key_names
from .values import data_of

_INVALID = "One or more parameter values were invalid: "
_MISSED = "Query condition missed key schema element: "
_WORDS = {"S": "string", "B": "binary"}


def require_query(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse a Query whose key condition or filter does not fit the table.

    Raises:
        AwsError: ``ValidationException``.
    """
    require_index(table, params)
    schema = _schema(table, params.get("IndexName"))
    conditions = key_conditions(params)
    if params.get("KeyConditions") and len(conditions) > max(2, len(schema)):
        raise validation(TOO_MANY)
    _require_schema(table, schema, conditions)
    keys = [part["AttributeName"] for part in schema]
    filtered = {"Filter Expression": _filtered(params)}
    filtered["QueryFilter"] = set(params.get("QueryFilter") or ())
    for member, used in filtered.items():
        for key in keys:
            if key in used:
                raise validation(
                    f"{member} can only contain non-primary key attributes: "
                    f"Primary key attribute: {key}"
                )
    _require_projected(table, params)
    _require_start_within(table, schema, conditions, params.get("ExclusiveStartKey"))


def _require_schema(
    table: MotoTable,
    schema: Sequence[Mapping[str, str]],
    conditions: Mapping[str, KeyCondition],
) -> None:
    types = moto_dynamodb.key_types(table)
    keys = [part["AttributeName"] for part in schema]
    first = [part["AttributeName"] for part in schema if part["KeyType"] == "HASH"]
    for name in first:
        if name not in conditions:
            raise validation(_MISSED + name)
    if not conditions.keys() <= set(keys):
        if len(keys) > len(first):
            raise validation(_MISSED + keys[len(first)])
        raise validation("Query key condition not supported")
    if any(conditions[name].operator != "=" for name in first):
        raise validation("Query key condition not supported")
    for name, condition in conditions.items():
        for value in condition.values:
            _require_key_value(name, types[name], value)


def _require_key_value(name: str, kind: str, value: Mapping[str, Any]) -> None:
    actual, data = data_of(value)
    if actual != kind:
        text = "Condition parameter type does not match schema type"
        raise validation(_INVALID + text)
    if data == "":
        raise validation(
            "One or more parameter values are not valid. The AttributeValue for a key attribute "
            f"cannot contain an empty {_WORDS[kind]} value. Key: {name}"
        )


def _index(table: MotoTable, name: str | None) -> MotoIndex | None:
    return next((one for one in table.all_indexes() if one.name == name), None)


def _require_projected(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse attributes that the index does not have (H72). That Query and Scan do it as PartiQL
    does is the sandbox's assumption."""
    index = _index(table, params.get("IndexName"))
    if index is None or index.projection["ProjectionType"] == "ALL":
        return
    there = {*key_names(table), *(part["AttributeName"] for part in index.schema)}
    there.update(index.projection.get("NonKeyAttributes") or ())
    wanted = _projected(params) | set(params.get("AttributesToGet") or ())
    filtered = _filtered(params) | set(params.get("QueryFilter") or ())
    what = f"{_INVALID}{{}} {index.name} does not project"
    if filtered - there:
        shown = ", ".join(sorted(filtered - there))
        text = f"{what.format('Secondary index')} one or more filter attributes: [{shown}]"
        raise validation(text)
    if wanted - there and index in list(table.global_indexes):
        shown = ", ".join(sorted(wanted - there))
        raise validation(f"{what.format('Global secondary index')} [{shown}]")


def require_scalar_keys(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse an expression that looks into a key of the table or of an index (H80).

    Raises:
        AwsError: ``ValidationException``.
    """
    names = params.get("ExpressionAttributeNames") or {}
    own = key_names(table)
    others = [part["AttributeName"] for index in table.all_indexes() for part in index.schema]
    for path in _paths(params):
        head = resolved(path, names)[0]
        if len(path.parts) > 1 and (head in own or head in others):
            raise validation(
                "Key attributes must be scalars; list random access '[]' and map lookup '.' are "
                f"not allowed: {'Key' if head in own else 'IndexKey'}: {head}"
            )


def _paths(params: Mapping[str, Any]) -> Iterator[Path]:
    for member in ("FilterExpression", "ConditionExpression"):
        if isinstance(text := params.get(member), str):
            yield from (node for node in nodes_of(parse_condition(text)) if isinstance(node, Path))
    if isinstance(text := params.get("ProjectionExpression"), str):
        yield from parse_projection(text)


def require_scan(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse an index that is not there, a consistent read of a global one, and a start that
    is no key.

    Raises:
        AwsError: ``ValidationException``.
    """
    require_index(table, params)
    _require_projected(table, params)
    start = params.get("ExclusiveStartKey")
    if start is not None and not _is_start(table, _schema(table, params.get("IndexName")), start):
        raise validation(f"The provided starting key is invalid: {NO_MATCH}")


def require_index(table: MotoTable, params: Mapping[str, Any]) -> None:
    """Refuse an index that is not there, or cannot be read so.

    Raises:
        AwsError: ``ValidationException``.
    """
    name = params.get("IndexName")
    if not name:
        return
    index = _index(table, name)
    if index is None:
        raise validation(f"The table does not have the specified index: {name}")
    if index not in list(table.global_indexes):
        return
    if params.get("ConsistentRead"):
        raise validation("Consistent reads are not supported on global secondary indexes")
    if params.get("Select") == "ALL_ATTRIBUTES" and index.projection["ProjectionType"] != "ALL":
        raise validation(
            f"{_INVALID}Select type ALL_ATTRIBUTES is not supported for global secondary index "
            f"{name} because its projection type is not ALL"
        )


def _is_start(
    table: MotoTable, schema: Sequence[Mapping[str, str]], start: Mapping[str, Any]
) -> bool:
    wanted = {*key_names(table), *(part["AttributeName"] for part in schema)}
    types = moto_dynamodb.key_types(table)
    return set(start) == wanted and all(data_of(v)[0] == types[n] for n, v in start.items())


def _require_start_within(
    table: MotoTable,
    schema: Sequence[Mapping[str, str]],
    conditions: Mapping[str, KeyCondition],
    start: Mapping[str, Any] | None,
) -> None:
    """Refuse a start that is no key, or that the conditions leave out."""
    if start is None:
        return
    wanted = {*key_names(table), *(part["AttributeName"] for part in schema)}
    if len(start) != len(wanted):
        raise validation("Exclusive Start Key must have same size as table's key schema")
    if not _is_start(table, schema, start):
        raise validation("The provided starting key is invalid")
    for part in schema:
        name = part["AttributeName"]
        if name in conditions and not _meets(start[name], conditions[name]):
            raise validation(
                "The provided starting key is outside query boundaries based on provided conditions"
                if part["KeyType"] == "HASH"
                else "The provided starting key does not match the range key predicate"
            )


def _meets(value: Mapping[str, Any], condition: KeyCondition) -> bool:
    first, *more = condition.values
    if condition.operator == "=":
        return same(value, first)
    if condition.operator == "BETWEEN":
        return ordered(">=", value, first) and ordered("<=", value, more[0])
    if condition.operator == "begins_with":
        return begins_with(value, first)
    return ordered(condition.operator, value, first)


def _schema(table: MotoTable, index: str | None) -> Sequence[Mapping[str, str]]:
    """The keys of a table or of one of its indexes, the partition key first."""
    found = _index(table, index)
    if found is not None:
        return sorted(found.schema, key=lambda part: part["KeyType"])
    kinds = ("HASH", "RANGE")
    return [
        {"AttributeName": name, "KeyType": kind}
        for name, kind in zip(key_names(table), kinds, strict=False)
    ]


def _filtered(params: Mapping[str, Any]) -> set[str]:
    """The attributes that a filter is about."""
    text = params.get("FilterExpression")
    if not isinstance(text, str):
        return set()
    return heads(nodes_of(parse_condition(text)), params.get("ExpressionAttributeNames") or {})


def _projected(params: Mapping[str, Any]) -> set[str]:
    text = params.get("ProjectionExpression")
    if not isinstance(text, str):
        return set()
    return heads(parse_projection(text), params.get("ExpressionAttributeNames") or {})
