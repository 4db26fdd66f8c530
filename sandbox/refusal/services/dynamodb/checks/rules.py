"""The rules that an expression keeps once it can be read. Texts and order: H75.

First the words as they are written: reserved ones, places, functions and where they may be. Then
what placeholders stand for: whether they are defined, and whether operands have fitting types.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from ....errors import validation
from ....moto.dynamodb import RESERVED_WORDS
from ..expressions.nodes import Action, Call, Condition, Logic, Node, Path, Value
from ..expressions.walk import nodes_of, resolved, shown
from .operands import Placeholders, require_operands

#: Function -> how many operands it takes.
_CONDITIONS = {
    "attribute_exists": 1,
    "attribute_not_exists": 1,
    "attribute_type": 2,
    "begins_with": 2,
    "contains": 2,
}
_UPDATES = {"if_not_exists": 2, "list_append": 2}
_COUNTS = {**_CONDITIONS, **_UPDATES, "size": 1}
_MOST_OPERATORS, _LAST_PLACE = 300, 2**31 - 1


def require_condition(condition: Condition, given: Placeholders) -> None:
    """Refuse a condition, a filter or a key condition that breaks a rule.

    Raises:
        AwsError: ``ValidationException`` without the name of the member.
    """
    nodes = list(nodes_of(condition))
    count = sum(not isinstance(node, (Path, Value)) for node in nodes)
    if count > _MOST_OPERATORS:
        raise validation(
            f"The expression contains too many operators; operator count: {_MOST_OPERATORS + 1}"
        )
    _require_words(_conditions_in(condition), nodes)
    require_operands(condition, given)


def require_projection(paths: Sequence[Path], given: Placeholders) -> None:
    """Refuse a projection that breaks a rule, or whose paths overlap; raises likewise."""
    _require_words((), paths)
    for path in paths:
        given.require_names(path)
    _require_apart(paths, given.names)


def require_update(actions: Sequence[Action], given: Placeholders) -> None:
    """Refuse an update that breaks a rule; raises likewise."""
    _require_words((), list(nodes_of(*actions)), update=True)
    for word in dict.fromkeys(action.word for action in actions):
        if len({action.section for action in actions if action.word == word}) > 1:
            raise validation(f'The "{word}" section can only be used once in an update expression;')
    for action in actions:
        given.require_names(action.path)
    _require_apart([action.path for action in actions], given.names)
    for action in actions:
        if action.operand is not None:
            require_operands(action.operand, given)
            _require_added(action, given)


def _conditions_in(condition: Condition) -> Iterator[Node]:
    """The parts of a condition that are conditions themselves."""
    if isinstance(condition, Logic):
        for one in condition.conditions:
            yield from _conditions_in(one)
    else:
        yield condition


def _require_words(
    conditions: Iterable[Node], nodes: Sequence[Node], *, update: bool = False
) -> None:
    places = {id(node) for node in conditions}
    for node in nodes:
        if isinstance(node, Path):
            _require_path(node)
        elif isinstance(node, Call):
            _require_function(node, update=update, condition=id(node) in places)


def _require_path(path: Path) -> None:
    for part in path.parts:
        if isinstance(part, int):
            if part > _LAST_PLACE:
                raise validation(f"List index is not within the allowable range; index: [{part}]")
        elif part.upper() in RESERVED_WORDS:
            raise validation(f"Attribute name is a reserved keyword; reserved keyword: {part}")


def _require_function(call: Call, *, update: bool, condition: bool) -> None:
    name = call.name
    if name not in _COUNTS:
        raise validation(f"Invalid function name; function: {name}")
    if update is not (name in _UPDATES):
        where = "an update" if update else "a condition"
        raise validation(f"The function is not allowed in {where} expression; function: {name}")
    if not update and condition is not (name in _CONDITIONS):
        raise validation(
            f"The function is not allowed to be used this way in an expression; function: {name}"
        )
    if len(call.operands) != _COUNTS[name]:
        raise validation(
            "Incorrect number of operands for operator or function; operator or function: "
            f"{name}, number of operands: {len(call.operands)}"
        )


def _require_apart(paths: Sequence[Path], names: Mapping[str, str]) -> None:
    """Of two paths none is within the other, and no attribute is both a list and a map."""
    found = [resolved(path, names) for path in paths]
    for later, earlier in ((b, a) for b in range(len(found)) for a in range(b)):
        one, other = found[earlier], found[later]
        what = ""
        for mine, others in itertools.zip_longest(one, other):
            if mine == others:
                continue
            if mine is not None and others is not None and type(mine) is type(others):
                break
            what = "overlap" if None in (mine, others) else "conflict"
            break
        else:
            what = "overlap"
        if what:
            raise validation(
                f"Two document paths {what} with each other; must remove or rewrite one of these "
                f"paths; path one: {shown(one)}, path two: {shown(other)}"
            )


#: What ADD and DELETE take, and what the others are called in their refusals (H72).
_ADDED = {"ADD": ("N", "SS", "NS", "BS"), "DELETE": ("SS", "NS", "BS")}
_CALLED = {"S": "STRING", "N": "NUMBER", "B": "BINARY", "BOOL": "BOOLEAN", "NULL": "NULL",
           "L": "LIST", "M": "MAP"}  # fmt: skip


def _require_added(action: Action, given: Placeholders) -> None:
    if action.word not in _ADDED or action.operand is None:
        return
    kind = given.kind_of(action.operand)
    if kind not in _ADDED[action.word]:
        raise validation(
            "Incorrect operand type for operator or function; operator: "
            f"{action.word}, operand type: {_CALLED[str(kind)]}, "
            f"typeSet: ALLOWED_FOR_{action.word}_OPERAND"
        )
