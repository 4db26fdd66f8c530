"""Attribute values: one type each, numbers that DynamoDB can hold, sets without twins.

The texts are those of live answers (H17, H18) where one was recorded.
"""

from __future__ import annotations

import base64
import decimal
import re
from collections.abc import Callable, Mapping
from typing import Any

from ....errors import validation
from .wire_types import require_binary, require_list, require_map, require_scalar, require_structure

TYPES = ("S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS")
#: As nearly every number is written; it needs no second look.
_PLAIN = re.compile(r"0|-?[1-9]\d{0,37}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
_EXACT = decimal.Context(prec=10_000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
#: DynamoDB Developer Guide, "Service, account, and table quotas".
_DIGITS, _LARGEST, _SMALLEST, _DEPTH = 38, 125, -130, 31
_INVALID = "One or more parameter values were invalid: "
TOO_DEEP = (
    "Nesting Levels have exceeded supported limits: Attributes in the item have nested levels "
    "beyond supported limit"
)
_OVER = "Number overflow. Attempting to store a number with magnitude larger than supported range"
_UNDER = (
    "Number underflow. Attempting to store a number with magnitude smaller than supported range"
)
_NULLS = {"SS": "An string set may not have a null string as a member",
          "NS": "An number set may not have a null number as a member",
          "BS": "Binary sets may not contain null or empty values"}  # fmt: skip
_SETS = {"SS": "An string set  may not be empty", "NS": "An number set  may not be empty",
         "BS": "Binary sets should not be empty"}  # fmt: skip


def require_value(value: Any, depth: int = 0) -> bool:
    """Refuse what is no attribute value. A number is written anew in place, as DynamoDB answers
    it: ``1.50`` is ``1.5`` (H18).

    Args:
        depth: how many lists and maps are around it.

    Returns:
        Whether anything was written anew.

    Raises:
        AwsError: ``SerializationException`` for a wrong JSON type, ``ValidationException`` else.
    """
    require_structure(value, "AttributeValue", within=True)
    given = [kind for kind in value if kind in TYPES and value[kind] is not None]
    if len(given) != 1:
        what = "has more than one datatypes set" if given else "is empty"
        raise validation(
            f"Supplied AttributeValue {what}, must contain exactly one of the supported datatypes"
        )
    if depth > _DEPTH:
        raise validation(TOO_DEEP)
    kind = given[0]
    return _CHECKS[kind](value, kind, depth)


def number(text: Any) -> str:
    """A number as DynamoDB answers it.

    Raises:
        AwsError: it is none, or DynamoDB cannot hold it.
    """
    require_scalar("string", text)
    assert isinstance(text, str)
    if _PLAIN.fullmatch(text):
        return text
    if not _NUMBER.fullmatch(text):
        detail = f": {text}" if text else ""
        raise validation(f"The parameter cannot be converted to a numeric value{detail}")
    exact = _EXACT.create_decimal(text)
    if not exact:
        return "0"
    exact = exact.normalize(_EXACT)
    if exact.adjusted() > _LARGEST:
        raise validation(_OVER)
    if exact.adjusted() < _SMALLEST:
        raise validation(_UNDER)
    if len(exact.as_tuple().digits) > _DIGITS:
        raise validation("Attempting to store more than 38 significant digits in a Number")
    return format(exact, "f")


def total(left: str, sign: str, right: str) -> str:
    """The sum or the difference of two numbers, exactly.

    Raises:
        AwsError: DynamoDB cannot hold it. That it is too precise is called an overflow, too (H77).
    """
    one, other = _EXACT.create_decimal(left), _EXACT.create_decimal(right)
    exact = (_EXACT.add if sign == "+" else _EXACT.subtract)(one, other)
    if len(exact.normalize(_EXACT).as_tuple().digits) > _DIGITS:
        raise validation(_OVER)
    return number(format(exact, "f"))


def data_of(value: Mapping[str, Any]) -> tuple[str, Any]:
    """The type and the data of an attribute value that was checked."""
    return next((kind, value[kind]) for kind in value if kind in TYPES and value[kind] is not None)


def size_of(kind: str, data: Any) -> int:
    """The size of a key's data, in bytes (a number's is not limited)."""
    if kind == "B":
        return len(base64.b64decode(data))
    return len(data.encode()) if kind == "S" else 0


def _text(value: dict[str, Any], kind: str, _depth: int) -> bool:
    require_scalar("string", value[kind])
    return False


def _binary(value: dict[str, Any], kind: str, _depth: int) -> bool:
    require_binary(value[kind])
    return False


def _number(value: dict[str, Any], kind: str, _depth: int) -> bool:
    before = value[kind]
    value[kind] = number(before)
    return bool(value[kind] != before)


def _truth(value: dict[str, Any], kind: str, _depth: int) -> bool:
    require_scalar("boolean", value[kind])
    if kind == "NULL" and not value[kind]:
        value[kind] = True  # H18: it is taken, and read as true.
        return True
    return False


def _list(value: dict[str, Any], kind: str, depth: int) -> bool:
    require_list(value[kind])
    return sum(require_value(member, depth + 1) for member in value[kind]) > 0


def _map(value: dict[str, Any], kind: str, depth: int) -> bool:
    require_map(value[kind])
    return sum(require_value(member, depth + 1) for member in value[kind].values()) > 0


def _set(value: dict[str, Any], kind: str, depth: int) -> bool:
    members = value[kind]
    require_list(members)
    if None in members:
        raise validation(f"{_INVALID}{_NULLS[kind]}")
    if not members:
        raise validation(f"1 validation error detected: {_INVALID}{_SETS[kind]}")
    scalars = [{kind[0]: member} for member in members]
    changed = sum(_CHECKS[kind[0]](one, kind[0], depth) for one in scalars) > 0
    value[kind] = [one[kind[0]] for one in scalars]
    if len(set(value[kind])) != len(members):
        shown = ", ".join(f'"{member}"' for member in value[kind])
        text = f"{_INVALID}Input collection [{shown}] contains duplicates."
        raise validation(f"1 validation error detected: {text}")
    return changed


_CHECKS: dict[str, Callable[[dict[str, Any], str, int], bool]] = {
    "S": _text,
    "N": _number,
    "B": _binary,
    "BOOL": _truth,
    "NULL": _truth,
    "L": _list,
    "M": _map,
    "SS": _set,
    "NS": _set,
    "BS": _set,
}
