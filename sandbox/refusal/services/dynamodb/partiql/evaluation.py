"""Whether a PartiQL condition holds for an item.

Comparisons are those of ``comparison``. An attribute that is missing makes every comparison false;
that this is so of ``<>``, too, follows PartiQL's specification, and is the sandbox's assumption
(H23).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping

from ....errors import AwsError, validation
from ..checks.values import TYPES, data_of
from ..comparison import begins_with, contains, ordered, same
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
        raise validation(f"{operand.name.lower()} is not an operand of a condition.")
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
        return ordered(">=", first, others[0]) and ordered("<=", first, others[1])
    return ordered(operator, first, others[0])


def _function(function: Function, item: Item) -> bool | None:
    first, second = (_operand(operand, item) for operand in function.operands)
    if first is None or second is None:
        return None
    if function.name == "ATTRIBUTE_TYPE":
        wanted = second["S"]
        if wanted not in TYPES:
            raise _no_type(wanted)
        return bool(data_of(first)[0] == wanted)
    return (begins_with if function.name == "BEGINS_WITH" else contains)(first, second)


def _no_type(wanted: str) -> AwsError:
    return validation(
        f"Invalid attribute type name found; type: {wanted}, valid types: "
        "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"
    )
