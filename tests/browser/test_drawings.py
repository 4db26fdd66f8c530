"""Every drawing on one page in Chromium: axe finds nothing, and no words run out of a box."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

import boto3
import nbformat
import pytest
from botocore.exceptions import ClientError

from authoring.pictures import PICTURES, architecture
from helpers import explain, open_lab
from helpers.course.following import follow
from refusal import Sandbox
from refusal.notebook.drawings import RequestSteps, decision_way, key_layers
from refusal.notebook.drawings.drawing import Picture, box, frame, image
from tests.cells import LESSONS

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
PAGES = [(scheme, width) for scheme in ("light", "dark") for width in (1280, 800)]
OPEN = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const widget = await app.commands.execute('docmanager:open', {path});
    await widget.context.ready;
}"""
#: The code cells that JupyterLab trusts, whose outputs it would show as they are.
TRUSTED = """() => [...window.jupyterapp.shell.currentWidget.content.model.cells]
    .filter(cell => cell.type === 'code' && cell.trusted).length"""
SHOWN = """() => [...document.querySelectorAll('.jp-OutputArea-output img')]
    .map(one => one.complete && one.naturalWidth > 100 && one.alt.length > 20)"""
CHECK = """async () => (await axe.run()).violations.flatMap(rule => rule.nodes.map(
    node => `${rule.id}: ${node.html.slice(0, 160)} (${node.failureSummary})`))"""
#: Words over an edge of the box that they begin in, or of the picture.
OUTSIDE = """() => [...document.querySelectorAll('svg')].flatMap(svg => {
    const boxes = [...svg.querySelectorAll('rect')].map(rect => rect.getBBox());
    const right = box => box.x + box.width, bottom = box => box.y + box.height;
    return [...svg.querySelectorAll('text')].filter(text => {
        const words = text.getBBox();
        return boxes.filter(box => box.x <= words.x && words.x <= right(box)
                && box.y <= words.y + 4 && words.y + 4 <= bottom(box))
            .some(box => right(words) > right(box) || bottom(words) > bottom(box) + 1);
    }).map(text => text.textContent);
})"""


@pytest.fixture(scope="module")
def drawings() -> Iterator[tuple[list[Picture], list[RequestSteps]]]:
    """All that are static, and the live ones of a world in which Mira is refused."""
    lab = open_lab("05", keep_progress=False)
    iam, dynamodb = boto3.client("iam"), boto3.client("dynamodb")
    iam.create_user(UserName="mira")
    iam.attach_user_policy(UserName="mira", PolicyArn=FULL)
    request = {"TableName": lab.table_name, "Key": {"player_id": {"S": "p-001"}}}
    before = lab.at_rest(lab.scores_table_name)
    to = {"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": lab.key_arn}
    dynamodb.update_table(TableName=lab.scores_table_name, SSESpecification=to)
    answers = [dynamodb.get_item(**request) for _ in range(2)]
    with pytest.raises(ClientError) as denied:
        lab.as_user("mira").client("dynamodb").get_item(**request)
    explained = [explain(what) for what in (answers[0], denied.value)]
    pictures = [architecture(f"{number:02}") for number in range(9)]
    pictures += [picture() for picture in PICTURES.values()]
    pictures += [decision_way(one) for one in explained]  # type: ignore[arg-type]
    pictures += [key_layers(lab.at_rest(lab.scores_table_name), before)]
    followed = [follow(what) for what in (*answers, denied.value)]
    steps = [one for one in followed if isinstance(one, RequestSteps)]
    assert len(steps) == 3
    yield pictures, steps
    running = Sandbox.running()
    if running is not None:
        running.stop()


def page_of(parts: list[str]) -> str:
    body = "\n".join(f"<section>{part}</section>" for part in parts)
    style = "<style>:root { color-scheme: light dark; font: 16px system-ui } </style>"
    head = f'<!doctype html><html lang="en"><title>Drawings</title>{style}'
    return f"{head}<main><h1>Drawings</h1>{body}</main></html>"


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize(("scheme", "width"), PAGES)
def test_axe_finds_nothing_and_steps_unfold_by_keyboard(
    drawings: Any, scheme: Any, width: int
) -> None:
    from tests.browser.jupyter import browser_page

    pictures, steps = drawings
    shown = [image(picture) for picture in pictures] + [one._repr_html_() for one in steps]
    with browser_page(color_scheme=scheme) as page:
        page.set_viewport_size({"width": width, "height": 900})
        page.set_content(page_of(shown))
        page.add_script_tag(path=AXE)
        assert page.evaluate(CHECK) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        broken = "[...document.images].filter(one => one.complete && !one.naturalWidth).length"
        assert page.evaluate(broken) == 0
        summary = page.locator("summary").nth(1)
        assert not page.locator("details").nth(1).evaluate("one => one.open")
        summary.focus()
        page.keyboard.press("Enter")
        assert page.locator("details").nth(1).evaluate("one => one.open")
        assert page.complaints == []  # type: ignore[attr-defined]


@pytest.mark.needs("chromium")
def test_no_words_run_out_of_their_box(drawings: Any) -> None:
    """Measured with the fonts of this machine; the geometry tests take the widest of usual ones."""
    from tests.browser.jupyter import browser_page

    pictures, steps = drawings
    pictures += [one.picture(n) for one in steps for n in range(1, len(one.moves) + 1)]
    wrong = frame(
        "Wrong", (300, 120), "", [box((20, 50, 60, 60), "x", ["far too long"], "lit", wrap=False)]
    )
    with browser_page() as page:
        page.set_content(page_of([*(picture.svg for picture in pictures), wrong]))
        assert page.evaluate(OUTSIDE) == ["far too long"]
        assert page.evaluate("document.querySelectorAll('svg').length") == len(pictures) + 1


