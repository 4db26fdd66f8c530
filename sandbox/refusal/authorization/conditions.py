"""Condition elements (R1.1-R1.15; D12-D16)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import PolicyError, quote
from .operators import OPERATORS, Operator
from .patterns import Context, Match, Template, fill, is_fixed, read
from .reasons import Reason

_SETS = ("ForAllValues", "ForAnyValue")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition key under one operator: name, key and values as written, and as read."""

    #: Such as ``ForAllValues:StringLikeIfExists``.
    name: str
    key: str
    values: tuple[str, ...]
    lowered: str
    operator: Operator
    quantifier: str
    if_exists: bool
    tests: tuple[Match, ...]
    templates: tuple[Template, ...]

    def judge(self, context: Context) -> Reason:
        """Why the condition holds, or does not."""
        actual = context.get(self.lowered, ())
        if self.operator.name == "Null":
            differs = Reason.KEY_PRESENT if actual else Reason.KEY_ABSENT
            absent = "true" if actual == () else "false"
            return Reason.MATCHES if self._satisfied(absent, context) else differs
        if actual == ():
            # ForAnyValue is false without the key, and IfExists does not change that: AWS is
            # silent on the two together.
            lenient = self.quantifier or self.if_exists or self.operator.negated
            holds = bool(lenient) and self.quantifier != "ForAnyValue"
            return Reason.MATCHES if holds else Reason.KEY_ABSENT
        if not isinstance(actual, str) and not self.quantifier:
            return Reason.NEEDS_SET_OPERATOR
        given = (actual,) if isinstance(actual, str) else actual
        every = any if self.quantifier == "ForAnyValue" else all
        holds = every(self._satisfied(value, context) for value in given)
        return Reason.MATCHES if holds else Reason.VALUE_DIFFERS

    def _satisfied(self, actual: str, context: Context) -> bool:
        """Values are OR, and NOR under a negated operator; a variable without a value equals
        nothing."""
        found = any(test(actual) for test in self.tests)
        for template in self.templates:
            pieces = None if found else fill(template, context)
            try:
                found = found or (
                    pieces is not None and bool(self.operator.prepare(pieces)(actual))
                )
            except ValueError:  # Bool, with a variable that is neither true nor false.
                continue
        return found != self.operator.negated


def read_conditions(element: Any, what: str, variables: bool) -> tuple[Condition, ...]:
    """Read a Condition element.

    Raises:
        PolicyError: an operator is unknown, or a value is not what its operator compares.
    """
    found = []
    for name, keys in _members(element, f"The Condition of {what} must be a JSON object"):
        how = _operator(str(name), what)
        for key, value in _members(
            keys, f"The {name} condition of {what} must be a JSON object of condition keys"
        ):
            if not isinstance(key, str) or ":" not in key:
                raise PolicyError(
                    f"{quote(key)} in {what} is not a condition key such as aws:PrincipalArn."
                )
            values = _values(value, f"The {name} condition on {key} of {what}")
            ready = _prepare(how[0], values, variables and how[0].variables, what)
            found.append(Condition(str(name), key, values, key.lower(), *how, *ready))
    return tuple(found)


def _members(value: Any, what: str) -> Any:
    if not isinstance(value, Mapping):
        raise PolicyError(f"{what}, not {quote(value)}.")
    return value.items()


def _operator(name: str, what: str) -> tuple[Operator, str, bool]:
    prefix, _, rest = name.partition(":")
    quantifier, base = (prefix, rest) if prefix in _SETS else ("", name)
    base, if_exists = base.removesuffix("IfExists"), base.endswith("IfExists")
    if base not in OPERATORS:
        near = difflib.get_close_matches(base, OPERATORS, 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise PolicyError(f"{quote(name)} in {what} is not a condition operator{hint}")
    if base == "Null" and (quantifier or if_exists):
        raise PolicyError(f"{quote(name)} in {what}: Null takes no IfExists and no set operator.")
    return OPERATORS[base], quantifier, if_exists


def _values(value: Any, what: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    try:
        if not listed or not all(isinstance(item, (str, bool, int, float)) for item in listed):
            raise ValueError
        # str() refuses an integer of thousands of digits.
        return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in listed)
    except ValueError:
        raise PolicyError(
            f"{what} must have a value or a list of values, not {quote(value)}."
        ) from None


def _prepare(
    operator: Operator, values: tuple[str, ...], variables: bool, what: str
) -> tuple[tuple[Match, ...], tuple[Template, ...]]:
    tests, templates = [], []
    for value in values:
        template = read(value, variables=variables)
        pieces = fill(template, {}) if is_fixed(template) else None
        try:
            if pieces is None:
                templates.append(template)
            else:
                tests.append(operator.prepare(pieces))
        except ValueError:
            raise PolicyError(
                f"{quote(value)} in the {operator.name} condition of {what} is not "
                f"a valid {operator.kind}."
            ) from None
    return tuple(tests), tuple(templates)
