"""The architecture picture: SVG from ``architecture.toml``, with a text that says the same."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from refusal.notebook.drawings.drawing import Picture, arrow, box, frame, words

_SOURCE = Path(__file__).with_suffix(".toml")


def source() -> dict[str, Any]:
    """The picture's text source: its elements, and the arrows between them."""
    return tomllib.loads(_SOURCE.read_text(encoding="utf-8"))


@cache
def architecture(notebook: str) -> Picture:
    """The picture as notebook ``"05"`` shows it.

    Args:
        notebook: two digits.
    """
    given = source()
    alt = _in_words(given, notebook)
    drawn = [_arrow(_told(part, notebook), notebook) for part in given["arrow"]]
    for part in given["element"]:
        state = _state(part, notebook)
        note = "new here" if state == "new" else ""
        text = part["text"] if state != "later" else []
        drawn.append(box(part["box"], part["name"], text, state, note))
    return Picture(frame(given["title"], given["size"], alt, drawn), alt)


def _told(part: dict[str, Any], notebook: str) -> dict[str, Any]:
    """An arrow with what it says in this notebook."""
    before = part.get("before", {})
    return {**part, **before} if notebook < before.get("until", "") else part


def _state(part: dict[str, Any], notebook: str) -> str:
    if part["lit"] > notebook:
        return "later"
    return "new" if part["lit"] == notebook else "lit"


def _in_words(given: dict[str, Any], notebook: str) -> str:
    sentences = [f"{given['title']}."]
    for state, said in (("lit", "In place"), ("new", "New here"), ("later", "Still to come")):
        named = [
            part["name"] if state == "later" else f"{part['name']} ({', '.join(part['text'])})"
            for part in given["element"]
            if _state(part, notebook) == state
        ]
        if named:
            sentences.append(f"{said}: {'; '.join(named)}.")
    shown = (_told(part, notebook) for part in given["arrow"] if part["lit"] <= notebook)
    sentences += [f"{part['alt']}." for part in shown]
    return " ".join(sentences)


def _arrow(part: dict[str, Any], notebook: str) -> str:
    """An arrow, with its words above and below it, unless it is still to come."""
    later = _state(part, notebook) == "later"
    drawn = [arrow(part["line"], "later" if later else part.get("look", ""))]
    for number, text in enumerate(part.get("text", ()) if not later else ()):
        x, y = part["at"]
        drawn.append(words(x, y + 26 * number, text, "small", "middle"))
    return "\n".join(drawn)
