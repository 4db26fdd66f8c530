"""Right ones get full marks by whatever route; none gains one by cheating; none stops the batch."""

from __future__ import annotations

from pathlib import Path

import pytest

from classroom import ExerciseResult, SubmissionResult
from tests.classroom.conftest import Graded
from tests.classroom.hostile import ALL, cases

STUDENTS = sorted(cases(Path("class.secret"), Path("hidden_criteria.py")))


def result(graded: Graded, student: str) -> SubmissionResult:
    """The one of the student's files that is a notebook, or the only one."""
    found = graded.results[student]
    return next((one for one in found if one.notebook), found[0])


def by_number(graded: Graded, student: str) -> dict[str, ExerciseResult]:
    return {one.exercise: one for one in result(graded, student).exercises}


@pytest.mark.parametrize("student", STUDENTS)
def test_the_points_are_what_the_answers_are_worth(graded: Graded, student: str) -> None:
    found = by_number(graded, student)
    shown = "\n".join(map(str, [*found.values(), *result(graded, student).needs_a_person]))
    points = {name: exercise.points for name, exercise in found.items()}
    assert points == graded.cases[student].points, shown


@pytest.mark.parametrize("student", STUDENTS)
def test_a_student_reads_why(graded: Graded, student: str) -> None:
    case, found = graded.cases[student], by_number(graded, student)
    for name, words in case.says.items():
        assert words in (found[name].sentence if name else result(graded, student).problem)
    for name, outcome in case.outcomes.items():
        assert found[name].outcome == outcome, found[name]
    for exercise in found.values():
        assert (exercise.outcome == "correct") == (exercise.points == exercise.out_of)
        assert exercise.sentence


@pytest.mark.parametrize("student", STUDENTS)
def test_marks_csv_says_the_same(graded: Graded, student: str) -> None:
    rows = [row for row in graded.rows if row["student"] == student and row["exercise"]]
    points = {row["exercise"]: float(row["points"]) for row in rows}
    assert points == graded.cases[student].points
    assert not any(row["provisional"] for row in graded.rows)


def test_what_could_not_be_graded_says_why_and_is_no_zero(graded: Graded) -> None:
    unable = [row for row in graded.rows if row["not graded because"]]
    assert {row["student"] for row in unable} >= {"no-notebook", "deep-json", "not-even-named"}
    assert all(row["points"] == "" for row in unable)
    given = [row for row in graded.rows if not row["not graded because"]]
    assert all(row["points"] for row in given)


@pytest.mark.parametrize("number", ["00", "01", "02", "03", "04", "05", "06", "07", "08"])
def test_every_notebook_runs_in_another_world_without_a_word(graded: Graded, number: str) -> None:
    """The course's own cells, untouched, in the world of a student."""
    assert result(graded, f"blank-{number}").notes == ()


def test_what_climbs_out_of_a_zip_is_refused_and_touches_nobody(graded: Graded) -> None:
    refused = [one.problem for one in graded.results["climbs"] if one.problem]
    assert len(refused) == 3
    assert any("leads out of the zip" in problem for problem in refused)
    assert any("link" in problem for problem in refused)
    assert len(graded.results["correct"]) == 1
    assert result(graded, "correct").points == sum(ALL.values())


def test_nobody_is_graded_twice_and_nobody_is_left_out(graded: Graded) -> None:
    assert set(graded.results) == set(graded.cases)
    notebooks = [one for found in graded.results.values() for one in found if one.notebook]
    assert len({(one.student, one.notebook) for one in notebooks}) == len(notebooks)


def test_the_course_itself_is_as_it_was(graded: Graded) -> None:
    """Somebody tried to delete it."""
    assert result(graded, "deletes-files").exercises
    assert Path(__file__).exists()
    assert (Path(__file__).parents[2] / "helpers" / "__init__.py").exists()


def test_odd_runs_are_for_a_person_to_see(graded: Graded) -> None:
    for student in ("loops", "exits-at-once", "answers-doubled", "keeps-silent"):
        assert result(graded, student).needs_a_person
    assert not result(graded, "correct").needs_a_person


def test_no_error_is_longer_than_a_page_can_show(graded: Graded) -> None:
    results = [one for found in graded.results.values() for one in found]
    told = [text for one in results for x in one.exercises for text in (x.sentence, x.details)]
    assert max(map(len, [*told, *(note for one in results for note in one.notes)])) < 5000


def test_likeness_is_known_and_costs_nothing(graded: Graded) -> None:
    from classroom.pages.likeness import alike

    known = [one for found in graded.results.values() for one in found]
    groups = [group for group in alike(known) if "of-another-student" in group.students]
    assert any("correct" in group.students for group in groups)
    assert result(graded, "of-another-student").points == sum(ALL.values())
