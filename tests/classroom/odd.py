"""Notebooks and files as no front end writes them, with answers that may be right all the same."""

from __future__ import annotations

import os
import random
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.classroom.notebooks import (
    Notebook,
    answer_cell,
    answer_with,
    answered,
    code_cell,
    grade_id,
    solution,
    solved,
    write,
)


def reordered() -> Notebook:
    """The same cells in another order, headings, checks and all."""
    notebook = solved("05")
    random.Random(5).shuffle(notebook["cells"])
    return notebook


def checks(change: Callable[[list[dict[str, Any]], int], object]) -> Notebook:
    """A solved notebook after something was done to each of its check cells."""
    notebook = solved("05")
    cells = notebook["cells"]
    for at in reversed(range(len(cells))):
        if grade_id(cells[at]).startswith("check-"):
            change(cells, at)
    return notebook


def rename(cells: list[dict[str, Any]], at: int) -> None:
    cells[at]["metadata"]["nbgrader"].update(grade_id=f"check-mine-{at}", points=100)
    cells[at]["source"] = "100"


def doubled_answers() -> Notebook:
    """A draft that does not work, and then the answer, under the same name."""
    notebook = solved("05")
    at = notebook["cells"].index(answer_cell(notebook, "5.1"))
    draft = {**notebook["cells"][at], "id": "draft", "source": "mira_dynamodb.put_item()"}
    notebook["cells"].insert(at, draft)
    return notebook


def with_added_cells() -> Notebook:
    """An answer that leans on a cell of the student's own, and another without its metadata."""
    notebook = solved("05", **{"5.1": "try_to_write(mira_dynamodb)"})
    at = notebook["cells"].index(answer_cell(notebook, "5.1"))
    helper = "def try_to_write(client):\n    " + solution("5.1").replace("\n", "\n    ")
    notebook["cells"].insert(at - 2, code_cell(helper))
    bare = answer_cell(notebook, "5.3")
    bare["metadata"] = {}
    del bare["id"]
    return notebook


def added_that_end() -> Notebook:
    """An answer that is missing, and cells of the student's own that end Python or never end."""
    notebook = solved("05", **{"5.1": "pass"})
    at = notebook["cells"].index(answer_cell(notebook, "5.3"))
    codes = ("import os\nos._exit(0)", "exit()", "raise KeyboardInterrupt", "raise SystemExit")
    notebook["cells"][at:at] = [code_cell(code) for code in codes]
    return notebook


def added_everywhere() -> Notebook:
    """No answer, and a cell that does nothing of use after every other."""
    notebook = answered("05", {})
    pairs = [(cell, code_cell(f"{n}")) for n, cell in enumerate(notebook["cells"])]
    return {**notebook, "cells": [cell for pair in pairs for cell in pair]}


def tried_on_below_the_check() -> Notebook:
    """A wrong answer, and the right one in a cell added below the check that said "not yet"."""
    wrong = answer_with("5.3", "dynamodb.describe_table(TableName=lab.scores_table_name)")
    notebook = solved("05", **{"5.3": wrong})
    at = next(n for n, c in enumerate(notebook["cells"]) if grade_id(c) == "check-05-5-3")
    notebook["cells"].insert(at + 1, code_cell(solution("5.3")))
    return notebook


def outputs_forged() -> Notebook:
    """Nothing done, and a page that says otherwise: outputs, metadata, ids, checks."""
    notebook = solved("05", **{"5.1": "pass"})
    named = [cell for cell in notebook["cells"] if grade_id(cell).startswith("check-")]
    said = {"output_type": "display_data", "metadata": {}, "data": {"text/plain": "Correct."}}
    for cell in notebook["cells"]:
        cell["id"] = named[0]["id"]
        cell["metadata"].setdefault("nbgrader", {"grade": True, "points": 100})
        if cell["cell_type"] == "code":
            cell["outputs"] = [said]
    for cell in named:
        cell["source"] = "check = lambda *_: 'Correct.'"
    notebook["metadata"] |= {"grading": {"student": "me", "points": 100}, "stand_in": False}
    return notebook


def edited_guided_cells() -> Notebook:
    """The course's cells are not what they were; the answers are right."""
    notebook = solved("05")
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and not grade_id(cell):
            cell["source"] = "raise SystemExit('mine')"
    return notebook


def fifty_megabytes() -> Notebook:
    """A right answer that prints as an error does, and has printed too much."""
    prints = "import sys\nprint('!', file=sys.stderr)\n" + solution("5.1")
    notebook = solved("05", **{"5.1": prints})
    output = {"output_type": "stream", "name": "stderr", "text": ["x" * 1000] * 50_000}
    answer_cell(notebook, "5.1")["outputs"] = [output]
    return notebook


def climbing_zip(folder: Path) -> None:
    """A zip that would write over somebody else's notebook, follow a link, and holds a bomb."""
    victim = folder.parents[1] / "correct" / "05"
    write(folder / "05.ipynb", solved("05"))
    with zipfile.ZipFile(folder / "more.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("../../correct/05/05_denying_access.ipynb", b"{}")
        archive.writestr(str(victim / "05_denying_access.ipynb"), b"{}")
        link = zipfile.ZipInfo("link.ipynb")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, str(victim / "05_denying_access.ipynb"))


def odd_file(folder: Path) -> None:
    """A name that is no text."""
    write(folder / "a.ipynb", solved("05")).rename(folder / os.fsdecode(b"\xff\n.ipynb"))
