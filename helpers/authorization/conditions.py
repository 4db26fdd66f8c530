"""Condition elements (authorization.md 1; aws-behaviour.md D12-D16)."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .errors import PolicyError
from .operators import OPERATORS, Operator
from .patterns import Context, Match, Template, quote, read
from .reasons import Reason

_SETS = ("ForAllValues", "ForAnyValue")


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition key under one operator."""

    #: The operator as written, such as ``ForAllValues:StringLikeIfExists``.
    name: str
    #: The condition key as written, and in lower case.
    key: str
    lowered: str
    #: The policy's values as written.
    values: tuple[str, ...]
    operator: Operator
    quantifier: str
    if_exists: bool
    _tests: tuple[Match, ...]
    _templates: tuple[Template, ...]

    def judge(self, context: Context) -> Reason:
        """Why the condition holds, or does not."""
        actual = context.get(self.lowered)
        absent = actual is None or actual == ()
        if self.operator.name == "Null":
            return self._judge_null(absent)
        if absent or actual is None:
            return self._judge_absent()
        if self.quantifier:
            given = (actual,) if isinstance(actual, str) else actual
            every = all if self.quantifier == "ForAllValues" else any
            holds = every(self._satisfied(value, context) for value in given)
        elif not isinstance(actual, str):
            return Reason.NEEDS_SET_OPERATOR
        else:
            holds = self._satisfied(actual, context)
        return Reason.MATCHES if holds else Reason.VALUE_DIFFERS

    def _judge_null(self, absent: bool) -> Reason:
        if any(test("true" if absent else "false") for test in self._tests):
            return Reason.MATCHES
        return Reason.KEY_ABSENT if absent else Reason.KEY_PRESENT

    def _judge_absent(self) -> Reason:
        """ForAnyValue is false without the key, and IfExists does not change that: AWS is silent
        on the two together."""
        if self.quantifier == "ForAnyValue":
            return Reason.KEY_ABSENT
        holds = self.quantifier or self.if_exists or self.operator.negated
        return Reason.MATCHES if holds else Reason.KEY_ABSENT

    def _satisfied(self, actual: str, context: Context) -> bool:
        """Values are OR, and NOR under a negated operator; a variable without a value equals
        nothing."""
        found = any(test(actual) for test in self._tests)
        for template in self._templates:
            if not found and (pieces := template.fill(context)) is not None:
                try:
                    found = bool(self.operator.prepare(pieces)(actual))
                except ValueError:  # Bool, with a variable that is neither true nor false.
                    continue
        return found != self.operator.negated


def read_conditions(element: Any, what: str, variables: bool) -> tuple[Condition, ...]:
    """Read a Condition element.

    Raises:
        PolicyError: an operator is unknown, or a value is not what its operator compares.
    """
    if not isinstance(element, Mapping):
        raise PolicyError(f"The Condition of {what} must be a JSON object, not {quote(element)}.")
    found = []
    for name, keys in element.items():
        quantifier, if_exists, operator = _operator(name, what)
        if not isinstance(keys, Mapping):
            raise PolicyError(
                f"The {name} condition of {what} must be a JSON object of condition keys, "
                f"not {quote(keys)}."
            )
        for key, value in keys.items():
            if not isinstance(key, str) or ":" not in key:
                raise PolicyError(
                    f"{quote(key)} in {what} is not a condition key such as aws:PrincipalArn."
                )
            values = _values(value, f"The {name} condition on {key} of {what}")
            tests, templates = _prepare(operator, values, variables and operator.variables, what)
            how = (operator, quantifier, if_exists, tests, templates)
            found.append(Condition(name, key, key.lower(), values, *how))
    return tuple(found)


def _operator(name: Any, what: str) -> tuple[str, bool, Operator]:
    text = str(name)
    prefix, colon, rest = text.partition(":")
    quantifier, base = (prefix, rest) if colon and prefix in _SETS else ("", text)
    if_exists = base.endswith("IfExists")
    base = base.removesuffix("IfExists")
    operator = OPERATORS.get(base)
    if operator is None:
        near = difflib.get_close_matches(base, OPERATORS, 1)
        hint = f"; did you mean {near[0]}?" if near else "."
        raise PolicyError(f"{quote(name)} in {what} is not a condition operator{hint}")
    if base == "Null" and (quantifier or if_exists):
        raise PolicyError(f"{quote(name)} in {what}: Null takes no IfExists and no set operator.")
    return quantifier, if_exists, operator


def _values(value: Any, what: str) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not listed or not all(isinstance(item, (str, bool, int, float)) for item in listed):
        raise PolicyError(f"{what} must have a value or a list of values, not {quote(value)}.")
    try:
        return tuple(str(item).lower() if isinstance(item, bool) else str(item) for item in listed)
    except ValueError:  # Python does not write out an integer of thousands of digits.
        raise PolicyError(f"{what} has a number that is too long.") from None


def _prepare(
    operator: Operator, values: tuple[str, ...], variables: bool, what: str
) -> tuple[tuple[Match, ...], tuple[Template, ...]]:
    tests, templates = [], []
    for value in values:
        template = read(value, variables=variables)
        pieces = template.fixed
        if pieces is None:
            templates.append(template)
            continue
        try:
            tests.append(operator.prepare(pieces))
        except ValueError:
            raise PolicyError(
                f"{quote(value)} in the {operator.name} condition of {what} is not "
                f"a valid {operator.kind}."
            ) from None
    return tuple(tests), tuple(templates)
