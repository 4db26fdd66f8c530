"""A call explained, in a notebook, as text and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .page import page
from .steps import Step, folded_words, split, why


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps of one call; shows itself in a notebook.

    ``note`` says what no policy decided, such as a key that is disabled. Where no policy was
    asked, ``steps`` is empty.

    Attributes:
        caller: the ARN of who called; that of the first step if left out.
    """

    steps: Sequence[Step]
    note: str = ""
    caller: str = ""

    @property
    def who(self) -> str:
        """The ARN of who called; empty if that is not known."""
        first = self.steps[0].decision.request.principal if self.steps else ""
        return self.caller or first

    def __repr__(self) -> str:
        lines = [f"Who called: {self.who}"] if self.who else []
        for number, step in enumerate(self.steps, 1):
            lines += [f"{number}. {step.sentence}", f"   What decided: {why(step.decision)}"]
            shown, folded = split(step.rows)
            lines += [f"   {row.text}" for row in shown]
            lines += [f"   - {folded_words(folded)}"] if folded else []
        return "\n".join([*lines, self.note] if self.note else lines)

    def _repr_html_(self) -> str:
        return page(self.steps, self.note, self.who)

    @property
    def aloud(self) -> str:
        """What came of each step, in sentences."""
        said = [f"{step.sentence} What decided: {why(step.decision)}" for step in self.steps]
        return " ".join([*said, self.note]).strip()

    def to_json(self) -> dict[str, Any]:
        """The explanation as JSON has it."""
        return {"steps": [step.to_json() for step in self.steps], "note": self.note}
