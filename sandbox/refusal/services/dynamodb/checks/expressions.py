"""Expressions against DynamoDB's documented rules, as far as no table is needed for it.

They are read here (``..expressions``), and held against the rules, before moto reads them again:
AWS looks at them before it looks for the table (H16). Texts: H19, H75.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ....errors import AwsError, validation
from ....requests.calls import Call
from ..expressions import parse_condition, parse_projection, parse_update, plain
from .members import send_anew
from .older import require_older, require_operator
from .operands import Placeholders
from .rules import require_condition, require_projection, require_update

#: The members that are expressions, and the older ones that they took the place of, each in the
#: order in which AWS's messages name them (H71).
EXPRESSIONS = (
    "UpdateExpression",
    "ProjectionExpression",
    "FilterExpression",
    "ConditionExpression",
    "KeyConditionExpression",
)
#: The order in which they are looked at.
_ORDER = (
    "UpdateExpression",
    "FilterExpression",
    "ProjectionExpression",
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
_KEYS = {"Names": re.compile(r"#\w+", re.ASCII), "Values": re.compile(r":\w+", re.ASCII)}
#: Bytes of an expression, and of a placeholder (H75).
_LONGEST, _LONGEST_KEY = 4096, 255
#: Of these the message about an expression that is too long says how long it is (H75).
_SAY_SIZE = ("FilterExpression", "ConditionExpression")
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


def write_plainly(call: Call) -> None:
    """Put the plainest form of each expression in its place, for moto."""
    if call.operation == "BatchWriteItem":
        return
    changed = False
    for params in holders(call):
        for member in EXPRESSIONS:
            text = params.get(member)
            if text and (written := plain(member, text)) != text:
                params[member] = written
                changed = True
    if changed:
        send_anew(call)


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
    taking = [name for name in present if name != "ProjectionExpression"]
    _require_given("Values", values, taking)
    _require_given("Names", names, present)
    given = Placeholders(names or {}, values or {})
    for member in _ORDER:
        if member in present:
            _require_expression(member, params[member], given)
    if present:
        _require_used("Names", names, given.used)
        _require_used("Values", values, given.used)


def _require_given(kind: str, given: Any, users: list[str]) -> None:
    """The names or the values that a request defines, by themselves."""
    if given is None:
        return
    member = f"ExpressionAttribute{kind}"
    if not users:
        raise validation(f"{member} can only be specified when using expressions")
    if not given:
        raise validation(f"{member} must not be empty")
    for key, value in given.items():
        if len(key.encode()) > _LONGEST_KEY:
            size = f" size of key: {len(key.encode())}" if kind == "Names" else ""
            raise validation(
                f"{member} contains invalid key: The expression attribute map contains a key that "
                f"is too long;{size}"
            )
        if not _KEYS[kind].fullmatch(key):
            raise validation(f'{member} contains invalid key: Syntax error; key: "{key}"')
        if value == "":
            raise validation(f"{member} contains invalid value: Empty attribute name for key {key}")


def _require_used(kind: str, given: Any, used: set[str]) -> None:
    if unused := [key for key in given or () if key not in used]:
        raise validation(
            f"Value provided in ExpressionAttribute{kind} unused in expressions: "
            f"keys: {{{', '.join(unused)}}}"
        )


def _require_expression(member: str, text: str, given: Placeholders) -> None:
    try:
        _require_size(member, text)
        if member == "UpdateExpression":
            require_update(parse_update(text), given)
        elif member == "ProjectionExpression":
            require_projection(parse_projection(text), given)
        else:
            require_condition(parse_condition(text), given)
    except AwsError as error:
        raise validation(f"Invalid {member}: {error.message}") from None


def _require_size(member: str, text: str) -> None:
    if not text.strip():
        raise validation("The expression can not be empty;")
    size = len(text.encode())
    if size > _LONGEST:
        says = f" expression size: {size}" if member in _SAY_SIZE else ""
        raise validation(f"Expression size has exceeded the maximum allowed size;{says}")
