"""Conditions, paths and values of a PartiQL statement, word by word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ....errors import AwsError, validation
from ..checks.values import data_of, number, require_value
from .statements import Comparison, Condition, Function, Literal, Logic, Missing, Operand, Path
from .tokens import END, Token, lacking, malformed, split

#: Function -> how many operands it has. These make a condition; ``size`` is compared.
CONDITIONS = {"BEGINS_WITH": 2, "CONTAINS": 2, "ATTRIBUTE_TYPE": 2}
_COMPARED = {"SIZE": 1}
_CHANGING = {"LIST_APPEND": 2, "SET_ADD": 2, "SET_DELETE": 2}
_COMPARISONS = ("=", "<>", "!=", "<", "<=", ">", ">=")
_CONSTANTS: dict[str, dict[str, Any]] = {
    "TRUE": {"BOOL": True},
    "FALSE": {"BOOL": False},
    "NULL": {"NULL": True},
}
#: Words that are no table unless they are quoted.
_CLAUSES = frozenset(["SELECT", "FROM", "WHERE", "VALUE", "SET", "REMOVE", "ORDER", "RETURNING"])
#: Words that are no attribute unless they are quoted.
_WORDS = frozenset(
    ["SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "IS", "BETWEEN", "ORDER", "BY", "SET",
     "REMOVE", "RETURNING", "INSERT", "INTO", "VALUE", "VALUES", "UPDATE", "DELETE", "MISSING",
     "AS", "AT", "LIKE", "EXISTS", "JOIN", "GROUP", "HAVING", "LIMIT", "OFFSET", "UNION", "CASE",
     "DISTINCT", "ALL", "ON", "ASC", "DESC", "UNPIVOT", "PIVOT", "INTERSECT", "EXCEPT"]
)  # fmt: skip


def refused(what: str) -> AwsError:
    """The refusal of a clause that DynamoDB's own reference does not have."""
    return malformed(f"Unexpected {what}")


