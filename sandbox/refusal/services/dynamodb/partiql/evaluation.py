"""Whether a PartiQL condition holds for an item.

Comparisons are DynamoDB's: of different types nothing is less or greater, sets have no order,
numbers are exact. An attribute that is missing makes every comparison false; that this is so of
``<>``, too, follows PartiQL's specification, and is the sandbox's assumption (H23).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ....errors import AwsError, validation
from ..checks.values import TYPES, data_of
from .statements import (
    Comparison,
    Condition,
    Function,
    Literal,
    Logic,
    Missing,
    Operand,
    Path,
    Value,
)

Item = Mapping[str, Value]


def holds(condition: Condition | None, item: Item) -> bool:
    """Whether an item meets a condition."""
    return condition is None or _truth(condition, item) is True


def resolve(path: Path, item: Item) -> Value | None:
    """What lies at a path of an item; None if nothing does."""
    found: Value | None = {"M": item}
    for part in path.parts:
        if found is None:
            return None
        if isinstance(part, str):
            found = found.get("M", {}).get(part)
        else:
            members = found.get("L", [])
            found = members[part] if part < len(members) else None
    return found


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal: sets without order, numbers by their value."""
    return _comparable(one) == _comparable(other)


def _truth(condition: Condition, item: Item) -> bool | None:
    """None where something is missing."""
    if isinstance(condition, Logic):
        return _logic(condition, item)
    if isinstance(condition, Missing):
        return (resolve(condition.path, item) is None) is not condition.negated
    if isinstance(condition, Comparison):
        values = [_operand(operand, item) for operand in condition.operands]
        return _compared(condition.operator, values)
    return _function(condition, item)


def _logic(condition: Logic, item: Item) -> bool | None:
    parts = [_truth(part, item) for part in condition.conditions]
    if condition.operator == "NOT":
        return None if parts[0] is None else not parts[0]
    decisive = condition.operator == "OR"
    if decisive in parts:
        return decisive
    return None if None in parts else not decisive


def _operand(operand: Operand, item: Item) -> Value | None:
    if isinstance(operand, Literal):
        return operand.value
    if isinstance(operand, Path):
        return resolve(operand, item)
    if operand.name != "SIZE":
        raise validation(f"{operand.name.lower()} is no operand of a condition.")
    value = _operand(operand.operands[0], item)
    size = None if value is None else _size(value)
    return None if size is None else {"N": str(size)}


def _size(value: Value) -> int | None:
    kind, data = data_of(value)
    if kind == "S":
        return len(data.encode())
    if kind == "B":
        return len(base64.b64decode(data))
    return len(data) if kind in ("L", "M", "SS", "NS", "BS") else None


def _compared(operator: str, values: list[Value | None]) -> bool | None:
    first, *rest = values
    if first is None:
        return None
    if operator == "IN":
        return any(other is not None and same(first, other) for other in rest)
    if None in rest:
        return None
    others = [other for other in rest if other is not None]
    if operator in ("=", "<>"):
        return same(first, others[0]) is (operator == "=")
    if operator == "BETWEEN":
        return _ordered(">=", first, others[0]) and _ordered("<=", first, others[1])
    return _ordered(operator, first, others[0])


def _ordered(operator: str, one: Value, other: Value) -> bool:
    (kind, _), (kind_of_other, _) = data_of(one), data_of(other)
    if kind != kind_of_other or kind not in ("S", "N", "B"):
        return False
    left, right = _comparable(one)[1], _comparable(other)[1]
    return bool(
        {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    )


def order_of(value: Value) -> Any:
    """What sorts values of one type as DynamoDB sorts keys."""
    return _comparable(value)[1]


def _comparable(value: Value) -> tuple[str, Any]:
    kind, data = data_of(value)
    if kind == "N":
        return kind, Decimal(data)
    if kind == "S":
        return kind, data.encode()
    if kind == "B":
        return kind, base64.b64decode(data)
    if kind in ("SS", "NS", "BS"):
        return kind, frozenset(_comparable({kind[0]: member})[1] for member in data)
    if kind == "L":
        return kind, [_comparable(member) for member in data]
    if kind == "M":
        return kind, {name: _comparable(member) for name, member in data.items()}
    return kind, data


def _function(function: Function, item: Item) -> bool | None:
    first, second = (_operand(operand, item) for operand in function.operands)
    if first is None or second is None:
        return None
    if function.name == "ATTRIBUTE_TYPE":
        wanted = second["S"]
        if wanted not in TYPES:
            raise _no_type(wanted)
        return bool(data_of(first)[0] == wanted)
    (kind, _), (kind_of_other, _) = data_of(first), data_of(second)
    within, part = _comparable(first)[1], _comparable(second)[1]
    if function.name == "BEGINS_WITH":
        return kind == kind_of_other and kind in ("S", "B") and bool(within.startswith(part))
    if kind == "L":
        return _comparable(second) in within
    if kind in ("SS", "NS", "BS"):
        return kind[0] == kind_of_other and part in within
    return kind == kind_of_other and kind in ("S", "B") and part in within


def _no_type(wanted: str) -> AwsError:
    return validation(
        f"Invalid attribute type name found; type: {wanted}, valid types: "
        "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    )
