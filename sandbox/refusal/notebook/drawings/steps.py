"""A request for items, step by step: a drawing for each step, folded under its sentence.

``<details>`` needs no script, works by keyboard, and stays when JupyterLab does not trust the
notebook.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from .drawing import Picture, arrow, box, frame, image
from .sentences import say

_SIZE, _WIDTH, _HEIGHT = (630, 300), 150, 84
_BOXES = {
    "caller": (14, 56),
    "dynamodb": (240, 56),
    "kms": (466, 56),
    "table": (466, 200),
    "key": (240, 200),
    "items": (14, 200),
}
_ARROWS = {
    "call": [(164, 90), (240, 90)],
    "ask": [(390, 90), (466, 90)],
    "open": [(541, 140), (541, 200)],
    "kept": [(350, 140), (466, 220)],
    "data": [(466, 242), (390, 242)],
    "item": [(240, 242), (164, 242)],
    "answer": [(89, 200), (89, 140)],
    "error": [(240, 120), (164, 120)],
}


@dataclass(frozen=True, slots=True)
class Move:
    """One step: what happens, along which arrow, and what is so of a box from then on."""

    sentence: str
    arrow: str
    now: Mapping[str, list[str]] = field(default_factory=dict)
    refused: bool = False


@dataclass(frozen=True, slots=True)
class RequestSteps:
    """The steps of one request; shows itself in a notebook, where each step unfolds."""

    title: str
    caller: str
    moves: Sequence[Move]

    def __repr__(self) -> str:
        return "\n".join([f"{self.title}:", *map(self._line, range(len(self.moves)))])

    def _repr_html_(self) -> str:
        steps = "".join(
            f"<details{'' if place else ' open'}><summary>{escape(self._line(place))}</summary>"
            f"{image(self.picture(place + 1))}</details>"
            for place in range(len(self.moves))
        )
        return f'<div style="max-width: 60em"><p>{escape(self.title)}</p>{steps}</div>'

    def _line(self, place: int) -> str:
        return f"{place + 1}. {self.moves[place].sentence}"

    def picture(self, number: int) -> Picture:
        """How it stands after a step, counted from 1."""
        done = self.moves[:number]
        locked = [say("steps.encrypted")]
        said = {"caller": [self.caller], "table": locked, "key": locked, "items": locked}
        looks = {"caller": "lit"}
        for move in done:
            look = "no" if move.refused else "new" if move is done[-1] else "lit"
            said |= move.now
            looks |= dict.fromkeys(move.now, look)
        latest = {move.arrow: move for move in done}  # A refusal takes its question's place.
        drawn = [_drawn(move, move is done[-1]) for move in latest.values()]
        told = []
        for kind, (x, y) in _BOXES.items():
            name, text = say(f"steps.{kind}"), said.get(kind, [])
            drawn.append(box((x, y, _WIDTH, _HEIGHT), name, text, looks.get(kind, "later")))
            told.append(f"{name}: {', '.join(text) or say('way.unasked')}")
        title = f"{number}. {self.title}"
        alt = f"{title}. {done[-1].sentence} {'; '.join(told)}."
        return Picture(frame(title, _SIZE, alt, drawn), alt)


def _drawn(move: Move, latest: bool) -> str:
    path = _ARROWS[move.arrow]
    if not move.refused:
        return arrow(path, "new" if latest else "")
    (x, _), (end, y) = path  # The cross stands before the box.
    return arrow([(x, y), (end - 12, y)], "no")
