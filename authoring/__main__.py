"""``python -m authoring``: write both twins of every lesson, the pictures, and the table
of the instructor's guide."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from helpers.paths import ROOT

from . import guide, twins
from .lesson import Lesson, LessonError, read_all
from .pictures import PICTURES, architecture

#: Pages with tables that follow from the lessons.
PAGES = ("README.md", "docs/instructors.md")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_text(encoding="utf-8") if path.exists() else None
    path.write_text(text, encoding="utf-8", newline="\n")
    print(f"{'same   ' if before == text else 'written'} {path.relative_to(ROOT)}")


def make(root: Path, lessons: list[Lesson], wanted: set[str]) -> None:
    """Write the notebooks of the wanted lessons, all of them if none is named."""
    notebooks = root / "notebooks"
    solutions = notebooks / "solutions"
    for name, picture in PICTURES.items():
        _write(notebooks / "images" / f"{name}.svg", picture().svg)
    for lesson in lessons:
        if wanted and lesson.number not in wanted:
            continue
        number, file = lesson.number, f"{lesson.name}.ipynb"
        _write(notebooks / "images" / f"architecture_{number}.svg", architecture(number).svg)
        _write(notebooks / file, twins.text(twins.blank(lesson, lessons)))
        if not lesson.has_solution:
            continue
        solutions.mkdir(parents=True, exist_ok=True)
        executed = twins.execute(twins.solved(lesson, lessons), solutions)
        _write(solutions / f"{lesson.solved_name}.ipynb", twins.text(executed))
    for page in (root / name for name in PAGES):
        _write(page, guide.filled(page.read_text(encoding="utf-8"), lessons))


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(prog="python -m authoring", description=__doc__)
    parser.add_argument("lesson", nargs="*", help="two digits; all lessons if none is given")
    arguments = parser.parse_args(argv)
    try:
        make(ROOT, read_all(ROOT / "lessons"), set(arguments.lesson))
    except LessonError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
