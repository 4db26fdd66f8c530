"""Short answers to a learner: a sentence, a word that says how it stands, and lines under it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from refusal.notebook.shown import marked

from .controls import Control

#: Borders in colours that stand out on light and on dark; the word says what the colour says.
_COLOURS = {"good": "#2e8b57", "open": "#8a7a00", "bad": "#c8553d", "plain": "#6b8fb5"}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a note: what it is about, a word, and a sentence."""

    about: str
    word: str
    text: str


@dataclass(frozen=True, slots=True)
class Note:
    """A sentence for a learner; shows itself in a notebook.

    Attributes:
        word: how it stands, such as "Not yet"; empty for a plain note.
        tone: ``good``, ``open``, ``bad`` or ``plain``.
        points: what nbgrader is to read as the score.
        details: folded away under the sentence.
        control: what to answer it with, where the front end has controls.
    """

    sentence: str
    lines: Sequence[Line] = field(default_factory=tuple)
    word: str = ""
    tone: str = "plain"
    points: int | None = None
    details: str = ""
    control: Control | None = field(default=None, compare=False)

    @property
    def aloud(self) -> str:
        """What a screen reader is to say of it."""
        return " ".join(self._told(". ")).replace("`", "")

    def _told(self, mark: str) -> list[str]:
        head = f"{self.word}{mark}{self.sentence}" if self.word else self.sentence
        return [head, *(f"{x.about}: {x.word}. {x.text}" for x in self.lines)]

    def _ipython_display_(self) -> None:
        if self.control is None:
            raise NotImplementedError  # So IPython shows the forms below.
        self.control.show(self)

    def __repr__(self) -> str:
        # nbgrader takes the plain form of a check's answer as its points, in its autograder and
        # behind its button "Validate", where a sentence would count as all of them.
        if self.points is not None and os.environ.get("NBGRADER_EXECUTION"):
            return str(self.points)
        return "\n".join(self._told(": "))

    def _repr_html_(self) -> str:
        word = f"<strong>{escape(self.word)}.</strong> " if self.word else ""
        items = "".join(
            f"<li><strong>{escape(x.about)}: {escape(x.word)}.</strong> {marked(x.text)}</li>"
            for x in self.lines
        )
        listed = f'<ul style="margin: 0.4em 0 0">{items}</ul>' if items else ""
        folded = (
            f"<details><summary>Details</summary>"
            f'<pre style="overflow-x: auto">{escape(self.details)}</pre></details>'
            if self.details
            else ""
        )
        style = (
            f"border-left: 4px solid {_COLOURS[self.tone]}; padding: 0.4em 0.8em; "
            "max-width: 50em; white-space: pre-line; overflow-wrap: anywhere"
        )
        return f'<div style="{style}">{word}{marked(self.sentence)}{listed}{folded}</div>'