@pytest.mark.needs("chromium")
def test_jupyterlab_shows_them_in_a_notebook_that_is_not_trusted(
    drawings: Any, tmp_path: Path
) -> None:
    """A solved notebook that is opened for the first time: scripts, styles and SVG are left out."""
    from tests.browser.jupyter import browser_page, server

    pictures, steps = drawings
    cell = nbformat.v4.new_code_cell("shown", execution_count=1)
    cell.outputs = [
        nbformat.v4.new_output("display_data", data={"text/html": html, "text/plain": "words"})
        for html in (image(pictures[-1]), steps[0]._repr_html_())
    ]
    root, work = tmp_path / "root", tmp_path / "work"
    root.mkdir()
    work.mkdir()
    # Without a kernel's name, JupyterLab would ask for one before anything can be clicked.
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    solved = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(solved, root / "solved.ipynb")
    with server(work, root) as address, browser_page() as page:
        page.goto(address)
        page.wait_for_function("window.jupyterapp")
        page.evaluate(OPEN, "solved.ipynb")
        page.wait_for_selector(".jp-OutputArea-output details")
        images = ".jp-OutputArea-output img"
        shown = f"[...document.querySelectorAll('{images}')].map(one => one.naturalWidth > 100)"
        page.locator("summary").nth(1).click()
        assert page.locator("details").nth(1).evaluate("one => one.open")
        assert page.evaluate(shown) == [True] * (1 + len(steps[0].moves))


@pytest.mark.needs("chromium")
def test_every_solved_notebook_shows_its_drawings_when_it_is_first_opened(tmp_path: Path) -> None:
    """Nobody has trusted them yet on this machine: there are no signatures."""
    from tests.browser.jupyter import browser_page, server

    root, work = tmp_path / "root", tmp_path / "work"
    root.mkdir()
    work.mkdir()
    drawn = {}
    for lesson in LESSONS:
        if lesson.has_solution:
            file = NOTEBOOKS / "solutions" / f"{lesson.solved_name}.ipynb"
            if count := _drawings_of(file):
                drawn[file.name] = count
                shutil.copy(file, root)
    assert "solved_01_encryption_concepts.ipynb" in drawn
    with server(work, root) as address, browser_page() as page:
        page.goto(address)
        page.wait_for_function("window.jupyterapp")
        page.evaluate("async () => window.jupyterapp.restored")
        for name, count in drawn.items():
            page.evaluate("async () => window.jupyterapp.commands.execute('application:close-all')")
            page.evaluate(OPEN, name)
            page.wait_for_function(f"({SHOWN})().length >= {count}")
            assert page.evaluate(TRUSTED) == 0, name
            assert page.evaluate(SHOWN) == [True] * count, name


def _drawings_of(file: Path) -> int:
    """How many drawings are in the outputs of a notebook; all of them must be images."""
    shown = [
        out.data["text/html"]
        for cell in nbformat.read(file, as_version=4).cells
        for out in cell.get("outputs", ())
        if "text/html" in out.get("data", {})
    ]
    assert not [html for html in shown if "<svg" in html], f"{file.name}: JupyterLab drops this"
    return sum(html.count("<img ") for html in shown)


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_image_has_the_colours_of_the_page(drawings: Any, scheme: Any) -> None:
    """The theme of the page decides, as JupyterLab's does, and not only the system's."""
    from tests.browser.jupyter import browser_page

    other = {"light": "dark", "dark": "light"}[scheme]
    with browser_page(color_scheme=other) as page:
        shown = f'<div style="color-scheme: {scheme}">{image(drawings[0][0])}</div>'
        page.set_content(page_of([shown]))
        taken = page.locator("img").screenshot()
        page.set_content(
            f'<img alt="{escape("the same")}" src="data:image/png;base64,'
            f'{base64.b64encode(taken).decode()}">'
        )
        colour = page.evaluate(
            """async () => {
                const image = document.images[0];
                await image.decode();
                const canvas = new OffscreenCanvas(image.width, image.height).getContext('2d');
                canvas.drawImage(image, 0, 0);
                return [...canvas.getImageData(image.width - 20, 20, 1, 1).data].slice(0, 3);
            }"""
        )
    assert (sum(colour) > 600) is (scheme == "light")


@pytest.mark.needs("chromium")
@pytest.mark.parametrize("width", [584, 480])
def test_an_explanation_fits_a_narrow_page(width: int) -> None:
    """At 700 pixels JupyterLab leaves an output 584; ARNs have no spaces to break at."""
    from tests.browser.jupyter import browser_page

    lab = open_lab("05", keep_progress=False)
    iam = boto3.client("iam")
    iam.create_user(UserName="mira")
    iam.attach_user_policy(UserName="mira", PolicyArn=f"{FULL}_v2")
    with pytest.raises(ClientError) as denied:
        lab.as_user("mira").client("dynamodb").scan(TableName=lab.table_name)
    shown = explain(denied.value)._repr_html_()
    with browser_page() as page:
        page.set_content(f'<div id="it" style="width: {width}px; overflow: auto">{shown}</div>')
        assert page.evaluate("document.querySelector('#it').scrollWidth") <= width
        broken = page.evaluate("[...document.querySelectorAll('th')].map(x => x.offsetHeight)")
        assert len(set(broken)) == 1, "a heading is broken"
