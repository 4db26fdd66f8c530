"""Expressions written again in their plainest form.

moto reads many forms that DynamoDB knows wrongly or not at all: parentheses around an operand, a
value before the attribute that it is compared with, blanks within a path. It gets this form.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby

from .nodes import Action, Call, Comparison, Condition, Logic, Operand, Path, Sum, Value
from .parser import parse_condition, parse_projection, parse_update

_TURNED = {"=": "=", "<>": "<>", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@lru_cache(maxsize=256)
def plain(member: str, text: str) -> str:
    """An expression that was found right, in its plainest form.

    Args:
        member: the member of the request that it is, such as ``FilterExpression``.
        text: the expression.
    """
    if member == "UpdateExpression":
        return _update(parse_update(text))
    if member == "ProjectionExpression":
        return ", ".join(map(_operand, parse_projection(text)))
    return _condition(parse_condition(text))


def _update(actions: Iterable[Action]) -> str:
    return " ".join(
        f"{word} {', '.join(map(_action, section))}"
        for word, section in groupby(actions, lambda action: action.word)
    )


def _action(action: Action) -> str:
    path = _operand(action.path)
    if action.operand is None:
        return path
    return f"{path} {'= ' if action.word == 'SET' else ''}{_operand(action.operand)}"


def _operand(operand: Operand) -> str:
    if isinstance(operand, Value):
        return operand.name
    if isinstance(operand, Call):
        return f"{operand.name}({', '.join(map(_operand, operand.operands))})"
    if isinstance(operand, Sum):
        return f" {operand.sign} ".join(map(_operand, operand.operands))
    return _path(operand)


def _path(path: Path) -> str:
    first, *more = path.parts
    return str(first) + "".join(
        f"[{part}]" if isinstance(part, int) else f".{part}" for part in more
    )


def _condition(condition: Condition) -> str:
    if isinstance(condition, Call):
        return _operand(condition)
    if isinstance(condition, Logic):
        return _logic(condition)
    return _comparison(condition)


def _logic(logic: Logic) -> str:
    if logic.operator == "NOT":
        (inner,) = logic.conditions
        if isinstance(inner, Logic) and inner.operator == "NOT":
            return _condition(inner.conditions[0])
        return f"NOT {_within(inner, 'NOT')}"
    return f" {logic.operator} ".join(_within(one, logic.operator) for one in logic.conditions)


def _within(condition: Condition, operator: str) -> str:
    written = _condition(condition)
    apart = isinstance(condition, Logic) and condition.operator not in (operator, "NOT")
    return f"({written})" if apart or (operator == "NOT" and " " in written) else written


def _comparison(comparison: Comparison) -> str:
    operator = comparison.operator
    first, *others = comparison.operands
    written = [_operand(one) for one in others]
    if operator == "IN":
        return f"{_operand(first)} IN ({', '.join(written)})"
    if operator == "BETWEEN":
        return f"{_operand(first)} BETWEEN {' AND '.join(written)}"
    if isinstance(first, Value) and isinstance(others[0], Path):
        return f"{written[0]} {_TURNED[operator]} {_operand(first)}"
    return f"{_operand(first)} {operator} {written[0]}"
