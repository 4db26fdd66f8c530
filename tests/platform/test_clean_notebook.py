"""Notebooks that were only opened and run are no changes for git; what was written is one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import pytest

from authoring import twins
from tests.platform.clones import ROOT, SOLVED, START, clone, git, house
from tests.platform.test_lab import TOKEN, running
from tools import clean_notebook, opened

#: JupyterLab writes checkpoints beside what it opens.
NOTEBOOKS = sorted(
    path for path in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in path.parts
)
SAVE = """async () => {
    const app = window.jupyterapp;
    await app.commands.execute('docmanager:save');
    const panel = app.shell.currentWidget;
    await panel.sessionContext.shutdown();
    panel.dispose();
}"""


def kind(path: Path) -> str:
    return "solved" if path.parent.name == "solutions" else "blank"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_as_it_is_written_is_clean(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert clean_notebook.cleaned(text, kind(path)) == text
    assert twins._METADATA == clean_notebook.METADATA


def opened_and_run(path: Path) -> Any:
    """A notebook as a front end saves it after a run."""
    notebook: Any = nbformat.read(path, as_version=4)
    notebook.metadata.kernelspec.display_name = "Python 3 (ipykernel)"
    notebook.metadata.language_info |= {"version": "3.12.1", "file_extension": ".py"}
    notebook.metadata.widgets = {"application/vnd.jupyter.widget-state+json": {"state": {}}}
    for n, cell in enumerate(notebook.cells):
        cell.metadata["scrolled"] = True
        if cell.cell_type == "code" and kind(path) == "blank":
            cell.execution_count = n
            cell.outputs = [nbformat.v4.new_output("stream", text="1\n")]
    return notebook


@pytest.mark.parametrize("name", [START, SOLVED])
def test_git_sees_what_was_written_and_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    mine = clone(house(tmp_path / "origin"), tmp_path / "mine", monkeypatch)
    notebook = opened_and_run(mine / name)
    nbformat.write(notebook, mine / name)
    assert git(mine, "diff") == ""
    opened.settle(mine / name)
    assert git(mine, "status", "--porcelain") == ""
    notebook.cells[2].source += "\n# mine"
    nbformat.write(notebook, mine / name)
    opened.settle(mine / name)
    assert git(mine, "status", "--porcelain") == f" M {name}\n"
    changes = git(mine, "diff", "--unified=0").splitlines()
    added = [line for line in changes if line.startswith("+ ")]
    assert len(added) == 2 and added[1] == '+    "# mine"'  # the line before it ends in a break now


@pytest.mark.parametrize("missing", ["tools/clean_notebook.py", "python"])
def test_without_the_filter_git_takes_the_file_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    origin = house(tmp_path / "origin")
    if missing == "python":
        monkeypatch.setattr(sys, "executable", str(tmp_path / "gone" / "python"))
    mine = clone(origin, tmp_path / "mine", monkeypatch)
    if missing != "python":
        (mine / missing).unlink()
    nbformat.write(opened_and_run(mine / START), mine / START)
    assert f" M {START}\n" in git(mine, "status", "--porcelain")


@pytest.mark.parametrize("came", [b"", b"{}", b"[1]", b"\xff\xfe", b'{"cells": [{}]}', b"null"])
def test_what_is_no_notebook_comes_out_as_it_went_in(came: bytes) -> None:
    command = [sys.executable, str(ROOT / "tools/clean_notebook.py"), "blank"]
    done = subprocess.run(command, input=came, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (came, b"")


@pytest.mark.needs("chromium")
def test_opened_run_and_saved_in_jupyterlab_is_unchanged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.browser.jupyter import browser_page, run_all

    mine = clone(house(tmp_path / "origin"), tmp_path / "mine", monkeypatch)
    (tmp_path / "home").mkdir()
    exposed = "--LabApp.expose_app_in_browser=True"
    with running(tmp_path / "home", exposed, root=mine) as address, browser_page() as page:
        page.goto(f"{address}/lab?token={TOKEN}")
        page.wait_for_function("window.jupyterapp")
        for name in (START, SOLVED):
            before = (mine / name).read_text(encoding="utf-8")
            cells = run_all(page, name)
            assert any(cell["outputs"] for cell in cells)
            page.evaluate(SAVE)
            saved = (mine / name).read_text(encoding="utf-8")
            assert json.loads(saved)["metadata"] != json.loads(before)["metadata"]
    assert git(mine, "status", "--porcelain") == "", git(mine, "diff")
