"""The questions of a notebook, as a teacher writes them: ``lessons/NN_name/questions.toml``."""

from __future__ import annotations

from pathlib import Path
from string import ascii_lowercase
from typing import Any, NamedTuple

from .content import Option, Question, Written
from .misconceptions import MISCONCEPTIONS
from .toml_file import Place, TomlFile

_KINDS = ("prediction", "quiz", "written")
_OPTION = ("text", "why", "misconception")


class Questions(NamedTuple):
    """Those of one notebook, by the names that it shows: ``5.1``, ``q1``, ``5.a``."""

    predictions: dict[str, Question]
    quiz: dict[str, Question]
    written: dict[str, Written]


def read(path: Path, notebook: int) -> Questions:
    """The questions of a file.

    Args:
        notebook: its number, which the file does not repeat.

    Raises:
        CourseError: something in the file is not as it must be; the sentence names file and line.
    """
    file = TomlFile(path)
    file.only((), file.content, _KINDS)
    return Questions(
        {
            f"{notebook}.{name}": _question(file, ("prediction", name), table)
            for name, table in _numbered(file, "prediction", [str(n) for n in range(1, 27)])
        },
        {
            name: _question(file, ("quiz", name), table)
            for name, table in _numbered(file, "quiz", [f"q{n}" for n in range(1, 27)])
        },
        {
            f"{notebook}.{name}": _written(file, ("written", name), table)
            for name, table in _numbered(file, "written", list(ascii_lowercase))
        },
    )


def _numbered(file: TomlFile, kind: str, names: list[str]) -> list[tuple[str, dict[str, Any]]]:
    """The questions of a kind, which are named in order and without a gap."""
    found = file.table((kind,), file.content.get(kind, {}))
    for name, wanted in zip(found, names, strict=False):
        if name != wanted:
            raise file.error((kind, name), f"expected [{kind}.{wanted}] here, not [{kind}.{name}].")
    return [(name, file.table((kind, name), content)) for name, content in found.items()]


def _question(file: TomlFile, place: Place, table: dict[str, Any]) -> Question:
    letters = [name for name in table if name in ascii_lowercase]
    file.only(place, table, ("text", "answer", *(letters or "ab")))
    where = ".".join(place)
    if letters != list(ascii_lowercase[: len(letters)]) or len(letters) < 2:
        what = f"the options of [{where}] are two or more: [{where}.a], [{where}.b] and so on."
        raise file.error(place, what)
    text, answer = (file.string((*place, name), table) for name in ("text", "answer"))
    if answer not in letters:
        what = f"the answer `{answer}` is none of the options {', '.join(letters)}."
        raise file.error((*place, "answer"), what)
    options = {letter: _option(file, (*place, letter), table[letter]) for letter in letters}
    if options[answer].misconception:
        what = "the right answer shows no misconception."
        raise file.error((*place, answer, "misconception"), what)
    return Question(text, options, answer)


def _option(file: TomlFile, place: Place, content: Any) -> Option:
    table = file.table(place, content)
    file.only(place, table, _OPTION)
    text, why, claim = (
        file.string((*place, name), table, needed=name != "misconception") for name in _OPTION
    )
    if claim and claim not in MISCONCEPTIONS:
        what = f"`{claim}` is not in lessons/misconceptions.toml."
        raise file.error((*place, "misconception"), what)
    return Option(text, why, claim)


def _written(file: TomlFile, place: Place, table: dict[str, Any]) -> Written:
    file.only(place, table, ("text", "key", "model"))
    text = file.string((*place, "text"), table)
    key, at = table.get("key"), (*place, "key")
    if not isinstance(key, list) or not key:
        raise file.error(at, "`key` is a list: what an answer must say, a point each.")
    points = tuple(file.paragraphs(at, point) for point in key)
    return Written(text, points, file.string((*place, "model"), table, needed=False))
