"""Tables that a learning platform takes as they are: one line for each student of the roster.

Canvas: *Grades*, *Import*: the columns of its own export, and one for each assignment. A column of
an assignment that Canvas knows is called ``NAME (ID)``, as in the export; any other name makes a
new assignment. Moodle: *View all submissions*, *Upload grading worksheet*, for a worksheet;
*Grades*, *Import*, *CSV file*, mapped by e-mail address or user name, for a list of participants. A
student without a mark has an empty cell, which both leave as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ..files import open_private
from ..roster import Roster
from .html import format_points

_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", "Section")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Marks:
    """The marks of one assignment.

    Attributes:
        name: such as ``05_denying_access``.
        points: by student; None where a person has still to look.
        out_of: the most.
    """

    name: str
    points: Mapping[str, float | None]
    out_of: float


def inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{text}" if text[:1] in _FORMULA else text


def write_imports(folder: Path, roster: Roster, marks: list[Marks]) -> tuple[list[Path], list[str]]:
    """Write ``canvas.csv`` or ``moodle.csv``; of several assignments ``moodle-NAME.csv``, if the
    roster is a worksheet, which is of one.

    Returns:
        The files, and the students who are not in the roster.

    Raises:
        GradingError: students and rows cannot be told apart.
    """
    students = {student for one in marks for student in one.points}
    rows = roster.match(students)
    by_row = {at: student for student, at in rows.items()}
    if roster.kind == "moodle worksheet":
        files = []
        for one in marks:
            name = "moodle.csv" if len(marks) == 1 else f"moodle-{one.name}.csv"
            files.append(_write(folder / name, _worksheet(roster, one, by_row)))
    elif roster.kind == "canvas":
        files = [_write(folder / "canvas.csv", _canvas(roster, marks, by_row))]
    else:
        files = [_write(folder / "moodle.csv", _participants(roster, marks, by_row))]
    return files, sorted(students - set(rows))


def _shown(points: float | None) -> str:
    return "" if points is None else format_points(points)


def _canvas(roster: Roster, marks: list[Marks], by_row: dict[int, str]) -> list[list[str]]:
    columns = [_column(roster, one.name) for one in marks]
    most = [format_points(one.out_of) for one in marks]
    table = [[*_CANVAS, *columns], ["    Points Possible", *[""] * (len(_CANVAS) - 1), *most]]
    for at, row in enumerate(roster.rows):
        who = [inert(row.get(name, "")) for name in _CANVAS]
        table.append([*who, *(_shown(one.points.get(by_row.get(at, ""))) for one in marks)])
    return table


def _column(roster: Roster, name: str) -> str:
    """The column of an assignment: Canvas's own for it, where the export has one."""
    plain = name.replace("_", " ").lower()
    for known in (x for x in roster.header if x not in _CANVAS):
        title = known.rpartition(" (")[0] or known
        if title.replace("_", " ").lower() == plain or title.split(" ")[0] == name[:2]:
            return known
    return name


def _worksheet(roster: Roster, marks: Marks, by_row: dict[int, str]) -> list[list[str]]:
    most = {"Maximum Grade": format_points(marks.out_of)}
    table = [list(roster.header)]
    for at, row in enumerate(roster.rows):
        grade = _shown(marks.points.get(by_row.get(at, "")))
        filled = {**row, "Grade": grade or row.get("Grade", "")}
        filled |= {name: value for name, value in most.items() if not filled.get(name)}
        table.append([inert(filled.get(name, "")) for name in roster.header])
    return table


def _participants(roster: Roster, marks: list[Marks], by_row: dict[int, str]) -> list[list[str]]:
    table = [[*roster.header, *(one.name for one in marks)]]
    for at, row in enumerate(roster.rows):
        who = [inert(row.get(name, "")) for name in roster.header]
        table.append([*who, *(_shown(one.points.get(by_row.get(at, ""))) for one in marks)])
    return table


def _write(path: Path, table: list[list[str]]) -> Path:
    temporary = path.with_name(f"{path.name}.part")
    with open(temporary, "w", encoding="utf-8", newline="", opener=open_private) as stream:
        csv.writer(stream).writerows(table)
    temporary.replace(path)
    return path
