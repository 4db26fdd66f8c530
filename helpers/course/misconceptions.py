"""What people believe of this subject and is not so: ``lessons/misconceptions.toml``.

Questions and checks name the claim that an answer shows, so that a learner is answered by name and
an instructor sees which claims a class holds.
"""

from __future__ import annotations

import tomllib
from functools import cache
from typing import NamedTuple

from helpers.paths import ROOT


class Misconception(NamedTuple):
    """A claim found in what learners write, and the truth."""

    claim: str
    truth: str


@cache
def misconceptions() -> dict[str, Misconception]:
    """The course's own, read when they are first asked for."""
    found = tomllib.loads((ROOT / "lessons" / "misconceptions.toml").read_text(encoding="utf-8"))
    return {
        key: Misconception(*(" ".join(one[name].split()) for name in Misconception._fields))
        for key, one in found.items()
    }
