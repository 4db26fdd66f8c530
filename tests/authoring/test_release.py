"""A class's course: what the instructor has, and what nbgrader makes of it for the students."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

from authoring import release, twins
from authoring.lesson import Lesson
from authoring.messages import say
from classroom.seeds import practice_seed
from tests.cells import LESSONS

ROOT = Path(__file__).parents[2]
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class's folder, as `make class` writes it."""
    folder = tmp_path_factory.mktemp("made") / "class"
    assert release.main([str(folder)]) == 0
    assert {path.name for path in (folder / "release").iterdir()} == {x.name for x in LESSONS}
    return folder


def notebook(course: Path, step: str, lesson: Lesson) -> Any:
    """One version of an assignment's notebook."""
    return nbformat.read(course / step / lesson.name / f"{lesson.name}.ipynb", as_version=4)


def without_checksum(cell: Any) -> dict[str, Any]:
    """A cell's metadata, but for what nbgrader computes from its text."""
    metadata = dict(cell.metadata)
    if "nbgrader" in metadata:
        metadata["nbgrader"] = {k: v for k, v in metadata["nbgrader"].items() if k != "checksum"}
    return metadata


@each_lesson
def test_students_get_the_learners_notebook(course: Path, lesson: Lesson) -> None:
    """The same cells in the same order, after a header; only links differ."""
    students = notebook(course, "release", lesson).cells
    learners = twins.blank(lesson, LESSONS).cells
    assert [cell.id for cell in students] == ["class-header", "class-seed"] + [
        cell.id for cell in learners
    ]
    for theirs, ours in zip(students[2:], learners, strict=True):
        assert without_checksum(theirs) == without_checksum(ours)
        if theirs.cell_type == "code" or "nbgrader" in theirs.metadata:
            assert theirs.source == ours.source
        if theirs.cell_type == "code":
            assert (theirs.outputs, theirs.execution_count) == ([], None)


@each_lesson
def test_only_the_instructor_has_solutions_and_keys(course: Path, lesson: Lesson) -> None:
    texts = {
        step: "\n".join(cell.source for cell in notebook(course, step, lesson).cells)
        for step in ("source", "release")
    }
    shown = "\n".join(cell.source for cell in lesson.cells if "### BEGIN" not in cell.source)
    lines = [line for cell in lesson.cells for line in solution_lines(cell.source)]
    secrets = [line for line in lines if line not in shown]
    secrets += [key for written in lesson.chapter.written.values() for key in written.key]
    secrets += [written.model for written in lesson.chapter.written.values() if written.model]
    assert secrets
    assert [text for text in secrets if text not in texts["source"]] == []
    assert [text for text in secrets if text in texts["release"]] == []
    assert not re.search(r"### (BEGIN|STUB|END)", texts["release"])


def solution_lines(source: str) -> list[str]:
    """The lines of a lesson's cell that are long enough to give something away."""
    regions = re.findall(r"### BEGIN SOLUTION\n(.*?)### (?:STUB|END)", source, re.DOTALL)
    return [line for region in regions for line in region.split("\n") if len(line) > 20]


@each_lesson
def test_points_and_locks_are_in_the_metadata(course: Path, lesson: Lesson) -> None:
    cells = [
        cell for cell in notebook(course, "release", lesson).cells if "nbgrader" in cell.metadata
    ]
    checks = [cell for cell in cells if cell.source.startswith("check(")]
    points = {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in checks}
    assert points == {
        f"check-{lesson.number}-{number.replace('.', '-')}": exercise.points
        for number, exercise in lesson.chapter.exercises.items()
    }
    assert all(cell.metadata.nbgrader.locked and not cell.metadata.editable for cell in checks)
    assert not any(cell.metadata.deletable for cell in cells)
    assert all(cell.metadata.nbgrader.checksum for cell in cells)
    written = [cell for cell in cells if cell.cell_type == "markdown"]
    assert [cell.metadata.nbgrader.points for cell in written] == [
        len(question.key) for question in lesson.chapter.written.values()
    ]
    assert all(cell.source == say("notebook.write_here") for cell in written)
    assert all(cell.metadata.nbgrader.grade and cell.metadata.nbgrader.solution for cell in written)


@each_lesson
def test_links_lead_to_what_a_student_has(course: Path, lesson: Lesson) -> None:
    folder = course / "release" / lesson.name
    text = "\n".join(
        cell.source
        for cell in notebook(course, "release", lesson).cells
        if cell.cell_type == "markdown"
    )
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"", text)
    local = [a or b for a, b in targets if not (a or b).startswith(("http", "mailto"))]
    assert any(target.endswith(".svg") for target in local)
    assert [target for target in local if not (folder / target).exists()] == []


