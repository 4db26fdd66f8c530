"""What earns points without the work: constants of another world, samples of a check, a forged
trail. Every lesson's exercises are tried, whichever there are."""

from __future__ import annotations

import ast
import functools
import os
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

from authoring.lesson import Lesson
from helpers.course.chapter import Exercise
from helpers.course.checks import judge
from helpers.course.evidence import Evidence
from helpers.course.lab import Lab, lab_of
from refusal import Sandbox
from tests.cells import blank_cells, run
from tests.classroom.notebooks import LESSON
from tests.lessons.test_checks import in_a_fork

#: Where an attacker looks for what a check compares with.
_LONGEST = 4000
#: What a student's process can be told about: nothing of it is where marks are given.
PATCHES = """
import boto3, helpers.course.checks, helpers.course.evidence
from helpers.course.chapter import Verdict, chapter
_right = lambda *_, **__: Verdict("correct", "Because I say so.")
helpers.course.checks.judge = helpers.course.checks.check = _right
for _exercise in chapter("{number}").exercises.values():
    object.__setattr__(_exercise, "check", _right)
"""
#: Events of everybody, written by everybody: a check that reads what the student wrote is fooled.
FORGED = """
def _noise():
    users = [user["UserName"] for user in boto3.client("iam").list_users()["Users"]]
    tables = boto3.client("dynamodb").list_tables()["TableNames"]
    keys = [key["KeyId"] for key in boto3.client("kms").list_keys()["Keys"]]
    sessions = [boto3, *map(lab.as_user, users)]
    for session in sessions:
        for call in (
            *(lambda t=t: session.client("dynamodb").scan(TableName=t) for t in tables),
            *(lambda k=k: session.client("kms").describe_key(KeyId=k) for k in keys),
            *(lambda k=k: session.client("kms").generate_data_key(KeyId=k, KeySpec="AES_256")
              for k in keys),
        ):
            try:
                call()
            except Exception:
                pass
try:
    _noise()
    import copy
    _last = lab.trail.events()[-1]
    _forged = []
    for _name in ("Decrypt", "Encrypt", "GetItem", "PutItem", "GenerateDataKey", "ReEncrypt"):
        _event = copy.deepcopy(_last)
        _event.record.update(eventName=_name, errorCode="AccessDenied", eventID="forged")
        _forged.append(_event)
    type(lab.trail).events = lambda *_, **__: _forged
    lab.opened = lab.opened.replace(year=1999)
except Exception:
    pass
"""


@functools.cache
def right_values(number: str, seed: str) -> dict[str, str]:
    """Code that gives each exercise's check, as constants, what the author's answer gave it in the
    world of a seed; a function is a table of what it was asked."""
    return in_a_fork(functools.partial(_right_values, LESSON[number], seed))


def _right_values(lesson: Lesson, seed: str) -> dict[str, str]:
    os.environ["COURSE_SEED"] = seed
    names: dict[str, Any] = {}
    found: dict[str, str] = {}
    exercise, own = "", set[str]()
    tables: dict[str, list[tuple[Any, Any]]] = {}
    for cell in blank_cells(lesson):
        if cell.answer in lesson.chapter.exercises:
            exercise = str(cell.answer)
            own = assigned(cell.solved())
            run(cell.solved(), names)
            tables = {name: _recorded(names, name) for name in own if _is_function(names, name)}
            continue
        run(cell.blank(), names)
        if exercise and f'check("{exercise}"' in cell.source:
            given = lesson.chapter.exercises[exercise].given.split(", ")
            parts = [
                _table(name, tables[name]) if name in tables else f"{name} = {names[name]!r}"
                for name in given
                if name in own and (name in tables or is_literal(names[name]))
            ]
            found[exercise] = "\n".join(parts)
            exercise = ""
    return found


def assigned(source: str) -> set[str]:
    """The names that a cell's own code binds."""
    targets = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)]
    functions = [x.name for x in ast.walk(ast.parse(source)) if isinstance(x, ast.FunctionDef)]
    return {x.id for x in targets if isinstance(x.ctx, ast.Store)} | set(functions)


def is_literal(value: object) -> bool:
    """Whether a value can be written down."""
    try:
        return bool(ast.literal_eval(repr(value)) == value)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False


def _is_function(names: dict[str, Any], name: str) -> bool:
    return callable(names.get(name)) and hasattr(names[name], "__code__")


def _recorded(names: dict[str, Any], name: str) -> list[tuple[Any, Any]]:
    """Have a function note what it is asked and what it says."""
    function, table = names[name], list[tuple[Any, Any]]()

    @functools.wraps(function)
    def noting(**given: Any) -> Any:
        value = function(**given)
        if is_literal(given) and is_literal(value):
            table.append((given, value))
        return value

    names[name] = noting
    return table


def _table(name: str, table: list[tuple[Any, Any]]) -> str:
    return (
        f"def {name}(**given):\n    table = {table!r}\n"
        "    fits = [value for asked, value in table if asked == given]\n"
        "    return (fits or [value for _, value in table] or [None])[0]"
    )


