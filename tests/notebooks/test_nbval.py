"""Every notebook under nbval: the solved ones output by output, the others from top to bottom.

nbval does not compare a cell that was stored without an execution count, and lets a cell tagged
``raises-exception`` pass where nothing is raised; so what is stored is looked at here, too.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest

from tests.cells import LESSONS

ROOT = Path(__file__).resolve().parents[2]
BLANK = sorted((ROOT / "notebooks").glob("*.ipynb"))
SOLVED = sorted((ROOT / "notebooks" / "solutions").glob("*.ipynb"))
#: What a person's own settings of the programs involved begin with.
SETTINGS = ("COURSE", "IPYTHON", "JUPYTER", "NBGRADER", "PYTEST")
CELL_TIMEOUT = 60  # seconds; nbval notices a dead kernel only then


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the code cells that hold code."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"])]


def tags(cell: dict[str, Any]) -> set[str]:
    """Return a cell's tags."""
    return set(cell["metadata"].get("tags", []))


def under_nbval(notebook: Path, mode: str, home: Path) -> int:
    """Run a copy of a notebook, for a person without settings; return how many cells passed."""
    copies = home / "course" / "notebooks"
    shutil.copytree(ROOT / "notebooks", copies)
    copy = copies / notebook.relative_to(ROOT / "notebooks")
    report = home / "report.xml"
    # An empty configuration, since this project's own makes errors of nbval's warnings.
    (home / "pytest.ini").write_text("[pytest]\n")
    command = [sys.executable, "-m", "pytest", "-c", str(home / "pytest.ini"), str(copy)]
    command += [mode, "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}"]
    command += ["-q", "--color=no", "-p", "no:cacheprovider", f"--junitxml={report}"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    done = subprocess.run(
        command, cwd=home, env=plain | {"HOME": str(home)}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    cases = list(ET.parse(report).iter("testcase"))
    return len([case for case in cases if not len(case)])


def test_every_lesson_has_both_notebooks() -> None:
    lessons = [path.name for path in sorted((ROOT / "lessons").glob("[0-9][0-9]_*"))]
    assert lessons
    assert [path.stem for path in BLANK] == lessons
    assert [path.stem for path in SOLVED] == [
        one.solved_name for one in LESSONS if one.has_solution
    ]


@pytest.mark.parametrize("notebook", SOLVED, ids=lambda path: path.stem)
def test_a_solved_notebook_has_the_outputs_it_shows(notebook: Path, tmp_path: Path) -> None:
    cells = code_cells(notebook)
    for cell in cells:
        assert cell["execution_count"], f"stored unrun, so never compared: {cell['source']}"
        raised = any(output["output_type"] == "error" for output in cell["outputs"])
        assert raised == ("raises-exception" in tags(cell)), cell["source"]
    assert under_nbval(notebook, "--nbval", tmp_path) == len(cells)


@pytest.mark.parametrize("notebook", BLANK, ids=lambda path: path.stem)
def test_a_notebook_runs_as_a_learner_finds_it(notebook: Path, tmp_path: Path) -> None:
    cells = code_cells(notebook)
    for cell in cells:
        assert not cell["outputs"] and cell["execution_count"] is None, cell["source"]
    assert under_nbval(notebook, "--nbval-lax", tmp_path) == len(cells)
