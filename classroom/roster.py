"""Who is in a class, by the table that a learning platform exports.

Read are Canvas's gradebook export (``Student, ID, SIS User ID, SIS Login ID, Section``, then a
column for each assignment), Moodle's grading worksheet of one assignment (``Identifier, Full name,
Email address, …, Grade``) and Moodle's list of participants or grades (``First name, Last name,
ID number, Email address``). Sources: Ohio State University's guide *Import a CSV file to Carmen
Grades* for Canvas's columns; ``mod/assign/feedback/offline/importgradeslib.php`` of moodle/moodle
for those that Moodle's worksheet is read back by. Moodle names them in the user's language; the
English names are meant.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .errors import GradingError
from .hand_in.platforms import student_id

Kind = Literal["canvas", "moodle worksheet", "moodle"]

_NUMBER = re.compile(r"\d+$")
_POINTS_POSSIBLE = "points possible"
#: Columns that say who somebody is, in the order in which they are believed.
_NAMES = ("SIS Login ID", "SIS User ID", "Username", "ID number", "Email address", "Integration ID")
_FULL_NAMES = ("Student", "Full name")


@dataclass(frozen=True)
class Roster:
    """A class.

    Attributes:
        kind: whose table it is.
        header: its columns.
        rows: of its students, by column.
    """

    kind: Kind
    header: tuple[str, ...]
    rows: tuple[dict[str, str], ...]

    def match(self, students: Iterable[str]) -> dict[str, int]:
        """The rows of students, by the students' ids; who is in no row is left out.

        An id that ends in the platform's number is found by it, any other by user name, address,
        its part before the @, or full name.

        Raises:
            GradingError: two ids are one row's, or two rows have one id.
        """
        known = [_known_as(self.kind, row) for row in self.rows]
        found: dict[str, int] = {}
        for student in sorted(set(students)):
            rows = _rows_of(student, known)
            if len(rows) > 1:
                raise GradingError(f"The roster has {len(rows)} rows for `{student}`.")
            for row in rows:
                if row in found.values():
                    other = next(name for name, at in found.items() if at == row)
                    raise GradingError(f"`{other}` and `{student}` are one student of the roster.")
                found[student] = row
        return found


@dataclass(frozen=True, slots=True)
class _KnownAs:
    """What an id may be, for one row."""

    number: str
    names: frozenset[str]


def _known_as(kind: Kind, row: dict[str, str]) -> _KnownAs:
    column = "ID" if kind == "canvas" else "Identifier"
    number = _NUMBER.search(row.get(column, "").strip())
    names = [row.get(name, "").strip() for name in (*_NAMES, *_FULL_NAMES)]
    names += [name.partition("@")[0] for name in names if "@" in name]
    names.append(f"{row.get('First name', '')} {row.get('Last name', '')}".strip())
    return _KnownAs(
        number[0] if number else "", frozenset(student_id(name) for name in names if name)
    )


def _rows_of(student: str, known: list[_KnownAs]) -> list[int]:
    number = _NUMBER.search(student.rpartition("_")[2]) if "_" in student else None
    if number and (rows := [at for at, one in enumerate(known) if one.number == number[0]]):
        return rows
    return [at for at, one in enumerate(known) if student in one.names]


def read_roster(path: Path) -> Roster:
    """Read a table of a class.

    Raises:
        GradingError: it cannot be read, or is no table that this knows.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            table = list(csv.reader(stream))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"The roster {path} cannot be read as CSV in UTF-8 ({error}).") from None
    header = tuple(name.strip() for name in table[0]) if table else ()
    kind = _kind(header)
    if kind is None:
        raise GradingError(
            f"The roster {path} has no column that says who is who: export Canvas's gradebook, "
            "Moodle's grading worksheet, or Moodle's participants."
        )
    rows = (dict(zip(header, row, strict=False)) for row in table[1:] if any(row))
    first = header[0]
    students = tuple(
        row for row in rows if row.get(first, "").strip().lower() not in ("", _POINTS_POSSIBLE)
    )
    return Roster(kind, header, students)


def _kind(header: tuple[str, ...]) -> Kind | None:
    if {"Student", "ID"} <= set(header):
        return "canvas"
    if {"Identifier", "Grade"} <= set(header):
        return "moodle worksheet"
    return "moodle" if {"Email address", "Username", "ID number"} & set(header) else None
