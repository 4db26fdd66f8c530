"""What a member of a request is in JSON, against what it has to be. Texts: H77."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from botocore.model import MapShape, Shape

from ....errors import AwsError

_JAVA = {"string": "String", "boolean": "Boolean", "integer": "Integer", "long": "Long"}
_SCALARS = {"string": str, "boolean": bool, "integer": int, "long": int}
_MODEL = "com.amazonaws.dynamodb.v20120810."
_STRUCTURE = "Start of structure or map found where not expected"


def unreadable(text: str) -> AwsError:
    """The refusal of what is of a wrong type."""
    return AwsError("SerializationException", text)


def require_scalar(kind: str, value: Any) -> None:
    """Refuse what is no string, Boolean value or whole number.

    Args:
        kind: botocore's name of the type.

    Raises:
        AwsError: ``SerializationException``.
    """
    if type(value) is _SCALARS[kind]:
        return
    java = _JAVA[kind]
    if isinstance(value, list):
        raise unreadable(f"Unrecognized collection type class java.lang.{java}")
    if isinstance(value, dict):
        raise unreadable(_STRUCTURE)
    if isinstance(value, str) and kind == "boolean":
        raise unreadable("Unexpected token received from parser")
    if type(value) is float and kind in ("integer", "long") and value.is_integer():
        return
    raise unreadable(f"{_called(value)} cannot be converted to {java}")


def _called(value: Any) -> str:
    if isinstance(value, bool):
        return "TRUE_VALUE" if value else "FALSE_VALUE"
    return {int: "NUMBER_VALUE", float: "DECIMAL_VALUE"}.get(type(value), "STRING_VALUE")


def require_list(value: Any) -> None:
    """Refuse what is no list; raises likewise."""
    if isinstance(value, dict):
        raise unreadable(_STRUCTURE)
    if not isinstance(value, list):
        raise unreadable("Unexpected field type")


def require_map(value: Any, members: str = "AttributeValue") -> None:
    """Refuse what is no map; raises likewise.

    Args:
        members: botocore's name of what the map holds.
    """
    if isinstance(value, list):
        java = "java.lang.String" if members == "String" else _MODEL + members
        raise unreadable(f"Unrecognized collection type java.util.Map<java.lang.String, {java}>")
    if not isinstance(value, dict):
        raise unreadable("Unexpected field type")


def require_structure(value: Any, name: str, *, within: bool) -> None:
    """Refuse what is no structure; raises likewise.

    Args:
        name: botocore's name of the structure.
        within: whether it is a member of a list or a map.
    """
    if isinstance(value, list):
        raise unreadable(f"Unrecognized collection type class {_MODEL}{name}")
    if not isinstance(value, dict):
        raise unreadable(f"Unexpected {'value type in payload' if within else 'field type'}")


def require_binary(value: Any) -> None:
    """Refuse what is no text in Base64; raises likewise."""
    if isinstance(value, list):
        raise unreadable("Unrecognized collection type class java.nio.ByteBuffer")
    if isinstance(value, dict):
        raise unreadable(_STRUCTURE)
    if not isinstance(value, str):
        raise unreadable("only base-64-encoded strings are convertible to bytes")
    if len(value) % 4:
        raise unreadable(
            "Base64 encoded length is expected a multiple of 4 bytes but found: " + str(len(value))
        )
    try:
        base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        raise unreadable("Invalid last non-pad Base64 character dectected") from None


def require_type(shape: Shape, value: Any, *, within: bool) -> None:
    """Refuse what is not of a shape's type, without a look at its members; raises likewise."""
    kind = shape.type_name
    if kind in _SCALARS:
        require_scalar(kind, value)
    elif kind == "list":
        require_list(value)
    elif isinstance(shape, MapShape):
        of = shape.value
        require_map(value, "String" if of.type_name == "string" else of.name)
    elif kind == "structure":
        require_structure(value, shape.name, within=within)
