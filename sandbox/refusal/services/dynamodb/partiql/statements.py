"""What a PartiQL statement says, once it is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

#: An attribute value as the API has it: ``{"S": "x"}``.
Value = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Path:
    """An attribute, or what lies within it: names and numbers of list members."""

    parts: tuple[str | int, ...]

    @property
    def head(self) -> str:
        """The attribute."""
        return str(self.parts[0])


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that stands in the statement or in its parameters."""

    value: Value


@dataclass(frozen=True, slots=True)
class Function:
    """A function of its operands; in a condition or, as ``size``, compared with a value."""

    name: str
    operands: tuple[Operand, ...]


Operand = Path | Literal | Function


@dataclass(frozen=True, slots=True)
class Comparison:
    """``operator`` is one of ``= <> < <= > >= BETWEEN IN``."""

    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """``path IS MISSING``, or that it is not."""

    path: Path
    negated: bool


@dataclass(frozen=True, slots=True)
class Logic:
    """``AND``, ``OR`` or ``NOT`` of conditions."""

    operator: str
    conditions: tuple[Condition, ...]


Condition = Comparison | Missing | Logic | Function


@dataclass(frozen=True, slots=True)
class Change:
    """What an UPDATE does to a path: SET, REMOVE, ADD or DELETE (the last two for sets).

    ``left`` and ``sign`` are there for ``SET n = m + 1``.
    """

    action: str
    path: Path
    right: Operand | None = None
    left: Operand | None = None
    sign: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement; ``kind`` is SELECT, INSERT, UPDATE or DELETE."""

    kind: str
    table: str
    index: str = ""
    columns: tuple[Path, ...] = ()
    item: Value = field(default_factory=dict)
    changes: tuple[Change, ...] = ()
    where: Condition | None = None
    #: The attribute that orders the result, and whether it does so downwards.
    order: tuple[str, bool] | None = None
    #: As ``ALL OLD``; empty without the clause.
    returning: str = ""

    @property
    def writes(self) -> bool:
        """Whether it may change items."""
        return self.kind != "SELECT"

    def conjuncts(self) -> Iterator[Condition]:
        """The conditions that must all hold."""
        yield from _conjuncts(self.where)

    def equal(self, attribute: str) -> Value | None:
        """The one value that an attribute must have, if the statement says so."""
        for condition in self.conjuncts():
            if isinstance(condition, Comparison) and condition.operator == "=":
                for one, other in (condition.operands, condition.operands[::-1]):
                    if one == Path((attribute,)) and isinstance(other, Literal):
                        return other.value
        return None

    def among(self, attribute: str) -> list[Value]:
        """The values of which an attribute must have one, if the statement says so."""
        only = self.equal(attribute)
        if only is not None:
            return [only]
        for condition in self.conjuncts():
            if isinstance(condition, Comparison) and condition.operator == "IN":
                first, *rest = condition.operands
                if first == Path((attribute,)):
                    return [one.value for one in rest if isinstance(one, Literal)]
        return []


def _conjuncts(condition: Condition | None) -> Iterator[Condition]:
    if isinstance(condition, Logic) and condition.operator == "AND":
        for one in condition.conditions:
            yield from _conjuncts(one)
    elif condition is not None:
        yield condition


def paths_in(condition: Condition | Operand | None) -> Iterator[Path]:
    """The paths that a condition speaks of."""
    if isinstance(condition, Path):
        yield condition
    elif isinstance(condition, Missing):
        yield condition.path
    elif isinstance(condition, (Comparison, Function)):
        for operand in condition.operands:
            yield from paths_in(operand)
    elif isinstance(condition, Logic):
        for one in condition.conditions:
            yield from paths_in(one)
