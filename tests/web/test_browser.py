"""The built site in Chromium: notebooks run, progress stays, and no request goes elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.options import begins
from tests.web.lab import (
    CLOSE,
    OTHER,
    RESTART,
    RIGHT,
    SAVE,
    START,
    WRONG,
    cell_with,
    opened,
    ready,
    run,
    run_all,
    solved,
)
from tests.web.serving import served, strangers

pytestmark = pytest.mark.needs("chromium", "node", "pyodide")


@pytest.fixture(scope="module")
def browser(site: Path) -> Iterator[tuple[Any, str, list[str]]]:
    """A page of Chromium, the site's address, and the requests that left it."""
    from tests.browser.jupyter import browser_page

    with served(site) as address, browser_page() as page:
        yield page, address, strangers(page, address)


def test_an_exercise_wrong_then_right_and_progress_survives_a_reload(browser: Any) -> None:
    page, address, left = browser
    opened(page, address, START)
    assert "The lab of notebook 00 is ready" in run(page, cell_with("open_lab"))
    run(page, cell_with("dynamodb = boto3"))
    exercise, check = cell_with("# Write your call here."), cell_with('check("0.1")')
    assert "Not attempted" in run(page, check)
    run(page, exercise, WRONG)
    assert "Not yet" in run(page, check)
    run(page, exercise, RIGHT)
    assert "Correct" in run(page, check)
    said = run(page, cell_with("progress()"), "!aws sts get-caller-identity")
    assert said.startswith("`aws sts get-caller-identity` was not run: a browser")
    run(page, cell_with("progress()"), "progress()")
    page.evaluate(SAVE)

    page.reload()
    ready(page)
    assert run(page, cell_with("progress()")).startswith(
        "error: name 'progress'"
    )  # it is a new kernel
    run(page, cell_with("open_lab"))
    assert "1 of 3 exercises" in run(page, cell_with("progress()"))
    assert run(page, exercise) == "error: name 'dynamodb' is not defined"  # the edit stayed
    page.evaluate(CLOSE)
    assert (left, page.complaints) == ([], [])


def test_a_question_is_answered_by_a_click_and_by_keyboard(browser: Any) -> None:
    page, address, left = browser
    opened(page, address, START)
    run(page, cell_with("open_lab"))
    ask, told = cell_with('predict("0.1", ...)'), cell_with('predict("0.1")')
    run(page, ask)
    question = page.locator(".course-control")
    question.get_by_role("radio", name=begins("a")).check()
    question.get_by_role("button", name="Answer").click()
    question.get_by_role("status").filter(has_text="You say a:").wait_for(state="attached")
    question.get_by_role("radio", name=begins("a")).focus()
    page.keyboard.press("ArrowDown")
    assert question.get_by_role("radio", name=begins("b")).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    question.get_by_role("status").filter(has_text="You say b:").wait_for(state="attached")
    assert run(page, told).startswith("You said b")
    page.evaluate(CLOSE)
    assert left == []


def test_progress_is_there_in_a_new_kernel_and_in_another_notebook(browser: Any) -> None:
    page, address, left = browser
    opened(page, address, START)
    solved(page)
    page.evaluate(RESTART)
    assert run(page, cell_with("progress()")) == "error: name 'progress' is not defined"
    run(page, cell_with("open_lab"))
    assert "1 of 3 exercises" in run(page, cell_with("progress()"))
    page.evaluate(CLOSE)
    opened(page, address, OTHER)
    run(page, cell_with("open_lab", OTHER))
    said = run(page, cell_with("progress()", OTHER))
    assert "Notebook 01" in said and re.search(r"The whole course: [1-9]\d* of", said)
    page.evaluate(CLOSE)
    assert left == []


@pytest.mark.parametrize("name", ["04_data_visibility", "05_denying_access", "06_granting_access"])
def test_a_whole_notebook_runs(browser: Any, name: str) -> None:
    page, address, left = browser
    opened(page, address, f"notebooks/solutions/solved_{name}.ipynb")
    cells = run_all(page)
    assert cells and all(
        cell["execution_count"] for cell in cells if "".join(cell["source"]).strip()
    )
    assert [out for cell in cells for out in cell["outputs"] if out["output_type"] == "error"] == []
    page.evaluate(CLOSE)
    assert left == []


def test_an_error_and_a_request_elsewhere_are_found(browser: Any) -> None:
    """The other tests can fail: even a request whose error is caught is noted."""
    page, address, left = browser
    opened(page, address, START)
    assert run(page, cell_with("progress()"), "1 / 0") == "error: division by zero"
    source = "from pyodide.http import pyfetch\ntry:\n    await pyfetch('https://example.com/')\n"
    assert (
        run(page, cell_with("progress()"), source + "except Exception:\n    print('caught')")
        == "caught\n"
    )
    assert left == ["https://example.com/"]
    left.clear()
