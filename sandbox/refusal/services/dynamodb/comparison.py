"""How DynamoDB compares attribute values: by type and value.

Values of different types are not equal, and none of them is less or greater than the other. Sets
have no order, numbers are exact, binary values are compared by their bytes (DynamoDB Developer
Guide, "Comparison operator and function reference"; H70).
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

Value = Mapping[str, Any]
#: The types that have an order.
ORDERED = ("S", "N", "B")


def same(one: Value, other: Value) -> bool:
    """Whether two values are equal."""
    return _comparable(one) == _comparable(other)


def ordered(operator: str, one: Value, other: Value) -> bool:
    """Whether ``<``, ``<=``, ``>`` or ``>=`` holds between two values."""
    (kind, _), (kind_of_other, _) = _data(one), _data(other)
    if kind != kind_of_other or kind not in ORDERED:
        return False
    left, right = _comparable(one)[1], _comparable(other)[1]
    return bool(
        {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator]
    )


def begins_with(whole: Value, part: Value) -> bool:
    """Whether a text begins with a text, or bytes with bytes."""
    (kind, data), (kind_of_part, beginning) = _comparable(whole), _comparable(part)
    return kind == kind_of_part and kind in ("S", "B") and bool(data.startswith(beginning))


def contains(whole: Value, part: Value) -> bool:
    """Whether a text has a text in it, bytes bytes, or a set or a list a value."""
    (kind, data), (kind_of_part, wanted) = _comparable(whole), _comparable(part)
    if kind == "L":
        return (kind_of_part, wanted) in data
    if kind in ("SS", "NS", "BS"):
        return kind[0] == kind_of_part and wanted in data
    return kind == kind_of_part and kind in ("S", "B") and wanted in data


def size(value: Value) -> int | None:
    """What the function ``size`` of an expression gives; None for a type that has no size."""
    kind, data = _data(value)
    if kind == "B":
        return len(bytes_of(data))
    return len(data) if kind in ("S", "L", "M", "SS", "NS", "BS") else None


def bytes_of(data: str | bytes) -> bytes:
    """The data of a binary value: in Base64, or as bytes where it has been read already."""
    return data if isinstance(data, bytes) else base64.b64decode(data)


def _data(value: Value) -> tuple[str, Any]:
    return next(iter(value.items()))


def _comparable(value: Value) -> tuple[str, Any]:
    kind, data = _data(value)
    if kind == "N":
        return kind, Decimal(data)
    if kind == "S":
        return kind, data.encode()
    if kind == "B":
        return kind, bytes_of(data)
    if kind in ("SS", "NS", "BS"):
        return kind, frozenset(_comparable({kind[0]: member})[1] for member in data)
    if kind == "L":
        return kind, [_comparable(member) for member in data]
    if kind == "M":
        return kind, {name: _comparable(member) for name, member in data.items()}
    return kind, data
