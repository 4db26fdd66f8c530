"""A bare JupyterLite with an empty notebook, and the course's site, each complete in a folder."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import nbformat

from web import lite, runtime

EMPTY = "empty"
SOURCE = "1 + 1"


def write_empty(folder: Path) -> Path:
    """Write the empty notebook: one cell, which is answered without anything being imported."""
    cells = [nbformat.v4.new_code_cell(SOURCE, id="first")]  # type: ignore[no-untyped-call]
    metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    book = nbformat.v4.new_notebook(cells=cells, metadata=metadata)  # type: ignore[no-untyped-call]
    path = folder / f"{EMPTY}.ipynb"
    nbformat.write(book, path)  # type: ignore[no-untyped-call]
    return path


def build(out: Path) -> None:
    """Build JupyterLite with its kernel and what the kernel needs, as it is published."""
    work = out.with_name(f"{out.name}-work")
    (work / "contents").mkdir(parents=True)
    write_empty(work / "contents")
    runtime.write_bare(work / "pyodide", work / "parts")
    lite.build(work / "pyodide", out, work / "lite", work / "contents")
    shutil.rmtree(work)


def complete(site: Path, out: Path) -> bool:
    """Copy a site, with the tests' stand-ins for wheels that it does not hold itself.

    Returns:
        Whether there are any: a site built with ``--vendor`` is served as it is.
    """
    from tests.web.standing_in import lock  # Only tests and this have them within reach.

    shutil.copytree(site, out)
    python = out / "static" / "pyodide"
    before = set(python.iterdir())
    changed = lock(out, python)
    for entry in changed["packages"].values():
        entry["file_name"] = Path(entry["file_name"]).name
    (python / "pyodide-lock.json").write_text(json.dumps(changed), encoding="utf-8")
    return set(python.iterdir()) != before
