"""What moto does anew for each request, done once, and with the same results.

moto tells an operation's method by listing its handler's methods, and writes an attribute value by
looking for each of the ten types under several names. Together that is a third of a GetItem.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import moto.core.responses
from botocore.model import Shape
from moto.core.serialize import BaseJSONSerializer

Write = Callable[[Any, Any, Any, Shape, str], None]


def replacements() -> Iterator[tuple[Any, str, Any]]:
    """What to put in which place while a sandbox runs: owner, name, value."""
    responses: Any = moto.core.responses  # It exports the name to nobody.
    listed = responses.method_names_from_class
    yield responses, "method_names_from_class", cache(listed)
    write: Write = BaseJSONSerializer._serialize_type_structure
    yield BaseJSONSerializer, "_serialize_type_structure", _writing(write)


class _OtherError(Exception):
    """A value in another form than items have: moto's own way is taken."""


def _writing(write: Write) -> Write:
    """moto's way of writing a structure, past which attribute values go."""

    def writing(serializer: Any, written: Any, value: Any, shape: Shape, key: str) -> None:
        if key and shape.name == "AttributeValue":
            try:
                written[key] = plain(value)
                return
            except _OtherError:
                pass
        write(serializer, written, value, shape, key)

    return writing


def plain(value: Any) -> dict[str, Any]:
    """An attribute value as moto's serializer writes it.

    Raises:
        _OtherError: it is no mapping from one type to data of that type, or it is binary.
    """
    if type(value) is not dict or len(value) != 1:
        raise _OtherError
    ((kind, data),) = value.items()
    expected = _DATA.get(kind)
    if expected is None or type(data) is not expected:
        raise _OtherError
    if isinstance(data, dict):
        return {kind: {name: plain(member) for name, member in data.items()}}
    if not isinstance(data, list):
        return {kind: data}
    if kind == "L":
        return {kind: [plain(member) for member in data]}
    if not all(type(member) is str for member in data):
        raise _OtherError
    return {kind: data}


_DATA = {"S": str, "N": str, "BOOL": bool, "NULL": bool, "M": dict, "L": list, "SS": list,
         "NS": list}  # fmt: skip
