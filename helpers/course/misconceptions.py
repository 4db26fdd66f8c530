"""What people believe of this subject and is not so: ``lessons/misconceptions.toml``.

Questions and checks name the claim that an answer shows, so that a learner is answered by name and
an instructor sees which claims a class holds.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import NamedTuple

from helpers.paths import ROOT

from .toml_file import TomlFile


class Misconception(NamedTuple):
    """A claim found in what learners write, and the truth."""

    claim: str
    truth: str


def read(path: Path) -> dict[str, Misconception]:
    """The misconceptions of a file, by their keys.

    Raises:
        CourseError: something in the file is not as it must be.
    """
    file, found = TomlFile(path), {}
    for key, content in file.content.items():
        table = file.table((key,), content, Misconception._fields)
        claim, truth = (file.string((key, name), table) for name in Misconception._fields)
        found[key] = Misconception(claim, truth)
    return found


@cache
def misconceptions() -> dict[str, Misconception]:
    """The course's own, read when they are first asked for."""
    return read(ROOT / "lessons" / "misconceptions.toml")


MISCONCEPTIONS: dict[str, Misconception]


def __getattr__(name: str) -> object:
    if name == "MISCONCEPTIONS":
        return misconceptions()
    raise AttributeError(f"module `{__name__}` has no `{name}`")
