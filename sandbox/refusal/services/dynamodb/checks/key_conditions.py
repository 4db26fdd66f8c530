"""Key conditions: what a Query wants of each key. Texts: H75, H76."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from ....errors import validation
from ..expressions import parse_condition
from ..expressions.nodes import Call, Comparison, Condition, Logic, Operand, Path, Value
from ..expressions.walk import resolved

_NO_OPERATOR = "Invalid operator used in KeyConditionExpression: "
#: Of an index too, unless its key has several parts.
TOO_MANY = "Conditions can be of length 1 or 2 only"
_BAD = "Invalid condition in KeyConditionExpression: "
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
#: An operator of KeyConditions -> as an expression writes it.
_OLDER = {"EQ": "=", "LE": "<=", "LT": "<", "GE": ">=", "GT": ">", "BETWEEN": "BETWEEN",
          "BEGINS_WITH": "begins_with"}  # fmt: skip


class KeyCondition(NamedTuple):
    """What is wanted of one key.

    Attributes:
        operator: ``=``, ``<``, ``BETWEEN``, ``begins_with`` ...; the key is its first operand.
        values: attribute values.
    """

    operator: str
    values: list[Mapping[str, Any]]


def key_conditions(params: Mapping[str, Any]) -> dict[str, KeyCondition]:
    """The conditions of a Query by the attributes that they are about.

    Raises:
        AwsError: ``ValidationException``; no table is needed to see it.
    """
    expression = params.get("KeyConditionExpression")
    if expression is not None:
        names, values = (params.get(f"ExpressionAttribute{k}") or {} for k in ("Names", "Values"))
        found: dict[str, KeyCondition] = {}
        _collect(parse_condition(expression), names, values, found)
        return found
    older = params.get("KeyConditions")
    if not older:
        raise validation(
            "Either the KeyConditions or KeyConditionExpression parameter must be specified in "
            "the request."
        )
    if len(older) > 2 and not params.get("IndexName"):  # An index may have keys of several parts.
        raise validation(TOO_MANY)
    return {name: _older(condition) for name, condition in older.items()}


def _older(condition: Mapping[str, Any]) -> KeyCondition:
    operator = condition["ComparisonOperator"]
    if operator not in _OLDER:
        raise validation("Attempted conditional constraint is not an indexable operation")
    return KeyCondition(_OLDER[operator], list(condition.get("AttributeValueList") or ()))


def _collect(
    condition: Condition,
    names: Mapping[str, str],
    values: Mapping[str, Any],
    found: dict[str, KeyCondition],
) -> None:
    if isinstance(condition, Logic) and condition.operator == "AND":
        for one in condition.conditions:
            _collect(one, names, values, found)
        return
    _require_operator(condition)
    assert isinstance(condition, (Comparison, Call))
    paths = _paths_in(condition.operands)
    if not paths:
        raise validation(f"{_BAD}No key attribute specified")
    name = str(resolved(paths[0], names)[0])
    if name in found:
        raise validation("KeyConditionExpressions must only contain one condition per key")
    operator = condition.name if isinstance(condition, Call) else condition.operator
    if not isinstance(condition.operands[0], Path):
        operator = _TURNED.get(operator, operator)
    asked = [one.name for one in condition.operands if isinstance(one, Value)]
    given = [values[one] for one in asked if one in values]  # Others are refused elsewhere.
    found[name] = KeyCondition(operator, given)


def _require_operator(condition: Condition) -> None:
    operator = condition.name if isinstance(condition, Call) else condition.operator
    if operator in ("OR", "NOT", "IN", "<>") or (
        isinstance(condition, Call) and operator != "begins_with"
    ):
        raise validation(_NO_OPERATOR + operator)
    if isinstance(condition, (Call, Comparison)):
        first = condition.operands[0]
        if any(isinstance(one, Call) for one in condition.operands):
            raise validation("KeyConditionExpressions cannot contain nested operations")
        if operator in ("BETWEEN", "begins_with") and not isinstance(first, Path):
            raise validation(
                f"{_BAD}{operator} operator must have the key attribute as its first operand"
            )


def _paths_in(operands: tuple[Operand, ...]) -> list[Path]:
    paths = [one for one in operands if isinstance(one, Path)]
    if any(len(path.parts) > 1 for path in paths):
        raise validation(
            "Invalid KeyConditionExpression: KeyConditionExpressions cannot have conditions on "
            "nested attributes"
        )
    if len(paths) > 1:
        raise validation(f"{_BAD}Multiple attribute names used in one condition")
    return paths
