"""Which of a student's attempts counts: by an instructor's rule, where the names tell."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from pathlib import Path

import pytest

from classroom.folder import settled
from classroom.hand_in.attempts import Attempts, handed_in, is_late, last
from classroom.nbgrader.exchange import TakeFromZip
from classroom.pages.report import write_marks
from classroom.results import ExerciseResult, SubmissionResult

BLACKBOARD = [
    "HW_annlee_attempt_2024-05-01-12-30-45_05.ipynb",
    "HW_annlee_attempt_2024-05-03-09-00-00_05.ipynb",
    "HW_annlee_attempt_2024-05-02-23-59-59_05.ipynb",
]
BRIGHTSPACE = [
    "397-255 - Ann Lee - Sep 24, 2024 926 PM/05.ipynb",
    "397-255 - Ann Lee - Sep 25, 2024 1001 AM/05.ipynb",
    "397-255 - Ann Lee - Sep 25, 2024 926 AM/05.ipynb",
]
CANVAS = ["lee_12_9001_05.ipynb", "lee_LATE_12_10001_05-1.ipynb", "lee_12_9002_05.ipynb"]
NO_ORDER = [
    ["a.ipynb", "b.ipynb"],
    ["ann/05/05.ipynb", "ann/05/05-1.ipynb"],
    [BLACKBOARD[0], CANVAS[0]],
    [BLACKBOARD[0], "a.ipynb"],
    [BRIGHTSPACE[0], BRIGHTSPACE[0].replace("05.", "06.")],
    ["397-255 - Ann Lee - sept. 24, 2024 926 PM/05.ipynb", "x/05.ipynb"],
    [],
]


@pytest.mark.parametrize("names", [BLACKBOARD, BRIGHTSPACE, CANVAS])
def test_the_last_one_is_known_by_its_name(names: list[str]) -> None:
    assert last(names, lambda name: f"all.zip/{name}") == names[1]


@pytest.mark.parametrize("names", NO_ORDER)
def test_where_names_have_no_order_there_is_no_last_one(names: list[str]) -> None:
    assert last(names, str) is None


def test_times_and_lateness_are_read_from_names() -> None:
    assert handed_in(BLACKBOARD[0]) == "2024-05-01 12:30:45"
    assert handed_in(BRIGHTSPACE[0]) == "2024-09-24 21:26:00"
    assert handed_in("x_attempt_2024-99-01-12-30-45_05.ipynb") == handed_in(CANVAS[1]) == ""
    assert [is_late(name) for name in CANVAS] == [False, True, False]
    assert is_late("all.zip/LATE_anon_ab12c_9001_05.ipynb")
    assert not is_late("LATE/05.ipynb")


def attempt(source: str, points: float | None, code: str) -> SubmissionResult:
    outcome = "not checked" if points is None else "correct" if points == 2 else "not yet"
    one = ExerciseResult("5.1", outcome, points, 2, "Because.")  # type: ignore[arg-type]
    answers = (("5.1", code),)
    return SubmissionResult("ann", source, notebook="05", exercises=(one,), answers=answers)


@pytest.mark.parametrize(
    ("rule", "names", "points", "counts"),
    [
        ("ask", BLACKBOARD, (2.0, 0.0, 1.0), None),
        ("last", BLACKBOARD, (2.0, 0.0, 1.0), 0.0),
        ("last", BLACKBOARD, (2.0, None, 1.0), None),
        ("last", ["a.ipynb", "b.ipynb", "c.ipynb"], (2.0, 0.0, 1.0), None),
        ("best", BLACKBOARD, (1.0, 0.0, 2.0), 2.0),
        ("best", ["a.ipynb", "b.ipynb", "c.ipynb"], (1.0, 0.0, 2.0), 2.0),
        ("best", BLACKBOARD, (2.0, None, 1.0), None),
    ],
)
def test_one_attempt_counts(
    rule: Attempts, names: list[str], points: tuple[float | None, ...], counts: float | None
) -> None:
    tried = [attempt(name, one, name) for name, one in zip(names, points, strict=True)]
    (result,) = settled(tried, rule)
    assert result.points == counts and result.attempts == 3
    assert bool(result.needs_a_person) == (counts is None)
    table = io.StringIO()
    write_marks([result], table)
    (row,) = csv.DictReader(table.getvalue().splitlines())
    assert (row["attempts"], row["handed in"]) == ("3", handed_in(result.source))


@pytest.mark.parametrize("rule", ["ask", "last"])
def test_a_platforms_zip_gives_nbgrader_one_attempt(tmp_path: Path, rule: str) -> None:
    archive = tmp_path / "05_denying_access" / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w") as file:
        for at, name in enumerate(BLACKBOARD):
            file.writestr(name, json.dumps({"cells": [], "at": at}))
    taker = TakeFromZip()
    taker.attempts = rule
    taker.extract(str(archive), str(tmp_path / "out"))
    (path,) = (tmp_path / "out").rglob("*.ipynb")
    found = json.loads(path.read_text())
    if rule == "last":
        assert found["at"] == 1
    else:
        assert "3 files, and a person has to say which counts" in found["not_taken"]
