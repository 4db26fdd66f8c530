"""Checks and hints of the exercises."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from types import EllipsisType
from typing import Any

from botocore.exceptions import ClientError

from helpers.display.controls import Control
from helpers.display.notes import Line, Note
from helpers.messages import say

from .calling import called_like
from .chapter import Exercise, Verdict, chapter, item_of, not_attempted, notebook_of
from .errors import CourseError, Interrupted
from .evidence import Evidence, LearnerError
from .lab import Lab, lab_of
from .limits import Exited, TooLong
from .mishaps import stopped
from .progress import record

_TONES = {"correct": "good", "not yet": "bad", "not attempted": "open", "raised": "bad"}


@called_like('check("5.1")')
def check(number: Any, *given: Any) -> Note:
    """Look whether an exercise is done, by what the account and its audit trail show.

    Args:
        number: of the exercise, such as ``"5.2"``.
        given: what the exercise's check needs of the learner's own values.
    """
    try:
        lab, exercise = lab_of(number), _exercise(number)
        note = _looked(lab, exercise, item_of(number), given)
    except CourseError as error:
        return Note(str(error), word=say("check.to mend"), points=0)
    except KeyboardInterrupt as stop:
        raise Interrupted(say("check.interrupted", where=_where(stop))) from None
    return replace(note, control=_checking(lab, exercise, number)) if lab.controls else note


def _looked(lab: Lab, exercise: Exercise, item: str, given: tuple[Any, ...]) -> Note:
    verdict = _with_cell(exercise, judge(exercise, item, Evidence(lab), given))
    points = exercise.points if verdict.outcome == "correct" else 0
    sentence = verdict.sentence
    if points:
        sentence = f"{sentence} {record(item)}".strip()
    return Note(
        sentence,
        word=say(f"check.{verdict.outcome}"),
        tone=_TONES.get(verdict.outcome, "plain"),
        points=points,
        details=verdict.details,
    )


def _with_cell(exercise: Exercise, verdict: Verdict) -> Verdict:
    """A verdict, or what stopped the answer's cell: then what was looked at may be older."""
    names = _given(exercise)
    told, began = stopped(*names)
    if told and (verdict.outcome == "not attempted" or (names and not began)):
        return Verdict("raised", told)
    said = told.split(": ", 3)[-1].partition(" (Service")[0].rstrip(".")  # AWS's own words.
    late = told and verdict.outcome != "correct" and said not in verdict.sentence
    return replace(verdict, sentence=f"{verdict.sentence} {told}") if late else verdict


def _given(exercise: Exercise) -> list[str]:
    """What a check is called with, beside its number, as the notebook calls it."""
    return [name.strip() for name in exercise.given.split(",") if name.strip()]


def _where(stop: KeyboardInterrupt) -> str:
    """The line of the learner's code that ran when it was interrupted, if one did."""
    frames = traceback.extract_tb(stop.__traceback__)
    own = [x for x in frames if "ipykernel_" in x.filename or "ipython-input" in x.filename][1:]
    return say("check.interrupted_at", line=own[-1].lineno, code=own[-1].line) if own else ""


def judge(exercise: Exercise, number: str, evidence: Evidence, given: tuple[Any, ...]) -> Verdict:
    """The verdict on one exercise; whatever the learner gives, it is a verdict.

    Raises:
        CourseError: the check is not given what it needs.
    """
    wanted = _given(exercise)
    if len(given) != len(wanted):
        call = ", ".join([f'"{number}"', *wanted])
        wants = exercise.given or say("check.nothing")
        raise CourseError(say("check.given", wanted=wants, call=call))
    if any(isinstance(value, EllipsisType) for value in given):
        return not_attempted(say("check.dots"))
    try:
        with evidence.unrecorded():
            return exercise.check(evidence, *given)
    except LearnerError as error:
        cause = error.__cause__
        own = isinstance(cause, (TooLong, Exited))
        told = str(cause) if own else say("check.learner_error", error=error.short)
        return Verdict("raised", told, error.details)
    except ClientError as error:  # What it begins with is gone, or closed even to admin.
        return Verdict("not yet", say("check.gone", error=error))
    except Exception as error:
        fault = f"{type(error).__name__}: {error}"
        return Verdict("not checked", say("check.our_fault", error=fault))


def _checking(lab: Lab, exercise: Exercise, number: Any) -> Control:
    """The buttons under what a check says: to ask it again, and for the next hint."""

    def answered(button: str, _: Mapping[str, str]) -> Note:
        item = item_of(number)
        if button == "hint":
            lab.hints_shown[item] = min(lab.hints_shown.get(item, 0) + 1, len(exercise.hints))
        try:
            note = check(number, *(_now(name) for name in _given(exercise)))
        except (CourseError, NameError) as error:
            note = Note(str(error), word=say("check.to mend"), points=0)
        shown = exercise.hints[: lab.hints_shown.get(item, 0)]
        return replace(note, lines=_hints(shown, len(exercise.hints)))

    buttons = {"again": say("control.again"), "hint": say("control.hint")}
    return Control([], buttons, answered, title=say("control.check", number=item_of(number)))


def _now(name: str) -> Any:
    """What the notebook calls by a name, after the learner may have run a cell again.

    Raises:
        NameError: nothing.
    """
    shell = sys.modules["IPython"].get_ipython()
    if name not in shell.user_ns:
        raise NameError(stopped(name)[0] or say("check.no_name", name=name))
    return shell.user_ns[name]


def _hints(shown: tuple[str, ...], total: int) -> list[Line]:
    numbered = ((say("hint.shown", number=n, total=total), x) for n, x in enumerate(shown, 1))
    return [Line(say("hint.about"), number, text) for number, text in numbered]


@called_like('hint("5.1")')
def hint(number: Any) -> Note:
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
    told = Note(say("hint.next", number=shown + 1, total=total, hint=exercise.hints[shown]))
    if not lab.controls or shown + 1 == total:
        return told
    buttons, title = {"hint": say("control.hint")}, say("check.title", number=item)
    more = Control([], buttons, lambda *_: replace(hint(number), control=None), title=title)
    return replace(told, control=more)


def _exercise(number: str) -> Exercise:
    notebook, item = notebook_of(number), item_of(number)
    known = chapter(notebook).exercises
    if item not in known:
        text = say("course.no_exercise", notebook=notebook, number=item, known=", ".join(known))
        raise CourseError(text)
    return known[item]
