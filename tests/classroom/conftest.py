"""One class of hostile submissions, graded once by the real command for all that ask about it."""

from __future__ import annotations

import contextlib
import csv
import json
import os
import select
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from classroom import SubmissionResult, new_secret
from tests.classroom.case import Case
from tests.classroom.hostile import cases

ROOT = Path(__file__).parents[2]
#: Seconds for an answer that is to come to its end, and for one that burns all it has.
SECONDS, FEW_SECONDS, MEGABYTES = 8, 2, 1024


@dataclass(frozen=True)
class Graded:
    """A class after grading.

    Attributes:
        place: where marks.csv and the rest lie.
        cases: by student.
        results: by student.
        rows: of marks.csv.
    """

    place: Path
    cases: dict[str, Case]
    results: dict[str, list[SubmissionResult]]
    rows: list[dict[str, str]]
    output: str


def command(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run ``python -m classroom``."""
    return subprocess.run(
        [sys.executable, "-m", "classroom", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=900,
        env={**os.environ, "NOT_FOR_STUDENTS_SECRET": "1"},
    )


def journal(path: Path) -> list[SubmissionResult]:
    """What a journal holds: whole lines, as its writer may have been killed in the last one."""
    lines = path.read_bytes().rpartition(b"\n")[0].splitlines()
    return [SubmissionResult.from_json(json.loads(line)["result"]) for line in lines]


@pytest.fixture(scope="session")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A class secret."""
    path = tmp_path_factory.mktemp("office") / "class.secret"
    new_secret(path)
    return path


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory, secret: Path) -> Graded:
    """The class of ``hostile.cases``."""
    place = tmp_path_factory.mktemp("class")
    criteria = secret.with_name("hidden_criteria.py")
    criteria.write_text("CRITERIA = {}\n", encoding="utf-8")
    with listening(secret) as port:
        return _graded(place, secret, criteria, cases(secret, criteria, port))


@contextlib.contextmanager
def listening(secret: Path, *, expected: bool = False) -> Iterator[int]:
    """Listen where those look who look for a way out: nobody comes there unless ``expected``.

    Yields:
        The port on this machine's loopback.
    """
    names = (f"\0{secret}", f"{secret}.socket")
    with contextlib.ExitStack() as end:
        listeners = [end.enter_context(socket.socket(socket.AF_UNIX)) for _ in names]
        for one, name in zip(listeners, names, strict=True):
            one.bind(name)
            one.listen()
        port = end.enter_context(socket.create_server(("127.0.0.1", 0)))
        yield int(port.getsockname()[1])
        came = select.select([*listeners, port], [], [], 0)[0]
    Path(names[1]).unlink()
    assert bool(came) == expected, came


def _graded(place: Path, secret: Path, criteria: Path, known: dict[str, Case]) -> Graded:
    results: dict[str, list[SubmissionResult]] = {}
    rows: list[dict[str, str]] = []
    output = ""
    for burns, seconds in ((False, SECONDS), (True, FEW_SECONDS)):
        part = place / ("burns" if burns else "all")
        for student, case in known.items():
            if case.burns == burns:
                case.hand_in(part / "submitted" / student / "05")
        out = part / "marks.csv"
        run = command(
            *(part / "submitted", "--out", out, "--secret", secret, "--criteria", criteria),
            *("--jobs", "2", "--seconds", str(seconds), "--memory", str(MEGABYTES)),
        )
        assert run.returncode == 0, run.stderr
        assert run.stderr == ""
        for result in journal(part / "marks.csv.journal"):
            results.setdefault(result.student, []).append(result)
        with out.open(encoding="utf-8", newline="") as stream:
            rows += csv.DictReader(stream)
        output += run.stdout
    return Graded(place, known, results, rows, output)
