"""nbgrader's plugins in JupyterLab, as an instructor sees them in a class's folder."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from nbgrader.api import Gradebook

from tests.classroom.nbgrader.course import ASSIGNMENT, LESSON, Course, make
from tests.classroom.nbgrader.test_going_on import hand_in, released

PLUGINS = (
    *("assignment-list", "course-list", "create-assignment", "formgrader", "menu"),
    "validate-assignment",
)
COMMANDS = ("open-assignment-list", "open-course-list", "open-create-assignment", "open-formgrader")
SEEN = """async names => {
    const app = window.jupyterapp;
    await app.restored;
    return names.map(name => [name, app.isPluginActivated(name) || app.commands.hasCommand(name)]);
}"""
OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const widget = await app.commands.execute('docmanager:open', {path});
    await widget.context.ready;
    await app.commands.execute('nbgrader:open-create-assignment');
}"""


def test_the_extension_is_installed_and_fits_this_jupyterlab() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "jupyter", "labextension", "list"],
        capture_output=True,
        text=True,
        check=True,
    )
    (line,) = [x for x in (done.stdout + done.stderr).split("\n") if "@jupyter/nbgrader" in x]
    assert "enabled" in line and "OK" in line


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Course]]:
    """JupyterLab in a class's folder, in Chromium."""
    from tests.browser.jupyter import browser_page, server

    course = make(tmp_path_factory.mktemp("class"))
    with pytest.MonkeyPatch.context() as patch:
        # nbgrader runs `alembic` by its bare name, as an activated environment has it.
        path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
        patch.setenv("PATH", path)
        work = tmp_path_factory.mktemp("lab")
        with server(work, course.folder) as address, browser_page() as opened:
            opened.goto(address)
            opened.wait_for_function("window.jupyterapp")
            yield opened, course


@pytest.mark.needs("chromium")
def test_every_plugin_is_active_and_every_command_is_there(page: tuple[Any, Course]) -> None:
    names = [f"@jupyter/nbgrader:{name}" for name in PLUGINS]
    names += [f"nbgrader:{name}" for name in COMMANDS]
    assert page[0].evaluate(SEEN, names) == [[name, True] for name in names]


@pytest.mark.needs("chromium")
def test_the_formgrader_lists_the_classs_assignment(page: tuple[Any, Course]) -> None:
    lab, _ = page
    lab.evaluate("window.jupyterapp.commands.execute('nbgrader:open-formgrader')")
    frame = lab.frame_locator("iframe[src*='formgrader']")
    frame.get_by_text(ASSIGNMENT).first.wait_for(timeout=60_000)


@pytest.mark.needs("chromium")
def test_points_and_a_comment_given_in_the_formgrader_count(page: tuple[Any, Course]) -> None:
    """As a person marks: read what was written below its key, type points and a comment."""
    lab, course = page
    hand_in(course, "ann", released(course))
    course.instructor("autograde", ASSIGNMENT)
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        identifier = book.find_submission_notebook(ASSIGNMENT, ASSIGNMENT, "ann").id
    before, address, complaints = lab.url, urlsplit(lab.url), list(lab.complaints)
    try:
        lab.goto(f"{address.scheme}://{address.netloc}/formgrader/submissions/{identifier}/")
        words = lab.locator(".tex2jax_ignore", has_text=LESSON.chapter.written["5.a"].model[:9])
        assert words.count() == 1, "the answer is rendered"
        lab.wait_for_load_state("networkidle")  # the page knows the marks that there are
        for place, text in (("", "2"), ("-comment", "Well put.")):
            field = lab.locator(f"#05-written-5-a{place}".replace("#0", "#\\30 "))
            with lab.expect_response(lambda answer: answer.request.method == "PUT") as answer:
                field.fill(text)
                field.dispatch_event("change")
            assert answer.value.ok
    finally:
        lab.complaints[:] = complaints  # The Formgrader's page is nbgrader's own.
        lab.goto(before)
        lab.wait_for_function("window.jupyterapp")
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        mark = book.find_grade("05-written-5-a", ASSIGNMENT, ASSIGNMENT, "ann")
        comment = book.find_comment("05-written-5-a", ASSIGNMENT, ASSIGNMENT, "ann")
        assert (mark.manual_score, mark.needs_manual_grade) == (2.0, False)
        assert comment.manual_comment == "Well put."
    course.instructor("generate_feedback", ASSIGNMENT)
    told = course.folder / "feedback" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert "<td>2</td><td>2</td><td>Well put.</td>" in told.read_text("utf-8")


@pytest.mark.needs("chromium")
def test_a_source_notebook_shows_its_points_and_can_be_validated(page: tuple[Any, Course]) -> None:
    lab, _ = page
    lab.evaluate(OPEN, f"source/{ASSIGNMENT}/{ASSIGNMENT}.ipynb")
    lab.get_by_role("button", name="Validate").first.wait_for(timeout=30_000)
    total = lab.locator(".nbgrader-TotalPointsInput")
    total.wait_for(timeout=30_000)
    checks = sum(exercise.points for exercise in LESSON.chapter.exercises.values())
    assert total.input_value() == str(checks + 5)  # 5 are a person's to give: 5.a and 5.b
    # JupyterLab asks for an image before it knows the notebook's folder, and then once more.
    assert [text for text in lab.complaints if "/images/" not in text] == []
