"""The grader against nbgrader's own autograder, on the same submissions; and a class of 400."""

from __future__ import annotations

import copy
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from authoring.lesson import read_all
from classroom import Options, SubmissionResult, grade_folder, new_secret
from helpers.course.chapter import chapter

from .measure import ROOT, Line

STUDENTS, ROUNDS = 12, 1
NUMBER = "05"
_CONFIG = """
c = get_config()
c.CourseDirectory.course_id = "kms"
c.ClearSolutions.code_stub = {"python": "..."}
"""


def blank() -> tuple[str, dict[str, Any]]:
    """A blank notebook's file name and content."""
    (path,) = Options.release.glob(f"{NUMBER}_*.ipynb")
    return path.name, json.loads(path.read_text(encoding="utf-8"))


def solved(wrong: int) -> dict[str, Any]:
    """A notebook with the author's answers, the first ``wrong`` of them left out."""
    (lesson,) = (one for one in read_all(ROOT / "lessons") if one.number == NUMBER)
    notebook = copy.deepcopy(blank()[1])
    answers = [cell.solved() for cell in lesson.cells if cell.kind == "code" and cell.answer]
    places = [
        cell
        for cell in notebook["cells"]
        if str(cell["metadata"].get("nbgrader", {}).get("grade_id")).startswith("answer-")
    ]
    for place, answer in list(zip(places, answers, strict=True))[wrong:]:
        place["source"] = answer
    return notebook


def hand_in(course: Path, students: int) -> Path:
    """Submissions of so many students, as nbgrader lays them out; most of them are right."""
    name, _ = blank()
    for at in range(students):
        path = course / "submitted" / f"student-{at:03}" / "ps" / name
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(solved(at % 4)), encoding="utf-8")
    return course / "submitted"


def _nbgrader(course: Path, *arguments: str) -> None:
    # nbgrader starts alembic by its name.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}
    environment["JUPYTER_CONFIG_DIR"] = str(course)
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=course,
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"nbgrader {arguments[0]} failed:\n{done.stderr}")


def _theirs(course: Path) -> float:
    shutil.rmtree(course / "autograded", ignore_errors=True)
    start = time.perf_counter()
    _nbgrader(course, "autograde", "ps", "--force")
    return time.perf_counter() - start


def _ours(course: Path, secret: Path) -> float:
    start = time.perf_counter()
    out = course / f"marks-{start}.csv"
    subprocess.run(
        [
            *(sys.executable, "-m", "classroom", str(course / "submitted")),
            *("--out", str(out), "--secret", str(secret)),
        ],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return time.perf_counter() - start


def _rate() -> Line:
    with tempfile.TemporaryDirectory() as place:
        course, secret = Path(place, "course"), Path(place, "class.secret")
        new_secret(secret)
        name, notebook = blank()
        source = course / "source" / "ps" / name
        source.parent.mkdir(parents=True)
        source.write_text(json.dumps(notebook), encoding="utf-8")
        (course / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
        _nbgrader(course, "generate_assignment", "ps")
        hand_in(course, STUDENTS)
        times = [(_theirs(course), _ours(course, secret)) for _ in range(ROUNDS)]
    theirs, ours = (statistics.median(each) for each in zip(*times, strict=True))
    note = f"{60 * STUDENTS / ours:.0f} a minute, {60 * STUDENTS / theirs:.0f} with nbgrader's own"
    return Line("Submissions a minute, ours / nbgrader's", theirs / ours, 3, True, note=note)


def lines() -> Iterator[Line]:
    """The line that takes no more than a few minutes; ``python -m benchmarks.grading`` has all."""
    yield _rate()


def _resident(process: int) -> int:
    """Bytes of memory of a process and all below it; what they share counts for each."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        children = Path(f"/proc/{process}/task/{process}/children").read_text().split()
    except (OSError, IndexError):
        return 0
    return pages * resource.getpagesize() + sum(_resident(int(child)) for child in children)


def whole_class(students: int) -> tuple[float, float]:
    """Grade a class; returns seconds, and the most memory in MB."""
    most = 0

    def look(done: int, total: int, last: SubmissionResult) -> None:
        nonlocal most
        most = max(most, _resident(os.getpid()))

    with tempfile.TemporaryDirectory() as place:
        secret = Path(place, "class.secret")
        new_secret(secret)
        folder = hand_in(Path(place), students)
        start = time.perf_counter()
        options = Options(secret=secret)
        results = grade_folder(folder, options, journal=Path(place, "journal"), progress=look)
        taken = time.perf_counter() - start
    worth = [exercise.points for exercise in chapter(NUMBER).exercises.values()]
    expected = {f"student-{at:03}": float(sum(worth[at % 4 :])) for at in range(students)}
    assert {one.student: one.points for one in results} == expected
    return taken, most / 1024**2


def growth() -> Iterator[Line]:
    """A class of 400 against one of 50: eight times the time, and no more memory."""
    small, large = whole_class(50), whole_class(400)
    note = f"{large[0]:.0f} s for 400"
    yield Line("Time for 400 submissions / for 50", large[0] / small[0], 9.2, note=note)
    note = f"{large[1]:.0f} MB at most, what processes share counted for each"
    yield Line("Memory for 400 submissions / for 50", large[1] / small[1], 1.25, note=note)


if __name__ == "__main__":
    from .__main__ import shown

    found = [*lines(), *growth()]
    print("\n".join(map(shown, found)))
    sys.exit(any(not line.met for line in found))
