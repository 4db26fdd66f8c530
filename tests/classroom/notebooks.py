"""Submissions made from the course's own blank notebooks."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from authoring.lesson import BEGIN, END, Lesson
from classroom import Options
from tests.cells import LESSONS

Notebook = dict[str, Any]
BLANK: dict[str, Notebook] = {
    path.name[:2]: json.loads(path.read_text(encoding="utf-8"))
    for path in Options.release.glob("*.ipynb")
}
LESSON: dict[str, Lesson] = {lesson.number: lesson for lesson in LESSONS}
FULL = {
    number: {name: float(exercise.points) for name, exercise in lesson.chapter.exercises.items()}
    for number, lesson in LESSON.items()
}
SOLVED = [number for number, lesson in LESSON.items() if lesson.has_solution]


def solution(exercise: str) -> str:
    """The author's own answer cell."""
    lesson = LESSON[exercise.partition(".")[0].zfill(2)]
    return next(cell for cell in lesson.cells if cell.answer == exercise).solved()


def answer_with(exercise: str, code: str) -> str:
    """The answer cell with other code where the solution stands."""
    lesson = LESSON[exercise.partition(".")[0].zfill(2)]
    source = next(cell for cell in lesson.cells if cell.answer == exercise).source
    if BEGIN not in source:
        return code
    before, _, rest = source.partition(BEGIN)
    return f"{before}{code}\n{rest.partition(END)[2]}"


def grade_id(cell: dict[str, Any]) -> str:
    """nbgrader's name of a cell, empty for one that it does not know."""
    return str(cell["metadata"].get("nbgrader", {}).get("grade_id", ""))


def answer_cell(notebook: Notebook, exercise: str) -> dict[str, Any]:
    """The cell that answers an exercise."""
    end = exercise.replace(".", "-")
    name = f"answer-{exercise.partition('.')[0].zfill(2)}-{end}"
    return next(cell for cell in notebook["cells"] if grade_id(cell) == name)


def code_cell(source: str, **more: Any) -> dict[str, Any]:
    """A cell that a student adds."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    return {**cell, "source": source, **more}


def solved(number: str, **answers: str) -> Notebook:
    """A notebook with the author's answers, but for those given: ``solved("05", **{"5.1": …})``."""
    return answered(number, {**{name: solution(name) for name in FULL[number]}, **answers})


def answered(number: str, answers: dict[str, str]) -> Notebook:
    """A blank notebook with some answers."""
    notebook = copy.deepcopy(BLANK[number])
    for exercise, code in answers.items():
        answer_cell(notebook, exercise)["source"] = code
    return notebook


def write(path: Path, notebook: Notebook) -> Path:
    """Save it, as Jupyter would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1), encoding="utf-8")
    return path
