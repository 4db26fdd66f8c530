"""The notebooks' chapters, found and read: ``lessons/NN_name/``, beside ``helpers/``."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import boto3

from helpers.messages import say
from helpers.paths import ROOT, shown

from . import questions
from .content import (
    Chapter,
    Exercise,
    Option,
    Outcome,
    Question,
    Verdict,
    World,
    Written,
    correct,
    not_attempted,
    not_yet,
)
from .errors import CourseError

__all__ = ["Chapter", "Exercise", "Option", "Outcome", "Question", "Verdict", "Written", "chapter"]
__all__ += ["correct", "item_of", "not_attempted", "not_yet", "notebook_of", "notebooks", "read"]
_LESSONS = ROOT / "lessons"
_NAME = re.compile(r"(\d\d)_[a-z0-9_]+")


def notebook_of(number: Any) -> str:
    """``"05"`` for ``"5"``, ``"05"``, ``5``, ``"5.2"`` or ``"05.2"``.

    Raises:
        CourseError: there is no such notebook.
    """
    match = re.fullmatch(r"\s*(\d{1,2})(\.\w+)?\s*", str(number), re.ASCII)
    notebook = match.group(1).zfill(2) if match else ""
    if not match or notebook not in _folders():
        raise CourseError(say("course.no_notebook", number=number))
    return notebook


def item_of(number: Any) -> str:
    """``"5.2"`` for ``"5.2"`` or ``"05.2"``: how exercises and predictions are called."""
    head, _, tail = str(number).strip().partition(".")
    return f"{head.lstrip('0') or '0'}.{tail}"


def notebooks() -> list[str]:
    """The numbers of all notebooks, in the course's order."""
    return sorted(_folders())


def folder_of(notebook: str) -> Path:
    """The folder of a notebook's lesson; the notebook itself is called as the folder is."""
    return _folders()[notebook]


@cache
def chapter(notebook: str) -> Chapter:
    """The chapter of a notebook, such as ``"05"``; no other is read.

    Raises:
        CourseError: something in its folder is not as it must be.
    """
    return read(_folders()[notebook])


def read(folder: Path) -> Chapter:
    """The chapter of a lesson's folder, such as ``lessons/05_denying_access``.

    Raises:
        CourseError: something in it is not as it must be; the sentence names the file.
    """
    number = int(folder.name[:2])
    asked = questions.read(folder / "questions.toml", number)
    file = folder / "checks.py"
    checks = _run(file)
    try:
        named = {f"{number}.{n}": one for n, one in enumerate(checks.EXERCISES, 1)}
        exercises = {name: _exercise(name, one, asked.exercises) for name, one in named.items()}
        if over := asked.exercises.keys() - named.keys():
            raise ValueError(f"EXERCISES has no check for {min(over)}, which questions.toml has")
        world = _world(checks.world)
        return Chapter(world, asked.predictions, exercises, asked.quiz, asked.written)
    except (AttributeError, NameError, TypeError, ValueError) as error:
        raise CourseError(f"{shown(file)} cannot be used: {error}.") from None


def _exercise(number: str, check: Any, words: Mapping[str, Callable[..., Exercise]]) -> Exercise:
    """A check with the words of its exercise; one that has its own is whole."""
    if isinstance(check, Exercise):
        return check
    if not callable(check):
        raise TypeError(f"in EXERCISES, {check!r} is neither a check nor an Exercise")
    if number not in words:
        raise TypeError(f"questions.toml has no [exercise.{number.partition('.')[2]}]")
    return words[number](check=check)


def _world(build: Any) -> World:
    """An author's ``def world(studio: Studio)``, which says itself what it is given."""
    if not callable(build):
        raise TypeError("`world` is no function")
    kinds = [kind for name, kind in get_type_hints(build).items() if name != "return"]
    if len(kinds) != 1 or not isinstance(kinds[0], type):
        raise TypeError("`world` is written `def world(studio: Studio)`")

    def world(session: boto3.Session, seed: str) -> dict[str, str]:
        return dict(build(kinds[0](session, seed)))

    return world


@cache
def _folders() -> dict[str, Path]:
    """The folder of each lesson, by its number."""
    try:
        found = [path for path in sorted(_LESSONS.iterdir()) if _NAME.fullmatch(path.name)]
    except OSError as error:
        what = f"The folder of the lessons, {_LESSONS}, cannot be read: {error.strerror}."
        raise CourseError(what) from None
    folders: dict[str, Path] = {}
    for path in found:
        first = folders.setdefault(path.name[:2], path)
        if first is not path:
            raise CourseError(f"The lessons {first.name} and {path.name} have the same number.")
    return folders


def _run(file: Path) -> ModuleType:
    """An author's file, whose folder no ``import`` statement can name."""
    spec = spec_from_file_location(f"lesson_{file.parent.name}", file)
    assert spec is not None and spec.loader is not None  # Its name ends in .py.
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # Where dataclasses look for a module's names.
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[spec.name]
        frames = traceback.extract_tb(error.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == str(file)]
        line = lines[-1] if lines else getattr(error, "lineno", None)
        at = f"{shown(file)}, line {line}" if line else shown(file)
        raise CourseError(f"{at}: {type(error).__name__}: {error}.") from error
    return module
