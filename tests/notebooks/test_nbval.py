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
from collections import Counter
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
#: Gives each notebook's kernel a home folder, and so a progress, of its own.
PERSONS = """
import os, pathlib, pytest

@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    home = pathlib.Path(__file__).parent / "homes" / item.path.stem
    home.mkdir(parents=True, exist_ok=True)
    os.environ["HOME"] = str(home)
"""
#: How many cells of each notebook passed, and what the others said.
Ran = tuple[dict[str, int], dict[str, list[str]]]


def code_cells(notebook: Path) -> list[dict[str, Any]]:
    """Return the code cells that hold code."""
    cells = json.loads(notebook.read_text("utf-8"))["cells"]
    return [cell for cell in cells if cell["cell_type"] == "code" and "".join(cell["source"])]


def tags(cell: dict[str, Any]) -> set[str]:
    """Return a cell's tags."""
    return set(cell["metadata"].get("tags", []))


def under_nbval(mode: str, notebooks: list[Path], home: Path) -> Ran:
    """Run copies of notebooks, each in a kernel of its own for a person without settings."""
    copies = home / "course" / "notebooks"
    shutil.copytree(ROOT / "notebooks", copies)
    report = home / "report.xml"
    # An empty configuration, since this project's own makes errors of nbval's warnings.
    (home / "pytest.ini").write_text("[pytest]\n")
    (home / "conftest.py").write_text(PERSONS)
    command = [sys.executable, "-m", "pytest", "-c", str(home / "pytest.ini")]
    command += [str(copies / path.relative_to(ROOT / "notebooks")) for path in notebooks]
    command += [mode, "--nbval-current-env", f"--nbval-cell-timeout={CELL_TIMEOUT}"]
    command += ["-q", "--color=no", "-p", "no:cacheprovider", f"--junitxml={report}"]
    plain = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    done = subprocess.run(
        command, cwd=home, env=plain | {"HOME": str(home)}, capture_output=True, text=True
    )
    passed: Counter[str] = Counter()
    failed: dict[str, list[str]] = {path.stem: [] for path in notebooks}
    for case in ET.parse(report).iter("testcase"):
        name = case.get("classname", "").removesuffix(".ipynb").rpartition(".")[2]
        passed[name] += not len(case)
        failed[name] += [f"{case.get('name')}: {it.text or it.get('message')}" for it in case]
    # An error that is no notebook's, and a notebook of which nothing was run.
    assert done.returncode in (0, 1) and set(passed) == set(failed), done.stdout + done.stderr
    return passed, failed


@pytest.fixture(scope="module")
def solved(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The solved notebooks, their outputs compared."""
    return under_nbval("--nbval", SOLVED, tmp_path_factory.mktemp("solved"))


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """The notebooks as a learner finds them."""
    return under_nbval("--nbval-lax", BLANK, tmp_path_factory.mktemp("blank"))


def test_every_lesson_has_both_notebooks() -> None:
    lessons = [path.name for path in sorted((ROOT / "lessons").glob("[0-9][0-9]_*"))]
    assert lessons
    assert [path.stem for path in BLANK] == lessons
    assert [path.stem for path in SOLVED] == [
        one.solved_name for one in LESSONS if one.has_solution
    ]


@pytest.mark.parametrize("notebook", SOLVED, ids=lambda path: path.stem)
def test_a_solved_notebook_has_the_outputs_it_shows(notebook: Path, solved: Ran) -> None:
    cells = code_cells(notebook)
    for cell in cells:
        assert cell["execution_count"], f"stored unrun, so never compared: {cell['source']}"
        raised = any(output["output_type"] == "error" for output in cell["outputs"])
        assert raised == ("raises-exception" in tags(cell)), cell["source"]
    passed, failed = solved
    assert failed[notebook.stem] == []
    assert passed[notebook.stem] == len(cells)


@pytest.mark.parametrize("notebook", BLANK, ids=lambda path: path.stem)
def test_a_notebook_runs_as_a_learner_finds_it(notebook: Path, blank: Ran) -> None:
    cells = code_cells(notebook)
    for cell in cells:
        assert not cell["outputs"] and cell["execution_count"] is None, cell["source"]
    passed, failed = blank
    assert failed[notebook.stem] == []
    assert passed[notebook.stem] == len(cells)
