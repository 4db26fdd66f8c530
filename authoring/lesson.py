"""A lesson as its author wrote it: ``lessons/NN_name/lesson.py``, in jupytext's percent format.

The text ``{{exercise 5.1}}`` begins an exercise. What follows belongs to it: the cell with the tag
``answer``, the check, and each wrong answer, a cell such as
``# %% wrong="written by admin" says="a write by admin"``, which no notebook gets.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

import jupytext  # type: ignore[import-untyped]  # it publishes no types

from helpers.course import chapter as chapters
from helpers.course.chapter import Chapter, Outcome
from helpers.course.errors import CourseError

from . import questions

BEGIN, STUB, END = "### BEGIN SOLUTION", "### STUB", "### END SOLUTION"
#: In a function something must stand; by itself, dots would only show themselves.
DEFAULT_STUB, DEFAULT_BODY = "# Write your code here.", "...  # Write your code here."
NAME = re.compile(r"(?P<number>\d\d)_[a-z0-9_]+")
_ASKED = re.compile(r"\{\{(?:exercise|written) (\S+)\}\}")
_CHECK = re.compile(r'^check\("([^"]*)"', re.MULTILINE)


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


@dataclass(frozen=True, slots=True)
class Wrong:
    """A wrong answer that learners give: the whole cell as they hand it in, and words that the
    check must answer it with."""

    code: str
    says: str
    outcome: Outcome = "not yet"


@dataclass(frozen=True, slots=True)
class Lesson:
    """One lesson.

    Attributes:
        name: such as ``05_denying_access``.
        folder: where it was read.
        card: the front matter under ``jupyter: course:``.
        wrong: by exercise, then by name.
    """

    name: str
    folder: Path
    card: dict[str, Any]
    cells: tuple[Cell, ...]
    wrong: Mapping[str, Mapping[str, Wrong]]

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
    def solved_name(self) -> str:
        """What its solved notebook is called: the first letters of a tab tell the two apart."""
        return f"solved_{self.name}"

    @property
    def chapter(self) -> Chapter:
        """Its questions and exercises."""
        return _chapter(self.folder)


CARD = {"title", "promise", "minutes", "level", "needs", "outcomes", "simulated", "cost", "aws"}


def read(folder: Path) -> Lesson:
    """Read a lesson's folder, such as ``lessons/05_denying_access``.

    Raises:
        LessonError: a name, front matter, cell or solution mark that is not as it must be.
    """
    file, name = folder / "lesson.py", f"{folder.name}/lesson.py"
    if not NAME.fullmatch(folder.name):
        raise LessonError(f"{folder.name}: a lesson's folder is called NN_name, such as 05_denying")
    try:
        notebook = jupytext.read(file, fmt="py:percent")
    except OSError as error:
        raise LessonError(f"{name} cannot be read: {error.strerror}") from None
    card = notebook.metadata.get("course", {})
    if set(card) != CARD:
        missing, odd = sorted(CARD - set(card)), sorted(set(card) - CARD)
        raise LessonError(f"{name}: front matter lacks {missing} and knows no {odd}")
    reader = _Reader()
    try:
        for cell in notebook.cells:
            reader.take(cell)
    except ValueError as error:
        raise LessonError(f"{name}: {error}") from None
    return Lesson(folder.name, folder, dict(card), tuple(reader.cells), reader.wrong)


def read_all(folder: Path) -> list[Lesson]:
    """Every lesson of a folder, in the course's order.

    Raises:
        LessonError: one of them, or the list of misconceptions, is not as it must be.
    """
    lessons = [read(path) for path in sorted(folder.iterdir()) if NAME.fullmatch(path.name)]
    try:
        questions.check_misconceptions(folder / "misconceptions.toml")
    except CourseError as error:
        raise LessonError(str(error)) from None
    return lessons


@cache
def _chapter(folder: Path) -> Chapter:
    try:
        questions.check(folder / "questions.toml")
        return chapters.read(folder)
    except CourseError as error:
        raise LessonError(str(error)) from None


@dataclass
class _Reader:
    """Takes a lesson's cells in their order, and knows which exercise it is in."""

    cells: list[Cell] = field(default_factory=list)
    wrong: dict[str, dict[str, Wrong]] = field(default_factory=dict)
    _asked: str = ""
    _seen: dict[str, int] = field(default_factory=dict)

    def take(self, cell: Any) -> None:
        """Add a cell, or a wrong answer.

        Raises:
            ValueError: something about it is not as it must be.
        """
        source, metadata, answer = str(cell.source), cell.metadata, None
        tags = tuple(metadata.get("tags", ()))
        if cell.cell_type == "markdown":
            for found in _ASKED.finditer(source):
                self._asked = found[1]
                answer = found[1] if found[0].startswith("{{written") else None
        elif "wrong" in metadata:
            return self._take_wrong(source, metadata)
        elif "answer" in tags:
            answer = self._exercise("a cell with the tag `answer`")
        elif (checked := _CHECK.search(source)) and checked[1] != self._asked:
            raise ValueError(f'check("{checked[1]}") stands below {{{{exercise {self._asked}}}}}')
        _check_marks(source)
        self.cells.append(
            Cell(
                kind=cell.cell_type,
                source=source,
                identity=self._identity(cell.cell_type, source, answer),
                tags=tuple(tag for tag in tags if tag != "answer"),
                answer=answer,
            )
        )
        return None

    def _take_wrong(self, source: str, metadata: Mapping[str, Any]) -> None:
        name, says = str(metadata["wrong"]), str(metadata.get("says", ""))
        exercise = self._exercise(f"the wrong answer `{name}`")
        outcome = metadata.get("outcome", "not yet")
        known = [one for one in get_args(Outcome) if one != "correct"]
        if outcome not in known:
            raise ValueError(f"`{outcome}`, outcome of `{name}`, is none of {', '.join(known)}")
        if not says:
            raise ValueError(
                f"the wrong answer `{name}` lacks says=..., words of the check's reply"
            )
        if name in self.wrong.setdefault(exercise, {}):
            raise ValueError(f"{exercise} has two wrong answers `{name}`")
        self.wrong[exercise][name] = Wrong(source, says, outcome)

    def _exercise(self, what: str) -> str:
        if not self._asked.partition(".")[2].isdigit():
            raise ValueError(f"{what} stands below no {{{{exercise N}}}}")
        return self._asked

    def _identity(self, kind: str, source: str, answer: str | None) -> str:
        lines = [line.strip() for line in source.split("\n")]
        first = next((line for line in lines if line and line not in (BEGIN, STUB, END)), "")
        if answer:
            first = f"answer {answer}"
        digest = hashlib.sha256(f"{kind}\n{first}".encode()).hexdigest()[:8]
        self._seen[digest] = self._seen.get(digest, 0) + 1
        return digest if self._seen[digest] == 1 else f"{digest}-{self._seen[digest]}"


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
