"""The official notebooks: which cells run, and where the answers go."""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from helpers.course.chapter import Chapter, chapter

from ..errors import GradingError

_GRADED = re.compile(r"(answer|check)-(\d\d)-(\d+)-(\w+)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Step:
    """One code cell of an official notebook.

    Attributes:
        exercise: whose answer belongs here, or whose check; empty for a guided cell.
    """

    kind: Literal["guided", "answer", "check"]
    identity: str
    source: str
    exercise: str = ""

    @property
    def comment(self) -> bool:
        """Whether it does nothing, as the cells do that would ask for a hint."""
        return not has_code(self.source)


def has_code(source: str) -> bool:
    """Whether code has a line that is no comment."""
    return any(line.strip() and not line.lstrip().startswith("#") for line in source.split("\n"))


@dataclass(frozen=True)
class Official:
    """One official notebook: its number and its code cells, in order."""

    number: str
    steps: tuple[Step, ...]

    @property
    def chapter(self) -> Chapter:
        """Its exercises and their checks."""
        return chapter(self.number)

    @cached_property
    def stubs(self) -> Mapping[str, str]:
        """What stands in an answer cell before anybody answers, by exercise."""
        return {step.exercise: step.source for step in self.steps if step.kind == "answer"}

    @property
    def exercises(self) -> list[str]:
        """The exercises that have a check, in order."""
        return [step.exercise for step in self.steps if step.kind == "check"]


Release = Mapping[str, Official]


def parse_grade_id(cell: Mapping[str, Any]) -> tuple[str, str, str] | None:
    """``("answer", "05", "5.1")`` for a cell that nbgrader's metadata names so."""
    metadata = cell.get("metadata")
    grader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = grader.get("grade_id") if isinstance(grader, dict) else None
    match = _GRADED.fullmatch(str(name))
    return (match[1], match[2], f"{match[3]}.{match[4]}") if match else None


def source_of(cell: Mapping[str, Any]) -> str:
    """A cell's source, which a file may hold as one text or as lines."""
    source = cell.get("source", "")
    return "".join(map(str, source)) if isinstance(source, list) else str(source)


def read_official(folder: Path) -> Release:
    """The official notebooks of a folder and of those in it.

    Raises:
        GradingError: there is none, one cannot be read, or two say that they are the same.
    """
    release: dict[str, Official] = {}
    for path in sorted(folder.rglob("*.ipynb")):
        if any(part.startswith(".") for part in path.relative_to(folder).parts):
            continue
        try:
            official = _official(json.loads(path.read_text(encoding="utf-8"))["cells"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise GradingError(f"{path} is not a notebook that was handed out ({error}).") from None
        if official is None:
            continue
        if official.number in release:
            raise GradingError(f"Two notebooks under {folder} are notebook {official.number}.")
        release[official.number] = official
    if not release:
        raise GradingError(f"There is no notebook with exercises under {folder}.")
    return release


def imported_modules(release: Release) -> list[str]:
    """The full names of what the notebooks' code imports, sorted."""
    names: set[str] = set()
    for step in (step for official in release.values() for step in official.steps):
        with contextlib.suppress(SyntaxError):
            for node in ast.walk(ast.parse(step.source)):
                if isinstance(node, ast.Import):
                    names |= {alias.name for alias in node.names}
                elif isinstance(node, ast.ImportFrom) and node.module:
                    names.add(node.module)
    return sorted(names)


def _official(cells: list[dict[str, Any]]) -> Official | None:
    number = ""
    steps: list[Step] = []
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        identity, source = str(cell.get("id", "")), source_of(cell)
        if found := parse_grade_id(cell):
            kind, number, exercise = found
            steps.append(
                Step("answer" if kind == "answer" else "check", identity, source, exercise)
            )
        else:
            steps.append(Step("guided", identity, source))
    return Official(number, tuple(steps)) if number else None
