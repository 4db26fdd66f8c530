"""The browser's drive: what it keeps, what a new version of the site changes, and none at all."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.web.lab import (
    CLOSE,
    DELETE,
    FIRST,
    LOADED,
    OTHER,
    PATIENCE,
    READY,
    SAVE,
    START,
    WRITE,
    cell_with,
    opened,
    run,
    solved,
)
from tests.web.serving import served
from web.pages import live

NEW = "# The title of a new version"
#: What a private window of some browsers lacks.
PRIVATE = "delete Navigator.prototype.serviceWorker"
pytestmark = pytest.mark.needs("chromium", "node", "pyodide")


def test_without_a_drive_it_says_so_and_the_code_carries(site: Path) -> None:
    """As in a private window of a browser that has no service workers there."""
    from tests.browser.jupyter import browser_page

    with served(site) as address:
        with browser_page() as page:
            page.add_init_script(PRIVATE)
            opened(page, address, START)
            said = solved(page)
            assert "This browser does not let the page store files" in said
            code = re.search(r'progress\("(KMS1-\w+)"\)', run(page, cell_with("progress()")))
            assert code
        with browser_page() as page:
            page.add_init_script(PRIVATE)
            opened(page, address, START)
            run(page, cell_with("open_lab"))
            assert "1 new entries" in run(page, cell_with("progress()"), f'progress("{code[1]}")')
            assert "1 of 3 exercises" in run(page, cell_with("progress()"), "progress()")


def shown(page: Any, address: str, notebook: str) -> None:
    """Open a notebook, and wait for no Python: only its text is looked at."""
    page.goto(f"{address}/{live(notebook)}")
    page.wait_for_function(READY)
    page.evaluate(LOADED)  # before that, JupyterLab calls it read-only and asks for a click


def test_a_new_version_of_the_site_reaches_what_a_learner_has_not_changed(
    site: Path, tmp_path: Path
) -> None:
    from tests.browser.jupyter import browser_page

    newer = tmp_path / "site"
    shutil.copytree(site, newer, copy_function=os.link)
    with served(newer) as address, browser_page() as page:
        page.set_default_timeout(PATIENCE)
        for name in (OTHER, START):
            shown(page, address, name)
            assert page.evaluate(FIRST, name) != NEW
            if name == START:
                page.evaluate(WRITE, [0, "# My own title"])
                page.evaluate(SAVE)
            page.evaluate(CLOSE)
        for name in (START, OTHER):
            notebook = json.loads((newer / "files" / name).read_text("utf-8"))
            notebook["cells"][0]["source"] = NEW
            (newer / "files" / name).unlink()  # a link: the site itself stays as it is
            (newer / "files" / name).write_text(json.dumps(notebook), encoding="utf-8")
        for name, expected in ((OTHER, NEW), (START, "# My own title")):
            shown(page, address, name)
            assert page.evaluate(FIRST, name) == expected
            page.evaluate(CLOSE)
        page.evaluate(DELETE, START)
        shown(page, address, START)
        assert page.evaluate(FIRST, START) == NEW
