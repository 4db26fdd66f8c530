"""One student's folder, and what it must be worth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.classroom.notebooks import Notebook, write


@dataclass(frozen=True)
class Case:
    """One student's folder.

    Attributes:
        content: a notebook, bytes, or a function that fills the folder.
        points: by exercise; empty where nothing can be graded.
        says: by exercise, words of the sentence; under "" those of the problem.
        outcomes: by exercise, where the points do not say it.
        burns: whether it uses up all the time that it has, which then is to be short.
    """

    content: Notebook | bytes | Callable[[Path], None]
    points: dict[str, float] = field(default_factory=dict)
    says: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    burns: bool = False
    file: str = "05_denying_access.ipynb"

    def hand_in(self, folder: Path) -> None:
        """Write it as nbgrader lays submissions out."""
        folder.mkdir(parents=True)
        if callable(self.content):
            self.content(folder)
        elif isinstance(self.content, bytes):
            (folder / self.file).write_bytes(self.content)
        else:
            write(folder / self.file, self.content)
