"""One class that goes through every step with the real nbgrader, as its instructor and students:
three students come by the exchange, five by a learning platform's zip."""

from __future__ import annotations

import csv
import json
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from tests.classroom.nbgrader.course import (
    ASSIGNMENT,
    LESSON,
    Course,
    Work,
    answer,
    cell,
    edit,
    make,
    solve,
)

CHECKS = {
    f"check-05-{number.replace('.', '-')}": float(exercise.points)
    for number, exercise in LESSON.chapter.exercises.items()
}
WRITTEN = {"05-written-5-a": 2.0, "05-written-5-b": 3.0}
MOST = sum(CHECKS.values()) + sum(WRITTEN.values())
#: nbgrader's own autograder gives full marks for this (platform notes 3).
TAMPERS = """\
import helpers.course.checks as checks
from helpers.course.chapter import correct
checks.judge = lambda *_: correct("Yes.")
"""
WRONG = (
    'cloudtrail = boto3.client("cloudtrail")\n'
    + LESSON.wrong["5.2"]["a denial of something else"].code
)
LESSON_COURSE = "encrypt-data-with-aws-kms"
EVERYBODY = {"ann", "bob_0815", "cleo", "dora", "eve", "finn_4711", "gus_12", "hal"}


#: An instructor's own criteria for 5.3.
HIDDEN = """\
from helpers.course.chapter import chapter, correct, not_yet
from classroom import Criterion

def hush_nobody_else(evidence):
    closed = chapter("05").exercises["5.3"].check(evidence).outcome == "correct"
    return correct("Yes.") if closed else not_yet("a secret wish.", "nothing.")

CRITERIA = {"5.3": [Criterion("Mira is kept out by the key alone", 1, hush_nobody_else)]}
"""


ROSTER = """\
Student,ID,SIS Login ID,Section,05 Denying access (77)
Ann,1,ann,x,
Gus,12,gustav,x,
Zoe,99,zoe,x,
"""


@dataclass
class Told:
    """A class that went through all steps, and what nbgrader said in each."""

    course: Course
    steps: dict[str, str] = field(default_factory=dict)

    def marks(self, student: str) -> dict[str, tuple[float | None, bool]]:
        """What the gradebook has before a person marked: points, and whether one must."""
        return self.autograded[student]

    autograded: dict[str, dict[str, tuple[float | None, bool]]] = field(default_factory=dict)
    comments: dict[str, dict[str, str]] = field(default_factory=dict)


def cheat(notebook: dict[str, Any]) -> None:
    """Patch the checker, and raise the points."""
    answer(a5_1=TAMPERS)(notebook)
    cell(notebook, "check-05-5-1")["metadata"]["nbgrader"]["points"] = 100
    cell(notebook, "check-05-5-2")["source"] = "100"


EXTENSIONS = f"""\
student,assignment,until
dora,{ASSIGNMENT},2099-03-01 12:00 UTC
zoe,{ASSIGNMENT},2099-03-01
"""
#: What a student may hope that the instructor's browser does while reading.
SCRIPT = """<img src=x onerror="pay()">
~~~~
<script>pay()</script>

[click](javascript:pay())"""


def disorder(notebook: dict[str, Any]) -> None:
    """Solve; then delete a check and a written answer, double a check, and write HTML in cells."""
    solve(notebook)
    answer(w5_a=SCRIPT)(notebook)
    gone = [cell(notebook, name) for name in ("check-05-5-1", "05-written-5-b")]
    double = json.loads(json.dumps(cell(notebook, "check-05-5-3")))
    notebook["cells"] = [double, *(one for one in notebook["cells"] if one not in gone)]
    for kind in ("markdown", "raw"):
        metadata = {"format": "text/html"} if kind == "raw" else {}
        extra = {"cell_type": kind, "id": kind, "metadata": metadata, "source": SCRIPT}
        notebook["cells"].append(extra)


def hand_in_by_exchange(course: Course) -> None:
    """Ann is right, Dora too, under another name, and Eve's notebook is none."""
    for student in ("ann", "dora", "eve"):
        course.student(student, "fetch_assignment", ASSIGNMENT)
        file = course.notebook(student)
        edit(file, solve)
        if student == "dora":
            file.rename(file.with_name("my solution.ipynb"))
        elif student == "eve":
            file.write_bytes(b"\x89PNG this is no notebook")
        course.student(student, "submit", ASSIGNMENT)


