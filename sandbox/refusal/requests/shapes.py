"""Requests held against botocore's service models, as the service itself would.

AWS's JSON services name a bad member with its path in lower camel case and the constraint that
it broke (F15, F16; A36, B6).
"""

from __future__ import annotations

import base64
import binascii
import datetime
import math
import re
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

from ..errors import AwsError, validation
from ..moto.loader import LOADER


@lru_cache(maxsize=16)
def service_model(service: str) -> ServiceModel:
    """botocore's model of a service."""
    return ServiceModel(LOADER.load_service_model(service, "service-2"), service)


@lru_cache(maxsize=1024)
def operation_model(service: str, operation: str) -> OperationModel | None:
    """botocore's model of an operation; None if the service has no such operation."""
    model = service_model(service)
    return model.operation_model(operation) if operation in model.operation_names else None


def _lower(name: str) -> str:
    """A member's name as AWS spells it in messages: the first letter in lower case."""
    return name[:1].lower() + name[1:]


class Reader:
    """Reads one request body; collects every broken constraint before it complains.

    Args:
        values: whether a complaint quotes the value; IAM's do not (H62).
    """

    def __init__(self, values: bool = True) -> None:
        self.broken: list[str] = []
        self._values = values

    def read(self, shape: Shape, value: Any, path: str) -> Any:
        reader = getattr(self, f"_{shape.type_name}", None)
        result = reader(shape, value, path) if reader else value
        if result is not None:
            self._check(shape, result, path)
        return result

    def _structure(self, shape: StructureShape, value: Any, path: str) -> Any:
        self._expect(value, dict, path)
        result = {}
        for name, member in shape.members.items():
            given = value.get(name)
            if given is None and name not in shape.required_members:
                continue
            here = f"{path}.{_lower(name)}" if path else _lower(name)
            if given is not None:
                result[name] = self.read(member, given, here)
            else:
                self.note(None, here, "Member must not be null")
        return result

    def _list(self, shape: ListShape, value: Any, path: str) -> Any:
        self._expect(value, list, path)
        return [self.read(shape.member, v, f"{path}.{i}.member") for i, v in enumerate(value, 1)]

    def _map(self, shape: MapShape, value: Any, path: str) -> Any:
        self._expect(value, dict, path)
        return {k: self.read(shape.value, v, f"{path}.{k}.member") for k, v in value.items()}

    def _string(self, shape: Shape, value: Any, path: str) -> Any:
        self._expect(value, str, path)
        return value

    def _boolean(self, shape: Shape, value: Any, path: str) -> Any:
        self._expect(value, bool, path)
        return value

    def _integer(self, shape: Shape, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, int):
            self._expect(value, float, path)
            if not math.isfinite(value):
                raise AwsError("SerializationException", f"{path} is not a whole number.")
            return int(value)
        return value

    _long = _integer

    def _blob(self, shape: Shape, value: Any, path: str) -> Any:
        self._expect(value, str, path)
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError):
            raise AwsError("SerializationException", f"{path} is not valid Base64.") from None

    def _timestamp(self, shape: Shape, value: Any, path: str) -> Any:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            self._expect(value, float, path)
        try:
            return datetime.datetime.fromtimestamp(value, datetime.UTC)
        except (OverflowError, ValueError, OSError):
            raise AwsError("SerializationException", f"{path} is not a valid timestamp.") from None

    def _expect(self, value: Any, kind: type, path: str) -> None:
        if not isinstance(value, kind):
            where = path or "The request"
            raise AwsError(
                "SerializationException", f"{where} is of the wrong type: expected {kind.__name__}."
            )

    def _check(self, shape: Shape, value: Any, path: str) -> None:
        meta = shape.metadata
        enum, pattern = meta.get("enum"), meta.get("pattern")
        if isinstance(value, (str, bytes, list, dict)):
            self._check_range(meta, len(value), value, path, "length ")
        elif isinstance(value, int) and not isinstance(value, bool):
            self._check_range(meta, value, value, path, "value ")
        if enum and value not in enum:
            values = ", ".join(sorted(enum))
            self.note(value, path, f"Member must satisfy enum value set: [{values}]")
        if pattern and isinstance(value, str) and not _matches(pattern, value):
            self.note(value, path, f"Member must satisfy regular expression pattern: {pattern}")

    def _check_range(self, meta: Any, size: int, value: Any, path: str, what: str) -> None:
        if "min" in meta and size < meta["min"]:
            least = f"Member must have {what}greater than or equal to {meta['min']}"
            self.note(value, path, least)
        if "max" in meta and size > meta["max"]:
            self.note(value, path, f"Member must have {what}less than or equal to {meta['max']}")

    def note(self, value: Any, path: str, constraint: str) -> None:
        """Take down a constraint that a value broke."""
        hidden = not self._values or value is None or isinstance(value, bytes)
        shown = "" if hidden else f" '{_show(value)}'"
        self.broken.append(f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}")


def _show(value: Any) -> str:
    if isinstance(value, list):
        return "[" + ", ".join(map(_show, value)) + "]"
    return str(value)


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    try:
        return re.compile(
            pattern.replace(r"\p{L}", r"\w").replace(r"\p{Z}", r"\s").replace(r"\p{N}", r"\d")
        )
    except re.error:
        return None  # A Java-only pattern: not checked rather than guessed.


def _matches(pattern: str, value: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is None or compiled.fullmatch(value) is not None


def read_params(service: str, operation: str, body: Any) -> dict[str, Any]:
    """The members of a JSON request, with blobs and timestamps decoded.

    Raises:
        AwsError: ``SerializationException`` for a wrong type, ``ValidationException`` for a
            missing member or a broken constraint.
    """
    model = operation_model(service, operation)
    if model is None or model.input_shape is None:
        return {}
    reader = Reader(values=service != "iam")
    params: dict[str, Any] = reader.read(model.input_shape, body, "")
    if reader.broken:
        count = len(reader.broken)
        noun = "error" if count == 1 else "errors"
        raise validation(f"{count} validation {noun} detected: " + "; ".join(reader.broken))
    return params


def check_query_params(service: str, operation: str, params: dict[str, Any]) -> None:
    """Hold the members of a query request against its model, as IAM and STS do.

    Raises:
        AwsError: ``ValidationError`` for a missing member or a broken constraint.
    """
    try:
        read_params(service, operation, params)
    except AwsError as error:
        raise AwsError("ValidationError", error.message) from None
