"""Condition operators, as a table (R1.4-R1.9)."""

from __future__ import annotations

import base64
import datetime
import ipaddress
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from .patterns import Match, Pieces, literal, matcher

_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,6})?", re.ASCII)
_DATE = re.compile(
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?(Z|[+-]\d\d:\d\d))?)?)?",
    re.ASCII,
)
_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
#: Makes a test of the request's value out of the policy's; ValueError if that has the wrong form.
Prepare = Callable[[Pieces], Match]


@dataclass(frozen=True, slots=True)
class Operator:
    """One condition operator, without set operator and IfExists. ``kind`` is what it compares."""

    name: str
    prepare: Prepare
    kind: str
    negated: bool
    variables: bool


def _number(text: str) -> Decimal:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    return Decimal(text)


def _date(text: str) -> Decimal:
    """Seconds since 1970 of a W3C ISO 8601 date or of epoch seconds. Four digits are a year and
    not a number of seconds: the sandbox's assumption."""
    match = _DATE.fullmatch(text)
    if match is None:
        return _number(text)
    *parts, fraction, zone = match.groups()
    numbers = [
        int(part or default) for part, default in zip(parts, (0, 1, 1, 0, 0, 0), strict=True)
    ]
    # mypy cannot count the numbers that the pattern has matched.
    moment = datetime.datetime(*numbers, tzinfo=datetime.UTC)  # type: ignore[misc, arg-type]
    seconds = Decimal(int((moment - _EPOCH).total_seconds())) + Decimal(fraction or 0)
    if zone not in (None, "Z"):
        seconds -= int(zone[0] + "1") * (int(zone[1:3]) * 3600 + int(zone[4:6]) * 60)
    return seconds


def _boolean(text: str) -> str:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower()


def _compare(
    read: Callable[[str], Any],
    holds: Callable[[Any, Any], Any] = operator.eq,
    read_actual: Callable[[str], Any] | None = None,
) -> Prepare:
    """Compare after reading both sides; a request value that cannot be read equals nothing (the
    sandbox's assumption)."""
    read_actual = read_actual or read

    def prepare(pieces: Pieces) -> Match:
        expected = read(literal(pieces))

        def test(actual: str) -> bool:
            try:
                return bool(holds(read_actual(actual), expected))
            except ValueError:
                return False

        return test

    return prepare


def _like(pieces: Pieces) -> Match:
    return matcher(pieces)


def _arn_like(pieces: Pieces) -> Match:
    """Six parts, compared one by one; the sixth holds every further colon."""
    parts: list[list[str | int]] = [[]]
    for piece in pieces:
        first, *more = piece.split(":", 6 - len(parts)) if isinstance(piece, str) else [piece]
        parts[-1].append(first)
        parts += [[part] for part in more]
    tests = [matcher(tuple(piece for piece in part if piece != "")) for part in parts]

    def holds(actual: str) -> bool:
        given = actual.split(":", 5)
        pairs = zip(tests, given, strict=False)
        return len(given) == len(tests) == 6 and all(test(part) for test, part in pairs)

    return holds


def _network(text: str) -> Any:
    return ipaddress.ip_network(text, strict=False)


_address = _compare(_network, lambda actual, network: actual in network, ipaddress.ip_address)
_base64 = _compare(lambda text: base64.b64decode(text, validate=True))
#: Name, negation, comparison, what it compares, whether variables count.
_EQUALITIES: tuple[tuple[str, str, Prepare, str, bool], ...] = (
    ("StringEquals", "StringNotEquals", _compare(str), "text", True),
    ("StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase", _compare(str.casefold), "text", True),
    ("StringLike", "StringNotLike", _like, "text", True),
    ("ArnEquals", "ArnNotEquals", _arn_like, "ARN", True),
    ("ArnLike", "ArnNotLike", _arn_like, "ARN", True),
    ("NumericEquals", "NumericNotEquals", _compare(_number), "number", False),
    ("DateEquals", "DateNotEquals", _compare(_date), "date", False),
    # Bool takes variables by one chapter of IAM's guide, and not by another (R1.6).
    ("Bool", "", _compare(_boolean), "true or false", True),
    ("BinaryEquals", "", _base64, "base64 text", False),
    ("IpAddress", "NotIpAddress", _address, "IP address or CIDR range", False),
    # Null compares with whether the key is absent, written true or false.
    ("Null", "", _compare(_boolean), "true or false", False),
)
_ORDER: dict[str, Callable[[Any, Any], Any]] = {
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}


def _table() -> dict[str, Operator]:
    found = []
    for name, negation, prepare, kind, variables in _EQUALITIES:
        found.append(Operator(name, prepare, kind, False, variables))
        found.append(Operator(negation, prepare, kind, True, variables))
    for order, holds in _ORDER.items():
        for family, read, kind in (("Numeric", _number, "number"), ("Date", _date, "date")):
            found.append(Operator(family + order, _compare(read, holds), kind, False, False))
    return {one.name: one for one in found if one.name}


OPERATORS = _table()
