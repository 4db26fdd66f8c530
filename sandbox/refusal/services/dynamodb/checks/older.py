"""The older members of a request that conditions and filters were given in.

They are held against DynamoDB's rules, and then written as the expressions that took their place:
of the older ones moto leaves out ``ConditionalOperator`` and parts of ``Expected``. Texts: H71.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ....errors import validation
from ....requests.calls import Call
from ..comparison import ORDERED, ordered
from .members import send_anew
from .values import data_of

_INVALID = "One or more parameter values were invalid: "
#: Older member -> the expression in its place.
_EXPRESSIONS = {
    "ScanFilter": "FilterExpression",
    "QueryFilter": "FilterExpression",
    "Expected": "ConditionExpression",
}
_COMPARED = {"EQ": "=", "NE": "<>", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">"}
_FORMS = {
    **{name: f"{{path}} {sign} {{0}}" for name, sign in _COMPARED.items()},
    "NULL": "attribute_not_exists({path})",
    "NOT_NULL": "attribute_exists({path})",
    "CONTAINS": "contains({path}, {0})",
    "NOT_CONTAINS": "NOT contains({path}, {0})",
    "BEGINS_WITH": "begins_with({path}, {0})",
    "BETWEEN": "{path} BETWEEN {0} AND {1}",
}
#: How many values an operator takes, if it is not one.
_COUNTS = {"NULL": 0, "NOT_NULL": 0, "BETWEEN": 2}
#: The types that an operator takes, if it does not take all.
_TYPES = {
    **dict.fromkeys(("LE", "LT", "GE", "GT", "IN", "BETWEEN"), ORDERED),
    **dict.fromkeys(("CONTAINS", "NOT_CONTAINS"), ORDERED),
    "BEGINS_WITH": ("S", "B"),
}


def require_older(params: Mapping[str, Any]) -> None:
    """Refuse older conditions that break a rule.

    Raises:
        AwsError: ``ValidationException``.
    """
    _require_distinct(params.get("AttributesToGet") or ())
    for update in (params.get("AttributeUpdates") or {}).values():
        _require_update(update)
    for name, condition in (params.get("Expected") or {}).items():
        _require_expected(name, condition)
    for member in ("ScanFilter", "QueryFilter", "KeyConditions"):
        for condition in (params.get(member) or {}).values():
            _require_values(condition["ComparisonOperator"], _values(condition))


def require_operator(params: Mapping[str, Any]) -> None:
    """Refuse a ConditionalOperator that joins nothing.

    Raises:
        AwsError: ``ValidationException``.
    """
    if params.get("ConditionalOperator") is None:
        return
    count = max(len(params.get(member) or ()) for member in _EXPRESSIONS)
    if count == 0:
        raise validation("ConditionalOperator cannot be used without Filter or Expected")
    if count == 1:
        raise validation(
            "ConditionalOperator can only be used when Filter or Expected has two or more elements"
        )


def _require_distinct(names: Sequence[str]) -> None:
    for number, name in enumerate(names):
        if name in names[:number]:
            raise validation(f"{_INVALID}Duplicate value in attribute name: {name}")


def _require_update(update: Mapping[str, Any]) -> None:
    value, action = update.get("Value"), update.get("Action") or "PUT"
    kind = None if value is None else data_of(value)[0]
    problem = ""
    if kind is None and action != "DELETE":
        problem = "Only DELETE action is allowed when no attribute value is specified"
    elif kind and action == "DELETE" and kind not in ("SS", "NS", "BS"):
        problem = f"DELETE action with value is not supported for the type {kind}"
    elif action == "ADD" and kind not in ("L", "N", "SS", "NS", "BS"):
        problem = f"ADD action is not supported for the type {kind}"
    if problem:
        raise validation(f"{_INVALID}{problem}")


def _values(condition: Mapping[str, Any]) -> Sequence[Any]:
    value = condition.get("Value")
    return condition.get("AttributeValueList") or ([] if value is None else [value])


def _require_expected(name: str, condition: Mapping[str, Any]) -> None:
    operator, exists = condition.get("ComparisonOperator"), condition.get("Exists")
    value, values = condition.get("Value"), condition.get("AttributeValueList")
    problem = ""
    if operator is None and values is not None and value is None:
        problem = "AttributeValueList can only be used with a ComparisonOperator"
    elif value is not None and values is not None:
        problem = "Value and AttributeValueList cannot be used together"
    elif operator is not None and exists is not None:
        problem = "Exists and ComparisonOperator cannot be used together"
    elif operator is not None:
        if value is None and values is None and _COUNTS.get(operator) != 0:
            problem = (
                f"Value or AttributeValueList must be used with ComparisonOperator: {operator}"
            )
    elif exists is False and value is not None:
        problem = "Value cannot be used when Exists is false"
    elif exists is not False and value is None:
        problem = f"Value must be provided when Exists is {'null' if exists is None else 'true'}"
    if problem:
        raise validation(f"{_INVALID}{problem} for Attribute: {name}")
    if operator is not None:
        _require_values(operator, _values(condition))


def _require_values(operator: str, values: Sequence[Any]) -> None:
    count = _COUNTS.get(operator, 1)
    if (len(values) < 1) if operator == "IN" else (len(values) != count):
        raise validation(
            f"{_INVALID}Invalid number of argument(s) for the {operator} ComparisonOperator"
        )
    kinds = [data_of(value)[0] for value in values]
    for kind in kinds:
        if operator in _TYPES and kind not in _TYPES[operator]:
            raise validation(
                f"{_INVALID}ComparisonOperator {operator} is not valid for {kind} AttributeValue "
                "type"
            )
    if len(set(kinds)) > 1:
        text = "AttributeValues inside AttributeValueList must be of same type"
        raise validation(f"{_INVALID}{text}")
    if operator == "BETWEEN" and ordered(">", *values):
        raise validation(
            "The BETWEEN condition was provided a range where the lower bound is greater than the "
            "upper bound"
        )


def write_anew(call: Call) -> None:
    """Put expressions in the places of older members, for moto."""
    params = call.params
    if call.operation == "BatchGetItem":
        asked = params["RequestItems"]
        written = {**params, "RequestItems": {name: _anew(part) for name, part in asked.items()}}
    else:
        written = _anew(params)
    if call.operation == "UpdateItem" and not written.keys() & _CHANGES:
        written["AttributeUpdates"] = {}  # moto expects one of the two.
    if written != params:
        call.params = written
        send_anew(call)


_CHANGES = {"UpdateExpression", "AttributeUpdates"}


def _anew(params: Mapping[str, Any]) -> dict[str, Any]:
    written = dict(params)
    joined = f" {written.pop('ConditionalOperator', None) or 'AND'} "
    names: dict[str, str] = {}
    values: dict[str, Any] = {}
    if wanted := written.pop("AttributesToGet", None):
        written["ProjectionExpression"] = ", ".join(_named(name, names) for name in wanted)
    for member in _EXPRESSIONS:
        parts = [
            _part(name, condition, names, values)
            for name, condition in (written.pop(member, None) or {}).items()
        ]
        if parts:
            written[_EXPRESSIONS[member]] = joined.join(parts)
    if updates := written.get("AttributeUpdates"):
        written["UpdateExpression"] = _update(updates, names, values)
        del written["AttributeUpdates"]
    for kind, given in (("Names", names), ("Values", values)):
        if given:
            member = f"ExpressionAttribute{kind}"
            written[member] = {**(written.get(member) or {}), **given}
    return written


def _update(updates: Mapping[str, Any], names: dict[str, str], values: dict[str, Any]) -> str:
    """An update expression in the place of AttributeUpdates; moto takes values of several types
    for texts there. A list is added to the end of one."""
    clauses: dict[str, list[str]] = {}
    for name, update in updates.items():
        path, value, action = _named(name, names), update.get("Value"), update.get("Action")
        if value is None:
            clauses.setdefault("REMOVE", []).append(path)
            continue
        (place,) = _placed([value], values)
        if action == "ADD" and data_of(value)[0] == "L":
            (empty,) = _placed([{"L": []}], values)
            added = f"{path} = list_append(if_not_exists({path}, {empty}), {place})"
            clauses.setdefault("SET", []).append(added)
        elif action in ("ADD", "DELETE"):
            clauses.setdefault(action, []).append(f"{path} {place}")
        else:
            clauses.setdefault("SET", []).append(f"{path} = {place}")
    return " ".join(f"{word} {', '.join(parts)}" for word, parts in clauses.items())


def _named(name: str, names: dict[str, str]) -> str:
    """A placeholder for a name, which may be a reserved word or have a dot in it."""
    place = f"#older{len(names)}"
    names[place] = name
    return place


def _part(
    name: str, condition: Mapping[str, Any], names: dict[str, str], values: dict[str, Any]
) -> str:
    """One condition; its name and values go into those of the expression."""
    path = _named(name, names)
    operator = condition.get("ComparisonOperator")
    if operator is None:
        operator = "NULL" if condition.get("Exists") is False else "EQ"
    used = list(_placed(_values(condition), values))
    if operator == "IN":
        return f"{path} IN ({', '.join(used)})"
    return _FORMS[operator].format(*used, path=path)


def _placed(given: Sequence[Any], values: dict[str, Any]) -> Iterator[str]:
    for value in given:
        place = f":older{len(values)}"
        values[place] = value
        yield place
