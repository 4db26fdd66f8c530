"""From handing out to the marks: what each step of nbgrader's leaves behind."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from classroom.messages import say
from helpers.course.misconceptions import MISCONCEPTIONS
from tests.classroom.nbgrader.course import (
    ASSIGNMENT,
    ROOT,
    cell,
    make,
)
from tests.classroom.nbgrader.told import (
    CHECKS,
    EVERYBODY,
    MOST,
    WRITTEN,
    Told,
    autograded,
    exported,
)


def test_what_nbgrader_generates_is_what_make_class_wrote(told: Told, tmp_path: Path) -> None:
    again = make(tmp_path).folder / "release"
    mine = told.course.folder / "release"
    files = sorted(path.relative_to(mine) for path in mine.rglob("*.*"))
    assert [path.suffix for path in files] == [".ipynb", ".svg"]
    assert all((mine / path).read_bytes() == (again / path).read_bytes() for path in files)


def test_everybodys_work_is_collected_and_nobody_elses_is_touched(told: Told) -> None:
    submitted = told.course.folder / "submitted"
    assert {path.name for path in submitted.iterdir()} == EVERYBODY
    assert not list(told.course.folder.parent.rglob("ann_*.ipynb"))
    ann = json.loads((submitted / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb").read_text("utf-8"))
    assert "mira_dynamodb.put_item" in cell(ann, "answer-05-5-1")["source"]


@pytest.mark.parametrize("student", ["ann", "dora", "gus_12", "hal"])
def test_right_answers_earn_all_points(told: Told, student: str) -> None:
    """Under another name, with cells gone or doubled, by whichever way they came."""
    marks = told.marks(student)
    assert {name: marks[name] for name in CHECKS} == {
        name: (points, False) for name, points in CHECKS.items()
    }


def test_a_checker_that_was_patched_earns_nothing(told: Told) -> None:
    assert {name: told.marks("finn_4711")[name] for name in CHECKS} == dict.fromkeys(
        CHECKS, (0.0, False)
    )


def test_wrong_answers_are_answered_by_name(told: Told) -> None:
    assert {
        name: points for name, (points, _) in told.marks("bob_0815").items() if name in CHECKS
    } == (dict.fromkeys(CHECKS, 0.0))
    assert (
        "a denial, but of something other than kms:Decrypt"
        in told.comments["bob_0815"]["answer-05-5-2"]
    )


def test_written_answers_wait_for_a_person_and_empty_ones_do_not(told: Told) -> None:
    waiting = dict.fromkeys(WRITTEN, (None, True))
    assert {name: told.marks("ann")[name] for name in WRITTEN} == waiting
    assert {name: told.marks("cleo")[name] for name in WRITTEN} == dict.fromkeys(
        WRITTEN, (0.0, False)
    )
    assert told.comments["cleo"]["05-written-5-a"] == say("class.no_answer")
    assert told.marks("gus_12") | waiting == told.marks("gus_12") | {
        "05-written-5-a": (None, True),
        "05-written-5-b": (None, True),
    }


def test_what_is_no_notebook_waits_for_a_person_with_the_reason(told: Told) -> None:
    assert set(told.marks("eve").values()) == {(None, True)}
    assert "This is no Jupyter notebook" in told.comments["eve"]["answer-05-5-1"]
    kept = told.course.folder / "submitted/eve" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb.submitted"
    assert kept.read_bytes().startswith(b"\x89PNG")
    first = autograded(told.course, "eve").cells[0].source
    assert say("class.look") in first and "This is no Jupyter notebook" in first


def test_the_export_has_no_mark_where_a_person_must_look(told: Told) -> None:
    before, after = (exported(told.course, f"{name}.csv") for name in ("before", "after"))
    assert set(before) == EVERYBODY
    assert {row["out of"] for row in before.values()} == {str(MOST)}
    assert (before["ann"]["points"], before["ann"]["open"]) == ("", say("class.person"))
    assert (after["ann"]["points"], after["ann"]["open"]) == (str(MOST), "")
    assert (after["bob_0815"]["points"], after["bob_0815"]["open"]) == ("0.0", "")
    assert (after["cleo"]["points"], after["cleo"]["open"]) == ("0.0", "")
    assert (after["eve"]["points"], after["eve"]["open"]) == ("", say("class.person"))
    assert after["ann"]["handed in"].startswith("20")
    assert after["hal"]["handed in"] == ""  # a platform keeps that itself


def test_the_export_says_how_often_and_how_late_and_what_is_so_far(told: Told) -> None:
    before = exported(told.course, "before.csv")
    assert before["ann"]["attempts"] == "1" and before["hal"]["attempts"] == ""
    assert {row["late"] for row in before.values()} == {""}
    assert (before["ann"]["so far"], before["ann"]["points"]) == (str(sum(CHECKS.values())), "")


def test_the_export_can_be_imported_and_has_the_class_report(told: Told) -> None:
    """With what was found when it was marked: nothing is graded again for it."""
    with open(told.course.folder / "canvas.csv", encoding="utf-8", newline="") as file:
        possible, *rows = csv.DictReader(file)
    column = "05 Denying access (77)"
    assert possible[column] == f"{MOST:g}"
    assert {row["Student"]: row[column] for row in rows} == {
        "Ann": f"{MOST:g}",
        "Gus": "",
        "Zoe": "",
    }
    assert "Not in the roster: bob_0815, cleo" in told.steps["export"]
    report = (told.course.folder / "report.html").read_text("utf-8")
    assert MISCONCEPTIONS["any-denial"].claim in report
    assert all(name in report for name in EVERYBODY)
    journal = (told.course.folder / "private" / "marks.journal").read_text("utf-8")
    assert journal.count("\n") == len(EVERYBODY)


def test_a_student_who_validates_hears_what_is_missing(told: Told) -> None:
    """Where a sentence would count as full points, nbgrader would say that all tests pass."""
    course = told.course
    course.student("cleo", "fetch_assignment", ASSIGNMENT)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", "validate", str(course.notebook("cleo"))],
        cwd=course.home("cleo"),
        env={**os.environ, "PYTHONPATH": str(ROOT), "COURSE_PROGRESS": str(course.home("p"))},
        capture_output=True,
        text=True,
    )
    assert f"VALIDATION FAILED ON {len(CHECKS | WRITTEN)} CELL(S)!" in done.stdout
    assert [name for name in CHECKS if f'check("{name[-3:].replace("-", ".")}"' in done.stdout] == (
        list(CHECKS)
    )
