"""moto's conditions and filters, which compare by type and value here.

moto takes the types off first. So it fails where a text meets a number, takes what is missing for
NULL, and fails on the size of what has none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from moto.dynamodb import comparisons
from moto.dynamodb.models.dynamo_type import DynamoType

from .hooks import Hooks

#: An attribute value as a request has it.
Value = Mapping[str, Any]


class Rules(NamedTuple):
    """How two values compare; the first argument of ``ordered`` is an operator."""

    same: Callable[[Value, Value], bool]
    ordered: Callable[[str, Value, Value], bool]
    begins_with: Callable[[Value, Value], bool]
    contains: Callable[[Value, Value], bool]
    #: None for a value that has no size.
    size: Callable[[Value], int | None]


def compare_by(hooks: Hooks, rules: Rules) -> None:
    """Let moto's conditions and filters compare by these rules. What is missing is equal to
    nothing, and meets ``<>`` alone; that this is so of two that are missing is the sandbox's
    assumption (H70)."""

    def put(owner: Any, test: Callable[..., bool], *operands: str) -> None:
        def expr(condition: Any, item: Any) -> bool:
            values = [_value(getattr(condition, name), item, rules) for name in operands]
            return None not in values and test(*values)

        hooks.replace(owner, "expr", expr)

    def differ(condition: Any, item: Any) -> bool:
        one, other = (_value(side, item, rules) for side in (condition.lhs, condition.rhs))
        return one is None or other is None or not rules.same(one, other)

    def is_one_of(condition: Any, item: Any) -> bool:
        value = _value(condition.attr, item, rules)
        others = (_value(other, item, rules) for other in condition.possible_values)
        return value is not None and any(
            other is not None and rules.same(value, other) for other in others
        )

    def is_between(value: Value, low: Value, high: Value) -> bool:
        return rules.ordered(">=", value, low) and rules.ordered("<=", value, high)

    put(comparisons.OpEqual, rules.same, "lhs", "rhs")
    for owner, operator in _ORDERS.items():
        put(owner, lambda one, other, by=operator: rules.ordered(by, one, other), "lhs", "rhs")
    put(comparisons.FuncBetween, is_between, "attr", "start", "end")
    put(comparisons.FuncBeginsWith, rules.begins_with, "attr", "substr")
    put(comparisons.FuncContains, rules.contains, "attr", "operand")
    hooks.replace(comparisons.OpNotEqual, "expr", differ)
    hooks.replace(comparisons.FuncIn, "expr", is_one_of)


_ORDERS: dict[Any, str] = {
    comparisons.OpLessThan: "<",
    comparisons.OpLessThanOrEqual: "<=",
    comparisons.OpGreaterThan: ">",
    comparisons.OpGreaterThanOrEqual: ">=",
}


def _value(operand: Any, item: Any, rules: Rules) -> Value | None:
    """The value of an operand; None for what is not there."""
    if isinstance(operand, comparisons.AttributeValue):
        return {operand.type: operand.value}
    if isinstance(operand, comparisons.FuncSize):
        value = _value(operand.attr, item, rules)
        size = None if value is None else rules.size(value)
        return None if size is None else {"N": str(size)}
    found = operand._get_attr(item)
    return None if found is None else _plain(found)


def _plain(value: Any) -> Value:
    if not isinstance(value, DynamoType):
        return value  # type: ignore[no-any-return]  # Already as a request has it.
    if value.is_list():
        return {value.type: [_plain(member) for member in value.value]}
    if value.is_map():
        return {value.type: {name: _plain(member) for name, member in value.value.items()}}
    return {value.type: value.value}
