"""A notebook's questions, and the words of its exercises: ``lessons/NN_name/questions.toml``.

They are read as they are. ``authoring`` checks them when it writes the notebooks, and names the
line of a mistake.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from helpers.paths import shown

from .content import Exercise, Option, Question, Written
from .errors import CourseError


class Questions(NamedTuple):
    """By the names that a notebook shows: ``5.1``, ``q1``, ``5.a``; exercises lack their check."""

    predictions: dict[str, Question]
    quiz: dict[str, Question]
    written: dict[str, Written]
    exercises: dict[str, Callable[..., Exercise]]


def read(path: Path, notebook: int) -> Questions:
    """The questions of a file.

    Args:
        notebook: its number, which the file does not repeat.

    Raises:
        CourseError: the file cannot be used.
    """
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        predictions, quiz, written, exercises = (
            found.get(kind, {}).items() for kind in ("prediction", "quiz", "written", "exercise")
        )
        return Questions(
            {f"{notebook}.{name}": _question(one) for name, one in predictions},
            {name: _question(one) for name, one in quiz},
            {f"{notebook}.{name}": _written(one) for name, one in written},
            {f"{notebook}.{name}": _exercise(one) for name, one in exercises},
        )
    except (OSError, AttributeError, KeyError, TypeError, ValueError) as error:
        raise CourseError(f"{shown(path)} cannot be used ({error!r}).") from None


def _question(table: dict[str, Any]) -> Question:
    options = {
        letter: Option(**{name: paragraphs(text) for name, text in option.items()})
        for letter, option in table.items()
        if letter not in ("text", "answer")
    }
    return Question(paragraphs(table["text"]), options, table["answer"])


def _written(table: dict[str, Any]) -> Written:
    points = tuple(map(paragraphs, table["key"]))
    return Written(paragraphs(table["text"]), points, paragraphs(table.get("model", "")))


def _exercise(table: dict[str, Any]) -> Callable[..., Exercise]:
    hints = tuple(map(paragraphs, table["hints"]))
    return partial(Exercise, **{**table, "title": paragraphs(table["title"]), "hints": hints})


def paragraphs(text: str) -> str:
    """A paragraph or more: a line break in the file is a space, an empty line stays one."""
    return "\n\n".join(" ".join(part.split()) for part in re.split(r"\n\s*\n", text.strip()))
