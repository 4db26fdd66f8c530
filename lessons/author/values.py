"""What a learner hands to a check: what kind of thing it is, and what to say of a wrong one."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import EllipsisType
from typing import Any

from helpers.course.content import Verdict, not_attempted, not_yet

__all__ = ["choices", "is_written", "kind_of", "listed", "quoted", "returned_none", "uncallable"]
__all__ += ["untouched", "wrong_choices"]


def kind_of(value: object) -> str:
    """A value that is not what was asked for, in words: the dots, nothing, or its type."""
    if isinstance(value, EllipsisType):
        return "the dots"
    return "nothing" if value is None else f"a value of type {type(value).__name__}"


def quoted(value: object, most: int = 60) -> str:
    """A value as the learner wrote it, cut short."""
    return f"`{str(value)[:most]}`" if str(value) else "an empty text"


def listed(names: Sequence[str]) -> str:
    """``A``, ``A and B``, or ``A, B and C``."""
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def untouched(given: Mapping[Any, Any]) -> bool:
    """Whether every value of a dictionary is still dots."""
    return all(isinstance(value, EllipsisType) for value in given.values())


def choices(
    given: Any, words: Sequence[str], things: Collection[str], what: str
) -> Verdict | dict[str, str]:
    """One word chosen for each of some things: by thing, the word as it is written in ``words``;
    or what is wrong with the form of the answer.

    Args:
        given: the learner's dictionary.
        things: a word of each thing's name.
        what: what the things are called, such as ``situations``.
    """
    wanted = f"a dictionary of the {len(things)} {what}."
    if not isinstance(given, Mapping) or len(given) != len(things):
        seen = f"a dictionary of {len(given)}" if isinstance(given, Mapping) else kind_of(given)
        return not_yet(wanted, f"{seen}.")
    missing = [word for word in things if not any(word in str(thing) for thing in given)]
    if missing:
        return not_yet(wanted, f"no entry for `{missing[0]}`.")
    # With quotation marks: without them, Python takes a word for a name, and ``any`` has a value.
    *some, last = (f'"{word}"' for word in words)
    either = f"{', '.join(some)} or {last}"
    if untouched(given):
        return not_attempted(f"The dots are still there. Put {either} in place of each.")
    known = {word.lower(): word for word in words}
    chosen = {str(thing): str(word).strip().lower() for thing, word in given.items()}
    odd = [
        f"{'dots' if isinstance(word, EllipsisType) else quoted(word, 30)} for “{thing}”"
        for thing, word in given.items()
        if str(word).strip().lower() not in known
    ]
    if odd:
        return not_yet(f"{either} for each.", f"{', '.join(odd)}.")
    return {thing: known[word] for thing, word in chosen.items()}


def wrong_choices(
    chosen: Mapping[str, str], right: Mapping[str, str]
) -> list[tuple[str, str, str]]:
    """Each wrong choice: the thing, the word chosen for it, and the key of ``right``, which is a
    word of the thing's name."""
    return [
        (thing, word, key)
        for thing, word in chosen.items()
        for key, wanted in right.items()
        if key in thing and word != wanted
    ]


def uncallable(function: object) -> Verdict | None:
    """What to say of a function that is none, such as one that was called already."""
    if callable(function):
        return None
    return not_yet("the function itself, without parentheses.", f"{kind_of(function)}.")


def is_written(function: object) -> bool:
    """Whether a function does anything: a stub calls nothing, and takes nothing from outside."""
    code = getattr(function, "__code__", None)
    return bool(code and (code.co_names or code.co_freevars))


def returned_none(function: object, wanted: str, when: str = "") -> Verdict:
    """What to say of a function that returned None: whether it prints is in its code.

    Args:
        wanted: what it should have returned.
        when: for which argument it did so, such as " for a message that is whole".
    """
    if not is_written(function):
        return not_attempted("The function returns nothing yet; write its body.")
    names = getattr(getattr(function, "__code__", None), "co_names", ("print",))
    asked = "did you print the value instead of returning it?"
    if "print" not in names:
        asked = "is a return missing, or does an except hide an error?"
    return not_yet(wanted, f"None{when}; {asked}")
