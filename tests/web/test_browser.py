"""The built site in Chromium: notebooks run, progress stays, and no request goes elsewhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.web.lab import CLOSE, SAVE, opened, ready, run, run_all
from tests.web.serving import served, strangers

pytestmark = pytest.mark.needs("chromium", "node", "pyodide")
ROOT = Path(__file__).parents[2]
START = "notebooks/00_start_here.ipynb"
WRONG = 'dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-010"}})'
RIGHT = WRONG.replace("}})", '}, "name": {"S": "Noor"}})')


@pytest.fixture(scope="module")
def browser(site: Path) -> Iterator[tuple[Any, str, list[str]]]:
    """A page of Chromium, the site's address, and the requests that left it."""
    from tests.browser.jupyter import browser_page

    with served(site) as address, browser_page() as page:
        yield page, address, strangers(page, address)


def cell_with(text: str) -> int:
    """Return the place of a cell among those of the first notebook."""
    cells = json.loads((ROOT / START).read_text("utf-8"))["cells"]
    return next(
        at
        for at, cell in enumerate(cells)
        if cell["cell_type"] == "code" and text in "".join(cell["source"])
    )


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
    assert said.startswith("`!aws sts get-caller-identity` was not run: in a browser")
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
    assert run(page, 4, "1 / 0") == "error: division by zero"
    source = "from pyodide.http import pyfetch\ntry:\n    await pyfetch('https://example.com/')\n"
    assert run(page, 4, source + "except Exception:\n    print('caught')") == "caught\n"
    assert left == ["https://example.com/"]
    left.clear()
