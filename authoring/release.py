"""``python -m authoring.release DIR``: a course for nbgrader, ready for a class.

Each notebook with exercises becomes an assignment. ``source/`` holds what the instructor sees,
with solutions and marking keys; ``release/`` is what nbgrader itself makes of it for students.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import secrets
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat as _nbformat
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import ClearSolutions as _ClearSolutions
from traitlets.config.loader import PyFileConfigLoader

from helpers.paths import ROOT

from . import twins
from .lesson import Cell, Lesson, LessonError, read_all
from .messages import say
from .pictures import PICTURES, architecture

nbformat: Any = _nbformat

FILES = Path(__file__).parent / "class_files"
#: How to mark the capstone's written questions: of the class files, the one for ``private/``.
MARKING = "marking_08.md"
#: In ``[text](target)``: a file of the course, not a page of the web or a place in this notebook.
_LINK = re.compile(r"(?<!!)\[([^\]]*)\]\((?!https?:|#|mailto:)([^)#]*)(#[^)]*)?\)")

_PICTURE = re.compile(r"images/(\w+)\.svg")


class ClassError(Exception):
    """What stands in the way of a class, in one sentence."""


class ClearSolutions(_ClearSolutions):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's step that takes solutions out, with the stub that the lesson has for each."""

    def preprocess_cell(self, cell: Any, resources: Any, cell_index: int) -> tuple[Any, Any]:
        """Put the stub in the place of a code cell's solution, and of a written answer's key."""
        if cell.cell_type == "code":
            cell.source = Cell("code", cell.source, "").blank()
        elif cell.metadata.get("nbgrader", {}).get("solution"):
            cell.source = say("notebook.write_here")
        return cell, resources


def source(lesson: Lesson, lessons: list[Lesson]) -> Any:
    """The instructor's version of a lesson's notebook, from which nbgrader makes the students'."""
    notebook = twins.blank(lesson, lessons)
    code = {cell.identity: cell.source for cell in lesson.cells if cell.kind == "code"}
    keys = {f"written-{name.replace('.', '-')}": name for name in lesson.chapter.written}
    names = {other.name for other in lessons}
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.source = code.get(cell.id, cell.source)
        elif cell.id in keys:
            cell.source = marking_key(lesson, keys[cell.id])
        elif cell.id == "footer":  # the way back; whom to tell of a problem is the class's affair
            cell.source = _links(cell.source.partition("\n\n")[0], names)
        else:
            cell.source = _links(cell.source, names)
    return notebook


def marking_key(lesson: Lesson, number: str) -> str:
    """What an answer to a written question must say, a point each; one good answer if there is."""
    question = lesson.chapter.written[number]
    key = say("class.marking_key", points="\n".join(f"- {point}" for point in question.key))
    return f"{key}\n\n{say('class.good_answer', model=question.model)}" if question.model else key


def header() -> Any:
    """The cells that nbgrader puts before each notebook of a class."""
    text = nbformat.v4.new_markdown_cell(say("class.header"), id="class-header")
    code = nbformat.v4.new_code_cell(say("class.header_code"), id="class-seed")
    return nbformat.v4.new_notebook(cells=[text, code])


def _links(text: str, names: set[str]) -> str:
    """Links between notebooks, each of which has a folder of its own in a class; others become
    plain words, since students have nothing but their assignments."""

    def put(match: re.Match[str]) -> str:
        words, target, place = match.groups()
        name = target.removesuffix(".ipynb")
        return f"[{words}](../{name}/{target}{place or ''})" if name in names else words

    return _LINK.sub(put, text)


def write(
    folder: Path,
    lessons: list[Lesson],
    secret: Path | None = None,
    criteria: Path | None = None,
) -> list[str]:
    """Write a class's course, and let nbgrader make the students' versions.

    Args:
        folder: new, empty, or written by an earlier call; then source and release are renewed and
            all else in it stays.
        secret: a file whose content is the class secret; a new one is drawn if there is none yet.
        criteria: the instructor's own criteria, as ``classroom`` reads them.

    Returns:
        The assignments' names.

    Raises:
        ClassError: the folder holds something else, or nbgrader refused.
    """
    config = folder / "nbgrader_config.py"
    if folder.exists() and not config.exists() and any(folder.iterdir()):
        raise ClassError(f"{folder} holds other files: name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)  # solutions, secret, marks: nobody's but the instructor's
    exchange = folder.with_name(f"{folder.name}-exchange")
    exchange.mkdir(exist_ok=True)
    # Every student hands in here; sticky, so that nobody puts another folder in the course's place.
    exchange.chmod(0o1777)
    _keep_private(folder / "private", secret, criteria)
    for file in FILES.iterdir():
        target = folder / ("private" if file.name == MARKING else "") / file.name
        if not target.exists():
            shutil.copy(file, target)
    graded = [one for one in lessons if one.chapter.exercises or one.chapter.written]
    for one in graded:
        _put(folder / "source" / one.name, one, graded)
    (folder / "source" / "header.ipynb").write_text(twins.text(header()), encoding="utf-8")
    _generate(config, [one.name for one in graded])
    return [one.name for one in graded]


def _keep_private(folder: Path, secret: Path | None, criteria: Path | None) -> None:
    """The class secret and the criteria, readable by the instructor only."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o700)
    kept = folder / "class.secret"
    if secret is not None or not kept.exists():
        kept.touch(mode=0o600)
        kept.chmod(0o600)
        kept.write_text(secrets.token_hex(32) if secret is None else secret.read_text("utf-8"))
    if criteria is not None:
        shutil.copyfile(criteria, folder / "criteria.py")


def _put(folder: Path, lesson: Lesson, lessons: list[Lesson]) -> None:
    """The source version of one assignment: a notebook and its pictures."""
    text = twins.text(source(lesson, lessons))
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for name in set(_PICTURE.findall(text)):
        picture = PICTURES[name]() if name in PICTURES else architecture(lesson.number)
        (folder / "images" / f"{name}.svg").write_text(picture.svg, encoding="utf-8")
    (folder / f"{lesson.name}.ipynb").write_text(text, encoding="utf-8")


def _generate(config: Path, names: list[str]) -> None:
    """What ``nbgrader generate_assignment`` does, with the class's own settings."""
    with _scripts_on_path():
        settings = PyFileConfigLoader(config.name, str(config.parent)).load_config()
        nbgrader = NbGraderAPI(config=settings)
        for name in names:
            done = nbgrader.generate_assignment(name)
            if not done["success"]:
                raise ClassError(f"nbgrader refused {name}:\n{done.get('log') or done['error']}")


@contextlib.contextmanager
def _scripts_on_path() -> Iterator[None]:
    """While nbgrader works: it runs `alembic`, installed beside this Python, by its bare name.

    It takes no environment for that, so this process's own is changed, and put back.
    """
    before = os.environ.get("PATH")
    scripts = str(Path(sys.executable).parent)
    os.environ["PATH"] = os.pathsep.join(filter(None, [scripts, before]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PATH"]
        else:
            os.environ["PATH"] = before


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m authoring.release")
    parser.add_argument("folder", type=Path, help="where the class is to be")
    parser.add_argument("--secret", type=Path, help="a file with the class secret")
    parser.add_argument("--criteria", type=Path, help="a file with your own criteria")
    given = parser.parse_args(argv)
    try:
        lessons = read_all(ROOT / "lessons")
        names = write(given.folder.resolve(), lessons, given.secret, given.criteria)
    except (ClassError, LessonError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    print(f"{given.folder}: {len(names)} assignments. Read README.md there first.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
