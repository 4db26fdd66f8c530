"""All that a lesson's ``checks.py`` needs, from one place; CONTRIBUTING.md shows how it is used."""

from __future__ import annotations

from helpers.course.content import (
    Exercise,
    Verdict,
    correct,
    not_attempted,
    not_yet,
)
from helpers.course.evidence import Evidence, LearnerError
from helpers.course.records import Record, records

from . import probes
from .probes import *  # noqa: F403 - the vocabulary, as probes lists it
from .worlds import Studio

__all__ = [
    "Evidence",
    "Exercise",
    "LearnerError",
    "Record",
    "Studio",
    "Verdict",
    "correct",
]
__all__ += ["not_attempted", "not_yet", "records"]
__all__ += probes.__all__
