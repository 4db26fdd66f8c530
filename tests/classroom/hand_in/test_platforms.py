"""Nobody merges and nobody vanishes: as many students come out as the platform put in."""

from __future__ import annotations

import csv
import io
import re
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom import GradingError, SubmissionResult, find_submissions
from classroom.folder import settled
from classroom.hand_in import submissions
from classroom.hand_in.platforms import of_path, student_id
from classroom.nbgrader.exchange import TakeFromZip
from classroom.pages.report import page_name, write_marks

ASSIGNMENT = "05_denying_access"
#: What a student may call a file.
NAMES = st.one_of(
    st.sampled_from([f"{ASSIGNMENT}.ipynb", "my_13_assignsubmission_file_x.ipynb", "05.ipynb"]),
    st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), min_size=1, max_size=20).map(
        lambda text: f"x{text}.ipynb"
    ),
)
PEOPLE = st.lists(
    st.tuples(
        st.one_of(
            st.sampled_from(["Same Name", "Ann Lee", "O'Neil", "=SUM(1)", "<b>", "李 小龙", "..x"]),
            st.text(st.characters(codec="utf-8", exclude_characters="/\\\0"), max_size=12),
        ),
        NAMES,
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
Person = tuple[str, str, bool]


def moodle(number: int, person: Person) -> str:
    """As ``get_student_prefix`` and ``clean_filename`` make it, in folders."""
    name = re.sub(r'[\x00-\x1f&<>"`|\':\\/]', "", person[0].replace("_", " "))
    return f"{name}_{number}_assignsubmission_file_/{person[1]}"


def moodle_flat(number: int, person: Person) -> str:
    """The same, without folders."""
    return moodle(number, person).replace("_/", "_", 1)


def moodle_blind(number: int, person: Person) -> str:
    """The same, where nobody may know whose it is."""
    return moodle(number, ("Participant", *person[1:]))


def canvas(number: int, person: Person) -> str:
    """As ``get_filename`` makes it: the name without what is no letter or digit, and no `_N_`."""
    name = re.sub(r"_(\d+)_", r"\1", person[0]).lower()
    whole = "_".join([name, *(["LATE"] if person[2] else []), str(number)])
    file = re.sub(r'[\x00/\\:*?"<>|]+', "_", person[1])
    word = re.sub(r"\W", "", whole)
    return f"{word}_{number + 90_000}_{file}"


def canvas_anonymous(number: int, person: Person) -> str:
    """The same, where grading is anonymous."""
    late = "LATE_" if person[2] else ""
    return f"{late}anon_{number:05d}_{number + 90_000}_x{person[1].replace(':', '_')}"


def blackboard(number: int, person: Person) -> str:
    """By user names, which may have underscores, for an assignment that has some."""
    user = re.sub(r"\W", "_", person[0], flags=re.ASCII) + str(number)
    return f"HW_5_a_{user}_attempt_2024-05-01-12-30-45_{person[1]}"


def brightspace(number: int, person: Person) -> str:
    """In folders."""
    return f"{number}-2557369 - {person[0] or 'No name'} - Sep 24, 2024 926 PM/{person[1]}"


PLATFORMS = [
    *(moodle, moodle_flat, moodle_blind, canvas, canvas_anonymous, blackboard, brightspace)
]


def download(folder: Path, names: list[str]) -> Path:
    """A platform's zip."""
    path = folder / ASSIGNMENT / "archive" / "all.zip"
    path.parent.mkdir(parents=True)
    with zipfile.ZipFile(path, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(name, f'{{"cells": [], "number": {number}}}')
    return path


def lines(archive: Path) -> list[str]:
    """The students in marks.csv, all of whom answered nothing."""
    results = [
        SubmissionResult(one.student, one.source, notebook="05", problem=one.problem)
        for one in find_submissions(archive)
    ]
    stream = io.StringIO()
    write_marks(settled(results), stream)
    return [row["student"] for row in csv.DictReader(io.StringIO(stream.getvalue()))]


@pytest.mark.parametrize("platform", PLATFORMS, ids=lambda one: one.__name__)
@settings(max_examples=25, deadline=None)
@given(people=PEOPLE)
def test_n_students_in_n_lines_out(
    platform: Callable[[int, Person], str], people: list[Person]
) -> None:
    names = [platform(number, person) for number, person in enumerate(people, 4700)]
    with tempfile.TemporaryDirectory() as folder:
        archive = download(Path(folder), names)
        found = lines(archive)
        assert len(found) == len(set(found)) == len(people), names
        assert len({page_name(student) for student in found}) == len(people)
        TakeFromZip().extract(str(archive.parent), str(Path(folder, "out")))
        taken = [path.read_bytes() for path in Path(folder, "out").glob(f"*/{ASSIGNMENT}.ipynb")]
        assert len(taken) == len(people)
        if all(not one.problem for one in find_submissions(archive)):
            assert len(set(taken)) == len(people)


@given(st.text(max_size=30))
def test_an_id_is_harmless_wherever_it_is_shown(name: str) -> None:
    found = student_id(name)
    assert found[:1] not in ("=", "+", "-", "@", ".", "\t", "\r")
    assert not set(found) & set("<>\"'&`/")
    assert student_id(found) == found


@pytest.mark.parametrize(
    "folder", ["team_01_alpha", "lab-01_x", "a_12_34_b", "ann_05_denying_access"]
)
def test_a_folder_is_a_student_by_its_whole_name(tmp_path: Path, folder: str) -> None:
    for name in (folder, "other"):
        path = tmp_path / "submitted" / name / "05" / f"{ASSIGNMENT}.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text("{}")
    for root in (tmp_path, tmp_path / "submitted"):
        assert {one.student for one in find_submissions(root)} == {folder, "other"}


def test_a_student_may_be_called_submitted(tmp_path: Path) -> None:
    path = tmp_path / "submitted" / "submitted" / "05" / "05.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text("{}")
    assert [one.student for one in find_submissions(tmp_path / "submitted")] == ["submitted"]
    assert [one.student for one in find_submissions(tmp_path)] == ["submitted"]


@pytest.mark.parametrize(
    "names",
    [
        ["ann\x01/05.ipynb", "ann\x02/05.ipynb"],
        ["Ren\u0065\u0301/05.ipynb", "Ren\u00e9/05.ipynb"],
        ["a<b/05.ipynb", "a>b/05.ipynb"],
        [
            "7-1 - Same Name - Sep 1, 2024 1 PM/a.ipynb",
            "7-2 - Same Name - Sep 1, 2024 1 PM/a.ipynb",
        ],
    ],
)
def test_two_who_would_become_one_stop_it_with_a_sentence(tmp_path: Path, names: list[str]) -> None:
    archive = download(tmp_path, names)
    with pytest.raises(GradingError, match=r"^Two students would become one, `.*or give a pattern"):
        find_submissions(archive)
    with pytest.raises(SystemExit):
        TakeFromZip().extract(str(archive.parent), str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_canvas_name_that_reads_in_two_ways_is_for_a_person(tmp_path: Path) -> None:
    archive = download(tmp_path, ["x_7_101_9001_a.ipynb", "x_7_102_9002_a.ipynb", "y_8_9_a.ipynb"])
    found = {one.source: one.problem for one in find_submissions(archive)}
    assert [bool(problem) for problem in found.values()] == [True, True, False]
    assert "one student or of two" in next(iter(found.values()))


def test_a_folder_round_the_platforms_files_is_no_student(tmp_path: Path) -> None:
    archive = download(tmp_path, ["hw/ann_1_2_05.ipynb", "hw/ben_3_4_05.ipynb"])
    assert [one.student for one in find_submissions(archive)] == ["ann_1", "ben_3"]
    in_folder = [one.student for one in find_submissions(archive.parent)]
    assert in_folder == ["ann_1", "ben_3"], "nor is the platform's zip, where it lies in a folder"


def test_a_students_zip_stays_the_students(tmp_path: Path) -> None:
    place = tmp_path / "class"
    for name in ("mallory_55_66_work.zip", "ann_1_2_05.zip"):
        inner = download(tmp_path / name, ["ben_3_4_05.ipynb", "submitted/ben/05/05.ipynb"])
        place.mkdir(exist_ok=True)
        inner.rename(place / name)
    assert {one.student for one in find_submissions(place)} == {"mallory_55", "ann_1"}


def test_files_without_end_are_counted_and_not_opened(tmp_path: Path) -> None:
    archive = download(tmp_path, [f"ann/{number}.ipynb" for number in range(300)] + ["ben/1.ipynb"])
    found = find_submissions(archive)
    assert len(found) == submissions.MOST_FILES + 2
    (rest,) = [one.problem for one in found if one.problem]
    assert "one of 250 files more" in rest


def test_a_team_and_a_group_without_a_number_are_students_too() -> None:
    assert of_path("Team 1_7_assignsubmission_file_/a.ipynb").student == "Team 1_7"
    assert of_path("Default group_assignsubmission_file_/a.ipynb").student == "Default group"
