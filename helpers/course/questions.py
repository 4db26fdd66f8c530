"""The questions of a notebook, as a teacher writes them: ``lessons/NN_name/questions.toml``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from string import ascii_lowercase
from typing import Any, NamedTuple, TypeVar

from .content import Option, Question, Written
from .misconceptions import misconceptions
from .toml_file import Place, TomlFile

_Asked = TypeVar("_Asked", Question, Written)
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
    file.table((), file.content, ("prediction", "quiz", "written"))
    numbers = [str(n) for n in range(1, 27)]
    predictions = _numbered(file, "prediction", numbers, _question)
    quiz = _numbered(file, "quiz", [f"q{n}" for n in numbers], _question)
    written = _numbered(file, "written", list(ascii_lowercase), _written)
    return Questions(
        {f"{notebook}.{name}": question for name, question in predictions.items()},
        quiz,
        {f"{notebook}.{name}": question for name, question in written.items()},
    )


def _numbered(
    file: TomlFile, kind: str, names: list[str], read_one: Callable[[TomlFile, Place, Any], _Asked]
) -> dict[str, _Asked]:
    """The questions of a kind, which are named in order and without a gap."""
    found = file.table((kind,), file.content.get(kind, {}))
    for name, wanted in zip(found, names, strict=False):
        if name != wanted:
            raise file.error((kind, name), f"expected [{kind}.{wanted}] here, not [{kind}.{name}].")
    return {name: read_one(file, (kind, name), content) for name, content in found.items()}


def _question(file: TomlFile, place: Place, content: Any) -> Question:
    letters = [name for name in file.table(place, content) if name in ascii_lowercase]
    table = file.table(place, content, ("text", "answer", *(letters or "ab")))
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
    table = file.table(place, content, _OPTION)
    text, why, claim = (
        file.string((*place, name), table, needed=name != "misconception") for name in _OPTION
    )
    if claim and claim not in misconceptions():
        what = f"`{claim}` is not in lessons/misconceptions.toml."
        raise file.error((*place, "misconception"), what)
    return Option(text, why, claim)


def _written(file: TomlFile, place: Place, content: Any) -> Written:
    table = file.table(place, content, ("text", "key", "model"))
    text = file.string((*place, "text"), table)
    key, at = table.get("key"), (*place, "key")
    if not isinstance(key, list) or not key:
        raise file.error(at, "`key` is a list: what an answer must say, a point each.")
    points = tuple(file.paragraphs(at, point) for point in key)
    return Written(text, points, file.string((*place, "model"), table, needed=False))
