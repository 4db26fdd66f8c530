"""The two notebooks of a lesson."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import nbformat as _nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

from helpers.paths import ROOT

from .lesson import Cell, Lesson, LessonError
from .messages import say
from .render import Twin

#: Its functions are not typed.
nbformat: Any = _nbformat
NotebookNode = Any
#: No versions: what runs the notebook is the learner's own Python.
_METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_CHECK = re.compile(r'^check\("(\d+\.\d+)"', re.MULTILINE)
_OPEN = re.compile(r'(open_lab\("\d\d")\)')


def blank(lesson: Lesson, lessons: list[Lesson]) -> NotebookNode:
    """What a learner opens: no solutions, no outputs, nbgrader's metadata on the exercises."""
    twin = Twin(lesson, lessons, solved=False)
    cells = _head(twin)
    for cell in lesson.cells:
        if "solution" in cell.tags:
            continue
        if cell.kind == "markdown":
            cells.append(_markdown(cell.identity, twin.markdown(cell.source)))
            cells += _written(twin, cell)
        else:
            cells.append(_code(cell.identity, cell.blank(), _graded(lesson, cell), cell.tags))
            cells += _help(twin, cell)
    return _notebook([*cells, _markdown("footer", twin.footer())])


def solved(lesson: Lesson, lessons: list[Lesson]) -> NotebookNode:
    """Solutions and their explanations, not executed yet; see ``execute``."""
    twin = Twin(lesson, lessons, solved=True)
    cells = _head(twin)
    for cell in lesson.cells:
        if "blank" in cell.tags:
            continue
        tags = tuple(tag for tag in cell.tags if tag != "solution")
        if cell.kind == "markdown":
            cells.append(_markdown(cell.identity, twin.markdown(cell.source)))
            cells += _written(twin, cell)
        else:
            # A learner who runs the solved twin has not done its exercises.
            source = _OPEN.sub(r"\1, keep_progress=False)", cell.solved())
            cells.append(_code(cell.identity, source, {}, tags))
    return _notebook([*cells, _markdown("footer", twin.footer())])


def execute(notebook: NotebookNode, folder: Path) -> NotebookNode:
    """Run a notebook in its folder, and keep the outputs.

    Raises:
        LessonError: a cell raised what it does not say that it raises.
    """
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    client = NotebookClient(
        notebook,
        timeout=60,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    try:
        client.execute(env={**os.environ, "PYTHONPATH": path})
    except CellExecutionError as error:
        raise LessonError(
            f"{error.ename}: {error.evalue}\nin the cell\n{error.traceback}"
        ) from None
    notebook.metadata = nbformat.from_dict(_METADATA)
    return notebook


def text(notebook: NotebookNode) -> str:
    """The file's text: the same notebook gives the same bytes."""
    nbformat.validate(notebook)
    return str(nbformat.writes(notebook)).rstrip("\n") + "\n"


def sources(notebook: NotebookNode) -> list[tuple[str, str, str]]:
    """What a notebook says, without what it answered: (id, type, source) of each cell."""
    return [(cell.id, cell.cell_type, cell.source) for cell in notebook.cells]


def _head(twin: Twin) -> list[NotebookNode]:
    return [_markdown("navigation", twin.navigation()), _markdown("card", twin.card())]


def _written(twin: Twin, cell: Cell) -> list[NotebookNode]:
    """The place for the answer to a written question, which a person marks."""
    if not cell.answer:
        return []
    question = twin.lesson.chapter.written.get(cell.answer)
    if question is None:
        raise LessonError(f"{twin.lesson.name}: there is no written question {cell.answer}")
    identity = f"written-{cell.answer.replace('.', '-')}"
    if twin.solved:
        return [_markdown(identity, say("notebook.model_answer", model=question.model))]
    grader = {
        "schema_version": 3,
        "cell_type": "markdown",
        "task": False,
        "grade_id": f"{twin.lesson.number}-{identity}",
        "solution": True,
        "grade": True,
        "locked": False,
        "points": len(question.key),
    }
    place = _markdown(identity, say("notebook.write_here"))
    place.metadata.update({"nbgrader": grader, "deletable": False})
    return [place]


def _help(twin: Twin, cell: Cell) -> list[NotebookNode]:
    match = _CHECK.search(cell.source)
    if match is None:
        return []
    number = match.group(1)
    slug = number.replace(".", "-")
    # A comment: "Run All" shows no hints.
    hint = _code(f"hint-{slug}", f'# hint("{number}")', {}, ())
    return [_markdown(f"stuck-{slug}", twin.help(number)), hint]


def _graded(lesson: Lesson, cell: Cell) -> dict[str, Any]:
    """nbgrader's metadata, schema version 3 (platform notes 3), and what its LockCells adds."""
    match = _CHECK.search(cell.source)
    number = cell.answer or (match and match.group(1))
    if not number:
        return {}
    if number not in lesson.chapter.exercises:
        raise LessonError(f"{lesson.name}: there is no exercise {number} in its chapter")
    slug = f"{lesson.number}-{number.replace('.', '-')}"
    grader = {"schema_version": 3, "cell_type": "code", "task": False}
    if cell.answer:
        grader |= {"grade_id": f"answer-{slug}", "solution": True, "grade": False, "locked": False}
        return {"nbgrader": grader, "deletable": False}
    points = lesson.chapter.exercises[number].points
    grader |= {"grade_id": f"check-{slug}", "solution": False, "grade": True, "locked": True}
    return {"nbgrader": grader | {"points": points}, "deletable": False, "editable": False}


def _markdown(identity: str, source: str) -> NotebookNode:
    return nbformat.v4.new_markdown_cell(source, id=identity)


def _code(
    identity: str, source: str, metadata: dict[str, Any], tags: tuple[str, ...]
) -> NotebookNode:
    tagged = {"tags": list(tags)} if tags else {}
    return nbformat.v4.new_code_cell(source, id=identity, metadata={**metadata, **tagged})


def _notebook(cells: list[NotebookNode]) -> NotebookNode:
    return nbformat.v4.new_notebook(cells=cells, metadata=nbformat.from_dict(_METADATA))