class Reader:
    """Reads from the first word to the last."""

    def __init__(self, statement: str, parameters: list[dict[str, Any]]) -> None:
        self._tokens = split(statement)
        self._at = 0
        self.left_parameters = parameters

    def peek(self, ahead: int = 0) -> Token:
        """A word that comes, without going there."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else END

    def next(self) -> Token:
        """The next word."""
        token = self.peek()
        self._at += 1
        return token

    def at(self, word: str) -> bool:
        """Whether a keyword comes."""
        token = self.peek()
        return token.kind == "name" and token.text.upper() == word

    def take(self, word: str) -> bool:
        """Go past a keyword, if it comes."""
        found = self.at(word)
        self._at += found
        return found

    def expect(self, word: str) -> None:
        """Go past a keyword.

        Raises:
            AwsError: another word comes.
        """
        if not self.take(word):
            raise malformed(f"Expected {word}")

    def at_sign(self, sign: str) -> bool:
        """Whether a sign comes."""
        return self.peek() == Token("sign", sign)

    def take_sign(self, sign: str) -> bool:
        """Go past a sign, if it comes."""
        found = self.at_sign(sign)
        self._at += found
        return found

    def _close(self, sign: str) -> None:
        if not self.take_sign(sign):
            raise malformed(f"Expected {sign}")

    def name(self, words: frozenset[str] = _WORDS) -> str:
        """A name, in double quotes or bare.

        Args:
            words: what is no bare name.
        """
        token = self.next()
        if token.kind == "quoted" or (token.kind == "name" and token.text.upper() not in words):
            return token.text
        raise malformed("Expected a name")

    def table_name(self) -> str:
        """The name of a table, which may be in single quotes, too."""
        if self.peek().kind == "text":
            return self.next().text
        return self.name(_CLAUSES)

    def path(self) -> Path:
        """An attribute, or what lies within it."""
        parts: list[str | int] = [self.name()]
        while True:
            if self.take_sign("."):
                parts.append(self.name())
            elif self.take_sign("["):
                token = self.next()
                if token.kind == "number" and token.text.isdecimal():
                    parts.append(int(token.text))
                elif token.kind == "text":
                    parts.append(token.text)
                else:
                    raise malformed("Expected an index")
                self._close("]")
            else:
                return Path(tuple(parts))

    # Conditions

    def condition(self) -> Condition:
        """Conditions with OR between them."""
        return self._several("OR", lambda: self._several("AND", self._negation))

    def _several(self, word: str, part: Callable[[], Condition]) -> Condition:
        found = [part()]
        while self.take(word):
            found.append(part())
        return found[0] if len(found) == 1 else Logic(word, tuple(found))

    def _negation(self) -> Condition:
        if self.take("NOT"):
            return Logic("NOT", (self._negation(),))
        return self._simple()

    def _simple(self) -> Condition:
        if self.at_sign("("):
            self.next()
            if self.at("SELECT"):
                raise lacking("statements within statements")
            inside = self.condition()
            self._close(")")
            return inside
        if self.at("EXISTS"):
            raise lacking("EXISTS")
        operand = self.operand()
        if isinstance(operand, Function) and operand.name in CONDITIONS:
            _require_texts(operand)
            return operand
        return self._compared(operand)

    def _compared(self, operand: Operand) -> Condition:
        if self.take("IS"):
            return self._is(operand)
        negated = self.take("NOT")
        found: Condition
        if self.take("BETWEEN"):
            low = self.operand()
            self.expect("AND")
            found = Comparison("BETWEEN", (operand, low, self.operand()))
        elif self.take("IN"):
            found = Comparison("IN", (operand, *self._among()))
        elif not negated and self.peek().kind == "sign" and self.peek().text in _COMPARISONS:
            sign = self.next().text
            found = Comparison("<>" if sign == "!=" else sign, (operand, self.operand()))
        else:
            raise malformed("Expected a condition")
        _require_order(found)
        return Logic("NOT", (found,)) if negated else found

    def _is(self, operand: Operand) -> Condition:
        negated = self.take("NOT")
        if self.take("MISSING") and isinstance(operand, Path):
            return Missing(operand, negated)
        raise lacking("IS of anything but MISSING")

    def _among(self) -> list[Operand]:
        close = "]" if self.take_sign("[") else ")" if self.take_sign("(") else ""
        if not close:
            raise malformed("Expected a list after IN")
        if self.at("SELECT"):
            raise lacking("statements within statements")
        found = [self.operand()]
        while self.take_sign(","):
            found.append(self.operand())
        self._close(close)
        return found

    # Operands

    def operand(self) -> Operand:
        """A path, a value, or a function of such."""
        token = self.peek()
        upper = token.text.upper()
        if token.kind == "name" and self.peek(1) == Token("sign", "("):
            return self._function()
        if token.kind == "quoted" or (token.kind == "name" and upper not in _CONSTANTS):
            return self.path()
        return Literal(self._value())

    def _function(self) -> Function:
        name = self.next().text.upper()
        count = {**CONDITIONS, **_COMPARED, **_CHANGING}.get(name)
        if count is None:
            raise lacking(f"function {name.lower()}")
        self._close("(")
        operands = [self.operand()]
        while self.take_sign(","):
            operands.append(self.operand())
        self._close(")")
        if len(operands) != count:
            raise validation(f"{name.lower()} takes {count} operand{'s'[: count - 1]}.")
        return Function(name, tuple(operands))

    def _value(self) -> dict[str, Any]:
        token = self.next()
        if token.kind == "text":
            return {"S": token.text}
        if token.kind == "number":
            return {"N": number(token.text)}
        if token.kind == "name" and token.text.upper() in _CONSTANTS:
            return dict(_CONSTANTS[token.text.upper()])
        reader = {"-": self._negative, "+": self._negative, "?": self._parameter,
                  "[": self._list, "{": self._map, "<<": self._set}.get(token.text)  # fmt: skip
        if token.kind != "sign" or reader is None:
            raise malformed("Expected a value")
        return reader(token.text)

    def _negative(self, sign: str) -> dict[str, Any]:
        token = self.next()
        if token.kind != "number":
            raise malformed("Expected a number")
        return {"N": number(sign + token.text)}

    def _parameter(self, _sign: str) -> dict[str, Any]:
        if not self.left_parameters:
            raise validation("Number of parameters in request and statement don't match.")
        return self.left_parameters.pop(0)

    def _constant(self) -> dict[str, Any]:
        """A value within a value."""
        if self.at("SELECT") or (self.at_sign("(") and self.peek(1).text.upper() == "SELECT"):
            raise lacking("statements within statements")
        return self._value()

    def _list(self, _sign: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        while not self.take_sign("]"):
            if found:
                self._close(",")
            found.append(self._constant())
        return {"L": found}

    def _map(self, _sign: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while not self.take_sign("}"):
            if found:
                self._close(",")
            token = self.next()
            if token.kind not in ("text", "quoted"):
                raise malformed("Expected a member's name in quotes")
            if token.text in found:
                raise validation(f"The member {token.text} is there twice.")
            self._close(":")
            found[token.text] = self._constant()
        return {"M": found}

    def _set(self, _sign: str) -> dict[str, Any]:
        found: list[dict[str, Any]] = []
        while not self.take_sign(">>"):
            if found:
                self._close(",")
            found.append(self._constant())
        kinds = {data_of(member)[0] for member in found}
        if len(kinds) != 1 or not kinds <= {"S", "N", "B"}:
            raise validation("A set holds texts, numbers or binaries: one type, and one at least.")
        value = {f"{kinds.pop()}S": [data_of(member)[1] for member in found]}
        require_value(value)
        return value


def _require_order(condition: Condition) -> None:
    """Only texts, numbers and bytes have an order (H22)."""
    if isinstance(condition, Comparison) and condition.operator not in ("=", "<>", "IN"):
        for operand in condition.operands:
            kind = data_of(operand.value)[0] if isinstance(operand, Literal) else "S"
            if kind not in ("S", "N", "B"):
                raise _wrong_operand(condition.operator, kind)


def _require_texts(function: Function) -> None:
    second = function.operands[1]
    kind = data_of(second.value)[0] if isinstance(second, Literal) else "S"
    allowed = {"BEGINS_WITH": ("S", "B"), "ATTRIBUTE_TYPE": ("S",)}.get(function.name)
    if allowed is not None and kind not in allowed:
        raise _wrong_operand(function.name.lower(), kind)


def _wrong_operand(operator: str, kind: str) -> AwsError:
    return validation(
        "Incorrect operand type for operator or function; operator or function: "
        f"{operator}, operand type: {kind}"
    )
