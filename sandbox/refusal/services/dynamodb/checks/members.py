"""What can be read of a request for items: its members held against botocore's model.

This comes first, before it is asked who may (H16).
"""

from __future__ import annotations

import copy
import json
import re
from functools import lru_cache
from typing import Any

from botocore.model import ListShape, Shape, StructureShape

from ....errors import AwsError, validation
from ....requests import shapes
from ....requests.calls import Call
from .values import TOO_DEEP, require_value
from .wire_types import require_type

_COUNT = "1 validation error detected: "
#: Of these, AWS says how many errors it found of a value, too (H17, H19).
_COUNTED = ("PutItem", "UpdateItem", "DeleteItem")
_NAME = re.compile(r"[a-zA-Z0-9_.-]+", re.ASCII)
#: Values in AWS's order, where a live answer was recorded (H17); others are in the model's.
_ORDERS = {
    "Select": "SPECIFIC_ATTRIBUTES, COUNT, ALL_ATTRIBUTES, ALL_PROJECTED_ATTRIBUTES",
    "ReturnConsumedCapacity": "INDEXES, TOTAL, NONE",
    "ReturnValue": "ALL_NEW, UPDATED_OLD, ALL_OLD, NONE, UPDATED_NEW",
}
_TOO_MANY_WRITES = (
    "Map value must satisfy constraint: [Member must have length less than or equal to 25, "
    "Member must have length greater than or equal to 1]"
)


class _Members(shapes.Reader):
    """Reads the members of a request; attribute values by rules of their own."""

    def __init__(self) -> None:
        super().__init__()
        #: Whether a value was written anew.
        self.changed = False

    def read(self, shape: Shape, value: Any, path: str) -> Any:
        if shape.name == "AttributeValue":
            self.changed = require_value(value) or self.changed
            return value
        require_type(shape, value, within=path.endswith(".member"))
        if shape.name == "ExpressionAttributeValueMap":
            self._read_values(value)
            return value
        if shape.name == "WriteRequests" and isinstance(value, list) and not 0 < len(value) < 26:
            self.note(value, "requestItems", _TOO_MANY_WRITES)
            return value
        if shape.name in _ORDERS and isinstance(value, str) and value not in shape.metadata["enum"]:
            self.note(value, path, f"Member must satisfy enum value set: [{_ORDERS[shape.name]}]")
            return value
        return super().read(shape, value, path)

    def _read_values(self, values: dict[str, Any]) -> None:
        """The values of expressions, of which a refusal says which one it was (H77)."""
        for key, value in values.items():
            try:
                self.changed = require_value(value) or self.changed
            except AwsError as error:
                unnamed = error.message.startswith((TOO_DEEP, _COUNT))  # Sets are looked at first.
                if error.code != "ValidationException" or unnamed:
                    raise
                member = "ExpressionAttributeValues contains invalid value: "
                raise validation(f"{member}{error.message} for key {key}") from None

    def note(self, value: Any, path: str, constraint: str) -> None:
        """The same; lists and maps are not repeated, since they hold a learner's data."""
        shown = " null" if value is None else ""
        if isinstance(value, (str, int)) and value != "":
            shown = f" '{value}'"
        elif value == []:
            shown = " '[]'"
        self.broken.append(f"Value{shown} at '{path}' failed to satisfy constraint: {constraint}")


def require_members(call: Call) -> None:
    """Refuse a request for items that cannot be read. Numbers are written anew (H18).

    Raises:
        AwsError: ``SerializationException`` for a wrong type, ``ValidationException`` for a
            missing member or a broken constraint.
    """
    _require_names(call.params)
    if call.operation.startswith("Batch") and call.params.get("RequestItems") == {}:
        raise validation(f"The requestItems parameter is required for {call.operation}")
    reader = _Members()
    try:
        reader.read(_input(call.operation), call.params, "")
    except AwsError as error:
        begins = ("ExpressionAttributeValues", TOO_DEEP)
        if call.operation not in _COUNTED or not error.message.startswith(begins):
            raise
        raise validation(_COUNT + error.message) from None
    _complain(reader)
    if None in call.params.values():
        call.params = {name: value for name, value in call.params.items() if value is not None}
        reader.changed = True
    if reader.changed:
        send_anew(call)


def require_shape(call: Call) -> None:
    """Refuse a request about tables that cannot be read; raises likewise. Members that are null
    or unknown count for nothing."""
    shape = _input(call.operation)
    if "TableName" in shape.required_members and call.params.get("TableName") is None:
        raise validation("The parameter 'TableName' is required but was not present in the request")
    reader = _Members()
    reader.read(shape, call.params, "")
    _complain(reader)
    known = _known(shape, call.params)
    if known != call.params:
        call.params = known
        send_anew(call)


def _known(shape: Shape, value: Any) -> Any:
    """A value with the members that its model has, without those that are null."""
    if isinstance(shape, StructureShape):
        members = ((name, value.get(name)) for name in shape.members)
        return {n: _known(shape.members[n], one) for n, one in members if one is not None}
    if isinstance(shape, ListShape):
        return [_known(shape.member, one) for one in value]
    return value


def _complain(reader: _Members) -> None:
    if broken := reader.broken:
        noun = "error" if len(broken) == 1 else "errors"
        raise validation(f"{len(broken)} validation {noun} detected: " + "; ".join(broken))


def send_anew(call: Call) -> None:
    """Let moto see the members as they are now, and not as they came."""
    if call.request is not None:
        call.request = copy.copy(call.request)
        call.request.body = json.dumps(call.params).encode()


def require_table_name(name: str) -> None:
    """Refuse what cannot be a table's name; an ARN is read elsewhere.

    Raises:
        AwsError: ``ValidationException`` (H17).
    """
    problem = ""
    if not name:
        raise validation(
            "1 validation error detected: Value at 'TableName' failed to satisfy constraint: "
            "Member must have length greater than or equal to 1"
        )
    if name.startswith("arn:"):
        return
    if not _NAME.fullmatch(name):
        problem = "satisfy regular expression pattern: [a-zA-Z0-9_.-]+"
    elif len(name) > 255:
        problem = "have length less than or equal to 255"
    if problem:
        raise validation(
            f"1 validation error detected: Value '{name}' at 'tableName' failed to satisfy "
            f"constraint: Member must {problem}"
        )


def _require_names(params: dict[str, Any]) -> None:
    names = [params.get("TableName")]
    if isinstance(asked := params.get("RequestItems"), dict):
        names.extend(asked)
    items = params.get("TransactItems")
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            names.extend(one.get("TableName") for one in item.values() if isinstance(one, dict))
    for name in names:
        if isinstance(name, str):
            require_table_name(name)


@lru_cache(maxsize=64)
def _input(operation: str) -> StructureShape:
    model = shapes.operation_model("dynamodb", operation)
    assert model is not None and isinstance(model.input_shape, StructureShape)
    return model.input_shape
