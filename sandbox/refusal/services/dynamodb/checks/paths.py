"""The paths of a projection, and the operands of an update: what moto lets pass. Texts: H72."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ....errors import AwsError, validation

_TOKEN = re.compile(r"\s*(#?\w+|\S)", re.ASCII)
_NAME = re.compile(r"#\w+|[A-Za-z_]\w*", re.ASCII)
#: A path as its names and the places in its lists.
Path = tuple[str | int, ...]

_FUNCTION = re.compile(r"([A-Za-z_]\w*)\s*\(", re.ASCII)
_SUM = re.compile(r"(:\w+)\s*([+-])|([+-])\s*(:\w+)", re.ASCII)
_SECTION = re.compile(r"(?<![\w#:.])(SET|REMOVE|ADD|DELETE)(?![\w.\[])\s", re.I | re.ASCII)
_FUNCTIONS = ("if_not_exists", "list_append")
#: The types that ADD and DELETE take, and what the others are called.
_ADDED = ("N", "SS", "NS", "BS")
_CALLED = {"S": "STRING", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL", "L": "LIST", "M": "MAP"}


def require_projection(expression: str, names: Mapping[str, str]) -> None:
    """Refuse a projection that cannot be read, or whose paths overlap.

    Raises:
        AwsError: ``ValidationException``.
    """
    paths = list(paths_of(expression, names))
    for one, other in itertools.combinations(paths, 2):
        shared = min(len(one), len(other))
        if one[:shared] == other[:shared]:
            raise _bad(
                "Two document paths overlap with each other; must remove or rewrite one of these "
                f"paths; path one: {_shown(one)}, path two: {_shown(other)}"
            )


def paths_of(expression: str, names: Mapping[str, str]) -> Iterator[Path]:
    """The paths of a projection; none of an empty one.

    Raises:
        AwsError: its syntax is wrong.
    """
    tokens = _TOKEN.findall(expression)
    at = 0
    if not tokens:
        return

    def take(fits: bool) -> str:
        nonlocal at
        if not fits:
            raise _syntax(tokens, at)
        at += 1
        return str(tokens[at - 1])

    def next_is(pattern: str) -> bool:
        return at < len(tokens) and re.fullmatch(pattern, tokens[at], re.ASCII) is not None

    while True:
        name = take(next_is(_NAME.pattern))
        path: list[str | int] = [names.get(name, name)]
        while next_is(r"[.\[]"):
            if take(True) == ".":
                name = take(next_is(_NAME.pattern))
                path.append(names.get(name, name))
            else:
                path.append(int(take(next_is(r"\d+"))))
                take(next_is(r"\]"))
        yield tuple(path)
        if at == len(tokens):
            return
        take(next_is(","))


def _syntax(tokens: list[str], at: int) -> AwsError:
    """AWS names the token, and shows it between its neighbours."""
    token = tokens[at] if at < len(tokens) else "<EOF>"
    near = "".join(tokens[max(at - 1, 0) : at + 2])
    return _bad(f'Syntax error; token: "{token}", near: "{near}"')


def _bad(what: str) -> AwsError:
    return validation(f"Invalid ProjectionExpression: {what}")


def _shown(path: Path) -> str:
    parts = (f"[{part}]" if isinstance(part, int) else part for part in path)
    return f"[{', '.join(parts)}]"


def require_update_operands(expression: str, values: Mapping[str, Any]) -> None:
    """Refuse a function that an update has not, and values that its operators do not take.

    Raises:
        AwsError: ``ValidationException``.
    """
    problem = next(_update_problems(expression, values), "")
    if problem:
        raise validation(f"Invalid UpdateExpression: {problem}")


def _update_problems(expression: str, values: Mapping[str, Any]) -> Iterator[str]:
    for name in _FUNCTION.findall(expression):
        if name not in _FUNCTIONS:
            yield f"Invalid function name; function: {name}"
    wrong = "Incorrect operand type for operator or function; operator"
    for first, operator, after, second in _SUM.findall(expression):
        kind = next(iter(values[first or second]))
        if kind != "N":
            yield f"{wrong} or function: {operator or after}, operand type: {kind}"
    _, *sections = _SECTION.split(f" {expression}")
    for word, text in _pairs(sections):
        for key in re.findall(r":\w+", text) if word.upper() in ("ADD", "DELETE") else ():
            kind = next(iter(values[key]))
            if kind not in _ADDED:
                called = _CALLED[kind]
                yield (
                    f"{wrong}: {word.upper()}, operand type: {called}, "
                    "typeSet: ALLOWED_FOR_ADD_OPERAND"
                )


def _pairs(parts: list[str]) -> Iterator[tuple[str, str]]:
    return zip(parts[::2], parts[1::2], strict=True)
