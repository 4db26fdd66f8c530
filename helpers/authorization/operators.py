"""Condition operators, as a table of records (authorization.md 1)."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .patterns import Match, Pieces, literal, matcher

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?",
    re.ASCII,
)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)


def number(text: str) -> Decimal:
    """A number; ValueError if it is none."""
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def date(text: str) -> Decimal:
    """Seconds since 1970 of a W3C ISO 8601 date or of epoch seconds; ValueError if neither.

    Four digits are a year and not a number of seconds: the sandbox's assumption.
    """
    match = _DATE.fullmatch(text)
    if match is None:
        return number(text)
    year, month, day, hour, minute, second, fraction, zone = match.groups()
    moment = datetime.datetime(int(year), int(month or 1), int(day or 1), tzinfo=datetime.UTC)
    if hour is not None:
        moment = moment.replace(hour=int(hour), minute=int(minute), second=int(second or 0))
    seconds = Decimal(int((moment - _EPOCH).total_seconds())) + Decimal(fraction or 0)
    if zone not in (None, "Z"):
        offset = int(zone[1:3]) * 3600 + int(zone[4:6]) * 60
        seconds += offset if zone[0] == "-" else -offset
    return seconds


def boolean(text: str) -> bool:
    """True or false; ValueError if neither."""
    lowered = text.lower()
    if lowered not in ("true", "false"):
        raise ValueError(text)
    return lowered == "true"


def binary(text: str) -> bytes:
    """Decoded base64; ValueError if it is not."""
    return base64.b64decode(text, validate=True)


@lru_cache(maxsize=1024)
def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    return ipaddress.ip_network(text, strict=False)


def _equal_text(pieces: Pieces) -> Match:
    return literal(pieces).__eq__


def _equal_folded(pieces: Pieces) -> Match:
    expected = literal(pieces).casefold()
    return lambda actual: actual.casefold() == expected


def _like(pieces: Pieces) -> Match:
    return matcher(pieces)


def _arn_like(pieces: Pieces) -> Match:
    """Six parts, compared one by one; the sixth holds every further colon."""
    parts: list[list[str | int]] = [[]]
    for piece in pieces:
        if isinstance(piece, int):
            parts[-1].append(piece)
            continue
        first, *more = piece.split(":", 6 - len(parts)) if len(parts) < 6 else [piece]
        parts[-1].append(first)
        parts += [[part] for part in more]
    tests = [matcher(tuple(p for p in part if p != "")) for part in parts]

    def holds(actual: str) -> bool:
        given = actual.split(":", 5)
        if len(given) != 6 or len(tests) != 6:
            return False
        return all(test(part) for test, part in zip(tests, given, strict=True))

    return holds


def _read_as(read: Callable[[str], Any], holds: Callable[[Any, Any], bool]) -> Prepare:
    """Compare after reading both sides; a request value that cannot be read equals nothing (the
    sandbox's assumption)."""

    def prepare(pieces: Pieces) -> Match:
        expected = read(literal(pieces))

        def test(actual: str) -> bool:
            try:
                return holds(read(actual), expected)
            except ValueError:
                return False

        return test

    return prepare


def _address(pieces: Pieces) -> Match:
    network = _network(literal(pieces))

    def test(actual: str) -> bool:
        try:
            return ipaddress.ip_address(actual) in network
        except ValueError:
            return False

    return test


def _null(pieces: Pieces) -> Match:
    """For Null, ``actual`` says whether the key is absent: "true" or "false"."""
    expected = boolean(literal(pieces))
    return lambda actual: (actual == "true") is expected


Prepare = Callable[[Pieces], Match]


@dataclass(frozen=True, slots=True)
class Operator:
    """One condition operator, without set prefix and without IfExists.

    ``prepare`` makes a test of the request's value out of the policy's value; it raises
    ValueError where that is not a ``kind``.
    """

    name: str
    prepare: Prepare
    kind: str
    negated: bool = False
    variables: bool = False


def _table() -> dict[str, Operator]:
    found: list[Operator] = []

    def add(name: str, prepare: Prepare, kind: str, variables: bool, negation: str = "") -> None:
        found.append(Operator(name, prepare, kind, False, variables))
        if negation:
            found.append(Operator(negation, prepare, kind, True, variables))

    add("StringEquals", _equal_text, "text", True, "StringNotEquals")
    folded = ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase")
    add(folded[0], _equal_folded, "text", True, folded[1])
    add("StringLike", _like, "text", True, "StringNotLike")
    add("ArnEquals", _arn_like, "ARN", True, "ArnNotEquals")
    add("ArnLike", _arn_like, "ARN", True, "ArnNotLike")
    for family, read, kind in (("Numeric", number, "number"), ("Date", date, "date")):
        equals = _read_as(read, lambda a, b: bool(a == b))
        add(f"{family}Equals", equals, kind, False, f"{family}NotEquals")
        for name, holds in _ORDER.items():
            add(family + name, _read_as(read, holds), kind, False)
    # The operator page gives Bool variables, the variables page does not: authorization.md 1.
    add("Bool", _read_as(boolean, lambda a, b: a is b), "true or false", True)
    add("BinaryEquals", _read_as(binary, lambda a, b: bool(a == b)), "base64 text", False)
    add("IpAddress", _address, "IP address or CIDR range", False, "NotIpAddress")
    add("Null", _null, "true or false", False)
    return {operator.name: operator for operator in found}


_ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "LessThan": lambda a, b: bool(a < b),
    "LessThanEquals": lambda a, b: bool(a <= b),
    "GreaterThan": lambda a, b: bool(a > b),
    "GreaterThanEquals": lambda a, b: bool(a >= b),
}
OPERATORS = _table()