def samples(lesson: Lesson) -> Iterator[Any]:
    """What stands in a lesson's checks, and can be handed in."""
    seen = set[str]()
    waiting = list(vars(import_module(f"lessons.{lesson.name}.checks")).values())
    while waiting:
        value = waiting.pop()
        if not is_literal(value) or len(repr(value)) > _LONGEST or repr(value) in seen:
            continue
        seen.add(repr(value))
        yield value
        if isinstance(value, dict):
            waiting += [*value.values(), list(value), list(value.values())]
        elif isinstance(value, (list, tuple, set, frozenset)):
            waiting += list(value)
            waiting += [sorted(value)] if isinstance(value, (set, frozenset)) else []


def _echoes() -> Iterator[Callable[..., Any]]:
    """Functions that give back what they were given, or a part of it."""
    for at in range(4):
        yield lambda at=at, **given: ([*given.values()][at:] or [None])[0]
    yield lambda **given: given


class _Prepared(Evidence):
    """Evidence that says whether a copy of the world was asked for; made before, if ``copy``."""

    def __init__(self, lab: Lab, copy: Lab | None = None) -> None:
        super().__init__(lab)
        self.copy, self.asked = copy, False

    def fresh(self) -> None:
        """As ``Evidence.fresh``."""
        self.asked = True
        if self.copy is None:
            super().fresh()
        else:
            self.lab, self._copied = self.copy, True


def _judged(
    exercise: Exercise, number: str, evidence: _Prepared, given: tuple[Any, ...]
) -> dict[str, Any]:
    outcome = judge(exercise, number, evidence, given).outcome
    return {"outcome": outcome, "fresh": evidence.asked}


def _in_one_copy(
    exercise: Exercise, number: str, lab: Lab, answers: list[tuple[Any, ...]]
) -> dict[str, Any]:
    """Each answer's outcome, in a process with a copy of the world that one process has made."""
    sandbox = Sandbox(lab.sandbox.seed).start(aside=True)
    evidence = _Prepared(lab, Lab(lab.notebook, sandbox, keeps_progress=False))
    asked = (functools.partial(_judged, exercise, number, evidence, each) for each in answers)
    return {"outcomes": [in_a_fork(each)["outcome"] for each in asked]}


def _outcomes(
    exercise: Exercise, number: str, lab: Lab, answers: list[tuple[Any, ...]]
) -> list[str]:
    found: list[str] = []
    for at, given in enumerate(answers):
        said = _judged(exercise, number, _Prepared(lab), given)
        found.append(said["outcome"])
        if said["fresh"]:  # Which takes a second, for each of the others too.
            rest = functools.partial(_in_one_copy, exercise, number, lab, answers[at + 1 :])
            return found + list(in_a_fork(rest)["outcomes"])
    return found


@functools.cache
def earned_by_samples(number: str, seed: str) -> dict[str, list[str]]:
    """By exercise: the samples that its check takes for the work."""
    return in_a_fork(functools.partial(_earned_by_samples, LESSON[number], seed))


def _earned_by_samples(lesson: Lesson, seed: str) -> dict[str, list[str]]:
    os.environ["COURSE_SEED"] = seed
    names: dict[str, Any] = {}
    found: dict[str, list[str]] = {}
    known = list(samples(lesson))
    own: set[str] = set()
    for cell in blank_cells(lesson):
        if cell.answer in lesson.chapter.exercises:
            own = assigned(cell.solved()) if lesson.has_solution else assigned(cell.blank())
            function = bool(ast.parse(cell.blank()).body) and "def " in cell.blank()
            run(cell.blank(), names)
            exercise = lesson.chapter.exercises[str(cell.answer)]
            given = [name.strip() for name in exercise.given.split(",") if name.strip()]
            tries: list[Any] = [*known]
            if function:
                tries = [lambda value=value, **_: value for value in known] + [*_echoes()]
            asked = [
                (value, tuple(value if name in own else names[name] for name in given))
                for value in (tries if given else [])
            ]
            answers = [answer for _, answer in asked]
            number = str(cell.answer)
            outcomes = _outcomes(exercise, number, lab_of(number), answers)
            found[number] = [
                repr(value(a=1) if function else value)[:200]
                for (value, _), outcome in zip(asked, outcomes, strict=True)
                if outcome == "correct"
            ]
            continue
        run(cell.blank(), names)
    if (running := Sandbox.running()) is not None:
        running.stop()
    return found


def attacked(lesson: Lesson) -> dict[str, str]:
    """An answer to each exercise: no work, and everything that might pass for it."""
    constants = right_values(lesson.number, "of another world") if lesson.has_solution else {}
    first = PATCHES.format(number=lesson.number) + FORGED
    return {
        number: (first if at == 0 else "") + constants.get(number, "")
        for at, number in enumerate(lesson.chapter.exercises)
    }
