"""kill -9 at ten random moments, in both routes: everybody is marked, and nobody twice."""

from __future__ import annotations

import csv
import random
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.classroom.conftest import journal
from tests.classroom.nbgrader.course import ASSIGNMENT, copied
from tests.classroom.nbgrader.test_going_on import hand_in, released, scores, start_marking
from tests.classroom.notebooks import FULL, solved, write
from tests.classroom.test_batch import START, again, start

KILLS = 10
STUDENTS = ("ann", "ben", "cleo", "dan", "eve", "fay")


def kill_at_random(begin: Callable[[], subprocess.Popen[bytes]], done: Callable[[], bool]) -> int:
    """Begin, and kill at a moment between the start and a little after it goes on; ten times, or
    until it is done. Returns how many were killed."""
    chance = random.Random(11)
    longest, killed = 1.0, 0
    while killed < KILLS and not done():
        process = begin()
        end = time.monotonic() + chance.uniform(0, longest)
        while time.monotonic() < end and process.poll() is None:
            time.sleep(0.01)
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            killed += 1
            longest += 1.0  # Later and later, that some come as far as the last student.
        process.wait()
    return killed


def test_the_command_marks_everybody_once(tmp_path: Path, secret: Path) -> None:
    for student in STUDENTS:
        write(tmp_path / "class" / student / START, solved("00"))
    marks, kept = tmp_path / "marks.csv", tmp_path / "marks.csv.journal"
    assert kill_at_random(lambda: start(tmp_path, secret), marks.exists) >= KILLS // 2
    again(tmp_path, secret)
    with marks.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["exercise"]]
    marked = [(row["student"], row["exercise"], float(row["points"])) for row in rows]
    assert marked == [(name, *one) for name in STUDENTS for one in FULL["00"].items()]
    assert sorted(one.student for one in journal(kept)) == sorted(STUDENTS)


@pytest.mark.parametrize("students", [STUDENTS[:4]])
def test_nbgraders_route_marks_everybody_once(tmp_path: Path, students: tuple[str, ...]) -> None:
    course = copied(tmp_path)
    for student in students:
        hand_in(course, student, released(course))
    kept = course.folder / "private" / "marks.journal"

    def done() -> bool:
        known = kept.read_bytes().count(b"\n") if kept.exists() else 0
        return known == len(students) and set(scores(course)) == set(students)

    assert kill_at_random(lambda: start_marking(course), done) >= KILLS // 2
    course.instructor("autograde", ASSIGNMENT)
    assert scores(course) == {name: [1.0, 2.0, 2.0] for name in students}
    assert sorted(one.student for one in journal(kept)) == sorted(students)
