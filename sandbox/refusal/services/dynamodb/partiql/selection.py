"""SELECT: a Query where the statement names the partition key, a Scan else; the condition is
evaluated here."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from ....errors import AwsError, validation
from ....moto import dynamodb as moto_dynamodb
from ....moto.dynamodb import MotoIndex, MotoTable
from ..checks.keys import key_names
from .evaluation import holds, resolve
from .execute import Ask, Item
from .statements import Comparison, Literal, Path, Statement, paths_in
from .tokens import lacking

#: Operators on the sort key that a Query takes.
_SORTED = ("=", "<", "<=", ">", ">=")


def select(
    ask: Ask, statement: Statement, table: MotoTable, options: Mapping[str, Any]
) -> tuple[list[Item], str | None]:
    """The items that a statement selects.

    Args:
        options: ``ConsistentRead``, ``Limit`` (of items looked at), ``NextToken`` of the request.

    Returns:
        The items, and the token of the next page if there is one.

    Raises:
        AwsError: ``ValidationException``.
    """
    index = _index(statement, table)
    keys = _keys(table, index)
    operation, params = _read(statement, table, keys)
    if index is not None:
        params["IndexName"] = index.name
        _require_projected(statement, table, index)
        if options.get("ConsistentRead") and index in table.global_indexes:
            raise validation(
                "Strongly consistent read is not supported on Global Secondary Indexes"
            )
    _order(statement, operation, keys, params)
    for member in ("ConsistentRead", "Limit"):
        if options.get(member) is not None:
            params[member] = options[member]
    mark = hashlib.sha256(repr(statement).encode()).hexdigest()
    if options.get("NextToken") is not None:
        params["ExclusiveStartKey"] = _start(options["NextToken"], mark)
    answer = ask(operation, params)
    found = [_projected(statement, i) for i in answer["Items"] if holds(statement.where, i)]
    return found, _next(answer.get("LastEvaluatedKey"), mark)


def _index(statement: Statement, table: MotoTable) -> MotoIndex | None:
    if not statement.index:
        return None
    for index in table.all_indexes():
        if index.name == statement.index:
            return index
    raise validation("The table does not have the specified index")


def _keys(table: MotoTable, index: MotoIndex | None) -> list[str]:
    if index is None:
        return key_names(table)
    schema = sorted(index.schema, key=lambda part: part["KeyType"])
    return [part["AttributeName"] for part in schema]


def _read(statement: Statement, table: MotoTable, keys: list[str]) -> tuple[str, dict[str, Any]]:
    """The Query or the Scan that finds every item that may meet the condition."""
    params: dict[str, Any] = {"TableName": table.name}
    value = statement.equal(keys[0])
    if value is None:
        return "Scan", params
    params["KeyConditionExpression"] = "#h = :h"
    params["ExpressionAttributeNames"] = {"#h": keys[0]}
    params["ExpressionAttributeValues"] = {":h": value}
    for attribute in keys[1:]:
        if bound := _bound(statement, attribute, moto_dynamodb.key_types(table)[attribute]):
            params["KeyConditionExpression"] += f" AND #s {bound[0]} :s"
            params["ExpressionAttributeNames"]["#s"] = attribute
            params["ExpressionAttributeValues"][":s"] = bound[1]
    return "Query", params


def _bound(statement: Statement, attribute: str, kind: str) -> tuple[str, Any] | None:
    """The first simple condition on the sort key; all of them are evaluated later."""
    for condition in statement.conjuncts():
        if isinstance(condition, Comparison) and condition.operator in _SORTED:
            first, second = condition.operands
            fits = isinstance(second, Literal) and second.value.get(kind)
            if fits and first == Path((attribute,)) and isinstance(second, Literal):
                return condition.operator, second.value
    return None


def _order(statement: Statement, operation: str, keys: list[str], params: dict[str, Any]) -> None:
    if statement.order is None:
        return
    attribute, down = statement.order
    if operation != "Query":
        raise lacking("ORDER BY without the partition key's value in WHERE")
    if attribute not in keys:
        raise validation(
            f"Variable reference {attribute} in ORDER BY clause must be part of the primary key"
        )
    params["ScanIndexForward"] = not down


def _next(last: Any, mark: str) -> str | None:
    """The token of the page after an item's keys, if there is one."""
    return base64.b64encode(json.dumps([mark, last]).encode()).decode() if last else None


def _start(token: str, mark: str) -> Any:
    """Where the next page starts; raises if the token belongs to another statement."""
    try:
        told, start = json.loads(base64.b64decode(token))
    except (ValueError, TypeError):
        told, start = None, None
    if told != mark:
        raise validation("Invalid NextToken")  # The wording is the sandbox's own.
    return start


def _projected(statement: Statement, item: Item) -> Item:
    """What the statement asks for of an item: the last name of a path is the attribute's (H22)."""
    if not statement.columns:
        return item
    found: Item = {}
    for path in statement.columns:
        value = resolve(path, item)
        if value is not None:
            found[str(path.parts[-1])] = value
    return found


def _require_projected(statement: Statement, table: MotoTable, index: MotoIndex) -> None:
    """Refuse attributes that an index does not hold (H22).

    Raises:
        AwsError: ``ValidationException``.
    """
    if index.projection.get("ProjectionType") == "ALL":
        return
    held = {*key_names(table), *_keys(table, index)}
    held.update(index.projection.get("NonKeyAttributes") or ())
    filtered = sorted({path.head for path in paths_in(statement.where)} - held)
    if filtered:
        raise _invalid(
            f"Secondary index {index.name} does not project one or more filter attributes: "
            f"[{', '.join(filtered)}]"
        )
    wanted = sorted({path.head for path in statement.columns} - held)
    if wanted and index in table.global_indexes:
        text = f"Global secondary index {index.name} does not project [{', '.join(wanted)}]"
        raise _invalid(text)
    if wanted:
        raise lacking("reads through a local index of what it does not hold")


def _invalid(text: str) -> AwsError:
    return validation(f"One or more parameter values were invalid: {text}")
