"""A class in nbgrader, for tests: the instructor's folder, students, and who does which step."""

from __future__ import annotations

import atexit
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from authoring import release
from authoring.lesson import read_all

ROOT = Path(__file__).resolve().parents[3]
ASSIGNMENT = "05_denying_access"
LESSON = next(one for one in read_all(ROOT / "lessons") if one.name == ASSIGNMENT)
#: What a student may do to a notebook before handing it in.
Work = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Course:
    """A class's folder, and a home for each student beside it."""

    folder: Path

    @property
    def exchange(self) -> Path:
        """Where assignments go out and come back."""
        return self.folder.with_name(f"{self.folder.name}-exchange")

    def home(self, student: str) -> Path:
        """A student's folder."""
        return self.folder.parent / "homes" / student

    def instructor(self, *command: str) -> str:
        """Run nbgrader in the class's folder; return what it said."""
        return _nbgrader(command, self.folder, {})

    def student(self, name: str, *command: str) -> str:
        """Run nbgrader as a student on a hub does; return what it said."""
        home = self.home(name)
        home.mkdir(parents=True, exist_ok=True)
        environment = {
            "HOME": str(home),
            "JUPYTERHUB_USER": name,
            "JUPYTER_CONFIG_PATH": str(ROOT / "classroom/hub/students"),
            "NBGRADER_EXCHANGE": str(self.exchange),
        }
        return _nbgrader(command, home, environment)

    def notebook(self, student: str) -> Path:
        """The notebook that a student fetched."""
        return self.home(student) / ASSIGNMENT / f"{ASSIGNMENT}.ipynb"


def make(folder: Path, criteria: Path | None = None) -> Course:
    """A class with one assignment, as ``make class`` writes it."""
    release.write(folder / "class", [LESSON], criteria=criteria)
    return Course(folder / "class")


def copied(folder: Path) -> Course:
    """The same; nbgrader generates its assignment once for all classes of this process."""
    shutil.copytree(_made(), folder, dirs_exist_ok=True)
    return Course(folder / "class")


@functools.cache
def _made() -> Path:
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    make(folder)
    return folder


def _nbgrader(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("JUPYTER")}
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *command],
        cwd=folder,
        env={**kept, "PATH": path, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def edit(notebook: Path, work: Work) -> None:
    """Do a student's work on a notebook file."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    work(content)
    notebook.write_text(json.dumps(content), encoding="utf-8")


def answer(**answers: str) -> Work:
    """Write into answer cells: ``answer(a5_1="...", w5_a="...")`` for 5.1 and for question 5.a."""

    def work(notebook: dict[str, Any]) -> None:
        for name, text in answers.items():
            kind, item = name[0], name[1:].replace("_", "-")
            wanted = f"answer-05-{item}" if kind == "a" else f"05-written-{item}"
            cell(notebook, wanted)["source"] = text

    return work


def solve(notebook: dict[str, Any]) -> None:
    """The lesson's own answers, and its good answers in words."""
    for one in LESSON.cells:
        if one.kind == "code" and one.answer:
            cell(notebook, f"answer-05-{one.answer.replace('.', '-')}")["source"] = one.solved()
    for number, question in LESSON.chapter.written.items():
        cell(notebook, f"05-written-{number.replace('.', '-')}")["source"] = question.model


def cell(notebook: dict[str, Any], grade_id: str) -> dict[str, Any]:
    """A notebook's cell, by nbgrader's name for it."""
    found: dict[str, Any] = next(
        one
        for one in notebook["cells"]
        if one["metadata"].get("nbgrader", {}).get("grade_id") == grade_id
    )
    return found
