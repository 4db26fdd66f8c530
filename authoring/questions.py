"""What an author wrote into ``questions.toml`` and ``misconceptions.toml``, checked.

``helpers`` reads both as they are. Here a mistake is said with its file and line.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from string import ascii_lowercase
from typing import Any

from helpers.course.misconceptions import Misconception, misconceptions

from .toml_file import Place, TomlFile

_OPTION = ("text", "why", "misconception")


def check(path: Path) -> None:
    """Check a notebook's questions.

    Raises:
        CourseError: something in the file is not as it must be; the sentence names file and line.
    """
    file = TomlFile(path)
    file.table((), file.content, ("exercise", "prediction", "quiz", "written"))
    numbers = [str(n) for n in range(1, 27)]
    _numbered(file, "exercise", numbers, _exercise)
    _numbered(file, "prediction", numbers, _question)
    _numbered(file, "quiz", [f"q{n}" for n in numbers], _question)
    _numbered(file, "written", list(ascii_lowercase), _written)


def check_misconceptions(path: Path) -> None:
    """Check the list of misconceptions.

    Raises:
        CourseError: something in the file is not as it must be; the sentence names file and line.
    """
    file = TomlFile(path)
    for key, content in file.content.items():
        table = file.table((key,), content, Misconception._fields)
        for name in Misconception._fields:
            file.string((key, name), table)


def _numbered(
    file: TomlFile, kind: str, names: list[str], check_one: Callable[[TomlFile, Place, Any], None]
) -> None:
    """The questions of a kind, which are named in order and without a gap."""
    found = file.table((kind,), file.content.get(kind, {}))
    for name, wanted in zip(found, names, strict=False):
        if name != wanted:
            raise file.error((kind, name), f"expected [{kind}.{wanted}] here, not [{kind}.{name}].")
    for name, content in found.items():
        check_one(file, (kind, name), content)


def _exercise(file: TomlFile, place: Place, content: Any) -> None:
    table = file.table(place, content, ("title", "points", "hints", "given"))
    file.string((*place, "title"), table)
    file.string((*place, "given"), table, needed=False)
    points, hints = table.get("points"), table.get("hints")
    if isinstance(points, bool) or not isinstance(points, int) or points < 1:
        raise file.error((*place, "points"), "`points` is a whole number from 1.")
    if not isinstance(hints, list) or not 1 <= len(hints) <= 3:
        raise file.error((*place, "hints"), "`hints` is a list of one to three texts.")
    for hint in hints:
        file.text((*place, "hints"), hint)


def _question(file: TomlFile, place: Place, content: Any) -> None:
    letters = [name for name in file.table(place, content) if name in ascii_lowercase]
    table = file.table(place, content, ("text", "answer", *(letters or "ab")))
    where = ".".join(place)
    if letters != list(ascii_lowercase[: len(letters)]) or len(letters) < 2:
        what = f"the options of [{where}] are two or more: [{where}.a], [{where}.b] and so on."
        raise file.error(place, what)
    _, answer = (file.string((*place, name), table) for name in ("text", "answer"))
    if answer not in letters:
        what = f"the answer `{answer}` is none of the options {', '.join(letters)}."
        raise file.error((*place, "answer"), what)
    claims = {letter: _option(file, (*place, letter), table[letter]) for letter in letters}
    if claims[answer]:
        what = "the right answer shows no misconception."
        raise file.error((*place, answer, "misconception"), what)


def _option(file: TomlFile, place: Place, content: Any) -> str:
    """Check an option; returns the misconception that it names, if any."""
    table = file.table(place, content, _OPTION)
    *_, claim = (
        file.string((*place, name), table, needed=name != "misconception") for name in _OPTION
    )
    if claim and claim not in misconceptions():
        what = f"`{claim}` is not in lessons/misconceptions.toml."
        raise file.error((*place, "misconception"), what)
    return claim


def _written(file: TomlFile, place: Place, content: Any) -> None:
    table = file.table(place, content, ("text", "key", "model"))
    file.string((*place, "text"), table)
    key, at = table.get("key"), (*place, "key")
    if not isinstance(key, list) or not key:
        raise file.error(at, "`key` is a list: what an answer must say, a point each.")
    for point in key:
        file.text(at, point)
    file.string((*place, "model"), table, needed=False)
