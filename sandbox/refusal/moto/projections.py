"""moto's projections, over attribute values as they are.

moto reads a path by its dots alone, so it finds no name behind ``#l[0]``; and it makes values
without types of an item, and an item of those again.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.dynamodb.models import DynamoDBBackend
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.responses import DynamoHandler, ProjectionExpressionParser

from .hooks import Hooks

#: A path as its names and the places in its lists.
Path = tuple[str | int, ...]
Paths = Callable[[str, Mapping[str, str]], Iterable[Path]]
#: What is wanted of a value: parts of it by name or place; of what has none, all.
_Wanted = dict[str | int, "_Wanted"]


def project_by(hooks: Hooks, paths: Paths) -> None:
    """Let moto project items by these paths.

    Args:
        paths: reads an expression with its names; it has been held against the rules already.
    """

    def parse(parser: Any) -> list[Path]:
        names = parser.expression_attribute_names
        parser.expr_attr_names_found.extend(names)  # That all are used has been looked at.
        return list(paths(parser.projection_expression or "", names))

    hooks.replace(ProjectionExpressionParser, "parse", parse)
    hooks.replace(Item, "project", _projected)
    _project_transactions(hooks, paths)


def _project_transactions(hooks: Hooks, paths: Paths) -> None:
    """moto leaves the projections of a transaction's reads out, and answers whole items."""
    transact, get = DynamoHandler.transact_get_items, DynamoDBBackend.get_item
    #: Of the reads that are still to come in a transaction.
    coming: list[list[Path]] = []

    def transacted(handler: Any) -> Any:
        for item in handler.body["TransactItems"]:
            names = item["Get"].get("ExpressionAttributeNames") or {}
            coming.append(list(paths(item["Get"].get("ProjectionExpression") or "", names)))
        try:
            return transact(handler)
        finally:
            coming.clear()

    def got(backend: Any, table_name: str, key: Any, projection: Any = None) -> Any:
        if coming:
            projection = coming.pop(0)
        return get(backend, table_name, key, projection)

    hooks.replace(DynamoHandler, "transact_get_items", transacted)
    hooks.replace(DynamoDBBackend, "get_item", got)


def _projected(item: Any, paths: Iterable[Iterable[str | int]]) -> Any:
    wanted: _Wanted = {}
    for path in paths:
        at = wanted
        for part in path:
            at = at.setdefault(part, {})
    made = copy.copy(item)
    made.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(made.attrs, _members(item.attrs, wanted))
    return made


def _members(members: Mapping[str, Any], wanted: _Wanted) -> dict[str, Any]:
    found = {
        name: _picked(members[name], inner)
        for name, inner in wanted.items()
        if isinstance(name, str) and name in members
    }
    return {name: value for name, value in found.items() if value is not None}


def _picked(value: Any, wanted: _Wanted) -> Any:
    """What is wanted of a value; None if nothing of it is there."""
    if not wanted:
        return value
    held = value if isinstance(value, DynamoType) else DynamoType(value)
    data: Any = None
    if held.is_map():
        data = _members(held.value, wanted)
    elif held.is_list():
        places = sorted(n for n in wanted if isinstance(n, int) and n < len(held.value))
        picked = (_picked(held.value[place], wanted[place]) for place in places)
        data = [one for one in picked if one is not None]
    if not data:
        return None
    made = DynamoType.__new__(DynamoType)
    made.type, made.value = held.type, data
    return made
