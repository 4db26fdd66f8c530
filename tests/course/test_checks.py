"""Every check in its three states: untouched, wrong in each catalogued way, and right.

The answers run where a learner's run: in the notebook's own cell, after the cells before it.
"""

from __future__ import annotations

from typing import Any

import pytest

from helpers.authoring.lesson import Cell, Lesson
from helpers.course.chapter import Wrong
from helpers.display.notes import Note
from helpers.messages import say
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
    pytest.param(lesson, number, wrong, id=f"{number}-{name}")
    for lesson in LESSONS
    for number, exercise in lesson.chapter.exercises.items()
    for name, wrong in exercise.wrong.items()
]


def checked(lesson: Lesson, number: str, answer: str | None) -> Note:
    """The check's answer to an answer of exercise ``number``; None leaves it untouched."""
    names: dict[str, Any] = {}
    reached = False
    for cell in blank_cells(lesson):
        if f'check("{number}"' in cell.source:
            assert reached, f"the check of {number} comes before its answer cell"
            return run(cell.source, names)
        reached = reached or cell.answer == number
        mine = cell.answer == number and answer is not None
        run(cell.answered(answer) if mine and answer is not None else cell.blank(), names)
    raise AssertionError(f"{lesson.name} has no check of {number}")


def solution(lesson: Lesson, number: str) -> str:
    """The author's answer."""
    cell: Cell = next(cell for cell in lesson.cells if cell.answer == number)
    inside = cell.source.partition("### BEGIN SOLUTION")[2].partition("### END SOLUTION")[0]
    return inside.partition("### STUB")[0]


@pytest.mark.parametrize(("lesson", "number"), EXERCISES)
def test_an_untouched_exercise_is_not_attempted(lesson: Lesson, number: str) -> None:
    assert checked(lesson, number, None).word == say("check.not attempted")


@pytest.mark.parametrize(("lesson", "number"), SOLVED)
def test_a_right_answer_is_correct(lesson: Lesson, number: str) -> None:
    note = checked(lesson, number, solution(lesson, number))
    assert note.word == say("check.correct"), note
    assert note.points == lesson.chapter.exercises[number].points


@pytest.mark.parametrize(("lesson", "number"), SOLVED)
def test_a_right_answer_is_correct_in_another_students_world(
    lesson: Lesson, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_SEED", "ann")
    note = checked(lesson, number, solution(lesson, number))
    assert note.word == say("check.correct"), note


@pytest.mark.parametrize(("lesson", "number", "wrong"), WRONG)
def test_a_wrong_answer_is_answered_by_name(lesson: Lesson, number: str, wrong: Wrong) -> None:
    note = checked(lesson, number, wrong.code)
    assert note.word == say(f"check.{wrong.outcome}"), note
    assert wrong.says in note.sentence
    assert note.points == 0


@pytest.mark.parametrize(("lesson", "number"), SOLVED)
def test_checking_twice_changes_nothing(lesson: Lesson, number: str) -> None:
    first = checked(lesson, number, solution(lesson, number))
    names: dict[str, Any] = {}
    exec("from helpers import check", names)
    exercise = lesson.chapter.exercises[number]
    if not exercise.given:
        assert repr(run(f'check("{number}")', names)) == repr(first)


@pytest.mark.parametrize(("lesson", "number"), EXERCISES)
def test_every_exercise_has_hints_and_catalogued_mistakes(lesson: Lesson, number: str) -> None:
    exercise = lesson.chapter.exercises[number]
    assert 1 <= len(exercise.hints) <= 3
    assert exercise.wrong, "what do learners get wrong here?"
