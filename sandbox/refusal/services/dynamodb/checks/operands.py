"""The operands of an expression: whether they are defined, and whether their types fit (H75).

The type of a value and of ``size`` is known beforehand. That of a path depends on the item.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from ....errors import validation
from ..comparison import ORDERED
from ..expressions.nodes import Call, Comparison, Logic, Node, Path, Sum, Value
from ..expressions.walk import resolved, shown
from .values import TYPES, data_of

_DEEPEST, _LONGEST_LIST = 32, 100
#: The types that a function takes where it does not take all.
_TAKEN: dict[str, Sequence[str]] = {
    "begins_with": ("S", "B"),
    "size": ("S", "B", "SS", "NS", "BS", "L", "M"),
    "list_append": ("L",),
}
_OF_A_PATH = ("attribute_exists", "attribute_not_exists", "attribute_type", "if_not_exists")
_ANY_TYPE = "{NS,SS,L,BS,N,M,B,BOOL,NULL,S}"
_TYPE_NAMES = "{B,NULL,SS,BOOL,L,BS,N,NS,S,M}"


class Placeholders:
    """The names and values that a request defines, and which of them its expressions use."""

    def __init__(self, names: Mapping[str, str], values: Mapping[str, Any]) -> None:
        self.names = names
        self.values = values
        self.used: set[str] = set()

    def require_names(self, path: Path) -> None:
        """Refuse a path with a name that is not defined, or one that is too deep."""
        for part in path.parts:
            if isinstance(part, str) and part[0] == "#":
                self.used.add(part)
                if part not in self.names:
                    raise validation(
                        "An expression attribute name used in the document path is not defined; "
                        f"attribute name: {part}"
                    )
        if len(path.parts) > _DEEPEST:
            raise validation(
                f"The document path has too many nesting levels; nesting levels: {len(path.parts)}"
            )

    def require_value(self, value: Value) -> None:
        """Refuse a value that is not defined."""
        self.used.add(value.name)
        if value.name not in self.values:
            raise validation(
                "An expression attribute value used in expression is not defined; "
                f"attribute value: {value.name}"
            )

    def kind_of(self, node: Node) -> str | None:
        """The type of an operand, if it is known."""
        if isinstance(node, Value):
            return data_of(self.values[node.name])[0]
        return "N" if isinstance(node, Call) and node.name == "size" else None


def require_operands(node: Node, given: Placeholders) -> None:
    """Refuse what is not defined, and operands that cannot be what they are.

    Raises:
        AwsError: ``ValidationException`` without the name of the member.
    """
    if isinstance(node, Path):
        return given.require_names(node)
    if isinstance(node, Value):
        return given.require_value(node)
    for one in node.conditions if isinstance(node, Logic) else node.operands:
        require_operands(one, given)
    if isinstance(node, Comparison):
        _require_comparison(node, given)
    elif isinstance(node, Call):
        _require_call(node, given)
    elif isinstance(node, Sum):
        _require_kinds(node.sign, node.operands, ("N",), given)


def _require_comparison(node: Comparison, given: Placeholders) -> None:
    first, *others = node.operands
    if node.operator == "IN" and len(others) > _LONGEST_LIST:
        raise validation(
            f"The IN operator is provided with too many operands; number of operands: {len(others)}"
        )
    _require_distinct(node.operator, first, others, given)
    if node.operator not in ("=", "<>", "IN"):
        _require_kinds(node.operator, node.operands, ORDERED, given)
    if node.operator == "BETWEEN":
        _require_bounds(others, given)


def _require_call(node: Call, given: Placeholders) -> None:
    first, *others = node.operands
    if node.name in _OF_A_PATH and not isinstance(first, Path):
        raise validation(
            "Operator or function requires a document path; operator or function: " + node.name
        )
    if node.name not in ("size", "list_append"):
        _require_distinct(node.name, first, others, given)
    if node.name in _TAKEN:
        _require_kinds(node.name, node.operands, _TAKEN[node.name], given)
    if node.name == "attribute_type":
        _require_type_name(others[0], given)


def _require_type_name(node: Node, given: Placeholders) -> None:
    kind = given.kind_of(node)
    if kind != "S" or not isinstance(node, Value):
        raise _wrong_type("attribute_type", kind or _ANY_TYPE)
    wanted = data_of(given.values[node.name])[1]
    if wanted not in TYPES:
        raise validation(
            f"Invalid attribute type name found; type: {wanted}, valid types: {_TYPE_NAMES}"
        )


def _require_distinct(
    operator: str, first: Node, others: Sequence[Node], given: Placeholders
) -> None:
    """The first operand, if it is a path, is none of the others."""
    if not isinstance(first, Path):
        return
    path = resolved(first, given.names)
    if any(isinstance(one, Path) and resolved(one, given.names) == path for one in others):
        raise validation(
            "The first operand must be distinct from the remaining operands for this operator or "
            f"function; operator: {operator}, first operand: {shown(path)}"
        )


def _require_kinds(
    operator: str, operands: Sequence[Node], allowed: Sequence[str], given: Placeholders
) -> None:
    for kind in map(given.kind_of, operands):
        if kind is not None and kind not in allowed:
            raise _wrong_type(operator, kind)


def _wrong_type(operator: str, kind: str) -> Exception:
    return validation(
        "Incorrect operand type for operator or function; "
        f"operator or function: {operator}, operand type: {kind}"
    )


def _require_bounds(bounds: Sequence[Node], given: Placeholders) -> None:
    values = [data_of(given.values[one.name]) for one in bounds if isinstance(one, Value)]
    if len(values) < 2:
        return
    (kind, least), (other, most) = values
    what = ""
    if kind != other:
        what = "same data type for lower and upper bounds"
    elif _sortable(kind, least) > _sortable(kind, most):
        what = "upper bound to be greater than or equal to lower bound"
    if what:
        low, high = (f"AttributeValue: {{{k}:{data}}}" for k, data in values)
        raise validation(
            f"The BETWEEN operator requires {what}; lower bound operand: {low}, "
            f"upper bound operand: {high}"
        )


def _sortable(kind: str, data: Any) -> Any:
    if kind == "N":
        return Decimal(data)
    return base64.b64decode(data) if kind == "B" else str(data).encode()
