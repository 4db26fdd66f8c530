"""No points without the work: constants, samples of a check, a forged trail. Every lesson."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom import ExerciseResult, Options, Submission, grade
from tests.classroom.cheap import attacked, earned_by_samples
from tests.classroom.notebooks import LESSON, answered, write

#: The answer is a piece of knowledge, the same in every world: to write it down is the work. A
#: class that marks it adds a written question, or criteria of its own.
KNOWLEDGE = {
    "1.1": "where data is at rest, in transit, in use",
    "1.5": "which kind of key each situation asks for",
    "2.3": "whose key: the account, the Region and the key's manager, as DescribeKey says",
    "3.3": "who manages the key of a table",
    "4.5": "what helps against what",
    "5.6": "which part of a message names which remedy",
}
#: The answer is one of a few names, drawn in each world: a guess is right now and then.
GUESSED = {
    "0.3": "which of two users has tried to delete the table",
    "4.2": "which of the colleagues read last",
    "4.3": "which two of three colleagues read",
}


@pytest.fixture(scope="module")
def earned(tmp_path_factory: pytest.TempPathFactory, secret: Path) -> dict[str, ExerciseResult]:
    """What the real grader gives to attacks on every exercise."""
    folder = tmp_path_factory.mktemp("cheap")
    submissions = [
        Submission("eve", write(folder / f"{number}.ipynb", answered(number, attacked(lesson))))
        for number, lesson in LESSON.items()
    ]
    results = list(grade(submissions, Options(secret, jobs=2)))
    assert not [one.problem for one in results if one.problem]
    return {one.exercise: one for result in results for one in result.exercises}


@pytest.mark.parametrize("exercise", [n for one in LESSON.values() for n in one.chapter.exercises])
def test_constants_of_another_world_and_a_forged_trail_earn_nothing(
    earned: dict[str, ExerciseResult], exercise: str
) -> None:
    if exercise in KNOWLEDGE:
        assert earned[exercise].outcome == "correct", "no constant: take it from the list"
    elif exercise not in GUESSED:
        assert earned[exercise].points == 0, earned[exercise]


@pytest.mark.parametrize("exercise", [n for one in LESSON.values() for n in one.chapter.exercises])
def test_what_stands_in_a_check_is_no_answer(exercise: str) -> None:
    number = exercise.partition(".")[0].zfill(2)
    found = earned_by_samples(number, "ann")[exercise]
    assert not found or exercise in KNOWLEDGE | GUESSED, found
