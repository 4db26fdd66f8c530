"""pandas is the heaviest package of the course: it is imported in the cell that needs it."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted(
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
START = """
import sys
from helpers import *
import helpers.display, lessons.charts
from helpers.course.chapter import notebooks
for notebook in notebooks():
    repr(open_lab(notebook, keep_progress=False))
helpers.display.table([["one"]], ["number"])._repr_html_()
lessons.charts.recorded_timings()
print(*sorted({"numpy", "pandas"} & set(sys.modules)))
"""


def names(source: str) -> tuple[set[str], set[str]]:
    """What a cell imports, and the names that it uses."""
    source = "\n".join(line for line in source.splitlines() if not line.startswith(("!", "%")))
    imported, used = set(), set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            imported.add(node.module or "")
        elif isinstance(node, ast.Name):
            used.add(node.id)
    return imported, used


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: str(path.relative_to(ROOT)))
def test_pandas_is_imported_in_the_cell_that_needs_it(path: Path) -> None:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    known = False
    for cell in cells:
        if cell["cell_type"] != "code":
            continue
        imported, used = names("".join(cell["source"]))
        if imports := {"pandas", "numpy"} & {name.split(".")[0] for name in imported}:
            assert not known and "pd" in used, f"{imports} in a cell that does not need it"
            known = True
        assert known or "pd" not in used


def test_no_lab_table_or_drawing_imports_it() -> None:
    done = subprocess.run(
        [sys.executable, "-c", START], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "\n"), done.stderr
