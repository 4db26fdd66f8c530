"""Runs the cells of a lesson in this process, as a kernel would."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

from authoring.lesson import Cell, Lesson, read_all

LESSONS = read_all(Path(__file__).parents[1] / "lessons")


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell; the value is that of a last expression, shown as Jupyter would show it."""
    names.setdefault("__name__", "__main__")
    if "display" not in names:
        exec("from IPython.display import display", names)
    body = ast.parse(source).body
    last = body.pop() if body and isinstance(body[-1], ast.Expr) else None
    exec(compile(ast.Module(body, []), "cell", "exec"), names)
    if not isinstance(last, ast.Expr):
        return None
    value = eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    repr(value)
    return value


def blank_cells(lesson: Lesson) -> list[Cell]:
    """The code cells that a learner finds."""
    return [c for c in lesson.cells if c.kind == "code" and "solution" not in c.tags]