def test_a_students_id_makes_that_students_world(
    course: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole notebook of 05 runs in it, as released."""
    lesson = next(one for one in LESSONS if one.number == "05")
    worlds = []
    for student in ("ann", "bob"):
        monkeypatch.setenv("JUPYTERHUB_USER", student)
        monkeypatch.setenv("PYTHONPATH", str(ROOT))
        monkeypatch.setenv("COURSE_PROGRESS", str(course / "progress.json"))
        done = notebook(course, "release", lesson)
        NotebookClient(done, timeout=60, kernel_name="python3").execute()
        code = [cell for cell in done.cells if cell.cell_type == "code"]
        (lab,) = [cell.outputs for cell in code if "open_lab(" in cell.source]
        worlds.append(lab[-1].data["text/plain"])
    assert worlds[0] != worlds[1]
    assert "table_name = players-" in worlds[0]


def test_solutions_and_marks_are_out_of_the_students_reach(course: Path) -> None:
    assert stat.S_IMODE(course.stat().st_mode) == 0o700
    exchange = course.with_name("class-exchange")
    assert stat.S_IMODE(exchange.stat().st_mode) == 0o1777
    assert exchange not in course.parents and course not in exchange.parents


def test_a_second_time_renews_the_course_and_keeps_the_rest(course: Path) -> None:
    config = course / "nbgrader_config.py"
    config.write_text(config.read_text() + "c.Exchange.timezone = 'Europe/Berlin'\n")
    work = course / "submitted" / "ann"
    work.mkdir(parents=True)
    source = course / "source" / LESSONS[-1].name / f"{LESSONS[-1].name}.ipynb"
    source.write_text("{}")
    release.write(course, LESSONS[-1:])
    assert "check(" in source.read_text()
    assert "Europe/Berlin" in config.read_text() and work.exists()


def test_another_folder_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    assert release.main([str(tmp_path)]) == 1
    assert capsys.readouterr().err == f"{tmp_path} holds other files: name a new folder.\n"
    assert [file.name for file in tmp_path.iterdir()] == ["thesis.txt"]


def test_the_secret_is_drawn_once_or_given_and_nobody_else_reads_it(tmp_path: Path) -> None:
    folder = tmp_path / "class"
    mine, criteria = tmp_path / "mine.txt", tmp_path / "mine.py"
    mine.write_text("a secret of my own, long enough")
    criteria.write_text("CRITERIA = {}\n")
    kept = folder / "private" / "class.secret"
    secrets = []
    for given in (None, None, mine):
        release.write(folder, LESSONS[:1], given, criteria)
        secrets.append(kept.read_text())
    assert secrets[0] == secrets[1] != secrets[2] == "a secret of my own, long enough"
    assert len(secrets[0]) == 64
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert (folder / "private" / "criteria.py").read_text() == "CRITERIA = {}\n"
    key = (folder / "private" / release.MARKING).read_text("utf-8")
    capstone = next(one for one in LESSONS if one.number == "08").chapter.written
    assert key.count("| point | earns it |") == len(capstone)
    assert all(f"## {number}:" in key for number in capstone)
    assert not list((folder / "release").rglob(release.MARKING))
    assert stat.S_IMODE((folder / "private").stat().st_mode) == 0o700


@pytest.mark.parametrize("path", ["/usr/bin:/bin", None])
def test_whoever_calls_keeps_their_search_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str | None
) -> None:
    if path is None:
        monkeypatch.delenv("PATH")
    else:
        monkeypatch.setenv("PATH", path)
    release.write(tmp_path / "class", LESSONS[:1])
    assert os.environ.get("PATH") == path


def test_each_students_practice_world_is_the_graders(monkeypatch: pytest.MonkeyPatch) -> None:
    for student, seed in (("ann", practice_seed("ann")), ("", "0")):
        monkeypatch.setenv("JUPYTERHUB_USER", student)
        monkeypatch.setenv("COURSE_SEED", "")
        exec(release.header().cells[1].source, {})
        assert os.environ["COURSE_SEED"] == seed


@pytest.mark.needs("make")
def test_make_passes_on_where_and_what() -> None:
    def make(*given: str) -> subprocess.CompletedProcess[str]:
        command = ["make", "--dry-run", "class", *given]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)

    said = make("DIR=/srv/my class", "SECRET=s.txt", "CRITERIA=c.py").stdout.split("\n")
    command = " ".join(" ".join(line.rstrip("\\").split()) for line in said if line)
    assert command.endswith('authoring.release --secret "s.txt" --criteria "c.py" "/srv/my class"')
    assert "--secret" not in make("DIR=x").stdout
    done = subprocess.run(["make", "class"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode != 0
    assert done.stderr.startswith("Say where: make class DIR=/srv/class\n")
