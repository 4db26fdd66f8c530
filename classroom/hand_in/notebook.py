"""A submitted notebook: which it is, and what in it is the student's own.

Nothing of it is believed but the answers. Which notebook it is, and which cell answers what, is
read from nbgrader's metadata and from the cells' ids, never from names of files.
"""

from __future__ import annotations

import ast
import contextlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from authoring.messages import say
from helpers.course.chapter import Question, chapter

from ..errors import GradingError
from .official import Official, Release, has_code, parse_grade_id, source_of

_WRITTEN = re.compile(r"\d\d-written-(\d+)-(\w+)", re.ASCII)
#: In the place of a notebook that could not be taken: why.
NOT_TAKEN = "not_taken"
_REASON = 500
_NO_NOTEBOOK = "This is not a Jupyter notebook"
_OTHER_COURSE = "This notebook has no exercise of this course, or its cells' metadata is lost"


@dataclass(slots=True)
class Submitted:
    """What a student handed in.

    Attributes:
        answers: by exercise, the cells that answer it, in the order of the notebook.
        extras: cells that the student added, by the official step that they stand before.
        written: what was written, by the number of its question.
        claims: the misconceptions that predictions and quiz show.
        notes: what is odd about it.
    """

    notebook: str
    answers: dict[str, list[str]] = field(default_factory=dict)
    extras: dict[int, list[str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    claims: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def read_notebook(data: bytes, release: Release) -> Submitted:
    """Read a file that is said to be a notebook.

    Raises:
        GradingError: it is none, or none of this course; the message is for a person.
    """
    cells = read_cells(data)
    official = release[_number(cells, release)]
    found = Submitted(official.number)
    _sort(cells, official, found)
    found.claims = tuple(sorted(set(_claims(cells, official.number))))
    known = official.stubs
    notes = [f"{x}: its answer cell is missing." for x in known if x not in found.answers]
    notes += [f"{x}: {len(c)} cells answer it." for x, c in found.answers.items() if len(c) > 1]
    found.notes = tuple(notes)
    return found


def read_cells(data: bytes) -> list[dict[str, Any]]:
    """The cells of a file that is said to be a notebook, whatever is in them.

    Raises:
        GradingError: it is none; the message is for a person.
    """
    try:
        content = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise GradingError(f"{_NO_NOTEBOOK}: it is not JSON ({str(error)[:80]}).") from None
    if isinstance(content, dict) and "worksheets" in content:
        raise GradingError("This notebook is in an old format; open it in Jupyter and save it.")
    if isinstance(content, dict) and isinstance(content.get(NOT_TAKEN), str):
        raise GradingError(content[NOT_TAKEN][:_REASON])
    cells = content.get("cells") if isinstance(content, dict) else None
    if not isinstance(cells, list):
        raise GradingError(f"{_NO_NOTEBOOK}: it has no cells.")
    return [cell for cell in cells if isinstance(cell, dict)]


def _number(cells: list[dict[str, Any]], release: Release) -> str:
    """Which notebook it is: as most of its cells say."""
    votes = Counter(found[1] for cell in cells if (found := parse_grade_id(cell)))
    if not votes:
        owners = {
            step.identity: number
            for number, official in release.items()
            for step in official.steps
            if step.identity
        }
        votes.update(owners[id_] for cell in cells if (id_ := str(cell.get("id"))) in owners)
    ranked = [number for number, _ in votes.most_common() if number in release]
    if not ranked:
        raise GradingError(f"{_OTHER_COURSE}.")
    if len(ranked) > 1 and votes[ranked[0]] == votes[ranked[1]]:
        raise GradingError(f"This is as much notebook {ranked[0]} as notebook {ranked[1]}.")
    return ranked[0]


def _sort(cells: list[dict[str, Any]], official: Official, found: Submitted) -> None:
    steps = official.steps
    answers = {step.exercise: at for at, step in enumerate(steps) if step.kind == "answer"}
    by_identity = {step.identity: at for at, step in enumerate(steps) if step.identity}
    by_source = {step.source.strip(): at for at, step in enumerate(steps)}
    before = 0
    for cell in cells:
        source = source_of(cell)
        if cell.get("cell_type") == "markdown":
            _keep_written(cell, source, found)
        if cell.get("cell_type") != "code":
            continue
        name = parse_grade_id(cell)
        if name is not None:
            at = answers.get(name[2]) if name[:2] == ("answer", official.number) else None
        else:
            at = by_identity.get(str(cell.get("id")), by_source.get(source.strip()))
        if at is not None and steps[at].kind == "answer":
            found.answers.setdefault(steps[at].exercise, []).append(source)
        elif at is None and name is None and has_code(source):
            found.extras.setdefault(before, []).append(source)
        before = before if at is None else at + 1


def _keep_written(cell: dict[str, Any], source: str, found: Submitted) -> None:
    metadata = cell.get("metadata")
    grader = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    match = _WRITTEN.fullmatch(str(grader.get("grade_id"))) if isinstance(grader, dict) else None
    if match and source.strip() != say("notebook.write_here"):
        found.written[f"{match[1]}.{match[2]}"] = source.strip()


def _claims(cells: list[dict[str, Any]], number: str) -> Iterator[str]:
    """The misconceptions of wrong answers to predictions and quiz, as they stand in the cells."""
    questions = chapter(number)
    for cell in cells:
        if cell.get("cell_type") != "code":
            continue
        for call in _calls(source_of(cell)):
            match call:
                case ("predict", [str(item), str(letter)]):
                    yield from _claim(questions.predictions.get(item), letter)
                case ("quiz", [_, dict(answers)]):
                    for name, letter in answers.items():
                        yield from _claim(questions.quiz.get(name), letter)


def _calls(source: str) -> Iterator[tuple[str, list[Any]]]:
    """Calls of predict and quiz whose arguments are written out."""
    if "predict(" not in source and "quiz(" not in source:
        return
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            with contextlib.suppress(ValueError, TypeError):
                yield node.func.id, [ast.literal_eval(argument) for argument in node.args]


def _claim(question: Question | None, letter: object) -> Iterator[str]:
    option = question.options.get(letter) if question and isinstance(letter, str) else None
    if option is not None and option.misconception:
        yield option.misconception
