"""What an expression says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

#: A path whose placeholders were replaced by names: names, and places in lists.
Resolved: TypeAlias = "tuple[str | int, ...]"


@dataclass(frozen=True, slots=True)
class Path:
    """A document path: names or their placeholders, and places in lists."""

    parts: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """The placeholder of a value."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """A function: a condition, or an operand."""

    name: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """Two operands of an update with ``+`` or ``-`` between them."""

    sign: str
    operands: tuple[Operand, Operand]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Operands that are compared: by a sign, ``BETWEEN`` or ``IN``; the first is compared."""

    operator: str
    operands: tuple[Operand, ...]


@dataclass(frozen=True, slots=True)
class Logic:
    """``AND`` and ``OR`` of two conditions, ``NOT`` of one."""

    operator: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """A part of an update: ``SET``, ``REMOVE``, ``ADD`` or ``DELETE`` of a path."""

    word: str
    path: Path
    #: None for REMOVE.
    operand: Operand | None
    #: How many sections came before its own.
    section: int


Operand: TypeAlias = "Path | Value | Call | Sum"
Condition: TypeAlias = "Comparison | Logic | Call"
Node: TypeAlias = "Operand | Condition"
