"""Expressions against DynamoDB's documented rules, as far as no table is needed for it.

moto parses the expressions; here only their names, values and words are looked at. AWS looks at
them before it looks for the table (H16). Texts: H19, and where it says so the sandbox's own.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from ....errors import AwsError, validation
from ....moto.dynamodb import RESERVED_WORDS
from ....requests.calls import Call
from ..comparison import ORDERED
from .members import send_anew
from .older import require_older, require_operator
from .paths import require_projection, require_update_operands

#: The members that are expressions, and the older ones that they took the place of, each in the
#: order in which AWS's messages name them (H71).
EXPRESSIONS = (
    "UpdateExpression",
    "ProjectionExpression",
    "FilterExpression",
    "ConditionExpression",
    "KeyConditionExpression",
)
_OLDER = (
    "AttributesToGet",
    "AttributeUpdates",
    "QueryFilter",
    "ScanFilter",
    "Expected",
    "ConditionalOperator",
    "KeyConditions",
)
_PLACEHOLDER = re.compile(r"[#:]\w+", re.ASCII)
_KEYS = {"Names": re.compile(r"#\w+", re.ASCII), "Values": re.compile(r":\w+", re.ASCII)}
#: A name in a path, at its head or within: no placeholder, no function, no index.
_WORD = re.compile(r"(?<![\w:#])[A-Za-z_]\w*(?!\w)(?!\s*\()", re.ASCII)
_OPERATORS = frozenset(["AND", "OR", "NOT", "IN", "BETWEEN", "SET", "REMOVE", "ADD", "DELETE"])
_BETWEEN = re.compile(r"\bBETWEEN\s+(:\w+)\s+AND\s+(:\w+)", re.I)
_ORDERED = re.compile(r"(<=|>=|(?<!<)>|<(?!>))\s*(:\w+)")
_ORDERED_FIRST = re.compile(r"(:\w+)\s*(<=|>=|<(?!>)|>)")
_BEGINS = re.compile(r"\b(begins_with)\s*\(\s*[^(),]+,\s*(:\w+)\s*\)")
_PATH = r"(?:#\w+|[A-Za-z_]\w*)(?:\.(?:#\w+|[A-Za-z_]\w*)|\[\d+\])*"
_TWICE = re.compile(
    rf"(?<![\w#:.\]])({_PATH})\s*(=|<>|<=|>=|<|>)\s*({_PATH})(?![\w.\[(])"
    rf"|\b(contains|begins_with)\s*\(\s*({_PATH})\s*,\s*({_PATH})\s*\)"
)
#: The single writes say how many errors were found; the reads and transactions do not (H19).
_COUNTED = frozenset(["PutItem", "UpdateItem", "DeleteItem"])


def holders(call: Call) -> Iterator[dict[str, Any]]:
    """The parts of a request for items that have expressions of their own."""
    params = call.params
    if call.operation == "BatchGetItem":
        yield from params["RequestItems"].values()
    elif call.operation.startswith("Transact"):
        for item in params["TransactItems"]:
            yield from item.values()
    else:
        yield params


def require_expressions(call: Call) -> None:
    """Refuse expressions, names and values that break a rule.

    Raises:
        AwsError: ``ValidationException``.
    """
    if call.operation == "BatchWriteItem":
        return
    one_by_one = call.operation.startswith("Transact")
    for params in holders(call):
        present = [name for name in EXPRESSIONS if params.get(name) is not None]
        names, values = (params.get(f"ExpressionAttribute{kind}") for kind in _KEYS)
        require_older(params)
        if not present and names is None and values is None:
            require_operator(params)
            continue
        if one_by_one and not present:
            # A transaction's item may define what nothing uses (H19); moto would refuse it.
            for kind in _KEYS:
                params.pop(f"ExpressionAttribute{kind}", None)
            send_anew(call)
            continue
        try:
            _require(params, present, names, values)
        except AwsError as error:
            counted = call.operation in _COUNTED and not error.message.startswith("1 ")
            raise validation(f"1 validation error detected: {error.message}" if counted
                             else error.message) from None  # fmt: skip


def _require(params: Mapping[str, Any], present: list[str], names: Any, values: Any) -> None:
    older = [name for name in _OLDER if params.get(name) is not None]
    if "KeyConditionExpression" not in present and "KeyConditions" in older:
        older.remove("KeyConditions")  # With other expressions it is taken (H71).
    if older and present:
        raise validation(
            "Can not use both expression and non-expression parameters in the same request: "
            f"Non-expression parameters: {{{', '.join(older)}}} "
            f"Expression parameters: {{{', '.join(present)}}}"
        )
    for name in present:
        if not params[name].strip():
            raise validation(f"Invalid {name}: The expression can not be empty;")
    taking = [name for name in present if name != "ProjectionExpression"]
    _require_given("Values", values, taking)
    _require_given("Names", names, present)
    if present:
        used = _require_defined(params, present, names or {}, values or {})
        _require_used("Names", names, used)
        _require_used("Values", values, used)
    for name in present:
        _require_words(name, params[name], names or {}, values or {})


def _require_given(kind: str, given: Any, users: list[str]) -> None:
    """The names or the values that a request defines, by themselves."""
    if given is None:
        return
    member = f"ExpressionAttribute{kind}"
    if not users:
        raise validation(f"{member} can only be specified when using expressions")
    if not given:
        raise validation(f"{member} must not be empty")
    for key in given:
        if not _KEYS[kind].fullmatch(key):
            raise validation(f'{member} contains invalid key: Syntax error; key: "{key}"')


def _require_defined(
    params: Mapping[str, Any], present: list[str], names: Any, values: Any
) -> set[str]:
    """What the expressions use of names and values; all of it must be defined."""
    used: set[str] = set()
    for name in present:
        for key in _PLACEHOLDER.findall(params[name]):
            used.add(key)
            if key in names or key in values:
                continue
            what, where = "value used in expression", "value"
            if key[0] == "#":
                what, where = "name used in the document path", "name"
            raise validation(
                f"Invalid {name}: An expression attribute {what} is not defined; "
                f"attribute {where}: {key}"
            )
    return used


def _require_used(kind: str, given: Any, used: set[str]) -> None:
    if unused := [key for key in given or () if key not in used]:
        raise validation(
            f"Value provided in ExpressionAttribute{kind} unused in expressions: "
            f"keys: {{{', '.join(unused)}}}"
        )


def _require_words(
    name: str, expression: str, names: Mapping[str, str], values: Mapping[str, Any]
) -> None:
    """The words of an expression: reserved ones, bounds, operands."""
    for word in _WORD.findall(expression):
        if word.upper() in RESERVED_WORDS and word.upper() not in _OPERATORS:
            raise validation(
                f"Invalid {name}: Attribute name is a reserved keyword; reserved keyword: {word}"
            )
    if name == "ProjectionExpression":
        return require_projection(expression, names)
    if name == "UpdateExpression":
        return require_update_operands(expression, values)
    if _has_redundant_parentheses(expression):
        raise validation(f"Invalid {name}: The expression has redundant parentheses;")
    for match in _TWICE.finditer(expression):
        one, operator, other, function, first, second = match.groups()
        if (one or first) == (other or second):
            shown = ", ".join(names.get(p, p) for p in (one or first).split("."))
            raise validation(
                f"Invalid {name}: The first operand must be distinct from the remaining operands "
                f"for this operator or function; operator: {operator or function}, "
                f"first operand: [{shown}]"
            )
    _require_bounds(name, expression, values)
    _require_operands(name, expression, values)


def _require_bounds(name: str, expression: str, values: Mapping[str, Any]) -> None:
    for low, high in _BETWEEN.findall(expression):
        (kind, least), (other, most) = (_data(values[key]) for key in (low, high))
        for one in (kind, other):
            _require_type(name, "BETWEEN", one, ORDERED)
        what = ""
        if kind != other:
            what = "same data type for lower and upper bounds"
        elif _sortable(kind, least) > _sortable(kind, most):
            what = "upper bound to be greater than or equal to lower bound"
        if what:
            operands = f"AttributeValue: {{{kind}:{least}}}", f"AttributeValue: {{{other}:{most}}}"
            raise validation(
                f"Invalid {name}: The BETWEEN operator requires {what}; lower bound operand: "
                f"{operands[0]}, upper bound operand: {operands[1]}"
            )


def _require_operands(name: str, expression: str, values: Mapping[str, Any]) -> None:
    """What has no order cannot be compared by it, and only texts and bytes have a beginning."""
    found: list[tuple[str, str, Sequence[str]]]
    found = [(operator, key, ORDERED) for operator, key in _ORDERED.findall(expression)]
    found += [(operator, key, ORDERED) for key, operator in _ORDERED_FIRST.findall(expression)]
    found += [(operator, key, ("S", "B")) for operator, key in _BEGINS.findall(expression)]
    for operator, key, allowed in found:
        _require_type(name, operator, _data(values[key])[0], allowed)


def _require_type(name: str, operator: str, kind: str, allowed: Sequence[str]) -> None:
    if kind not in allowed:
        raise validation(
            f"Invalid {name}: Incorrect operand type for operator or function; "
            f"operator or function: {operator}, operand type: {kind}"
        )


def _data(value: Mapping[str, Any]) -> tuple[str, Any]:
    return next(iter(value.items()))


def _sortable(kind: str, data: Any) -> Any:
    if kind == "N":
        return Decimal(data)
    return base64.b64decode(data) if kind == "B" else str(data).encode()


def _has_redundant_parentheses(expression: str) -> bool:
    """Whether a pair of parentheses holds nothing but another pair."""
    opened: list[int] = []
    pairs: dict[int, int] = {}
    for at, sign in enumerate(expression):
        if sign == "(":
            opened.append(at)
        elif sign == ")" and opened:
            pairs[opened.pop()] = at
    for start, end in pairs.items():
        before = re.search(r"(\w*)\s*$", expression[:start])
        word = before.group(1).upper() if before else ""
        if word and word not in ("AND", "OR", "NOT", "BETWEEN"):
            continue  # The operands of a function, or of IN.
        inner = expression[start + 1 : end]
        at = start + 1 + len(inner) - len(inner.lstrip())
        if at in pairs and not expression[pairs[at] + 1 : end].strip():
            return True
    return False
