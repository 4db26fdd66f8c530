"""Which notebook it is, and what of it is the student's, by metadata and ids alone."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classroom import GradingError, Options
from classroom.hand_in.notebook import Submitted, read_notebook
from classroom.hand_in.official import imported_modules, read_official
from tests.classroom.notebooks import (
    BLANK,
    LESSON,
    answer_cell,
    answered,
    code_cell,
    grade_id,
    solved,
    write,
)

RELEASE = read_official(Options.release)


def submitted(notebook: dict[str, Any]) -> Submitted:
    return read_notebook(json.dumps(notebook).encode(), RELEASE)


@pytest.mark.parametrize("number", sorted(BLANK))
def test_a_blank_notebook_is_known_and_has_nothing_of_its_own(number: str) -> None:
    found = submitted(BLANK[number])
    assert found.notebook == number
    assert found.extras == {} and found.notes == () and found.claims == () and found.written == {}
    assert found.answers == {name: [stub] for name, stub in RELEASE[number].stubs.items()}


def test_every_exercise_has_an_answer_cell_and_a_check_after_it() -> None:
    for official in RELEASE.values():
        names = list(official.chapter.exercises)
        assert official.exercises == names == list(official.stubs)


def test_what_official_code_imports_is_known_by_its_full_name(tmp_path: Path) -> None:
    code = "import ast, os.path as p\nfrom a.b import c\ndef f():\n    import late\n"
    write(tmp_path / "05.ipynb", answered("05", {"5.1": code}))
    write(tmp_path / "00.ipynb", answered("00", {"0.1": "import cut_short, ("}))
    names = imported_modules(read_official(tmp_path))
    assert names == sorted(set(names))
    assert {"ast", "os.path", "a.b", "late"} <= set(names)
    assert "cut_short" not in names
    assert "ast" not in imported_modules(RELEASE)


def test_without_metadata_the_ids_tell() -> None:
    notebook = solved("05")
    for cell in notebook["cells"]:
        cell["metadata"] = {}
    found = submitted(notebook)
    assert (found.notebook, list(found.answers)) == ("05", list(RELEASE["05"].exercises))


def test_without_either_it_is_nobodys() -> None:
    notebook = solved("05")
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        cell.pop("id")
    with pytest.raises(GradingError, match="no exercise of this course"):
        submitted(notebook)


def test_most_cells_decide_which_notebook_it_is() -> None:
    mixed = copy.deepcopy(BLANK["05"])
    mixed["cells"] += copy.deepcopy(BLANK["00"])["cells"]
    assert submitted(mixed).notebook == "05"
    even = copy.deepcopy(BLANK["00"])
    many = sum(1 for cell in even["cells"] if grade_id(cell))
    graded = [cell for cell in BLANK["05"]["cells"] if grade_id(cell)][:many]
    even["cells"] += copy.deepcopy(graded)
    with pytest.raises(GradingError, match="as much notebook"):
        submitted(even)


def test_what_a_student_added_stands_where_it_stood() -> None:
    notebook = solved("05")
    at = notebook["cells"].index(answer_cell(notebook, "5.2"))
    notebook["cells"].insert(at, code_cell("import base64"))
    notebook["cells"].insert(at, code_cell("# only a remark\n"))
    found = submitted(notebook)
    steps = RELEASE["05"].steps
    ((before, sources),) = found.extras.items()
    assert sources == ["import base64"]
    assert steps[before - 1].exercise in ("5.1", "") and steps[before].exercise == "5.2"


def test_a_missing_and_a_doubled_answer_are_noted() -> None:
    notebook = solved("05")
    notebook["cells"].remove(answer_cell(notebook, "5.1"))
    notebook["cells"].append({**answer_cell(notebook, "5.3"), "id": "again", "source": "1"})
    found = submitted(notebook)
    assert found.notes == ("5.1: its answer cell is missing.", "5.3: 2 cells answer it.")
    assert "5.1" not in found.answers and len(found.answers["5.3"]) == 2


def test_an_answer_to_another_notebooks_exercise_is_none() -> None:
    notebook = solved("05")
    foreign = copy.deepcopy(answer_cell(BLANK["00"], "0.1"))
    notebook["cells"].append(foreign)
    assert set(submitted(notebook).answers) == set(RELEASE["05"].exercises)


def test_what_was_written_is_kept_for_a_person() -> None:
    notebook = solved("05")
    place = next(cell for cell in notebook["cells"] if "written-5-a" in grade_id(cell))
    place["source"] = ["She may ", "see the key.\n"]
    assert submitted(notebook).written == {"5.a": "She may see the key."}


def test_wrong_predictions_and_quiz_answers_show_claims() -> None:
    notebook = solved("05")
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        cell["source"] = source.replace('predict("5.2", ...)', 'predict("5.2", "a")').replace(
            '"q1": ...', '"q1": "a"'
        )
    notebook["cells"].append(
        code_cell('quiz(undefined, f())\npredict("5.1", "zzz")\nquiz("05", 3)')
    )
    notebook["cells"].append(code_cell("predict((((("))
    assert submitted(notebook).claims == ("denial-proves-encryption", "denial-stops-deletion")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        (b"[]", "no cells"),
        (b'{"cells": {}}', "no cells"),
        (b'{"worksheets": [{"cells": []}]}', "old format"),
        (
            b'{"cells": [{"cell_type": "code", "source": null, "metadata": {"nbgrader": 1}}]}',
            "no ex",
        ),
    ],
)
def test_what_is_no_notebook_of_the_course_has_a_reason(data: bytes, words: str) -> None:
    with pytest.raises(GradingError, match=words):
        read_notebook(data, RELEASE)


def _renamed(name: Callable[[str], str]) -> Callable[[dict[str, Any]], object]:
    def change(notebook: dict[str, Any]) -> None:
        for cell in notebook["cells"]:
            if known := grade_id(cell):
                cell["metadata"]["nbgrader"]["grade_id"] = name(known)

    return change


def _every(**parts: object) -> Callable[[dict[str, Any]], object]:
    return lambda notebook: [cell.update(parts) for cell in notebook["cells"]]


#: What no front end of Jupyter's writes, or only with a student's help.
ODD: dict[str, Callable[[dict[str, Any]], object]] = {
    "digits of another script": _renamed(
        lambda x: x.translate({48 + n: 0x660 + n for n in range(10)})
    ),
    "letters that look alike": _renamed(lambda name: name.replace("a", "\u0430")),
    "letters that nobody sees": _renamed(lambda name: f"{name}\u200b"),
    "capital letters": _renamed(str.upper),
    "names that go on": _renamed(lambda name: f"{name}\n-and-more"),
    "names that are lists": lambda notebook: [
        cell["metadata"].update(nbgrader={"grade_id": ["answer-05-5-1"]})
        for cell in notebook["cells"]
    ],
    "no metadata at all": _every(metadata=None),
    "100,000 cells": lambda notebook: notebook["cells"].extend(
        {"cell_type": "markdown", "source": "x"} for _ in range(100_000)
    ),
    "an expression 20,000 deep": lambda notebook: notebook["cells"].append(
        code_cell("predict(" + "(" * 20_000 + ")" * 20_000 + ")")
    ),
    "a number that is none": lambda notebook: notebook.update(nbformat=float("nan")),
    "half a letter": lambda notebook: notebook["cells"].append(code_cell("x = '\ud800'")),
}
WRITERS: dict[str, Callable[[bytes], bytes]] = {
    "a mark at the beginning": lambda data: b"\xef\xbb\xbf" + data,
    "ends of lines as on Windows": lambda data: data.replace(b"\n", b"\r\n"),
    "cells twice": lambda data: b'{"cells": [], ' + data.lstrip()[1:],
    "metadata 800 deep": lambda data: (
        b'{"x": ' + b'{"x": ' * 800 + b"1" + b"}" * 800 + b", " + data.lstrip()[1:]
    ),
}


@pytest.mark.parametrize("kind", [*ODD, *WRITERS])
def test_an_odd_file_has_the_same_answers(kind: str) -> None:
    notebook = solved("05")
    wanted = {x: [answer_cell(notebook, x)["source"]] for x in LESSON["05"].chapter.exercises}
    ODD.get(kind, lambda _: None)(notebook)
    data = WRITERS.get(kind, bytes)(json.dumps(notebook, indent=1).encode())
    assert read_notebook(data, RELEASE).answers == wanted
