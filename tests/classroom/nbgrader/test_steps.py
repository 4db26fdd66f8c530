"""From handing out to feedback: what each step of nbgrader's leaves behind, and what an instructor
sees in the Formgrader: all of it, in order, and nothing of it runs. One class for all."""

from __future__ import annotations

import csv
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader.handlers import template_path
from traitlets.config import Config

from classroom.messages import say
from helpers.course.misconceptions import misconceptions
from tests.classroom.nbgrader.course import (
    ASSIGNMENT,
    LESSON,
    ROOT,
    cell,
    make,
)
from tests.classroom.nbgrader.told import (
    CHECKS,
    EVERYBODY,
    LESSON_COURSE,
    MOST,
    WRITTEN,
    Told,
    autograded,
    exported,
    feedback_page,
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
        "a denial of something other than kms:Decrypt" in told.comments["bob_0815"]["answer-05-5-2"]
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
    assert "This is not a Jupyter notebook" in told.comments["eve"]["answer-05-5-1"]
    kept = told.course.folder / "submitted/eve" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb.submitted"
    assert kept.read_bytes().startswith(b"\x89PNG")
    first = autograded(told.course, "eve").cells[0].source
    assert say("class.look") in first and "This is not a Jupyter notebook" in first


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
    assert {row["late"] for row in before.values()} == {""}, "nothing was due"
    after = exported(told.course, "after.csv")
    assert " days, " in after["ann"]["late"] and " days, " in after["eve"]["late"]
    assert after["dora"]["late"] == "", "she has an extension"
    assert after["hal"]["late"] == "", "a platform knows when, and nbgrader does not"
    assert f"zoe has not handed in {ASSIGNMENT} so far." in told.steps["export"]
    assert {row["penalty"] for row in after.values()} <= {"0.0", ""}
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
    assert misconceptions()["any-denial"].claim in report
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


def test_feedback_reaches_its_student_and_nobody_else(told: Told) -> None:
    (page,) = told.course.home("ann").glob(f"{ASSIGNMENT}/feedback/*/{ASSIGNMENT}.html")
    text = page.read_text("utf-8")
    assert text == feedback_page(told.course, "ann")
    assert "<h1>" in text and "ann" in text
    assert f"Total: {MOST:g} of {MOST:g} points." in text
    released = list((told.course.exchange / LESSON_COURSE / "feedback").glob("*.html"))
    assert len(released) == 3  # who came by a platform's zip gets the page there


def test_feedback_has_the_truth_and_what_a_person_wrote(told: Told) -> None:
    text = feedback_page(told.course, "bob_0815")
    assert "a denial of something other than kms:Decrypt" in text
    assert misconceptions()["any-denial"].truth in text
    assert "&lt;b&gt;which&lt;/b&gt; action is missing?" in text
    assert f"5.b</th><td>0</td><td>3</td><td>{say('class.no_answer')}</td>" in text
    assert f"Total: 0 of {MOST:g} points." in text


def test_feedback_tells_the_title_of_a_hidden_criterion_and_nothing_else(told: Told) -> None:
    for student, met in (("ann", True), ("bob_0815", False)):
        text = feedback_page(told.course, student)
        word = say("grading.met" if met else "grading.not_met")
        assert f"Mira is kept out by the key alone: {word}" in text
        assert "hush" not in text and "secret wish" not in text


def test_feedback_says_what_is_still_open(told: Told) -> None:
    assert "This is not a Jupyter notebook" in feedback_page(told.course, "eve")
    assert "Total:" not in feedback_page(told.course, "eve")


def test_feedback_needs_no_network_and_shows_no_code_of_a_check(told: Told) -> None:
    for student in sorted(EVERYBODY):
        text = feedback_page(told.course, student)
        assert not re.search(r"https?://|<script|<link|<img", text)
        assert "evidence" not in text and "check(" not in text
        assert str(told.course.folder) not in text


@pytest.mark.parametrize("student", sorted(EVERYBODY))
def test_the_formgrader_has_every_graded_cell_once_as_it_was_handed_out(
    told: Told, student: str
) -> None:
    cells = [one for one in autograded(told.course, student).cells if "nbgrader" in one.metadata]
    names = sorted(one.metadata.nbgrader.grade_id for one in cells)
    answers = [name.replace("check", "answer") for name in CHECKS]
    assert names == sorted([*CHECKS, *answers, *WRITTEN])
    by_name = {one.metadata.nbgrader.grade_id: one for one in cells}
    points = {name: by_name[name].metadata.nbgrader.points for name in [*CHECKS, *WRITTEN]}
    assert points == CHECKS | WRITTEN
    assert by_name["check-05-5-2"].source == 'check("5.2", proof)'


def test_the_formgrader_has_the_marking_key_above_each_written_answer(told: Told) -> None:
    cells = autograded(told.course, "ann").cells
    for name in WRITTEN:
        at = next(
            n
            for n, one in enumerate(cells)
            if one.metadata.get("nbgrader", {}).get("grade_id") == name
        )
        key = LESSON.chapter.written[f"5.{name[-1]}"].key
        assert all(point in cells[at - 1].source for point in key)
        assert not any(point in feedback_page(told.course, "ann") for point in key)


def test_the_formgrader_shows_what_a_student_wrote_and_does_not_run_it(told: Told) -> None:
    """By the Formgrader's own template; its pages act with the instructor's rights."""
    shown = {student: formgrader_page(told, student) for student in ("gus_12", "ann")}
    assert shown["gus_12"].count("pay()") == 3 * 3  # in each of three cells, as text
    assert shown["gus_12"].count("<script") == shown["ann"].count("<script")
    assert not re.search(r"<[^>]*(onerror|javascript:)", shown["gus_12"])


@pytest.mark.needs("chromium")
def test_a_browser_that_opens_the_formgraders_page_runs_nothing(told: Told, tmp_path: Path) -> None:
    from tests.browser.jupyter import browser_page

    file = tmp_path / "page.html"
    file.write_text(formgrader_page(told, "gus_12"), encoding="utf-8")
    with browser_page() as page:
        page.add_init_script("window.paid = 0; window.pay = () => { window.paid += 1; };")
        page.goto(file.as_uri(), wait_until="domcontentloaded")
        page.wait_for_timeout(500)
        assert "pay()" in page.inner_text("body")
        assert page.evaluate("window.paid") == 0
        words = ".tex2jax_ignore"
        assert page.locator(f"{words} a, {words} img, {words} script").count() == 0
        assert page.locator(words).count() >= 3


def formgrader_page(told: Told, student: str) -> str:
    """What the Formgrader shows of a student's notebook."""
    settings = Config()
    settings.HTMLExporter.template_name = "formgrade"
    settings.HTMLExporter.extra_template_basedirs = [template_path]
    names = ("assignment_id", "notebook_id", "submission_id", "base_url", "student", "last_name")
    about = dict.fromkeys([*names, "first_name", "notebook_path"], "x") | {"index": 0, "total": 1}
    notebook = autograded(told.course, student)
    page, _ = HTMLExporter(config=settings).from_notebook_node(notebook, resources=about)
    return str(page)


def test_nothing_that_a_student_printed_is_shown(told: Told) -> None:
    """Outputs are the grader's: the verdict under its check, and nothing else."""
    code = [one for one in autograded(told.course, "ann").cells if one.cell_type == "code"]
    shown = [one for one in code if one.outputs]
    assert [one.source[:6] for one in shown] == ["check("] * len(CHECKS)
    assert shown[0].outputs[0].data["text/plain"].startswith("Correct: To write an item")
