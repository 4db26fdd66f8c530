"""canvas.csv and moodle.csv, read as the platforms read them: one line a student, none lost."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from classroom import GradingError
from classroom.hand_in.platforms import student_id
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
    files, left_out = write_imports(tmp_path, read_roster(roster(tmp_path, CANVAS)), marks)
    assert files == [tmp_path / "canvas.csv"] and left_out == ["Not in the roster: gone_999."]
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
    files, left_out = write_imports(tmp_path, read_roster(roster(tmp_path, WORKSHEET)), marks)
    assert files == [tmp_path / "moodle.csv"] and left_out == []
    rows = read(files[0])
    assert {"Identifier", "Grade", "Last modified (grade)"} <= set(rows[0])
    grades = {row["Identifier"].removeprefix("Participant "): row["Grade"] for row in rows}
    assert grades == {"4711": "7.5", "4712": "2.00"}
    assert rows[1]["Feedback comments"] == "Well done", "what was there stays"


def test_moodle_maps_participants_by_address(tmp_path: Path) -> None:
    """One student may be known by another id in another assignment."""
    marks = [Marks("05", {"ann": 1.0, "Ben Oh": 2.0}, 5), Marks("06", {"a1": 3.0}, 6)]
    files, left_out = write_imports(tmp_path, read_roster(roster(tmp_path, PEOPLE)), marks)
    found = {row["Email address"]: (row["05"], row["06"]) for row in read(files[0])}
    assert found == {"ann@example.edu": ("1", "3"), "ben@example.edu": ("2", "")}
    assert left_out == []


def test_moodles_number_of_an_assignment_is_not_in_its_list_of_participants(
    tmp_path: Path,
) -> None:
    """``assign_user_mapping`` of moodle/moodle: each assignment has other numbers."""
    marks = [Marks("05", {"Ann Lee_4711": 1.0}, 5), Marks("06", {"Ann Lee_9": 2.0}, 6)]
    for text in (PEOPLE, PEOPLE.replace("Last name", "Surname")):
        files, left_out = write_imports(tmp_path, read_roster(roster(tmp_path, text)), marks)
        assert [(row["05"], row["06"]) for row in read(files[0])] == [("1", "2"), ("", "")]
        assert left_out == []


@pytest.mark.parametrize(
    ("rows", "students", "why"),
    [
        ("Ann,Lee,a1,\nAnn,Lee,a2,\n", ["Ann Lee"], "2 rows of the roster fit"),
        ("Ann,Lee,a1,\nAnn,Lee,a2,\n", ["Ann Lee_1", "Ann Lee_2"], "2 rows of the roster fit"),
        ("Ann,Lee,a1,\n", ["Ann Lee", "a1"], "would have the same row"),
        ("Ann,Lee,a1,\n", ["Ann Lee_1", "Ann Lee_2"], "would have the same row"),
    ],
)
def test_who_cannot_be_told_apart_gets_no_mark_and_keeps_nobody_waiting(
    tmp_path: Path, rows: str, students: list[str], why: str
) -> None:
    text = PEOPLE.splitlines()[0] + "\n" + rows + "Ben,Oh,b2,\n"
    marks = [Marks("05", {**dict.fromkeys(students, 1.0), "b2": 2.0}, 5)]
    files, left_out = write_imports(tmp_path, read_roster(roster(tmp_path, text)), marks)
    assert [row["05"] for row in read(files[0]) if row["05"]] == ["2"]
    assert len(left_out) == len(students)
    assert all(
        f"`{one}`" in told and why in told for one, told in zip(students, left_out, strict=True)
    )


ODD = {
    "semicolons": ("First name;Last name;Email address\nAnn;Lee;ann@x.org\n", "utf-8"),
    "a spreadsheet's first line": ("sep=;\r\nLast name;Email address\r\nL;ann@x.org\r\n", "utf-8"),
    "tabs, UTF-16": ("First name\tEmail address\nAnn\tann@x.org\n", "utf-16"),
    "BOM and quotes": ('"Student","ID","SIS Login ID"\r\n"Lee, Ann","7","ann"\r\n', "utf-8-sig"),
    "Canvas's rows above": (
        "Student,ID,SIS Login ID,x (1)\n,,,Manual Posting\n    Points Possible,,,5\nL,7,ann,\n",
        "utf-8",
    ),
    "empty lines": ("\n\nFirst name,Email address\n\nAnn,ann@x.org\n,\n", "utf-8"),
    "no first name": ("First name,Last name,Email address\n,Lee,ann@x.org\n", "utf-8"),
    "capitals": ("First name,Email address\nAnn,ANN@X.ORG\n", "utf-8"),
    "another's address": (
        "First name,Username,Email address\nBo,bo,ann@y.org\nAnn,ann,\n",
        "utf-8",
    ),
    "cells of Excel's": ("First name,Email address,,\nAnn,ann@x.org,,,,\n", "utf-8"),
    "two lines in a cell": ('First name,Email address,Notes\nAnn,ann@x.org,"a\nb"\n', "utf-8"),
}


@pytest.mark.parametrize("kind", ODD)
def test_rosters_with_odd_lines_are_read(tmp_path: Path, kind: str) -> None:
    text, encoding = ODD[kind]
    path = tmp_path / "roster.csv"
    path.write_bytes(text.encode(encoding))
    files, left_out = write_imports(tmp_path, read_roster(path), [Marks("05", {"ann": 3.0}, 5)])
    assert left_out == []
    last = read(files[0])[-1]
    assert last["05"] == "3" and ("Lee" in str(last) or "Ann" in str(last) or "L" in str(last))


def test_ids_of_a_roster_are_matched_as_those_of_submissions_are(tmp_path: Path) -> None:
    """Formulas, markup and letters with marks of their own: an id is what is left of them."""
    odd = ["=HYPERLINK(1)", "<img src=x onerror=1>", "+1", "Ren\u0065\u0301", "李 小龙", "O'Neil"]
    lines = "".join(f'x,"{name}"\n' for name in odd)
    marks = [Marks("05", {student_id(name): float(at) for at, name in enumerate(odd)}, 9)]
    text = f"First name,Username\n{lines}"
    files, left_out = write_imports(tmp_path, read_roster(roster(tmp_path, text)), marks)
    assert left_out == []
    rows = read(files[0])
    assert [row["05"] for row in rows] == [str(at) for at in range(len(odd))]
    assert not any(row["Username"].startswith(("=", "+")) for row in rows)


def test_a_class_of_400_has_400_lines(tmp_path: Path) -> None:
    people = [(f"Ann {n % 40}", f"Lee{n}", f"s{n}@example.edu") for n in range(400)]
    lines = "".join(f"{first},{last},{mail}\r\n" for first, last, mail in people)
    text = f"First name,Last name,Email address\r\n{lines}"
    points = {f"{first} {last}_{n}": float(n) for n, (first, last, _) in enumerate(people)}
    files, left_out = write_imports(
        tmp_path, read_roster(roster(tmp_path, text)), [Marks("05", points, 400)]
    )
    assert left_out == []
    assert {row["Email address"]: row["05"] for row in read(files[0])} == {
        mail: str(n) for n, (_, _, mail) in enumerate(people)
    }


def test_several_worksheets_have_a_file_each(tmp_path: Path) -> None:
    marks = [Marks(name, {"Participant_4711": 1.0}, 5) for name in ("05", "06")]
    files, _ = write_imports(tmp_path, read_roster(roster(tmp_path, WORKSHEET)), marks)
    assert [path.name for path in files] == ["moodle-05.csv", "moodle-06.csv"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n", "no column that says who is who"),
        ("", "no column that says"),
        ("Vorname;E-Mail-Adresse\nAnn;a@x.org\n", "with the platform in English"),
        ("Student,ID,Section\nLee, Ann,101,x\n", "4 cells in line 2, where its header has 3"),
    ],
)
def test_a_table_that_is_no_roster_is_said(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(GradingError, match=words):
        read_roster(roster(tmp_path, text))
    with pytest.raises(GradingError, match="cannot be read"):
        read_roster(tmp_path / "none.csv")
    (tmp_path / "old.csv").write_bytes("First name,Email address\nZoë,z@x.org\n".encode("cp1252"))
    with pytest.raises(GradingError, match="save it as “CSV UTF-8”"):
        read_roster(tmp_path / "old.csv")
