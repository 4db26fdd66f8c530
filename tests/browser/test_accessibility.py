"""Every solved notebook in JupyterLab, light and dark, under axe: what it finds is mended."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cells import LESSONS

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
#: What the notebooks and the helpers show; JupyterLab's own frame is JupyterLab's.
OURS = [".jp-RenderedHTMLCommon", ".jp-OutputArea-output"]
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    await app.commands.execute('application:close-all').catch(() => {});
    const widget = await app.commands.execute('docmanager:open', {path});
    await widget.context.ready;
    await widget.revealed;
}"""
THEME = "async theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
#: The corner above a DataFrame's index is empty in the HTML that pandas writes.
CHECK = """async parts => {
    const found = await axe.run({include: parts.map(part => [part])});
    const corner = (rule, node) => rule.id === 'empty-table-header'
        && document.querySelector(node.target[0])?.closest('.dataframe');
    return found.violations.flatMap(rule => rule.nodes.filter(node => !corner(rule, node)).map(
        node => `${rule.id}: ${node.html.slice(0, 160)} (${node.failureSummary})`));
}"""
CELLS = "document.querySelectorAll('.jp-Notebook .jp-Cell').length"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """JupyterLab in Chromium, with every cell of a notebook in the page."""
    from tests.browser.jupyter import browser_page, server

    with server(tmp_path_factory.mktemp("lab")) as address, browser_page() as page:
        page.goto(address)
        page.wait_for_function("window.jupyterapp")
        page.evaluate("async () => window.jupyterapp.restored")
        page.add_script_tag(path=AXE)
        yield page


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_axe_finds_nothing_in_light_or_dark(page: Any, lesson: Any) -> None:
    file = f"solutions/{lesson.solved_name}" if lesson.has_solution else lesson.name
    page.evaluate(OPEN, f"notebooks/{file}.ipynb")
    page.wait_for_function(f"{CELLS} >= {len(lesson.cells)}")
    for theme in THEMES:
        page.evaluate(THEME, THEMES[theme])
        page.wait_for_function(f"document.body.dataset.jpThemeName === '{THEMES[theme]}'")
        page.wait_for_timeout(500)  # styles of the theme
        assert page.evaluate(CHECK, OURS) == [], theme
