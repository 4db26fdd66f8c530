"""The controls in JupyterLab: by mouse, by keyboard alone, and as a screen reader has them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import pytest

from helpers.course.chapter import chapter
from tests.options import begins

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
QUESTION = chapter("05").predictions["5.1"]
CELLS = [
    "from helpers import check, hint, open_lab, policy_lab, predict, quiz\nlab = open_lab('05')",
    "predict('5.1', ...)",
    "predict('5.1')",
    "quiz('05')",
    "check('5.1')",
    "hint('5.1')",
    "policy_lab(user='admin', action='kms:Decrypt')",
]
ASKED, TOLD, QUIZ, CHECK, HINT, LAB = range(1, 7)
OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const widget = await app.commands.execute('docmanager:open', {path});
    await widget.context.ready;
    await widget.sessionContext.ready;
    await widget.sessionContext.session.kernel.info;
    await widget.revealed;
    await app.commands.execute('notebook:run-all-cells');
}"""
CLOSE = """async () => {
    const panel = window.jupyterapp.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""
RUN = """async at => {
    const panel = window.jupyterapp.shell.currentWidget;
    panel.content.activeCellIndex = at;
    await window.jupyterapp.commands.execute('notebook:run-cell');
}"""
ACTIVE = "window.jupyterapp.shell.currentWidget.content.activeCellIndex"
FOCUSED = "document.activeElement.textContent"
THEME = "async theme => window.jupyterapp.commands.execute('apputils:change-theme', {theme})"
VIOLATIONS = """async () => {
    const found = await axe.run({include: [['.course-control'], ['.jp-OutputArea-output']]});
    return found.violations.flatMap(
        rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 160)}`));
}"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Path]]:
    """JupyterLab in Chromium over a folder of its own."""
    from tests.browser.jupyter import browser_page, server

    root = tmp_path_factory.mktemp("root")
    with server(tmp_path_factory.mktemp("lab"), root) as address, browser_page() as page:
        page.goto(address)
        page.wait_for_function("window.jupyterapp")
        page.add_script_tag(path=AXE)
        yield page, root


@pytest.fixture
def page(lab: tuple[Any, Path]) -> Iterator[Any]:
    """A notebook after Run All, in a kernel of its own."""
    page, root = lab
    cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    name = f"controls-{len(list(root.iterdir()))}.ipynb"
    nbformat.write(notebook, root / name)
    page.evaluate(OPEN, name)
    page.locator(".course-control").nth(4).wait_for()
    yield page
    page.evaluate(CLOSE)


def cell(page: Any, at: int) -> Any:
    return page.locator(".jp-Notebook .jp-Cell").nth(at)


def said(page: Any, at: int, words: str) -> None:
    """The cell's live region and its output come to say this."""
    cell(page, at).locator("[role=status]", has_text=words).wait_for(state="attached")
    cell(page, at).locator(".jp-OutputArea-output", has_text=words).first.wait_for()


@pytest.mark.needs("chromium", "axe-core")
def test_run_all_gives_nothing_away_and_a_click_commits(page: Any) -> None:
    told = cell(page, TOLD).inner_text()
    assert "waiting for your answer" in told
    everything = page.locator(".jp-Notebook").inner_text()
    assert not [option.why for option in QUESTION.options.values() if option.why in everything]
    asked = cell(page, ASKED)
    asked.get_by_role("button", name="Answer").click()
    said(page, ASKED, "Choose one of the letters first.")
    asked.get_by_role("radio", name=begins("b")).check()
    asked.get_by_role("button", name="Answer").click()
    said(page, ASKED, "You say b:")
    page.evaluate(RUN, TOLD)
    cell(page, TOLD).get_by_text("You said b.").wait_for()
    asked.get_by_role("radio", name=begins(QUESTION.answer)).check()
    asked.get_by_role("button", name="Answer").click()
    said(page, ASKED, "your first answer stands")


@pytest.mark.needs("chromium", "axe-core")
def test_the_keyboard_alone_answers_and_the_focus_stays(page: Any) -> None:
    asked = cell(page, ASKED)
    asked.get_by_role("radio").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    assert asked.get_by_role("radio", name=begins("c")).is_checked()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    said(page, ASKED, "You say c:")
    assert page.evaluate(FOCUSED) == "Answer"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    said(page, ASKED, "Skipped.")
    assert page.evaluate(FOCUSED) == "Skip"


@pytest.mark.needs("chromium", "axe-core")
def test_the_quiz_is_answered_by_clicks(page: Any) -> None:
    questions = chapter("05").quiz
    for name, question in questions.items():
        group = cell(page, QUIZ).get_by_role("group", name=f"{name}.")
        group.get_by_role("radio", name=begins(question.answer)).check()
    cell(page, QUIZ).get_by_role("button", name="Check my answers").click()
    said(page, QUIZ, f"{len(questions)} of {len(questions)} right.")


@pytest.mark.needs("chromium", "axe-core")
def test_the_keyboard_alone_answers_the_quiz(page: Any) -> None:
    """Tab comes to each question and to the button, arrows to the options."""
    questions = chapter("05").quiz
    first = cell(page, QUIZ).get_by_role("radio").first
    first.focus()
    for name, question in questions.items():
        page.keyboard.press("Space")
        for _ in range(list(question.options).index(question.answer)):
            page.keyboard.press("ArrowDown")
        group = cell(page, QUIZ).get_by_role("group", name=f"{name}.")
        assert group.get_by_role("radio", name=begins(question.answer)).is_checked(), name
        page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED) == "Check my answers"
    page.keyboard.press("Enter")
    said(page, QUIZ, f"{len(questions)} of {len(questions)} right.")
    assert page.evaluate(FOCUSED) == "Check my answers"


@pytest.mark.needs("chromium", "axe-core")
def test_the_keyboard_alone_checks_and_asks_for_hints(page: Any) -> None:
    hints = chapter("05").exercises["5.1"].hints
    cell(page, CHECK).get_by_role("button", name="Check again").focus()
    page.keyboard.press("Enter")
    said(page, CHECK, "Not attempted")
    assert page.evaluate(FOCUSED) == "Check again"
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    said(page, CHECK, f"2 of {len(hints)}")
    assert page.evaluate(FOCUSED) == "Hint"
    cell(page, HINT).get_by_role("button", name="Hint").focus()
    page.keyboard.press("Enter")
    said(page, HINT, f"Hint 3 of {len(hints)}")
    assert page.evaluate(FOCUSED) == "Hint"


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize(
    ("at", "role", "name"),
    [
        (CHECK, "button", "Check again"),
        (ASKED, "radio", begins("a")),
        (LAB, "combobox", "Action"),
        (LAB, "textbox", "Key policy"),
    ],
)
def test_escape_leaves_a_control_for_the_notebook(page: Any, at: int, role: Any, name: Any) -> None:
    """JupyterLab's keys J and K then go from cell to cell."""
    inside = cell(page, at).get_by_role(role, name=name)
    inside.click()
    for key in "jk":
        inside.press(key)
    assert page.evaluate(ACTIVE) == at
    page.keyboard.press("Escape")
    page.keyboard.press("k")
    assert page.evaluate(ACTIVE) == at - 1
    page.keyboard.press("j")
    assert page.evaluate(ACTIVE) == at


@pytest.mark.needs("chromium", "axe-core")
def test_an_answer_in_one_control_changes_no_other(page: Any) -> None:
    """Radio buttons of one name are one group, wherever they are on the page."""
    asked = cell(page, ASKED).get_by_role("radio", name=begins("c"))
    asked.check()
    names = list(chapter("05").quiz)
    for name in names:
        group = cell(page, QUIZ).get_by_role("group", name=f"{name}.")
        group.get_by_role("radio").first.check()
    assert asked.is_checked()
    checked = [radio for radio in cell(page, QUIZ).get_by_role("radio").all() if radio.is_checked()]
    assert len(checked) == len(names)


@pytest.mark.needs("chromium", "axe-core")
def test_hints_come_one_by_one_beside_the_check(page: Any) -> None:
    hints = chapter("05").exercises["5.1"].hints
    button = cell(page, CHECK).get_by_role("button", name="Hint")
    for number in (2, 3):  # The cell below has shown the first.
        button.click()
        said(page, CHECK, f"{number} of {len(hints)}")
    cell(page, CHECK).get_by_role("button", name="Check again").click()
    said(page, CHECK, f"{len(hints)} of {len(hints)}")
    assert all(text in cell(page, CHECK).inner_text() for text in hints)


@pytest.mark.needs("chromium", "axe-core")
def test_what_is_typed_into_the_policy_lab_is_decided(page: Any) -> None:
    action = cell(page, LAB).get_by_role("combobox", name="Action")
    said(page, LAB, "allows it")
    action.fill("kms")
    said(page, LAB, "is not of the form service:Action")
    cell(page, LAB).get_by_role("textbox", name="Key policy").fill("{\n  7\n}")
    action.fill("kms:Decrypt")
    said(page, LAB, "key policy, line 2, column 3")


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(page: Any, theme: str) -> None:
    page.evaluate(THEME, THEMES[theme])
    page.wait_for_timeout(500)  # styles of the theme
    assert page.evaluate(VIOLATIONS) == []


@pytest.mark.needs("chromium", "axe-core")
def test_every_control_has_its_name_and_role(page: Any) -> None:
    """The tree that a screen reader walks, of the question."""
    control = cell(page, ASKED).locator(".course-control")
    said(page, ASKED, "No answer yet")
    radios = [f'radio "{k}: {option.text}"' for k, option in QUESTION.options.items()]
    # A line of YAML that holds a colon stands in quotation marks, and doubles its own.
    lines = control.aria_snapshot().splitlines()
    tree = [line.strip().removeprefix("- ").strip("'").replace("''", "'") for line in lines]
    assert tree[0].startswith('group "Prediction 5.1."')
    assert tree[1].startswith(f'group "Prediction 5.1. {QUESTION.text}"')
    assert [line for line in tree if line.startswith("radio")] == radios, tree
    assert [line for line in tree if "button" in line] == ['button "Answer"', 'button "Skip"']
    assert tree[-1] == 'status: "No answer yet: choose a letter and press Answer."'


@pytest.mark.needs("chromium", "axe-core")
def test_a_prediction_shows_letters_and_leaves_the_texts_above_alone(page: Any) -> None:
    """Its question and options stand in the cell above; a click on a letter chooses it."""
    control = cell(page, ASKED).locator(".course-control")
    seen = control.locator("legend, label span:not([aria-hidden])").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).filter(box => box.width > 1).length"
    )
    assert seen == 0
    for letter in QUESTION.options:
        control.locator("[aria-hidden]", has_text=letter).click()
        assert control.get_by_role("radio", name=begins(letter)).is_checked()
    boxes = control.locator("label").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert all(side >= 24 for box in boxes for side in box)


def tree_of(page: Any, at: int) -> list[str]:
    """The roles and names in a cell's control, in the order in which they are read."""
    lines = cell(page, at).locator(".course-control").aria_snapshot().splitlines()
    bare = (line.strip().removeprefix("- ").rstrip(":") for line in lines)
    return [line.strip("'").replace("''", "'") for line in bare]


@pytest.mark.needs("chromium", "axe-core")
def test_a_screen_reader_has_the_quiz_the_check_and_the_hint(page: Any) -> None:
    """Each with a name of its own, its buttons, and where it says what has come of them."""
    said(page, QUIZ, "No answers yet")
    said(page, CHECK, "Not attempted")
    said(page, HINT, "Hint 1 of")
    quiz = tree_of(page, QUIZ)
    assert quiz[0].startswith('group "The quiz of notebook 05"')
    wanted = [f'group "{k}. {one.text}"' for k, one in chapter("05").quiz.items()]
    assert [line for line in quiz if line.startswith("group")][1:] == wanted
    options = [one for question in chapter("05").quiz.values() for one in question.options]
    assert len([line for line in quiz if line.startswith("radio")]) == len(options)
    assert [x for x in quiz if x.startswith("button")] == ['button "Check my answers"']
    assert quiz[-1].startswith('status: "No answers yet')
    check, hint = tree_of(page, CHECK), tree_of(page, HINT)
    assert check[0].startswith('group "Check of exercise 5.1"')
    assert check[1:3] == ['button "Check again"', 'button "Hint"']
    assert check[-1].startswith("status:") and "Not attempted" in check[-1]
    assert hint[0].startswith('group "Exercise 5.1"') and hint[1] == 'button "Hint"'
    assert hint[-1].startswith("status:") and "Hint 1 of" in hint[-1]


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize("at", [ASKED, QUIZ, CHECK, HINT])
def test_each_control_has_one_live_region_in_the_page_from_the_start(page: Any, at: int) -> None:
    """What is put into a region that is there already is read aloud; a new region may not be."""
    region = cell(page, at).locator("[role=status]")
    assert region.count() == 1
    region.evaluate("one => { one.dataset.first = 'yes' }")
    cell(page, at).get_by_role("button").first.click()
    page.wait_for_timeout(500)
    assert region.get_attribute("data-first") == "yes"
    assert region.inner_text().strip() or region.text_content().strip()


@pytest.mark.needs("chromium", "axe-core")
def test_the_console_has_no_complaint(page: Any) -> None:
    assert page.complaints == []
