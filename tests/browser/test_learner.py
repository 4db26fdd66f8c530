"""A new learner in JupyterLab: every notebook run whole, exercises answered wrong, then right."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authoring.lesson import Lesson
from tests.cells import LESSONS

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
LIGHT, DARK = "JupyterLab Light", "JupyterLab Dark"
#: What is answered: by mouse, and by keyboard alone.
BY_MOUSE = ["1.2", "2.1", "5.4"]
BY_KEYBOARD = "5.3"
WIDGET = "application/vnd.jupyter.widget-view+json"
#: What the course shows, and not JupyterLab's own frame; pandas leaves the corner of a table empty.
VIOLATIONS = """async () => {
    const parts = ['.jp-RenderedHTMLCommon', '.course-control', '.jp-OutputArea-output'];
    const shown = parts.filter(part => document.querySelector(part));
    const found = await axe.run({include: shown.map(part => [part])});
    const corner = (rule, node) => rule.id === 'empty-table-header'
        && document.querySelector(node.target[0])?.closest('.dataframe');
    return found.violations.flatMap(rule => rule.nodes.filter(node => !corner(rule, node)).map(
        node => `${rule.id}: ${node.html.slice(0, 160)}`));
}"""
THEME = "async theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
#: One document stays open: with none, the address that JupyterLab first asks for an image is
#: that of no page (it puts a cell into the page before it knows where the notebook is).
CLOSE_OTHERS = """async () => {
    const {shell} = window.jupyterapp;
    for (const panel of [...shell.widgets('main')]) {
        if (panel === shell.currentWidget) continue;
        await panel.sessionContext?.shutdown();
        panel.dispose();
    }
}"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
COMMAND_MODE = """() => {
    const {content} = window.jupyterapp.shell.currentWidget;
    document.activeElement.blur();
    content.mode = 'command';
    content.activate();
}"""
SOURCE = (
    """at => window.jupyterapp.shell.currentWidget.content.widgets[at].model.sharedModel.source"""
)
IMAGES = """() => {
    const shown = [...document.querySelectorAll('.jp-Notebook img')];
    return shown.every(image => image.complete) && shown.map(image => image.naturalWidth > 0);
}"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """JupyterLab in Chromium as `make lab` opens it: at notebook 00."""
    from tests.browser.jupyter import browser_page, server

    with server(tmp_path_factory.mktemp("lab")) as address, browser_page() as page:
        page.goto(address.replace("/lab?", f"/lab/tree/notebooks/{LESSONS[0].name}.ipynb?"))
        page.wait_for_function("window.jupyterapp?.shell.currentWidget?.content?.model")
        page.add_script_tag(path=AXE)
        yield page


@pytest.fixture(scope="module")
def ran(page: Any, request: pytest.FixtureRequest) -> tuple[Lesson, list[dict[str, Any]]]:
    """A notebook as a learner finds it, after Run All: opened once for all tests of it."""
    from tests.browser.jupyter import run_all

    lesson = next(one for one in LESSONS if one.number == request.param)
    set_theme(page, LIGHT)
    cells = run_all(page, f"notebooks/{lesson.name}.ipynb")
    page.evaluate(CLOSE_OTHERS)
    views = sum(WIDGET in out.get("data", {}) for cell in cells for out in cell["outputs"])
    page.wait_for_function(f"document.querySelectorAll('.course-control').length >= {views}")
    return lesson, cells


def set_theme(page: Any, theme: str) -> None:
    page.evaluate(THEME, theme)
    page.wait_for_function(f"document.body.dataset.jpThemeName === '{theme}'")
    page.wait_for_timeout(300)  # styles of the theme


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize("ran", [one.number for one in LESSONS], indirect=True, scope="module")
def test_a_blank_notebook_runs_whole(page: Any, ran: Any) -> None:
    _, cells = ran
    assert [cell["source"] for cell in cells if cell["source"] and not cell["count"]] == []
    errors = [out for cell in cells for out in cell["outputs"] if out["output_type"] == "error"]
    assert errors == []
    shown = page.wait_for_function(IMAGES).json_value()
    assert shown and all(shown)
    for theme in (LIGHT, DARK):
        set_theme(page, theme)
        assert page.evaluate(VIOLATIONS) == [], theme
    assert page.complaints == []


class Answering:
    """An exercise in the open notebook: its two cells, and what a learner does there."""

    def __init__(self, page: Any, lesson: Lesson, number: str) -> None:
        found = next(cell for cell in lesson.cells if cell.answer == number)
        self.page, self.cell = page, found
        sources = page.evaluate(
            "() => window.jupyterapp.shell.currentWidget.content.widgets"
            ".map(cell => cell.model.sharedModel.source)"
        )
        self.check = next(
            at for at, source in enumerate(sources) if source.startswith(f'check("{number}"')
        )
        self.answer = max(
            at for at in range(self.check) if sources[at].strip() == found.blank().strip()
        )

    def at(self, index: int) -> Any:
        return self.page.locator(".jp-Notebook .jp-Cell").nth(index)

    def type(self, code: str) -> None:
        """Take the answer's place, line by line; the editor indents what is in brackets."""
        self.page.keyboard.press("Control+a")
        self.page.keyboard.press("Delete")
        for number, line in enumerate(code.strip().splitlines()):
            if number:
                self.page.keyboard.press("Enter")
            self.page.keyboard.type(line.strip())
        typed = self.page.evaluate(SOURCE, self.answer)
        assert ast.dump(ast.parse(typed)) == ast.dump(ast.parse(code)), typed

    def says(self, words: str) -> None:
        """The check's live region and its output come to say this."""
        check = self.at(self.check)
        check.locator("[role=status]", has_text=words).wait_for(state="attached")
        check.locator(".jp-OutputArea-output", has_text=words).first.wait_for()

    def by_mouse(self, code: str, words: str) -> None:
        self.at(self.answer).locator(".cm-content").click()
        self.type(code)
        self.page.locator("[data-command='notebook:run-cell-and-select-next']:visible").click()
        self.at(self.answer).locator(".jp-mod-executing").wait_for(state="detached")
        if "," in self.page.evaluate(SOURCE, self.check):
            self.at(self.check).locator(".cm-content").click()
            self.page.locator("[data-command='notebook:run-cell-and-select-next']:visible").click()
        else:
            self.at(self.check).get_by_role("button", name="Check again").click()
        self.says(words)

    def by_keyboard(self, code: str, words: str) -> None:
        """From any cell of the notebook: K and J go from cell to cell, Enter into one."""
        self.page.evaluate(COMMAND_MODE)
        away = self.answer - self.page.evaluate(ACTIVE)
        for _ in range(abs(away)):
            self.page.keyboard.press("j" if away > 0 else "k")
        assert self.page.evaluate(ACTIVE) == self.answer
        self.page.keyboard.press("Enter")
        self.type(code)
        self.page.keyboard.press("Shift+Enter")
        assert self.page.evaluate(ACTIVE) == self.check
        self.page.keyboard.press("Shift+Enter")
        self.says(words)


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize(
    ("ran", "number"),
    [pytest.param(f"0{number[0]}", number, id=number) for number in (BY_KEYBOARD, *BY_MOUSE)],
    indirect=["ran"],
    scope="module",
)
def test_an_exercise_is_answered_wrong_and_then_right(page: Any, ran: Any, number: str) -> None:
    """Wrong in the light theme and right in the dark one; the wrong answer is a catalogued one."""
    lesson, _ = ran
    wrong = next(iter(lesson.wrong[number].values()))
    answering = Answering(page, lesson, number)
    answer = answering.by_keyboard if number == BY_KEYBOARD else answering.by_mouse
    set_theme(page, LIGHT)
    answer(wrong.code, wrong.says)
    assert page.evaluate(VIOLATIONS) == []
    set_theme(page, DARK)
    answer(answering.cell.solved(), "Correct")
    assert page.evaluate(VIOLATIONS) == []
    assert page.complaints == []
