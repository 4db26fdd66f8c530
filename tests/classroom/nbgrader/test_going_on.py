"""What goes wrong in nbgrader's route, with the real nbgrader: kills, wrong slots, equal names."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from authoring import release
from authoring.lesson import read_all
from classroom.messages import say
from tests.classroom.nbgrader.course import ASSIGNMENT, LESSON, ROOT, Course, copied, solve
from tests.classroom.notebooks import solved, write

STUDENTS = ("ann", "ben", "cleo", "dan")
CHECKS = ("check-05-5-1", "check-05-5-2", "check-05-5-3")


def hand_in(course: Course, student: str, content: object) -> None:
    """Put a notebook where ``nbgrader collect`` puts it."""
    path = course.folder / "submitted" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    path.parent.mkdir(parents=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def released(course: Course) -> dict[str, object]:
    """The students' version, solved."""
    path = course.folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    content: dict[str, object] = json.loads(path.read_text("utf-8"))
    solve(content)
    return content


def scores(course: Course) -> dict[str, list[float | None]]:
    """What the gradebook has for the checks, by student."""
    found = {}
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        for entry in book.assignment_submissions(ASSIGNMENT):
            (notebook,) = entry.notebooks
            marks = {mark.name: mark.auto_score for mark in notebook.grades}
            found[entry.student.id] = [marks[name] for name in CHECKS]
    return found


def start_marking(course: Course) -> subprocess.Popen[bytes]:
    """``nbgrader autograde``, in a session of its own."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    return subprocess.Popen(
        [sys.executable, "-m", "nbgrader", "autograde", ASSIGNMENT],
        cwd=course.folder,
        env={**kept, "PATH": path, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Course, str]:
    """A class whose marking was killed three times, then went on; and what it said in the end."""
    course = copied(tmp_path_factory.mktemp("killed"))
    for student in STUDENTS:
        hand_in(course, student, released(course))
    chance = random.Random(5)
    first = course.folder / "autograded" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    for at in range(3):
        marking = start_marking(course)
        while not first.exists() and marking.poll() is None:
            time.sleep(0.01)
        time.sleep(0 if at == 0 else chance.uniform(0, 2))
        marking.send_signal(signal.SIGKILL)
        marking.wait()
        if at == 0:
            written = first.read_text("utf-8")  # All of it, a part or nothing yet.
            assert '"grading":' not in written, "killed before Ann's marks were known"
            first.chmod(0o600)
            first.write_text(written[: len(written) // 2], "utf-8")  # As the unluckiest kill does.
    said = course.instructor("autograde", ASSIGNMENT)
    assert '"grading":' in first.read_text("utf-8")
    return course, said


def test_whoever_it_was_at_when_it_was_killed_is_marked_by_the_same_command(
    killed: tuple[Course, str],
) -> None:
    course, said = killed
    assert scores(course) == {name: [1.0, 2.0, 2.0] for name in STUDENTS}
    assert "Skipping existing assignment" not in said or "half marked" in said
    journal = (course.folder / "private" / "marks.journal").read_text("utf-8").splitlines()
    assert sorted(json.loads(line)["result"]["student"] for line in journal) == sorted(STUDENTS)
    course.instructor("generate_feedback", ASSIGNMENT)
    assert {path.parts[-3] for path in course.folder.glob("feedback/*/*/*.html")} == set(STUDENTS)


def test_the_page_of_somebody_half_marked_is_a_sentence(
    killed: tuple[Course, str], tmp_path: Path
) -> None:
    shutil.copytree(killed[0].folder, tmp_path / "class")
    course = Course(tmp_path / "class")
    shown = course.folder / "autograded" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    shown.chmod(0o600)
    write(shown, {**released(course), "metadata": LESSON_METADATA})
    with pytest.raises(AssertionError, match=r"is not fully marked yet\. Run `nbgrader autograde"):
        course.instructor("generate_feedback", ASSIGNMENT, "--force")


def test_another_notebook_in_the_slot_is_named_to_instructor_and_student(tmp_path: Path) -> None:
    lessons = [one for one in read_all(ROOT / "lessons") if one.number in ("05", "06")]
    release.write(tmp_path / "class", lessons)
    course = Course(tmp_path / "class")
    hand_in(course, "ann", solved("06"))
    course.instructor("autograde", ASSIGNMENT)
    assert scores(course) == {"ann": [None, None, None]}
    told = say("class.other_notebook", found="06", assignment=ASSIGNMENT, wanted="05")
    shown = course.folder / "autograded" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    assert told in nbformat.read(shown, as_version=4).cells[0].source
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        (notebook,) = book.find_submission(ASSIGNMENT, "ann").notebooks
        assert notebook.flagged and all(mark.needs_manual_grade for mark in notebook.grades)
    course.instructor("generate_feedback", ASSIGNMENT)
    page = course.folder / "feedback" / "ann" / ASSIGNMENT / f"{ASSIGNMENT}.html"
    assert told in page.read_text("utf-8")
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        book.add_student("=HYPERLINK(1)")
    course.instructor("export", "--assignment", ASSIGNMENT, "--to", "marks.csv")
    lines = (course.folder / "marks.csv").read_text("utf-8").splitlines()
    assert sorted(line.split(",")[0] for line in lines[1:]) == ["'=HYPERLINK(1)", "ann"]


def test_a_blind_class_and_equal_names_come_out_whole(tmp_path: Path) -> None:
    course = copied(tmp_path)
    names = [f"Participant_{n}_assignsubmission_file_/work.ipynb" for n in (4711, 4712, 4713)]
    names += [f"Same Name_{n}_assignsubmission_file_/work.ipynb" for n in (1, 2)]
    archive = course.folder / "downloaded" / ASSIGNMENT / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w") as file:
        for number, name in enumerate(names):
            content = json.dumps({**released(course), "number": number})
            file.writestr(name, content)
        file.writestr("Two Files_3_assignsubmission_file_/a.ipynb", json.dumps(solved("05")))
        file.writestr("Two Files_3_assignsubmission_file_/b.ipynb", json.dumps(released(course)))
        file.writestr("Two More_4_assignsubmission_file_/a.ipynb", json.dumps(solved("06")))
        file.writestr("Two More_4_assignsubmission_file_/b.ipynb", json.dumps(released(course)))
    course.instructor("zip_collect", ASSIGNMENT)
    course.instructor("autograde", ASSIGNMENT)
    whole = ["Participant_4711", "Participant_4712", "Participant_4713", "Same Name_1"]
    expected: dict[str, list[float | None]] = {
        name: [1.0, 2.0, 2.0] for name in [*whole, "Same Name_2", "Two More_4"]
    }
    assert scores(course) == {**expected, "Two Files_3": [None, None, None]}
    shown = course.folder / "autograded" / "Two Files_3" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    assert "There are 2 files, and a person has to say" in shown.read_text("utf-8")


def test_two_who_would_become_one_stop_the_collecting_with_a_sentence(tmp_path: Path) -> None:
    course = copied(tmp_path)
    archive = course.folder / "downloaded" / ASSIGNMENT / "archive"
    archive.mkdir(parents=True)
    with zipfile.ZipFile(archive / "all.zip", "w") as file:
        for name in ("a<b", "a>b"):
            file.writestr(f"{name}/work.ipynb", "{}")
    with pytest.raises(AssertionError, match=r"Two students would become one, `a_b`") as stopped:
        course.instructor("zip_collect", ASSIGNMENT)
    assert "Traceback" not in str(stopped.value)
    assert not (course.folder / "submitted").exists()


LESSON_METADATA = {"kernelspec": {"name": "python3", "display_name": LESSON.name}}
