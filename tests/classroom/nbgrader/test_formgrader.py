"""What an instructor sees in the Formgrader: all of it, in order, and nothing of it runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from nbconvert.exporters import HTMLExporter
from nbgrader.server_extensions.formgrader.handlers import template_path
from traitlets.config import Config

from tests.classroom.nbgrader.course import (
    LESSON,
)
from tests.classroom.nbgrader.told import (
    CHECKS,
    EVERYBODY,
    WRITTEN,
    Told,
    autograded,
    feedback_page,
)


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
