"""Tables that a learning platform takes as they are: one line for each student of the roster.

Canvas: *Grades*, *Import*: the columns of its own export, and one for each assignment. A column of
an assignment that Canvas knows is called ``NAME (ID)``, as in the export; any other name makes a
new assignment. Moodle: *View all submissions*, *Upload grading worksheet*, for a worksheet;
*Grades*, *Import*, *CSV file*, mapped by e-mail address or user name, for a list of participants. A
student without a mark has an empty cell, which both leave as it is.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..files import open_private
from ..roster import Roster
from .html import format_points

_ROOT = "Root Account"
_CANVAS = ("Student", "ID", "SIS User ID", "SIS Login ID", _ROOT, "Section")
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
    """A cell that no spreadsheet takes for a formula; a dash alone is none."""
    return f"'{text}" if text[:1] in _FORMULA and text != "-" else text


def write_imports(folder: Path, roster: Roster, marks: list[Marks]) -> tuple[list[Path], list[str]]:
    """Write ``canvas.csv`` or ``moodle.csv``; of several assignments ``moodle-NAME.csv``, if the
    roster is a worksheet, which is of one.

    Returns:
        The files, and a sentence for each reason why marks are in none of them.
    """
    matched = [roster.match(one.points) for one in marks]
    columns = [
        {row: one.points[student] for student, row in found.rows.items()}
        for one, found in zip(marks, matched, strict=True)
    ]
    if roster.kind == "moodle worksheet":
        files = []
        for one, column in zip(marks, columns, strict=True):
            name = "moodle.csv" if len(marks) == 1 else f"moodle-{one.name}.csv"
            files.append(_write(folder / name, _worksheet(roster, one, column)))
    elif roster.kind == "canvas":
        files = [_write(folder / "canvas.csv", _canvas(roster, marks, columns))]
    else:
        files = [_write(folder / "moodle.csv", _participants(roster, marks, columns))]
    unplaced = {student: why for found in matched for student, why in found.unplaced.items()}
    return files, _left_out(unplaced)


def _left_out(unplaced: Mapping[str, str]) -> list[str]:
    strangers = sorted(student for student, why in unplaced.items() if not why)
    told = [f"Not in the roster: {', '.join(strangers)}."] if strangers else []
    told += [
        f"No mark for `{student}` in the file to import: {why}. Enter it by hand."
        for student, why in sorted(unplaced.items())
        if why
    ]
    return told


def _shown(points: float | None) -> str:
    return "" if points is None else format_points(points)


#: Points by row of the roster.
_Column = Mapping[int, float | None]


def _canvas(roster: Roster, marks: list[Marks], columns: Sequence[_Column]) -> list[list[str]]:
    # Canvas exports it where several accounts share users, and then needs it back.
    about = [name for name in _CANVAS if name != _ROOT or name in roster.header]
    names = [_column(roster, one.name) for one in marks]
    most = [format_points(one.out_of) for one in marks]
    table = [[*about, *names], ["    Points Possible", *[""] * (len(about) - 1), *most]]
    for at, row in enumerate(roster.rows):
        who = [inert(row.get(name, "")) for name in about]
        table.append([*who, *(_shown(column.get(at)) for column in columns)])
    return table


def _column(roster: Roster, name: str) -> str:
    """The column of an assignment: Canvas's own for it, where the export has one."""
    plain = name.replace("_", " ").lower()
    for known in (x for x in roster.header if x not in _CANVAS):
        title = known.rpartition(" (")[0] or known
        if title.replace("_", " ").lower() == plain or title.split(" ")[0] == name[:2]:
            return known
    return name


def _worksheet(roster: Roster, marks: Marks, column: _Column) -> list[list[str]]:
    most = {"Maximum Grade": format_points(marks.out_of)}
    table = [list(roster.header)]
    for at, row in enumerate(roster.rows):
        filled = {**row, "Grade": _shown(column.get(at)) or row.get("Grade", "")}
        filled |= {name: value for name, value in most.items() if not filled.get(name)}
        table.append([inert(filled.get(name, "")) for name in roster.header])
    return table


def _participants(
    roster: Roster, marks: list[Marks], columns: Sequence[_Column]
) -> list[list[str]]:
    table = [[*roster.header, *(one.name for one in marks)]]
    for at, row in enumerate(roster.rows):
        who = [inert(row.get(name, "")) for name in roster.header]
        table.append([*who, *(_shown(column.get(at)) for column in columns)])
    return table


def _write(path: Path, table: list[list[str]]) -> Path:
    temporary = path.with_name(f"{path.name}.part")
    with open(temporary, "w", encoding="utf-8", newline="", opener=open_private) as stream:
        csv.writer(stream).writerows(table)
    temporary.replace(path)
    return path
