"""canvas.csv and moodle.csv, read as the platforms read them: one line a student, none lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from classroom import GradingError
from classroom.pages.imports import Marks, write_imports
from classroom.roster import read_roster

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,05 Denying access (777),Final Score
    Points Possible,,,,,5,(read only)
"Smith, John",101,s1,jsmith,Monday,,
"Smith, John",102,s2,jsmith2,Tuesday,3,
"Lee, Ann",103,s3,ann@example.edu,Monday,,
"=cmd, Eve",104,s4,eve,Monday,,
"""
WORKSHEET = """\
Identifier,Full name,Email address,Grade,Maximum Grade,Last modified (grade),Feedback comments
Participant 4711,,,,10.00,-,
Participant 4712,,,2.00,10.00,"Monday, 2 September 2024, 1:00 PM",Well done
"""
PEOPLE = """\
First name,Last name,ID number,Email address
Ann,Lee,a1,ann@example.edu
Ben,Oh,b2,ben@example.edu
"""


def roster(folder: Path, text: str) -> Path:
    path = folder / "roster.csv"
    path.write_text("\ufeff" + text, encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_canvas_reads_its_own_columns_and_finds_students_by_number_and_login(
    tmp_path: Path,
) -> None:
    points = {"smithjohn_101": 4.5, "smithjohn_102": None, "ann": 0.0, "gone_999": 1.0}
    marks = [Marks("05_denying_access", points, 5), Marks("06_granting_access", {"eve": 6.0}, 6)]
    files, strangers = write_imports(tmp_path, read_roster(roster(tmp_path, CANVAS)), marks)
    assert files == [tmp_path / "canvas.csv"] and strangers == ["gone_999"]
    possible, *rows = read(files[0])
    assert list(possible) == [
        *("Student", "ID", "SIS User ID", "SIS Login ID", "Section"),
        *("05 Denying access (777)", "06_granting_access"),
    ]
    assert possible["Student"].strip() == "Points Possible"
    assert (possible["05 Denying access (777)"], possible["06_granting_access"]) == ("5", "6")
    assert {row["ID"]: row["05 Denying access (777)"] for row in rows} == {
        "101": "4.5",
        "102": "",
        "103": "0",
        "104": "",
    }
    assert rows[3]["06_granting_access"] == "6"
    assert rows[3]["Student"] == "'=cmd, Eve", "no formula"


def test_moodle_reads_its_worksheet_back(tmp_path: Path) -> None:
    """As ``importgradeslib.php`` does: three columns by name, a number after "Participant "."""
    marks = [Marks("05_denying_access", {"Participant_4711": 7.5, "Participant_4712": None}, 10)]
    files, strangers = write_imports(tmp_path, read_roster(roster(tmp_path, WORKSHEET)), marks)
    assert files == [tmp_path / "moodle.csv"] and strangers == []
    rows = read(files[0])
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(rows[0])
    grades = {row["Identifier"].removeprefix("Participant "): row["Grade"] for row in rows}
    assert grades == {"4711": "7.5", "4712": "2.00"}
    assert rows[1]["Feedback comments"] == "Well done", "what was there stays"


def test_moodle_maps_participants_by_address(tmp_path: Path) -> None:
    marks = [Marks("05", {"ann": 1.0, "Ben Oh": 2.0}, 5), Marks("06", {"a1": 3.0}, 6)]
    with pytest.raises(GradingError, match="`a1` and `ann` are one student of the roster"):
        write_imports(tmp_path, read_roster(roster(tmp_path, PEOPLE)), marks)
    files, _ = write_imports(tmp_path, read_roster(roster(tmp_path, PEOPLE)), marks[:1])
    found = {row["Email address"]: row["05"] for row in read(files[0])}
    assert found == {"ann@example.edu": "1", "ben@example.edu": "2"}


def test_several_worksheets_have_a_file_each(tmp_path: Path) -> None:
    marks = [Marks(name, {"Participant_4711": 1.0}, 5) for name in ("05", "06")]
    files, _ = write_imports(tmp_path, read_roster(roster(tmp_path, WORKSHEET)), marks)
    assert [path.name for path in files] == ["moodle-05.csv", "moodle-06.csv"]


@pytest.mark.parametrize(
    ("text", "words"),
    [("a,b\n1,2\n", "no column that says who is who"), ("", "no column that says")],
)
def test_a_table_that_is_no_roster_is_said(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(GradingError, match=words):
        read_roster(roster(tmp_path, text))
    with pytest.raises(GradingError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
