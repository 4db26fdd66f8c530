"""Attribute values: one type each, numbers that DynamoDB can hold, sets without twins.

The texts are those of live answers (H17, H18) where one was recorded.
"""

from __future__ import annotations

import base64
import binascii
import decimal
import re
from collections.abc import Callable, Mapping
from typing import Any

from ....errors import AwsError, validation

TYPES = ("S", "N", "B", "BOOL", "NULL", "M", "L", "SS", "NS", "BS")
#: As nearly every number is written; it needs no second look.
_PLAIN = re.compile(r"0|-?[1-9]\d{0,37}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,9})?", re.ASCII)
_EXACT = decimal.Context(prec=10_000, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
#: DynamoDB Developer Guide, "Service, account, and table quotas".
_DIGITS, _LARGEST, _SMALLEST, _DEPTH = 38, 125, -130, 32
_INVALID = "One or more parameter values were invalid: "
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
    if not isinstance(value, dict):
        raise AwsError("SerializationException", "Unexpected value type in payload")
    given = [kind for kind in value if kind in TYPES and value[kind] is not None]
    if len(given) != 1:
        what = "has more than one datatypes set" if given else "is empty"
        raise validation(
            f"Supplied AttributeValue {what}, must contain exactly one of the supported datatypes"
        )
    if depth > _DEPTH:
        raise validation("Nesting Levels have exceeded supported limits")
    kind = given[0]
    return _CHECKS[kind](value, kind, depth)


def number(text: Any) -> str:
    """A number as DynamoDB answers it.

    Raises:
        AwsError: it is none, or DynamoDB cannot hold it.
    """
    if not isinstance(text, str):
        raise AwsError("SerializationException", "NUMBER_VALUE cannot be converted to String")
    if _PLAIN.fullmatch(text):
        return text
    if not _NUMBER.fullmatch(text):
        detail = f": {text}" if text else ""
        raise validation(f"The parameter cannot be converted to a numeric value{detail}")
    exact = _EXACT.create_decimal(text)
    if not exact:
        return "0"
    exact = exact.normalize(_EXACT)
    if exact.adjusted() > _LARGEST or exact.adjusted() < _SMALLEST:
        what = "over", "larger" if exact.adjusted() > _LARGEST else ""
        if not what[1]:
            what = "under", "smaller"
        raise validation(
            f"Number {what[0]}flow. Attempting to store a number with magnitude {what[1]} than "
            "supported range"
        )
    if len(exact.as_tuple().digits) > _DIGITS:
        raise validation("Attempting to store more than 38 significant digits in a Number")
    return format(exact, "f")


def data_of(value: Mapping[str, Any]) -> tuple[str, Any]:
    """The type and the data of an attribute value that was checked."""
    return next((kind, value[kind]) for kind in value if kind in TYPES and value[kind] is not None)


def size_of(kind: str, data: Any) -> int:
    """The size of a key's data, in bytes (a number's is not limited)."""
    if kind == "B":
        return len(base64.b64decode(data))
    return len(data.encode()) if kind == "S" else 0


def _text(value: dict[str, Any], kind: str, _depth: int) -> bool:
    if not isinstance(value[kind], str):
        raise AwsError("SerializationException", f"{kind} must be a text in the request.")
    return False


def _binary(value: dict[str, Any], kind: str, depth: int) -> bool:
    _text(value, kind, depth)
    try:
        base64.b64decode(value[kind], validate=True)
    except (binascii.Error, ValueError):
        raise AwsError("SerializationException", f"{kind} is not valid Base64.") from None
    return False


def _number(value: dict[str, Any], kind: str, _depth: int) -> bool:
    before = value[kind]
    value[kind] = number(before)
    return bool(value[kind] != before)


def _truth(value: dict[str, Any], kind: str, _depth: int) -> bool:
    if not isinstance(value[kind], bool):
        raise AwsError("SerializationException", f"{kind} must be true or false in the request.")
    if kind == "NULL" and not value[kind]:
        value[kind] = True  # H18: it is taken, and read as true.
        return True
    return False


def _list(value: dict[str, Any], kind: str, depth: int) -> bool:
    if not isinstance(value[kind], list):
        raise AwsError("SerializationException", "L must be a list in the request.")
    return sum(require_value(member, depth + 1) for member in value[kind]) > 0


def _map(value: dict[str, Any], kind: str, depth: int) -> bool:
    if not isinstance(value[kind], dict):
        raise AwsError("SerializationException", "M must be a map in the request.")
    return sum(require_value(member, depth + 1) for member in value[kind].values()) > 0


def _set(value: dict[str, Any], kind: str, depth: int) -> bool:
    members = value[kind]
    if not isinstance(members, list):
        raise AwsError("SerializationException", f"{kind} must be a list in the request.")
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
