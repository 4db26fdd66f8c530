"""The built site as other visitors meet it: on a phone, and in a page that may store nothing.

Each test has a browser of its own, which Playwright refuses beside the one of another file's tests.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.web.lab import CHANGED, PATIENCE, START, TABS, ready
from tests.web.serving import served

NO_STORAGE = """Object.defineProperty(window, 'localStorage', {
    get() { throw new DOMException('Access is denied for this document.', 'SecurityError'); }});"""
pytestmark = pytest.mark.needs("chromium", "node", "pyodide")


def test_on_a_phone_a_link_of_the_front_page_leads_to_a_notebook_that_can_be_read(
    site: Path,
) -> None:
    """It is not changed by being opened, and its tab is the only one that runs a Python."""
    from tests.browser.jupyter import browser_page

    running = "[...window.jupyterapp.serviceManager.sessions.running()].length"
    with (
        served(site) as address,
        browser_page(
            viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True
        ) as page,
    ):
        page.set_default_timeout(PATIENCE)
        for name in ("Start in the browser", "Open it live ?: A KMS key"):
            page.goto(address)
            page.get_by_role("link", name=re.compile(name)).tap()
            ready(page)
            assert not page.evaluate(CHANGED)
            assert page.locator(".jp-Notebook:visible").bounding_box()["width"] > 280
            assert page.evaluate(running) == 1
            assert len(page.evaluate(TABS)) == 1
        page.evaluate("window.jupyterapp.commands.execute('application:close')")
        page.wait_for_function(f"{running} === 0")
        page.go_back()
        assert page.get_by_role("link", name="Start in the browser").is_visible()
        assert page.complaints == []


def test_where_the_page_may_store_nothing_it_says_so(site: Path) -> None:
    """As within another site's page, in a browser that keeps the two apart."""
    from tests.browser.jupyter import browser_page

    with served(site) as address, browser_page() as page:
        page.add_init_script(NO_STORAGE)
        page.goto(f"{address}/lab/index.html?path={START}")
        said = page.get_by_role("alert").inner_text()
        assert said.startswith("The course cannot start, because this browser gives the page no")
