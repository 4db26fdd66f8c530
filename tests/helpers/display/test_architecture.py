"""The architecture picture says in words what it shows."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from helpers.display.architecture import architecture

SVG = "{http://www.w3.org/2000/svg}"
NOTEBOOKS = [f"{number:02}" for number in range(9)]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_picture_is_well_formed_and_named(notebook: str) -> None:
    picture = architecture(notebook)
    root = ElementTree.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc") == picture.alt


def test_each_notebook_lights_one_more_element() -> None:
    def lit(notebook: str) -> int:
        root = ElementTree.fromstring(architecture(notebook).svg)
        return sum(rect.get("class") in ("lit", "new") for rect in root.iter(f"{SVG}rect"))

    counts = [lit(notebook) for notebook in NOTEBOOKS[:-1]]
    assert all(before < after for before, after in pairwise(counts))
    assert lit("08") == counts[-1]


def test_what_is_new_is_said_and_not_only_coloured() -> None:
    picture = architecture("05")
    assert "New here: Mira" in picture.alt
    assert picture.svg.count(">new here<") == 1
