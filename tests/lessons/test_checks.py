"""Every check in its three states: untouched, wrong in each catalogued way, and right.

The answers run where a learner's run: in the notebook's own cell, after the cells before it. A
notebook is run once; each answer is tried in a fork of the process as it stands at that cell.
"""

from __future__ import annotations

import functools
import json
import os
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from authoring.lesson import Cell, Lesson, Wrong
from helpers.messages import say
from refusal import Sandbox
from tests.cells import LESSONS, blank_cells, run

EXERCISES = [
    pytest.param(lesson, number, id=number)
    for lesson in LESSONS
    for number in lesson.chapter.exercises
]
SOLVED = [
    pytest.param(lesson, number, id=number)
    for lesson in LESSONS
    if lesson.has_solution
    for number in lesson.chapter.exercises
]
WRONG = [
    pytest.param(lesson, number, name, wrong, id=f"{number}-{name}")
    for lesson in LESSONS
    for number, wrongs in lesson.wrong.items()
    for name, wrong in wrongs.items()
]
UNTOUCHED, RIGHT = "untouched", "right"
PUBLIC = "0"
#: Right answers that the lesson does not show.
RIGHT_TOO = {
    # The learner has read the table since the notebook began.
    "4.2": """
boto3.client("dynamodb").scan(TableName=lab.old_table_name)
last_reader = "admin"
""",
}
Said = dict[str, Any]


def answers(lesson: Lesson, cell: Cell) -> Iterator[tuple[str, str]]:
    """What is tried in an answer cell: a name, and the cell's code."""
    assert cell.answer is not None
    yield UNTOUCHED, cell.blank()
    if lesson.has_solution:
        yield RIGHT, cell.solved()
    if cell.answer in RIGHT_TOO:
        yield "right, too", RIGHT_TOO[cell.answer]
    for name, wrong in lesson.wrong[cell.answer].items():
        yield f"wrong: {name}", wrong.code


def in_a_fork(work: Callable[[], Said]) -> Said:
    """What some work says, done in a copy of this process."""
    end, start = os.pipe()
    with warnings.catch_warnings():
        # Nothing but the copy of this thread runs in the copy, and it ends at once.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            said = work()
        except BaseException:
            said = {"failed": traceback.format_exc()}
        with os.fdopen(start, "w") as stream:
            json.dump(said, stream)
        os._exit(0)
    os.close(start)
    with os.fdopen(end) as stream:
        told: Said = json.load(stream)
    os.waitpid(child, 0)
    assert "failed" not in told, told["failed"]
    return told


def asked(codes: list[str], names: dict[str, Any]) -> Said:
    """Run an answer and what stands between it and its check; what the check says, twice."""
    for code in codes[:-1]:
        run(code, names)
    note, again = run(codes[-1], names), run(codes[-1], names)
    said = {"word": note.word, "sentence": note.sentence, "points": note.points}
    return {**said, "note": repr(note), "again": repr(again)}


@functools.cache
def verdicts(notebook: str, seed: str) -> dict[tuple[str, str], Said]:
    """What each check of a notebook says to each answer; to the right ones only, in another world
    than the public course's."""
    lesson = next(one for one in LESSONS if one.name == notebook)
    cells, names = blank_cells(lesson), {}
    found: dict[tuple[str, str], Said] = {}
    before = os.environ.get("COURSE_SEED")
    os.environ["COURSE_SEED"] = seed
    try:
        for at, cell in enumerate(cells):
            if cell.answer in lesson.chapter.exercises:
                end = next(n for n in range(at, len(cells)) if _checks(cells[n], cell.answer))
                rest = [one.blank() for one in cells[at + 1 : end + 1]]
                for name, code in answers(lesson, cell):
                    if seed != PUBLIC and name != RIGHT:
                        continue
                    work = functools.partial(asked, [code, *rest], names)
                    found[cell.answer, name] = in_a_fork(work)
            run(cell.blank(), names)
    finally:
        os.environ.pop("COURSE_SEED")
        os.environ.update({"COURSE_SEED": before} if before else {})
        running = Sandbox.running()
        if running is not None:
            running.stop()
    return found


def _checks(cell: Cell, number: str) -> bool:
    return f'check("{number}"' in cell.source


@pytest.mark.parametrize(("lesson", "number"), EXERCISES)
def test_an_untouched_exercise_is_not_attempted(lesson: Lesson, number: str) -> None:
    said = verdicts(lesson.name, PUBLIC)[number, UNTOUCHED]
    assert said["word"] == say("check.not attempted"), said


@pytest.mark.parametrize("seed", [PUBLIC, "ann"])
@pytest.mark.parametrize(("lesson", "number"), SOLVED)
def test_a_right_answer_is_correct_in_any_students_world(
    lesson: Lesson, number: str, seed: str
) -> None:
    said = verdicts(lesson.name, seed)[number, RIGHT]
    assert said["word"] == say("check.correct"), said
    assert said["points"] == lesson.chapter.exercises[number].points


@pytest.mark.parametrize("number", RIGHT_TOO)
def test_another_right_answer_is_correct(number: str) -> None:
    (lesson,) = [one for one in LESSONS if number in one.chapter.exercises]
    said = verdicts(lesson.name, PUBLIC)[number, "right, too"]
    assert said["word"] == say("check.correct"), said


@pytest.mark.parametrize(("lesson", "number", "name", "wrong"), WRONG)
def test_a_wrong_answer_is_answered_by_name(
    lesson: Lesson, number: str, name: str, wrong: Wrong
) -> None:
    said = verdicts(lesson.name, PUBLIC)[number, f"wrong: {name}"]
    assert said["word"] == say(f"check.{wrong.outcome}"), said
    assert wrong.says in said["sentence"], said
    assert said["points"] == 0


@pytest.mark.parametrize(("lesson", "number"), EXERCISES)
def test_checking_twice_changes_nothing(lesson: Lesson, number: str) -> None:
    for (exercise, name), said in verdicts(lesson.name, PUBLIC).items():
        assert exercise != number or said["again"] == said["note"], name


@pytest.mark.parametrize(("lesson", "number"), EXERCISES)
def test_every_exercise_has_hints_and_catalogued_mistakes(lesson: Lesson, number: str) -> None:
    assert 1 <= len(lesson.chapter.exercises[number].hints) <= 3
    assert lesson.wrong[number], "what do learners get wrong here?"
