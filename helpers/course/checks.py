"""Checks and hints of the exercises."""

from __future__ import annotations

from types import EllipsisType
from typing import Any

from helpers.display.notes import Note
from helpers.messages import say

from .chapter import Exercise, Verdict, chapter, item_of, not_attempted, notebook_of
from .errors import CourseError
from .evidence import Evidence, LearnerError
from .lab import lab_of
from .progress import record_exercise

_TONES = {"correct": "good", "not yet": "bad", "not attempted": "open", "raised": "bad"}


def check(number: str, *given: Any) -> Note:
    """Look whether an exercise is done, by what the account and its audit trail show.

    Args:
        number: of the exercise, such as ``"5.2"``.
        given: what the exercise's check needs of the learner's own values.
    """
    try:
        lab, exercise = lab_of(number), _exercise(number)
        verdict = judge(exercise, item_of(number), Evidence(lab), given)
    except CourseError as error:
        return Note(str(error), word=say("check.not checked"), points=0)
    points = exercise.points if verdict.outcome == "correct" else 0
    sentence = verdict.sentence
    if points:
        sentence = f"{sentence} {record_exercise(item_of(number))}".strip()
    return Note(
        sentence,
        word=say(f"check.{verdict.outcome}"),
        tone=_TONES.get(verdict.outcome, "plain"),
        points=points,
        details=verdict.details,
    )


def judge(exercise: Exercise, number: str, evidence: Evidence, given: tuple[Any, ...]) -> Verdict:
    """The verdict on one exercise; whatever the learner gives, it is a verdict."""
    wanted = [name.strip() for name in exercise.given.split(",") if name.strip()]
    if len(given) != len(wanted):
        call = ", ".join([f'"{number}"', *wanted])
        text = say("check.given", wanted=exercise.given or say("check.nothing"), call=call)
        return Verdict("not checked", text)
    if any(isinstance(value, EllipsisType) for value in given):
        return not_attempted(say("check.dots"))
    try:
        with evidence.unrecorded():
            return exercise.check(evidence, *given)
    except LearnerError as error:
        return Verdict("raised", say("check.learner_error", error=error.short), error.details)
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        return Verdict("not checked", say("check.our_fault", error=fault))


def hint(number: str) -> Note:
    """The next hint of an exercise, from vague to concrete; up to three."""
    try:
        lab, exercise = lab_of(number), _exercise(number)
    except CourseError as error:
        return Note(str(error))
    item, total = item_of(number), len(exercise.hints)
    shown = lab.hints_shown.get(item, 0)
    if shown >= total:
        return Note(say("hint.none_left", hint=exercise.hints[-1]))
    lab.hints_shown[item] = shown + 1
    return Note(say("hint.next", number=shown + 1, total=total, hint=exercise.hints[shown]))


def _exercise(number: str) -> Exercise:
    notebook, item = notebook_of(number), item_of(number)
    known = chapter(notebook).exercises
    if item not in known:
        text = say("course.no_exercise", notebook=notebook, number=item, known=", ".join(known))
        raise CourseError(text)
    return known[item]
