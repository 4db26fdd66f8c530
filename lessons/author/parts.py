"""A requirement in parts: how many are met, and what stands in place of the first that is not."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from helpers.course.content import Verdict, correct, not_yet

__all__ = ["Part", "judged"]


class Part(NamedTuple):
    """A part of a requirement.

    Attributes:
        title: in the requirement's own words.
        lacks: what was found in its place, as a sentence; empty if it is met.
        claim: the misconception that this shows.
    """

    title: str
    lacks: str = ""
    claim: str = ""


def judged(*parts: Part) -> Verdict:
    """How many parts of a requirement are met, and the first that is not."""
    open_still = [part for part in parts if part.lacks]
    if not open_still:
        return correct(f"All {len(parts)} parts of the requirement are met.")
    first = open_still[0]
    verdict = not_yet(f"{first.title}.", first.lacks, first.claim)
    met = f"{len(parts) - len(open_still)} of {len(parts)} parts are met."
    return replace(verdict, sentence=f"{met} {verdict.sentence}")
