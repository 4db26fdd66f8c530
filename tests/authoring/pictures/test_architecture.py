"""The architecture picture says in words what it shows, and shows who refuses whom."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import pairwise

import pytest

from authoring.pictures.architecture import architecture, source
from tests.geometry import SVG, faults

NOTEBOOKS = [f"{number:02}" for number in range(9)]


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_picture_is_well_formed_and_named(notebook: str) -> None:
    picture = architecture(notebook)
    root = ElementTree.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title")
    assert root.findtext(f"{SVG}desc") == picture.alt
    assert "prefers-color-scheme: dark" in picture.svg


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_nothing_lies_over_anything(notebook: str) -> None:
    assert faults(architecture(notebook).svg) == []


def test_it_can_be_read_in_a_small_window() -> None:
    """With JupyterLab 800 pixels wide and its file list open, 370 are left: letters of 12.5 pixels
    are then more than 6."""
    width, _ = source()["size"]
    assert 12.5 * 370 / width > 6.5


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


def test_dynamodb_lets_mira_pass_and_kms_refuses_her() -> None:
    """As notebook 05 says; its prediction 5.1 marks the opposite as wrong."""
    boxes = {part["id"]: part["box"] for part in source()["element"]}
    (refused,) = (part for part in source()["arrow"] if part.get("look") == "no")
    (begin, y), (end, _) = refused["line"]
    left, top, width, height = boxes["table"]
    assert begin == left + width
    assert top < y < top + height
    assert boxes["kms"][0] - 20 < end < boxes["kms"][0]
    for notebook in ("05", "08"):
        alt = architecture(notebook).alt
        assert "Mira reads, and DynamoDB allows it." in alt
        assert "DynamoDB asks AWS KMS as Mira, and is denied." in alt
    assert "is denied" not in architecture("04").alt
    assert architecture("05").svg.count('marker-end="url(#tip-no)"') == 1


def test_every_element_has_an_arrow() -> None:
    """An end of an arrow lies on an edge of each box; a refused arrow ends before it."""
    ends = [point for part in source()["arrow"] for point in (part["line"][0], part["line"][-1])]
    for part in source()["element"]:
        left, top, width, height = part["box"]
        assert any(
            (x in (left, left + width) and top <= y <= top + height)
            or (y in (top, top + height) and left <= x <= left + width)
            for x, y in ends
        ), part["id"]


def test_every_arrow_of_a_notebook_is_said_in_words() -> None:
    for part in source()["arrow"]:
        assert f"{part['alt']}." in architecture("08").alt
