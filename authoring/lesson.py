"""A lesson as its author wrote it: ``lessons/NN_name.py``, in jupytext's percent format."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import jupytext  # type: ignore[import-untyped]  # it publishes no types

from helpers.course.chapter import Chapter, chapter

BEGIN, STUB, END = "### BEGIN SOLUTION", "### STUB", "### END SOLUTION"
#: In a function something must stand; by itself, dots would only show themselves.
DEFAULT_STUB, DEFAULT_BODY = "# Write your code here.", "...  # Write your code here."
NAME = re.compile(r"(?P<number>\d\d)_[a-z0-9_]+")


class LessonError(Exception):
    """A lesson that cannot become a notebook; the message names the file and what to mend."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a lesson.

    Attributes:
        identity: stays the same while the cell's first line does, so that a learner's copy and a
            new version merge cell by cell.
        tags: ``solution`` cells are only in the solved twin, ``blank`` ones only in the other.
        answer: the exercise that the cell answers, such as ``5.1``; for a markdown cell, the
            written question that it asks, such as ``5.a``.
    """

    kind: Literal["markdown", "code"]
    source: str
    identity: str
    tags: tuple[str, ...] = ()
    answer: str | None = None

    def blank(self) -> str:
        """The source with each solution replaced by its stub."""
        return _without_solutions(self.source, keep_solution=False)

    def solved(self) -> str:
        """The source with its solutions and without their marks and stubs."""
        return _without_solutions(self.source, keep_solution=True)

    def answered(self, code: str) -> str:
        """The source with somebody else's answer in the solution's place."""
        if BEGIN not in self.source:
            return code
        before, _, rest = self.source.partition(BEGIN)
        return f"{before}{code}\n{rest.partition(END)[2]}"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    Attributes:
        name: such as ``05_denying_access``.
        card: the front matter under ``jupyter: course:``.
    """

    name: str
    card: dict[str, Any]
    cells: tuple[Cell, ...]

    @property
    def number(self) -> str:
        """Two digits."""
        return self.name[:2]

    @property
    def title(self) -> str:
        """Without the number."""
        return str(self.card["title"])

    @property
    def has_solution(self) -> bool:
        """False for a lesson that is graded, whose solution is in nobody's hands."""
        return any(BEGIN in cell.source for cell in self.cells)

    @property
    def chapter(self) -> Chapter:
        """Its questions and exercises."""
        return chapter(self.number)


CARD = {"title", "promise", "minutes", "level", "needs", "outcomes", "simulated", "cost", "aws"}


def read(path: Path) -> Lesson:
    """Read a lesson.

    Raises:
        LessonError: a name, front matter or solution mark that is not as it must be.
    """
    if not NAME.fullmatch(path.stem):
        raise LessonError(f"{path.name}: a lesson is called NN_name.py, such as 05_denying.py")
    notebook = jupytext.read(path, fmt="py:percent")
    card = notebook.metadata.get("course", {})
    if set(card) != CARD:
        missing, odd = sorted(CARD - set(card)), sorted(set(card) - CARD)
        raise LessonError(f"{path.name}: front matter lacks {missing} and knows no {odd}")
    seen: dict[str, int] = {}
    try:
        cells = tuple(_cell(cell, seen) for cell in notebook.cells)
    except ValueError as error:
        raise LessonError(f"{path.name}: {error}") from None
    return Lesson(path.stem, dict(card), cells)


def read_all(folder: Path) -> list[Lesson]:
    """Every lesson of a folder, in the course's order."""
    return [read(path) for path in sorted(folder.glob("*.py"))]


def _cell(cell: Any, seen: dict[str, int]) -> Cell:
    source = str(cell.source)
    _check_marks(source)
    metadata = cell.metadata
    lines = [line.strip() for line in source.split("\n")]
    first = next((line for line in lines if line and line not in (BEGIN, STUB, END)), "")
    if answer := metadata.get("answer"):
        first = f"answer {answer}"
    digest = hashlib.sha256(f"{cell.cell_type}\n{first}".encode()).hexdigest()[:8]
    seen[digest] = seen.get(digest, 0) + 1
    identity = digest if seen[digest] == 1 else f"{digest}-{seen[digest]}"
    return Cell(
        kind=cell.cell_type,
        source=source,
        identity=identity,
        tags=tuple(metadata.get("tags", ())),
        answer=metadata.get("answer"),
    )


def _check_marks(source: str) -> None:
    marks = [line.strip() for line in source.split("\n") if line.strip() in (BEGIN, STUB, END)]
    text = "".join("BSE"[(BEGIN, STUB, END).index(mark)] for mark in marks)
    if not re.fullmatch(r"(BS?E)*", text):
        raise ValueError(f"solution marks are {', '.join(marks)}; they go {BEGIN}, {STUB}, {END}")


def _without_solutions(source: str, *, keep_solution: bool) -> str:
    kept: list[str] = []
    part = "text"
    stub_seen = False
    for line in source.split("\n"):
        mark = line.strip()
        if mark == BEGIN:
            part, stub_seen = "solution", False
        elif mark == STUB:
            part, stub_seen = "stub", True
        elif mark == END:
            if not stub_seen and not keep_solution:
                kept.append(line.replace(END, DEFAULT_BODY if line[:1] == " " else DEFAULT_STUB))
            part = "text"
        elif part == "text" or (part == "solution") == keep_solution:
            kept.append(line)
    return "\n".join(kept)
