"""What lies where in a drawing: so that no words run into others, out of a box, or over a line."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from itertools import combinations, pairwise
from typing import NamedTuple

SVG = "{http://www.w3.org/2000/svg}"
#: Pixels a letter, on average, in DejaVu Sans: the widest font that `system-ui` stands for.
LETTER = {"name": 9.3, "small": 7.05}


class Area(NamedTuple):
    """A rectangle, and what it is."""

    left: float
    top: float
    right: float
    bottom: float
    what: str

    def meets(self, other: Area) -> bool:
        return (
            self.left < other.right
            and other.left < self.right
            and self.top < other.bottom
            and other.top < self.bottom
        )

    def holds(self, other: Area) -> bool:
        return (
            self.left <= other.left
            and other.right <= self.right
            and self.top <= other.top
            and other.bottom <= self.bottom
        )


def faults(svg: str) -> list[str]:
    """Everything that overlaps what it must not; empty for a good drawing."""
    root = ElementTree.fromstring(svg)
    rects = [_rect(rect) for rect in root.iter(f"{SVG}rect")]
    page, *others = rects
    boxes = [rect for rect in others if rect.what != "place"]
    texts = [_text(text) for text in root.iter(f"{SVG}text")]
    lines = [piece for line in root.iter(f"{SVG}polyline") for piece in _pieces(line)]
    assert boxes
    assert texts
    found = [f"{x.what!r} is not on the page" for x in [*others, *texts] if not page.holds(x)]
    for kind in (boxes, texts):
        found += [f"{a.what!r} meets {b.what!r}" for a, b in combinations(kind, 2) if a.meets(b)]
    for text in texts:
        around = [box for box in boxes if box.meets(text)]
        found += [f"{text.what!r} is over an edge" for box in around if not box.holds(text)]
    for line in lines:
        found += [f"a line crosses {x.what!r}" for x in [*texts, *boxes] if x.meets(line)]
    return found


def _rect(rect: ElementTree.Element) -> Area:
    x, y = float(rect.get("x", 0)), float(rect.get("y", 0))
    right, bottom = x + float(rect.get("width", 0)), y + float(rect.get("height", 0))
    return Area(x, y, right, bottom, rect.get("class", ""))


def _text(text: ElementTree.Element) -> Area:
    words, style = text.text or "", text.get("class", "")
    width = len(words) * LETTER["name" if "name" in style else "small"]
    x, y = float(text.get("x", 0)), float(text.get("y", 0))
    x -= width * {"middle": 0.5, "end": 1.0}.get(text.get("text-anchor", ""), 0)
    return Area(x, y - 11, x + width, y + 3, words)


def _pieces(line: ElementTree.Element) -> list[Area]:
    """A line as small areas, without its ends, where it touches a box."""
    points = [tuple(map(float, point.split(","))) for point in line.get("points", "").split()]
    pieces = []
    for (x1, y1), (x2, y2) in pairwise(points):
        steps = int(max(abs(x2 - x1), abs(y2 - y1)))
        places = [(x1 + (x2 - x1) * n / steps, y1 + (y2 - y1) * n / steps) for n in range(steps)]
        pieces += [Area(x - 0.5, y - 0.5, x + 0.5, y + 0.5, "line") for x, y in places[2:-2]]
    return pieces
