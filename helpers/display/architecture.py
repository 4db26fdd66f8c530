"""The architecture picture: SVG from ``architecture.toml``, with a text that says the same."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

#: Where an arrow begins and ends: x, y, x, y.
Ends = tuple[int, int, int, int]
_SOURCE = Path(__file__).with_suffix(".toml")
#: The picture brings its own background, so that it can be read whatever the page's theme is.
_STYLE = """
svg { font: 14px system-ui, sans-serif; }
.page { fill: #ffffff; } text { fill: #1b1f24; } .small { font-size: 12.5px; }
.lit { fill: #e8f1fb; stroke: #0b5cad; stroke-width: 1.5; }
.new { fill: #fff1e0; stroke: #a14000; stroke-width: 3; }
.later { fill: none; stroke: #6b7580; stroke-dasharray: 5 4; }
text.later-text { fill: #5b6570; } line { stroke: #1b1f24; stroke-width: 1.5; }
line.later { stroke: #6b7580; } .tip { fill: #1b1f24; } .name { font-weight: 600; }
@media (prefers-color-scheme: dark) {
.page { fill: #14181d; } text { fill: #f0f3f6; } .lit { fill: #12304f; stroke: #79b8ff; }
.new { fill: #46270a; stroke: #ffb068; } text.later-text { fill: #a3adb8; }
line { stroke: #f0f3f6; } line.later { stroke: #8b949e; } .later { stroke: #8b949e; }
.tip { fill: #f0f3f6; } }
""".strip()


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and what it says in words; shows itself in a notebook."""

    svg: str
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        return self.svg


@cache
def architecture(notebook: str) -> Picture:
    """The picture as notebook ``"05"`` shows it.

    Args:
        notebook: two digits.
    """
    source = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    alt = _in_words(source, notebook)
    boxes = {part["id"]: part for part in source["element"]}
    drawn = [_arrow(part, boxes, notebook) for part in source["arrow"]]
    drawn += [box(part, _state(part, notebook)) for part in source["element"]]
    return Picture(frame(source, alt, drawn), alt)


def _state(part: dict[str, Any], notebook: str) -> str:
    if part["lit"] > notebook:
        return "later"
    return "new" if part["lit"] == notebook else "lit"


def _in_words(source: dict[str, Any], notebook: str) -> str:
    sentences = [f"{source['title']}."]
    for state, words in (("lit", "In place"), ("new", "New here"), ("later", "Still to come")):
        named = [
            f"{part['name']} ({', '.join(part['text'])})"
            for part in source["element"]
            if _state(part, notebook) == state
        ]
        if named:
            sentences.append(f"{words}: {'; '.join(named)}.")
    return " ".join(sentences)


def frame(source: dict[str, Any], alt: str, drawn: list[str]) -> str:
    """An SVG of the source's title and size, with the course's colours and what is drawn in it."""
    width, height = source["size"]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'width="{width}" height="{height}" aria-labelledby="t d">\n'
        f'<title id="t">{escape(source["title"])}</title>\n<desc id="d">{escape(alt)}</desc>\n'
        f"<style>{_STYLE}</style>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path class="tip" d="M0 0 8 4 0 8z"/></marker></defs>\n'
        f'<rect class="page" width="{width}" height="{height}" rx="8"/>\n'
        f'<text x="20" y="30" class="name">{escape(source["title"])}</text>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def box(part: dict[str, Any], state: str) -> str:
    """A box with its name and its lines of text; ``state`` is lit, new or later."""
    x, y, width, height = part["box"]
    later = " later-text" if state == "later" else ""
    name = escape(part["name"])
    lines = [f'<text x="{x + 12}" y="{y + 26}" class="name{later}">{name}</text>']
    if state == "new":  # In words as well as in colour.
        lines.append(f'<text x="{x + 2}" y="{y - 7}" class="small">new here</text>')
    for number, line in enumerate(part["text"]):
        top = y + 46 + 18 * number
        lines.append(f'<text x="{x + 12}" y="{top}" class="small{later}">{escape(line)}</text>')
    rect = f'<rect class="{state}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
    return "\n".join([rect, *lines])


def _arrow(part: dict[str, Any], boxes: dict[str, Any], notebook: str) -> str:
    ends = _between(boxes[part["from"]]["box"], boxes[part["to"]]["box"])
    return line(ends, part["text"], later=_state(part, notebook) == "later")


def line(ends: Ends, text: str, *, later: bool = False, right: bool = False) -> str:
    """An arrow with a text above it, or beside it if it slants: on its left unless ``right``."""
    x1, y1, x2, y2 = ends
    drawn = (
        f'<line class="{"later" if later else "drawn"}" x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}"'
        ' marker-end="url(#tip)"/>'
    )
    if not text:
        return drawn
    style = "small later-text" if later else "small"
    middle = (x1 + x2) // 2
    beside = (middle + 2, "start") if right else (middle - 2, "end")
    x, anchor = (middle, "middle") if y1 == y2 else beside
    # Beside a line there is room on one side only: below its middle, or above.
    below = y1 != y2 and ((x2 - x1) * (y2 - y1) > 0) is not right
    y = (y1 + y2) // 2 + (16 if below else -7)
    words = f'<text x="{x}" y="{y}" text-anchor="{anchor}" class="{style}">'
    return f"{drawn}\n{words}{escape(text)}</text>"


def _between(start: list[int], end: list[int]) -> Ends:
    """Where a line leaves one box and meets the other."""
    (ax, ay, aw, ah), (bx, by, bw, bh) = start, end
    if ax + aw <= bx:
        return ax + aw, ay + ah // 2, bx, by + bh // 2 + (0 if ay == by else bh // 4)
    middle = bx + bw // 2
    return (middle, ay, middle, by + bh) if ay > by else (middle, ay + ah, middle, by)
