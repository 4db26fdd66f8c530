"""How large items are."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any


def size_of(item: Mapping[str, Any]) -> int:
    """The size of an item in bytes: DynamoDB Developer Guide, "Item sizes and formats".

    Args:
        item: attribute values as the API has them; binaries as bytes or in Base64.
    """
    return sum(len(name.encode()) + _size(value) for name, value in item.items())


def _size(value: Any) -> int:
    kind, data = next(iter(value.items())) if isinstance(value, dict) else (value.type, value.value)
    if kind == "S":
        return len(data.encode())
    if kind == "N":
        digits = len(Decimal(data).normalize().as_tuple().digits)
        return (digits + 1) // 2 + 1 + int(data.startswith("-"))
    if kind == "B":
        size: int = len(data) if isinstance(data, bytes) else len(data) * 3 // 4 - data.count("=")
        return size
    if kind in ("SS", "NS", "BS"):
        return sum(_size({kind[0]: member}) for member in data)
    if kind == "L":
        return 3 + sum(_size(member) + 1 for member in data)
    if kind == "M":
        return 3 + sum(len(n.encode()) + _size(member) + 1 for n, member in data.items())
    return 1  # BOOL and NULL.
