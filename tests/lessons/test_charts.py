"""Plots say in words what they show, and stay the same."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from html import escape
from pathlib import Path

import pytest

from lessons import charts
from lessons.charts import byte_grid, line_chart, recorded_timings
from refusal.notebook.drawings.drawing import Drawing, image

SVG = "{http://www.w3.org/2000/svg}"
LINES = {"slow": [(1.0, 20.0), (10.0, 400.0)], "fast": [(1.0, 0.5), (10.0, 0.8)]}


def chart() -> Drawing:
    return line_chart("Two ways", LINES, x="bytes", y="milliseconds")


def grid() -> Drawing:
    return byte_grid("A message", {"nonce": 2, "tag": 3}, b"abcde", b"abcxe")


@pytest.mark.parametrize("picture", [chart(), grid()], ids=["lines", "bytes"])
def test_a_picture_is_well_formed_named_and_the_same_each_time(picture: Drawing) -> None:
    root = ElementTree.fromstring(picture.svg)
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}desc") == picture.alt == repr(picture)
    assert picture in (chart(), grid())


@pytest.mark.parametrize("picture", [chart(), grid()], ids=["lines", "bytes"])
def test_a_picture_is_an_image_so_that_no_front_end_leaves_it_out(picture: Drawing) -> None:
    """JupyterLab drops SVG from the outputs of a notebook that is not trusted."""
    shown = picture._repr_html_()
    assert shown == image(picture)
    assert shown.startswith("<img ") and "<svg" not in shown
    assert f'alt="{escape(picture.alt)}"' in shown


@pytest.mark.parametrize("picture", [chart(), grid()], ids=["lines", "bytes"])
def test_all_but_the_lines_takes_its_colour_from_the_styles_of_all_drawings(
    picture: Drawing,
) -> None:
    root = ElementTree.fromstring(picture.svg)
    own = {element.get(kind) for element in root.iter() for kind in ("fill", "stroke")}
    assert own <= {None, "none", *(colour for colour, _ in charts._LINES)}


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("page", re.findall(r"\.page \{ fill: (#\w+)", chart().svg))
def test_lines_stand_out_on_light_and_dark_pages(page: str) -> None:
    """A contrast of 3 to 1, as WCAG 2.2 asks for parts of a picture (1.4.11)."""
    for colour, _ in charts._LINES:
        low, high = sorted([luminance(colour), luminance(page)])
        assert (high + 0.05) / (low + 0.05) >= 3, colour


def test_lines_differ_by_more_than_colour() -> None:
    drawn = re.findall(r'<polyline [^>]*stroke-dasharray="([^"]*)"', chart().svg)
    assert len(drawn) == len(set(drawn)) == 2
    for name in LINES:
        assert f">{name}</text>" in chart().svg


def test_light_and_dark_are_both_tried() -> None:
    assert len(re.findall(r"\.page \{ fill", chart().svg)) == 2


def test_the_words_give_the_values_and_the_point() -> None:
    alt = chart().alt
    assert "Milliseconds by bytes" in alt
    assert "slow: 20 at 1, 400 at 10." in alt
    assert "fast: 0.5 at 1, 0.8 at 10." in alt
    assert alt.endswith("At the end slow is about 500 times fast.")


def test_a_larger_value_is_drawn_higher_and_further_right() -> None:
    points = re.findall(r'<circle cx="([0-9.]+)" cy="([0-9.]+)"', chart().svg)
    (x1, y1), (x2, y2), (_, y3), (x4, y4) = [(float(x), float(y)) for x, y in points]
    assert x1 < x2 == x4
    assert y2 < y1 < y4 < y3


def test_one_line_of_one_point_is_a_chart() -> None:
    alt = line_chart("One", {"only": [(5, 5)]}, x="x", y="y").alt
    assert alt == "One. Y by x, both axes logarithmic. only: 5 at 5."


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ({}, "one to 3 lines"),
        ({"empty": []}, "one to 3 lines"),
        ({name: [(1, 1)] for name in "abcd"}, "not 4"),
        ({"zero": [(0, 1)]}, "above zero"),
        ({"below": [(1, -1)]}, "above zero"),
    ],
)
def test_what_cannot_be_drawn_is_said(
    lines: dict[str, list[tuple[float, float]]], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        line_chart("No", lines, x="x", y="y")


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0044, "0.0044"), (39.305, "39.3"), (16384.0, "16,384"), (0.1, "0.1"), (100.0, "100")],
)
def test_numbers_are_short(value: float, text: str) -> None:
    assert charts._number(value) == text


def test_a_changed_byte_is_crossed_out_and_named() -> None:
    assert grid().alt == "A message. nonce, 2 bytes, unchanged; tag, 3 bytes, changed at byte 2."
    root = ElementTree.fromstring(grid().svg)
    squares = [rect for rect in root.iter(f"{SVG}rect") if rect.get("class") != "page"]
    assert len(squares) == 5
    (cross,) = [path for path in root.iter(f"{SVG}path") if path.get("class") == "line no"]
    (crossed,) = [square for square in squares if square.get("class") == "line no"]
    assert str(cross.get("d")).startswith(f"M{crossed.get('x')} {crossed.get('y')}")


def test_titles_and_names_are_escaped() -> None:
    picture = byte_grid("a < b & c", {'"x"': 1}, b"a", b"a")
    assert ElementTree.fromstring(picture.svg).findtext(f"{SVG}desc") == picture.alt


@pytest.mark.parametrize(("before", "after"), [(b"ab", b"ab"), (b"abcde", b"abcd")])
def test_messages_of_another_length_are_refused(before: bytes, after: bytes) -> None:
    with pytest.raises(ValueError, match="of one length"):
        byte_grid("No", {"nonce": 2, "tag": 3}, before, after)


def test_the_recorded_timings_say_where_they_are_from() -> None:
    timings = recorded_timings()
    assert list(timings) == ["bytes", "AES-256-GCM", "RSA-2048"]
    assert len({len(column) for column in timings.values()}) == 1
    assert all(value > 0 for column in timings.values() for value in column)
    assert {type(value) for value in timings["bytes"]} == {int}
    head = Path(charts._TIMINGS).read_text(encoding="utf-8")
    assert head.startswith("# Milliseconds") and "# Where: " in head