def hand_in_by_platform(course: Course) -> None:
    """Bob holds a misconception, Cleo hands in what she got, Finn cheats, Gus leaves a mess, Hal is
    right; and one file's path climbs."""
    archive = course.folder / "downloaded" / ASSIGNMENT / "archive"
    archive.mkdir(parents=True)
    released = course.folder / "release" / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    names: dict[str, Work] = {
        f"bob_0815_assignsubmission_file/{ASSIGNMENT}.ipynb": answer(
            a5_2=WRONG, w5_a="It may do what it likes."
        ),
        f"cleo_{ASSIGNMENT}.ipynb": lambda _: None,
        f"finn_4711_assignsubmission_file/{ASSIGNMENT}.ipynb": cheat,
        f"gus_12_34_{ASSIGNMENT}.ipynb": disorder,
        f"hal_{ASSIGNMENT}-1.ipynb": solve,
        f"../../../../../ann_{ASSIGNMENT}.ipynb": cheat,
    }
    with zipfile.ZipFile(archive / "all.zip", "w") as file:
        for name, work in names.items():
            content = json.loads(released.read_text("utf-8"))
            work(content)
            file.writestr(name, json.dumps(content))


def through_all_steps(folder: Path) -> Told:
    """The class, after all steps."""
    (folder / "mine.py").write_text(HIDDEN)
    course = make(folder, folder / "mine.py")
    it = Told(course)
    it.steps["generate"] = course.instructor("generate_assignment", ASSIGNMENT, "--force")
    it.steps["release"] = course.instructor("release_assignment", ASSIGNMENT)
    hand_in_by_exchange(course)
    it.steps["collect"] = course.instructor("collect", ASSIGNMENT)
    hand_in_by_platform(course)
    it.steps["zip_collect"] = course.instructor("zip_collect", ASSIGNMENT)
    it.steps["autograde"] = course.instructor("autograde", ASSIGNMENT)
    it.autograded, it.comments = gradebook(course)
    it.steps["export before"] = course.instructor("export", "--to", "before.csv")
    mark_by_hand(course)
    it.steps["feedback"] = course.instructor("generate_feedback", ASSIGNMENT)
    it.steps["release_feedback"] = course.instructor("release_feedback", ASSIGNMENT)
    it.steps["fetch_feedback"] = course.student("ann", "fetch_feedback", ASSIGNMENT)
    (course.folder / "private" / "roster.csv").write_text(ROSTER, encoding="utf-8")
    due = ("db", "assignment", "add", ASSIGNMENT, "--duedate", "2020-03-01 12:00 UTC")
    it.steps["due date"] = course.instructor(*due)
    (course.folder / "private" / "extensions.csv").write_text(EXTENSIONS, encoding="utf-8")
    it.steps["export"] = course.instructor("export", "--to", "after.csv")
    return it


def gradebook(course: Course) -> tuple[dict[str, Any], dict[str, Any]]:
    """The gradebook's marks and comments, by student."""
    marks: dict[str, Any] = {}
    comments: dict[str, Any] = {}
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        for entry in book.assignment_submissions(ASSIGNMENT):
            (notebook,) = entry.notebooks
            name = entry.student.id
            marks[name] = {x.name: (x.auto_score, x.needs_manual_grade) for x in notebook.grades}
            comments[name] = {x.name: x.auto_comment or "" for x in notebook.comments}
    return marks, comments


def mark_by_hand(course: Course) -> None:
    """The instructor reads Ann's and Bob's words, as the Formgrader saves it."""
    given = {"ann": (2.0, 3.0), "bob_0815": (0.0, None)}
    with Gradebook(f"sqlite:///{course.folder}/gradebook.db") as book:
        for student, points in given.items():
            for name, score in zip(WRITTEN, points, strict=True):
                if score is not None:
                    mark = book.find_grade(name, ASSIGNMENT, ASSIGNMENT, student)
                    mark.manual_score, mark.needs_manual_grade = score, False
        comment = book.find_comment("05-written-5-a", ASSIGNMENT, ASSIGNMENT, "bob_0815")
        comment.manual_comment = "It may not use the key: <b>which</b> action is missing?"
        book.db.commit()


def autograded(course: Course, student: str) -> Any:
    """A student's notebook as the Formgrader shows it."""
    path = course.folder / "autograded" / student / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"
    return nbformat.read(path, as_version=4)


def exported(course: Course, name: str) -> dict[str, dict[str, str]]:
    """An exported table, by student."""
    with open(course.folder / name, encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def feedback_page(course: Course, student: str) -> str:
    """A student's page in the instructor's folder."""
    path = course.folder / "feedback" / student / ASSIGNMENT / f"{ASSIGNMENT}.html"
    return path.read_text("utf-8")
