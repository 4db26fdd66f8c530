"""A picture from a text source, ``NAME.toml``, and a text that says the same in the same order.

The source has a title, a size, and parts in the order in which they are told. A part is

- a place: ``place`` (x, y, width, height) and a ``name``, ``indent`` pixels from its left edge;
- a box: ``box`` (x, y, width, height), a ``name``, paragraphs of ``text``, a ``look``, and
  ``where`` it is, in words;
- a line: ``line`` (points x, y), and its ``text`` ``at`` a point;
- a text ``at`` a point, with a ``style``.

``told`` is the sentence for a part whose own words are none.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from refusal.notebook.drawings.drawing import Picture, arrow, box, frame, words

_FOLDER = Path(__file__).parent


def source(name: str) -> dict[str, Any]:
    """The text source of a picture.

    Raises:
        FileNotFoundError: there is no such picture.
    """
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


@cache
def scene(name: str) -> Picture:
    """The picture of ``NAME.toml``."""
    given = source(name)
    alt = " ".join([f"{given['title']}.", *filter(None, map(_told, given["part"]))])
    # Places lie under everything else; a line ends at a box's edge, so boxes lie over lines.
    order = sorted(given["part"], key=lambda part: ("line" in part) + 2 * ("place" not in part))
    return Picture(frame(given["title"], given["size"], alt, map(_drawn, order)), alt)


def _told(part: dict[str, Any]) -> str:
    if "told" in part or "box" not in part:
        return str(part.get("told", part.get("text", f"{part.get('name')}:")))
    where = f"{part['where']}, {part['name']}" if "where" in part else part["name"]
    return f"{where}: {'; '.join(part['text'])}."


def _drawn(part: dict[str, Any]) -> str:
    if "place" in part:
        x, y, width, height = part["place"]
        rect = f'<rect class="place" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>'
        return f"{rect}\n{words(x + part.get('indent', 12), y + 20, part['name'], 'name')}"
    if "box" in part:
        return box(part["box"], part["name"], part.get("text", ()), part.get("look", "lit"))
    drawn = [arrow(part["line"], part.get("look", ""))] if "line" in part else []
    if "at" in part:
        x, y = part["at"]
        drawn.append(words(x, y, part["text"], part.get("style", "small"), part.get("anchor", "")))
    return "\n".join(drawn)
