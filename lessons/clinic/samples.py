"""Values for which the conditions of a policy might hold: what a check tries them with.

A policy is judged for every request that it might meet, not only for today's: a condition on a
service, a date or a name is tried with values that meet it and with some that do not.
"""

from __future__ import annotations

import datetime
import ipaddress
import itertools
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from refusal.authorization import Statement

#: How many requests are tried for one statement.
_MOST = 400
_DAY = datetime.timedelta(days=1)
_TIMES = ("aws:currenttime", "aws:epochtime")
Values = dict[str, list[str]]


def values_in(
    statements: Iterable[Statement],
    now: datetime.datetime,
    caller: Mapping[str, Any],
) -> Values:
    """For each condition key of these statements, in lower case, values that meet its
    conditions and values that do not.

    Args:
        now: of dates, those that are still to come are tried.
        caller: what the policy variables stand for, such as ``aws:username``.
    """
    found: Values = {}
    for statement in statements:
        for condition in statement.conditions:
            known = found.setdefault(condition.lowered, [])
            for value in condition.values:
                known += _samples(condition.operator.name, _filled(value, caller))
    for name in _TIMES:
        if name in found:
            coming = [x for x in found[name] if _moment(x) >= now]
            found[name] = [*coming, _written(now)]
    return {name: list(dict.fromkeys(values)) for name, values in found.items()}


def _filled(value: str, caller: Mapping[str, Any]) -> str:
    """A value whose policy variables are replaced, as far as the caller fills them."""
    known = {name.lower(): str(text) for name, text in caller.items()}
    return re.sub(
        r"\$\{([^},]+)[^}]*\}",
        lambda found: known.get(found[1].strip().lower(), found[0]),
        value,
    )


def _samples(operator: str, value: str) -> Iterator[str]:
    kind = re.sub("Not|Equals|Like|LessThan|GreaterThan|IgnoreCase", "", operator)
    if operator == "Null":
        yield "any"
    elif kind.startswith("Date"):
        for by in (-_DAY, datetime.timedelta(), _DAY):
            yield _written(_moment(value) + by)
    elif kind.startswith("Numeric"):
        number = float(value)
        yield from (f"{number + by:g}" for by in (0, 1, -1))
    elif kind.startswith("Bool"):
        yield from ("true", "false")
    elif kind.endswith("IpAddress"):
        yield str(ipaddress.ip_network(value, strict=False).network_address)
        yield "203.0.113.9"
    else:
        yield from fits(value)
        yield value.swapcase()
        yield re.sub(r"[*?]", "x", value) + "-other"


def fits(pattern: str) -> Iterator[str]:
    """A few texts that a pattern with ``*`` and ``?`` stands for."""
    plain = pattern.replace("${*}", "*").replace("${?}", "?")
    if plain == pattern:
        for star in ("", "x", "x-1"):
            yield pattern.replace("*", star).replace("?", "x")
    else:
        yield plain


def _written(moment: datetime.datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _moment(text: str) -> datetime.datetime:
    """A date of a policy; a date that is written in another way is the end of time."""
    try:
        if re.fullmatch(r"\d{5,}", text):
            return datetime.datetime.fromtimestamp(int(text), datetime.UTC)
        found = datetime.datetime.fromisoformat(text)
    except (OverflowError, ValueError):
        return datetime.datetime(9998, 1, 1, tzinfo=datetime.UTC)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def choices(fixed: Mapping[str, Any], free: Values) -> Iterator[dict[str, Any]]:
    """Each way to fill the free condition keys, which may also be absent, beside fixed ones."""
    taken = {name.lower() for name in fixed}
    names = [name for name in free if name not in taken]
    several = itertools.product(*([*free[name], None] for name in names))
    for values in itertools.islice(several, _MOST):
        chosen = zip(names, values, strict=True)
        yield {
            **fixed,
            **{name: value for name, value in chosen if value is not None},
        }
