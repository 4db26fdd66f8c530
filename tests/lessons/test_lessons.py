"""What holds of every lesson of this course, as its author wrote it."""

from __future__ import annotations

import ast
import re

import pytest

from authoring import twins
from authoring.lesson import Lesson
from tests.cells import LESSONS


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_code_cells_are_small(one: Lesson) -> None:
    """The craft: code cells under 13 lines."""
    long = [cell.source for cell in one.cells if len(cell.solved().split("\n")) > 12]
    assert [text for text in long if cell_is_code(one, text)] == []


def cell_is_code(one: Lesson, text: str) -> bool:
    return any(cell.source == text and cell.kind == "code" for cell in one.cells)


#: What is looked up, not read through: directives, headings, tables, an exercise's inputs and goal.
ASIDE = re.compile(r"\{\{.*?\}\}|^(?:#|\||\*Inputs|\*Goal).*$", re.MULTILINE)


@pytest.mark.parametrize("one", LESSONS[1:8], ids=lambda one: one.name)
def test_a_notebook_is_read_in_a_quarter_of_an_hour(one: Lesson) -> None:
    """500 to 900 words of running prose up to the recap, as a learner finds it."""
    cells = [c.source for c in one.cells if c.kind == "markdown" and "solution" not in c.tags]
    running = ASIDE.sub("", "\n".join(cells).partition("## Recap")[0])
    assert 500 <= len(running.split()) <= 900


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_each_exercise_has_one_answer_and_one_check(one: Lesson) -> None:
    blank = twins.blank(one, LESSONS)
    ids = [c.metadata["nbgrader"]["grade_id"] for c in blank.cells if "nbgrader" in c.metadata]
    wanted = [
        f"{kind}-{one.number}-{number.replace('.', '-')}"
        for number in one.chapter.exercises
        for kind in ("answer", "check")
    ]
    written = [f"{one.number}-written-{n.replace('.', '-')}" for n in one.chapter.written]
    assert [i for i in ids if "written" not in i] == wanted
    assert [i for i in ids if "written" in i] == written


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_every_question_is_asked_and_answered(one: Lesson) -> None:
    text = "\n".join(cell.source for cell in one.cells)
    for number, question in one.chapter.predictions.items():
        assert f"{{{{predict {number}}}}}" in text
        assert not one.has_solution or f'predict("{number}", "{question.answer}")' in text
        assert f'predict("{number}", ...)' in text
        assert f'predict("{number}")' in text
    answers = ", ".join(f'"{name}": "{q.answer}"' for name, q in one.chapter.quiz.items())
    assert not one.has_solution or f'quiz("{one.number}", {{{answers}}})' in text
    dots = ", ".join(f'"{name}": ...' for name in one.chapter.quiz)
    assert f'quiz("{one.number}", {{{dots}}})' in text


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_no_cell_below_shows_the_answer_of_an_exercise(one: Lesson) -> None:
    """Who reads on, or runs all cells, must not find what an exercise above asks for."""
    shown = []
    for at, cell in enumerate(one.cells):
        if cell.kind != "code" or not cell.answer or cell.solved() == cell.blank():
            continue
        asked = _steps(cell.solved()) - _steps(cell.blank())
        for later in one.cells[at + 1 :]:
            if later.kind == "code" and not later.answer and "solution" not in later.tags:
                told = asked & _steps(later.blank())
                if len(told) > len(asked) / 2:
                    shown.append((cell.solved(), later.source))
    assert shown == []


def _steps(source: str) -> set[str]:
    """The calls and policies of a cell, whatever else stands around them."""
    nodes = [x for x in ast.walk(ast.parse(source)) if isinstance(x, (ast.Call, ast.Dict))]
    return {ast.dump(x) for x in nodes if len(ast.unparse(x)) > 40}
