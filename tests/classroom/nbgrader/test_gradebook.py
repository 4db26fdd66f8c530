"""What comes in that nbgrader would stop at, or lose in silence."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest

from classroom.nbgrader import opening
from classroom.nbgrader.exchange import TakeFromZip
from classroom.nbgrader.gradebook import make_openable, submitted_file
from tests.classroom.notebooks import code_cell, grade_id, solution, solved

ASSIGNMENT = "05_denying_access"


def folder(tmp_path: Path) -> Path:
    """Where a student's submission lies."""
    path = tmp_path / "ann" / ASSIGNMENT
    path.mkdir(parents=True)
    return path


def notebook(path: Path, **more: Any) -> Path:
    """A small notebook that opens."""
    cell = nbformat.v4.new_markdown_cell("Hello.", id="hello")
    path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[cell], **more)), "utf-8")
    return path


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x00\xff",
        b"[]",
        b'{"cells": 7, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}',
        b'{"cells": [], "nbformat": 4}',
        b"[" * 100_000,
    ],
    ids=["empty", "bytes", "a list", "cells that are none", "no cells", "nested"],
)
def test_a_note_stands_in_for_what_does_not_open(tmp_path: Path, data: bytes) -> None:
    path = folder(tmp_path) / f"{ASSIGNMENT}.ipynb"
    path.write_bytes(data)
    submitted = [str(path)]
    make_openable(submitted)
    assert submitted == [str(path)]
    assert "cannot be opened as a notebook" in nbformat.read(path, as_version=4).cells[0].source
    original = submitted_file(path.parent, submitted)
    assert original.read_bytes() == data
    make_openable(submitted)  # graded again
    assert submitted_file(path.parent, submitted).read_bytes() == data


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": None},
        {"metadata": {"collapsed": "yes", "nbgrader": ["x"]}},
        {"attachments": {}, "colab": 1},
        {"outputs": None, "execution_count": "many"},
        {"source": {"a": 1}},
        {"source": "x = '\ud800'"},
        {"id": ["x"]},
        {"cell_type": "cell"},
    ],
    ids=" and ".join,
)
def test_what_the_grader_reads_a_person_sees(tmp_path: Path, change: dict[str, object]) -> None:
    """Some front ends write what nbgrader does not open: an answer in words is marked all the
    same, and not the empty cell of somebody who wrote nothing."""
    content = solved("05")
    words = next(one for one in content["cells"] if grade_id(one) == "05-written-5-a")
    words["source"] = ["She may not use ", "the key."]
    content["cells"].append({**code_cell("of_my_own = 1"), **change})
    path = folder(tmp_path) / f"{ASSIGNMENT}.ipynb"
    path.write_text(json.dumps(content), "utf-8")
    make_openable([str(path)])
    stand_in = nbformat.read(path, as_version=4)
    nbformat.validate(stand_in)
    assert "has parts that nbgrader cannot open" in stand_in.cells[0].source
    shown = {grade_id(cell): cell.source for cell in stand_in.cells}
    assert shown["05-written-5-a"] == "She may not use the key."
    assert shown["answer-05-5-1"] == solution("5.1")
    assert submitted_file(path.parent, [str(path)]).with_suffix(".submitted").exists()


def test_what_would_take_all_memory_is_not_opened_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A few kilobytes in a zip: nbgrader marks the whole class in this process."""
    monkeypatch.setattr(opening, "_MEMORY", 200 * 1024**2)
    path = folder(tmp_path) / f"{ASSIGNMENT}.ipynb"
    parts = b'{"nbformat": 4, "nbformat_minor": 5, "cells": [], "metadata": {"a": [%s]}}'
    bomb = parts % b",".join([b"{}"] * 1_100_000)
    for data, words in (
        (bomb, "cannot be opened as a notebook"),
        (parts % (b'"%s"' % (b"x" * 10**7)), ""),
    ):
        path.write_bytes(data)
        make_openable([str(path)])
        cells = nbformat.read(path, as_version=4).cells
        assert words in (cells[0].source if cells else ""), "an honest one may be large"
        assert submitted_file(path.parent, [str(path)]).read_bytes() == data


def test_a_new_submission_is_graded_and_not_the_one_before(tmp_path: Path) -> None:
    path = folder(tmp_path) / f"{ASSIGNMENT}.ipynb"
    path.write_bytes(b"oops")
    make_openable([str(path)])
    notebook(path)
    make_openable([str(path)])
    assert submitted_file(path.parent, [str(path)]) == path


def test_nobody_can_name_another_file_to_be_graded(tmp_path: Path) -> None:
    path = notebook(folder(tmp_path) / f"{ASSIGNMENT}.ipynb", metadata={"stand_in": True})
    assert submitted_file(path.parent, [str(path)]) == path


def test_a_notebook_under_another_name_is_found_and_others_are_not_taken_for_it(
    tmp_path: Path,
) -> None:
    there = folder(tmp_path)
    mine = notebook(there / "mine.ipynb")
    submitted = [str(mine)]
    make_openable(submitted)
    assert submitted == [str(there / f"{ASSIGNMENT}.ipynb")]
    assert Path(submitted[0]).read_bytes() == mine.read_bytes()
    scratch = notebook(there / "scratch.ipynb")
    both = [str(scratch), *submitted]
    make_openable(both)
    assert submitted_file(there, both) == Path(submitted[0])


def test_a_platforms_zip_is_taken_file_by_file(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = tmp_path / ASSIGNMENT / "archive"
    archive.mkdir(parents=True)
    good = json.dumps({"cells": []})
    names = {
        "ann_17_assignsubmission_file/My Work.ipynb": good,
        "bob_12_34_05.ipynb": good,
        "cy_18_assignsubmission_file/essay.docx": "Word",
        "../../dan_05_denying_access.ipynb": good,
        f"{'e' * 300}_19_assignsubmission_file/a.ipynb": good,
        "fay_20_assignsubmission_file/05.ipynb": good,
    }
    with zipfile.ZipFile(archive / "class.zip", "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in names.items():
            file.writestr(name, text)
        start = file.getinfo("fay_20_assignsubmission_file/05.ipynb").header_offset
    data = bytearray((archive / "class.zip").read_bytes())
    body = start + 30 + len("fay_20_assignsubmission_file/05.ipynb")  # APPNOTE.TXT, 4.3.7
    data[body] = 0xFF  # A kind of block that deflate does not have.
    (archive / "class.zip").write_bytes(data)
    extracted = tmp_path / "extracted"
    TakeFromZip().extract(str(archive), str(extracted))
    found = {path.parent.name: json.loads(path.read_text()) for path in extracted.rglob("*.ipynb")}
    cells: dict[str, object] = {"cells": []}
    reason = {"not_taken": "It is not a Jupyter notebook."}
    long = next(name for name in found if name.startswith("eee"))
    assert long.endswith("eee_19") and len(long) < 60
    damaged = found.pop("fay_20")["not_taken"]
    assert damaged.startswith("It cannot be read (Error -3 while decompressing data")
    assert found == {"ann_17": cells, "bob_12": cells, "cy_18": reason, long: cells}
    assert not list(tmp_path.rglob("dan*"))
    assert "Its path leads out of the zip." in caplog.text
