"""The picture of a KMS key's life: SVG from ``key_life.toml``, with a text that says the same."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from refusal.notebook.drawings.drawing import Picture, arrow, box, frame, words

_SOURCE = Path(__file__).with_suffix(".toml")


def source() -> dict[str, Any]:
    """The picture's text source: its states, and the transitions between them."""
    return tomllib.loads(_SOURCE.read_text(encoding="utf-8"))


@cache
def key_life() -> Picture:
    """The states of a key, and what leads from one to another."""
    given = source()
    drawn = [_transition(part) for part in given["transition"]]
    drawn += [
        box(state["box"], state["name"], state["text"], state.get("look", "lit"), wrap=False)
        for state in given["state"]
    ]
    alt = _in_words(given)
    return Picture(frame(given["title"], given["size"], alt, drawn), alt)


def _in_words(given: dict[str, Any]) -> str:
    parts = [*given["state"], *given["transition"]]
    return " ".join([f"{given['title']}.", *(f"{part['alt']}." for part in parts)])


def _transition(part: dict[str, Any]) -> str:
    """An arrow with its text above it; beside it if it slants, on its left unless ``right``."""
    x1, y1, x2, y2 = part["line"]
    right, middle = part.get("right", False), (x1 + x2) // 2
    beside = (middle + 2, "start") if right else (middle - 2, "end")
    x, anchor = (middle, "middle") if y1 == y2 else beside
    # Beside a line there is room on one side only: below its middle, or above.
    below = y1 != y2 and ((x2 - x1) * (y2 - y1) > 0) is not right
    y = (y1 + y2) // 2 + (16 if below else -7)
    return f"{arrow([(x1, y1), (x2, y2)])}\n{words(x, y, part['by'], 'small', anchor)}"
