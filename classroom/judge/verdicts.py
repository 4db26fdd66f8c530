"""Verdicts on their way: from a check to the worker, and into an exercise's result."""

from __future__ import annotations

from typing import Any

from helpers.course.chapter import Outcome, Verdict

from ..messages import say
from ..options import Limits
from ..results import ExerciseResult
from ..run import channel

#: Characters of each text of a verdict: what a check saw may be as long as a student likes.
_SHOWN = 2000
_ORDER = ("not checked", "not attempted", "raised", "not yet", "correct")


def as_message(verdict: Verdict, died: str = "", lacks: str = "") -> dict[str, Any]:
    """What a copy of the worker sends of a check."""
    return {"verdict": fields(verdict), "died": died, "lacks": lacks}


def fields(verdict: Verdict) -> dict[str, str]:
    """A verdict, cut to what a page can show."""
    names = ("outcome", "sentence", "details", "misconception")
    return {name: getattr(verdict, name)[:_SHOWN] for name in names}


def unless_machine(verdict: Verdict, _: str, lacks: str) -> Verdict:
    """A criterion's verdict, or none where the machine lacks what the function needs: what it
    lacks may be named in what the criterion gave, and so is for nobody but the instructor."""
    if lacks and verdict.outcome != "correct":
        return Verdict("not checked", say("grading.lacks", what=lacks))
    return verdict


def label(exercise: str, at: int) -> str:
    """What notes call one of the cells that answer an exercise."""
    return exercise if at == 0 else f"{exercise} (cell {at + 1})"


def ending(why: str, limits: Limits) -> str:
    """Why an answer did not come to its end, for the student."""
    if why == "time":
        return say("grading.time", seconds=f"{limits.seconds:g}")
    if why == "memory":
        return say("grading.memory", size=limits.memory // 1024**2)
    if why == "processes":
        return say("grading.processes", most=channel.MOST_PROCESSES)
    if why == channel.SILENT:
        return say("grading.silent")
    if why == channel.BUDGET:
        return say("grading.budget")
    return say("grading.ended", how=why or "closed")


def stopped(why: str, limits: Limits) -> Verdict:
    """What a check says where the student's process ended: a zero, but for a submission's time."""
    outcome: Outcome = "not checked" if why == channel.BUDGET else "raised"
    return Verdict(outcome, ending(why, limits))


def better(one: ExerciseResult, other: ExerciseResult) -> ExerciseResult:
    """The better of two; the first where they are as good."""

    def worth(result: ExerciseResult) -> tuple[float, int]:
        points = -1.0 if result.points is None else result.points
        return points, _ORDER.index(result.outcome)

    return max(one, other, key=worth)
