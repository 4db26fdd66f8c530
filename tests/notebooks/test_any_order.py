"""Learners run cells twice, backwards, and in the kernel of another notebook.

What may come of it: the right result; AWS's own error; a NameError for a lone cell; a sentence
that the cell or the course says. Never a traceback out of helpers/.
"""

from __future__ import annotations

import random
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from authoring.lesson import Lesson
from helpers.course.errors import CourseError
from refusal import Sandbox
from refusal.notebook import NotRefused
from tests.cells import LESSONS, blank_cells, run

each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
#: AWS's answers, also where another was expected, a cell that lacks what another made, and what a
#: cell itself says.
EXPECTED = (ClientError, NotRefused, WaiterError, NameError, CourseError)


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A progress file of its own, and no sandbox left running."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    yield
    running = Sandbox.running()
    if running is not None:
        running.stop()


def sources(lesson: Lesson) -> list[str]:
    """The cells as a learner finds them."""
    return [cell.blank() for cell in blank_cells(lesson)]


def tried(source: str, names: dict[str, Any]) -> None:
    """Run a cell, and accept only what may come of it."""
    try:
        run(source, names)
    except EXPECTED:
        return
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        said_by_the_cell = frames[-1].filename == "cell" and str(error)
        assert said_by_the_cell, f"{type(error).__name__}: {error}\n{source}\n{frames[-1]}"


@each_lesson
def test_run_all_twice_in_one_kernel(lesson: Lesson) -> None:
    names: dict[str, Any] = {}
    for source in sources(lesson) * 2:
        run(source, names)


@each_lesson
def test_every_cell_run_twice(lesson: Lesson) -> None:
    names: dict[str, Any] = {}
    for source in sources(lesson):
        run(source, names)
        tried(source, names)


@each_lesson
def test_cells_run_backwards(lesson: Lesson) -> None:
    names: dict[str, Any] = {}
    for source in reversed(sources(lesson)):
        tried(source, names)
    for source in reversed(sources(lesson)):
        tried(source, names)


@each_lesson
def test_cells_in_any_order_then_run_all(lesson: Lesson) -> None:
    """However a kernel was treated, Run All puts it right."""
    names: dict[str, Any] = {}
    cells = sources(lesson)
    for source in random.Random(lesson.name).choices(cells, k=2 * len(cells)):
        tried(source, names)
    for source in cells:
        run(source, names)


@pytest.mark.parametrize("order", ["forwards", "backwards", "mixed"])
def test_one_kernel_for_the_whole_course(order: str) -> None:
    lessons = list(LESSONS)
    if order == "backwards":
        lessons.reverse()
    elif order == "mixed":
        random.Random(order).shuffle(lessons)
    names: dict[str, Any] = {}
    for lesson in lessons:
        for source in sources(lesson):
            run(source, names)


@each_lesson
def test_another_students_world_runs_from_top_to_bottom(
    lesson: Lesson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_SEED", "ann")
    names: dict[str, Any] = {}
    for source in sources(lesson):
        run(source, names)
