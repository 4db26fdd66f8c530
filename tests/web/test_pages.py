"""The pages before a notebook: true to the lessons, whole, clean under axe, and by themselves."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree

import pytest
from bs4 import BeautifulSoup

from tests.cells import LESSONS
from tests.web.serving import served, strangers
from web.pages import elsewhere

ROOT = Path(__file__).parents[2]
AXE = ROOT / "tests/node_modules/axe-core/axe.min.js"
START = "notebooks/00_start_here.ipynb"
PAGES = [
    "index.html",
    *(f"lessons/{lesson.name}.html" for lesson in LESSONS),
    *(f"docs/{path.stem}.html" for path in sorted((ROOT / "docs").glob("*.md"))),
]
#: pandas leaves the corner of a table empty.
CHECK = """async rules => (await axe.run(
    {exclude: [['.dataframe thead th:first-child']]},
    rules ? {runOnly: {type: 'rule', values: rules}} : {})).violations
    .flatMap(rule => rule.nodes.map(node => `${rule.id}: ${node.html.slice(0, 200)}`))"""
#: The rules that look at colours, which are all that differs between light and dark.
COLOURS = ["color-contrast", "link-in-text-block"]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
#: Drawings whose words are smaller than 10 pixels; they are drawn with 12.5.
NARROW = """[...document.querySelectorAll('main img')].filter(it => /svg/.test(it.src))
    .filter(it => it.getBoundingClientRect().width < 0.8 * it.naturalWidth).map(it => it.alt)"""


def soup(site: Path, page: str) -> BeautifulSoup:
    return BeautifulSoup((site / page).read_text("utf-8"), "html.parser")


def test_the_front_page_has_every_lesson_with_its_minutes(site: Path) -> None:
    shown = soup(site, "index.html").select(".lessons li")
    assert len(shown) == len(LESSONS)
    for item, lesson in zip(shown, LESSONS, strict=True):
        text = item.get_text(" ", strip=True)
        assert f"{lesson.number} · {lesson.title}" in text
        assert lesson.card["promise"] in text
        assert f"{sum(lesson.card['minutes'].values())} minutes" in text


def test_the_front_page_keeps_what_jupyterlite_reads_from_it(site: Path) -> None:
    found = soup(site, "index.html").select("script")
    assert [script.get("id") for script in found] == ["jupyter-config-data"]


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_a_lesson_can_be_read_with_its_outputs_and_opened(site: Path, lesson: Any) -> None:
    page = soup(site, f"lessons/{lesson.name}.html")
    notebook = f"notebooks/{lesson.name}.ipynb"
    button = page.select_one("a.button")
    opened = f"lab/index.html?path={notebook}&workspace=lesson-{lesson.number}"
    assert button and button["href"] == f"../{opened}"
    assert (site / "files" / notebook).exists()
    title = f"{lesson.number} · {lesson.title}" + " (solved)" * lesson.has_solution
    assert [heading.get_text() for heading in page.select("h1")] == [title]
    assert bool(page.select(".output_area")) == lesson.has_solution
    assert page.select("img")


def picture(address: str) -> bool:
    """Whether a data URI holds, whole, an SVG that asks nothing of anybody."""
    kind, _, encoded = address.partition(",")
    if kind != "image/svg+xml;base64":
        return False
    root = ElementTree.fromstring(base64.b64decode(encoded, validate=True))
    loaded = [
        value
        for element in root.iter()
        for name, value in element.attrib.items()
        if name.rpartition("}")[2] in ("href", "src")
    ]
    return root.tag.rpartition("}")[2] == "svg" and all(one.startswith("#") for one in loaded)


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(site: Path, page: str) -> None:
    for element in soup(site, page).select("a[href], img[src], link[href]"):
        address = urlsplit(str(element.get("href") or element.get("src")))
        if address.scheme == "data" and element.name == "img":
            assert picture(address.path), f"{page}: {address.geturl()[:80]}"
            continue
        if address.scheme:
            assert element.name == "a"  # a link to follow, nothing that is loaded
            continue
        target = (site / page).parent / unquote(address.path) if address.path else site / page
        assert target.is_file(), f"{page}: {address.geturl()}"
        if opened := parse_qs(address.query).get("path"):
            assert (site / "files" / opened[0]).is_file()
        elif address.fragment:
            there = BeautifulSoup(target.read_text("utf-8"), "html.parser")
            ids = {str(one["id"]) for one in there.select("[id]")}
            assert unquote(address.fragment) in ids, f"{page}: {address.geturl()}"


def test_a_repository_on_github_can_be_started_elsewhere() -> None:
    ways = dict(elsewhere("https://github.com/someone/course"))
    assert ways == {
        "Binder": "https://mybinder.org/v2/gh/someone/course/HEAD?labpath=" + START,
        "GitHub Codespaces": "https://codespaces.new/someone/course",
    }
    assert (ROOT / START).is_file()
    assert elsewhere("https://example.org/course") == elsewhere("") == []


@pytest.fixture(scope="module")
def browser(site: Path) -> Iterator[tuple[Any, str, list[str]]]:
    """A page of Chromium, the site's address, and requests that left it."""
    from tests.browser.jupyter import browser_page

    with served(site) as address, browser_page(color_scheme="light") as page:
        yield page, address, strangers(page, address)


@pytest.mark.needs("chromium", "axe-core")
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_and_nothing_is_asked_of_others(browser: Any, path: str) -> None:
    page, address, left = browser
    page.emulate_media(color_scheme="light")
    page.goto(f"{address}/{path}")
    page.add_script_tag(path=AXE)
    assert page.evaluate(CHECK, None) == []
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(CHECK, COLOURS) == [], "dark"
    page.set_viewport_size({"width": 360, "height": 740})
    sideways, narrow = page.evaluate(SIDEWAYS), page.evaluate(NARROW)
    page.set_viewport_size({"width": 1200, "height": 1000})
    assert sideways <= 0, "it must be scrolled sideways on a phone"
    assert narrow == [], "the words of a drawing are too small on a phone"
    assert (left, page.complaints) == ([], [])
