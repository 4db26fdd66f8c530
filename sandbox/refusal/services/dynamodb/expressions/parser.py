"""Reads an expression, or says where that fails (H75).

The same few expressions come again and again, so what was read is kept.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeVar

from ....errors import validation
from .nodes import Action, Call, Comparison, Condition, Logic, Operand, Path, Sum, Value
from .tokens import Token, syntax_error, tokens_of

T = TypeVar("T")
_COMPARATORS = ("=", "<>", "<", "<=", ">", ">=")
#: How many expressions are kept of each kind.
_KEPT = 256


@lru_cache(maxsize=_KEPT)
def parse_condition(text: str) -> Condition:
    """A condition, a filter or a key condition.

    Raises:
        AwsError: ``ValidationException`` without the name of the member.
    """
    return _Parser(text).whole(_Parser.condition)


@lru_cache(maxsize=_KEPT)
def parse_update(text: str) -> tuple[Action, ...]:
    """The actions of an update, as they are written; raises as ``parse_condition``."""
    return _Parser(text).whole(_Parser.update)


@lru_cache(maxsize=_KEPT)
def parse_projection(text: str) -> tuple[Path, ...]:
    """The paths of a projection; raises as ``parse_condition``."""
    return _Parser(text).whole(_Parser.paths)


class _Syntax(Exception):
    """A token that cannot be where it is."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self.at = at


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = tokens_of(text)
        self._at = 0

    def whole(self, read: Callable[[_Parser], T]) -> T:
        """All of the text."""
        try:
            found = read(self)
            self._take("end")
        except _Syntax as error:
            raise syntax_error(self._text, self._tokens, error.at) from None
        except RecursionError:
            raise validation("The expression has too many levels;") from None
        return found

    def condition(self) -> Condition:
        return self._joined("OR", lambda: self._joined("AND", self._negated))

    def update(self) -> tuple[Action, ...]:
        found: list[Action] = []
        section = 0
        while not (found and self._is("end")):
            word = self._take("SET", "REMOVE", "ADD", "DELETE").kind
            found.append(self._action(word, section))
            while self._skip(","):
                found.append(self._action(word, section))
            section += 1
        return tuple(found)

    def paths(self) -> tuple[Path, ...]:
        found = [self._path()]
        while self._skip(","):
            found.append(self._path())
        return tuple(found)

    def _joined(self, operator: str, read: Callable[[], Condition]) -> Condition:
        left = read()
        while self._skip(operator):
            left = Logic(operator, (left, read()))
        return left

    def _negated(self) -> Condition:
        if self._skip("NOT"):
            return Logic("NOT", (self._negated(),))
        if not self._is("("):
            return self._compared()
        start = self._at
        try:
            found = self._in_parentheses(self.condition)
            if not self._is(*_COMPARATORS, "BETWEEN", "IN"):
                return found
            furthest = _Syntax(self._at)
        except _Syntax as error:
            furthest = error
        self._at = start
        try:
            return self._compared()  # The parentheses are those of an operand.
        except _Syntax as error:
            raise max(furthest, error, key=lambda one: one.at) from None

    def _in_parentheses(self, read: Callable[[], T]) -> T:
        """DynamoDB refuses parentheses straight around parentheses."""
        self._take("(")
        start = self._at
        found = read()
        end = self._at
        self._take(")")
        if self._tokens[start].kind == "(" and self._closing(start) == end - 1:
            raise validation("The expression has redundant parentheses;")
        return found

    def _closing(self, opening: int) -> int:
        depth = 0
        for at in range(opening, len(self._tokens)):
            depth += {"(": 1, ")": -1}.get(self._tokens[at].kind, 0)
            if depth == 0:
                return at
        return -1

    def _compared(self) -> Condition:
        first = self._operand()
        if self._is(*_COMPARATORS):
            return Comparison(self._take(*_COMPARATORS).kind, (first, self._operand()))
        if self._skip("BETWEEN"):
            low = self._operand()
            self._take("AND")
            return Comparison("BETWEEN", (first, low, self._operand()))
        if self._skip("IN"):
            return Comparison("IN", (first, *self._list()))
        if isinstance(first, Call):
            return first
        raise _Syntax(self._at)

    def _list(self) -> tuple[Operand, ...]:
        self._take("(")
        found = [self._operand()]
        while self._skip(","):
            found.append(self._operand())
        self._take(")")
        return tuple(found)

    def _operand(self) -> Operand:
        if self._is("value"):
            return Value(self._take("value").text)
        if self._is("("):
            return self._in_parentheses(self._operand)
        if self._is("word") and self._tokens[self._at + 1].kind == "(":
            return Call(self._take("word").text, self._list())
        return self._path()

    def _path(self) -> Path:
        parts: list[str | int] = [self._take("word", "name").text]
        while self._is(".", "["):
            if self._skip("."):
                parts.append(self._take("word", "name").text)
            else:
                self._take("[")
                parts.append(int(self._take("place").text))
                self._take("]")
        return Path(tuple(parts))

    def _action(self, word: str, section: int) -> Action:
        path = self._path()
        operand: Operand | None = None
        if word == "SET":
            self._take("=")
            operand = self._operand()
            if self._is("+", "-"):
                operand = Sum(self._take("+", "-").kind, (operand, self._operand()))
        elif word != "REMOVE":
            operand = Value(self._take("value").text)
        return Action(word, path, operand, section)

    def _is(self, *kinds: str) -> bool:
        return self._tokens[self._at].kind in kinds

    def _take(self, *kinds: str) -> Token:
        if not self._is(*kinds):
            raise _Syntax(self._at)
        self._at += 1
        return self._tokens[self._at - 1]

    def _skip(self, kind: str) -> bool:
        if not self._is(kind):
            return False
        self._at += 1
        return True
