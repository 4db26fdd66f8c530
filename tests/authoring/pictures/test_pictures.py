"""Every picture by name: legible, in light and dark, and said in words."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree

import pytest

from authoring.pictures import PICTURES
from authoring.render import Twin
from tests.cells import LESSONS
from tests.geometry import SVG, faults

each = pytest.mark.parametrize("name", PICTURES)
_COLOUR = r"#[0-9a-f]{6}"


@each
def test_it_is_well_formed_and_named(name: str) -> None:
    picture = PICTURES[name]()
    root = ElementTree.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "t d"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc") == picture.alt
    assert picture.svg == PICTURES[name]().svg


@each
def test_a_lesson_may_ask_for_it(name: str) -> None:
    shown = Twin(LESSONS[1], LESSONS, solved=False).markdown(f"{{{{picture {name}}}}}")
    assert shown == f'<img src="images/{name}.svg" alt="{PICTURES[name]().alt}">'
    solved = Twin(LESSONS[1], LESSONS, solved=True).markdown(f"{{{{picture {name}}}}}")
    assert solved == shown.replace("images/", "../images/")


@each
def test_nothing_lies_over_anything(name: str) -> None:
    assert faults(PICTURES[name]().svg) == []


@each
def test_it_can_be_read_at_800_pixels(name: str) -> None:
    """Letters of 12.5 pixels are at least 11 when the page is 800 wide."""
    root = ElementTree.fromstring(PICTURES[name]().svg)
    assert 12.5 * min(1, 800 / float(root.get("width", 0))) >= 11


@each
def test_every_word_that_is_drawn_is_in_the_text(name: str) -> None:
    picture = PICTURES[name]()
    root = ElementTree.fromstring(picture.svg)
    drawn = [text.text or "" for text in root.iter(f"{SVG}text")]
    said = set(re.findall(r"\w+(?:[:-]\w+)*", picture.alt.lower()))
    for line in drawn:
        assert set(re.findall(r"\w+(?:[:-]\w+)*", line.lower())) <= said, line


@each
def test_its_text_is_sentences(name: str) -> None:
    alt = PICTURES[name]().alt
    assert alt.endswith(".")
    assert not re.search(r"\.\.|  | \.|undefined|None", alt)
    assert '"' not in alt  # It is the value of an attribute in a notebook.


@each
def test_words_stand_out_in_light_and_in_dark(name: str) -> None:
    """WCAG 2.2, success criteria 1.4.3 and 1.4.11: 4.5 to 1 for text, 3 to 1 for lines."""
    light, _, dark = PICTURES[name]().svg.partition("prefers-color-scheme: dark")
    for sheet in (light, dark):
        page, text, later = (
            _colour(sheet, rule) for rule in (r"\.page", r"(?<!\.)text", r"text\.later-text")
        )
        assert _contrast(page, text) >= 7
        assert _contrast(page, later) >= 4.5
        for look in ("lit", "new", "no", "place"):
            assert _contrast(_colour(sheet, rf"\.{look}"), text) >= 4.5, look
        for look in ("lit", "new", "no", "later"):
            assert _contrast(_colour(sheet, rf"\.{look}", "stroke"), page) >= 3, look


def _colour(sheet: str, rule: str, name: str = "fill") -> str:
    found = re.search(rf"(?:^|[\s,]){rule}(?:, [^{{]*)? \{{[^}}]*\b{name}: ({_COLOUR})", sheet)
    assert found, (rule, name)
    return found.group(1)


def _contrast(one: str, other: str) -> float:
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
