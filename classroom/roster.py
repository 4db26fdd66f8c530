"""Who is in a class, by the table that a learning platform exports.

Read are Canvas's gradebook export (``Student, ID, SIS User ID, SIS Login ID, Section``, then a
column for each assignment), Moodle's grading worksheet of one assignment (``Identifier, Full name,
Email address, …, Grade``) and Moodle's list of participants or grades (``First name, Last name,
ID number, Email address``). Sources: Ohio State University's guide *Import a CSV file to Carmen
Grades* for Canvas's columns; ``mod/assign/feedback/offline/importgradeslib.php`` of moodle/moodle
for those that Moodle's worksheet is read back by. Moodle names them in the user's language; the
English names are meant. Both platforms, and spreadsheets that save such a table, may put semicolons
or tabs between cells.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from .errors import GradingError
from .hand_in.platforms import student_id

Kind = Literal["canvas", "moodle worksheet", "moodle"]

_NUMBER = re.compile(r"\d+$")
_POINTS_POSSIBLE = "points possible"
_SEPARATORS = (",", ";", "\t")
#: What a spreadsheet writes into the first line, to know the separator again.
_SEPARATOR_LINE = re.compile(r"\Asep=.[\r\n]+", re.IGNORECASE)
#: Columns that say who somebody is, in the order in which they are believed.
_NAMES = ("SIS Login ID", "SIS User ID", "Username", "ID number", "Email address", "Integration ID")
_FULL_NAMES = ("Student", "Full name", "First name / Last name", "First name / Surname")
_LAST_NAMES = ("Last name", "Surname")


@dataclass(slots=True)
class Matched:
    """Students, found in a roster or not.

    Attributes:
        rows: a student's row, from 0, by the student's id.
        unplaced: why somebody is given none, by id; empty text for who is not in the roster.
    """

    rows: dict[str, int] = field(default_factory=dict)
    unplaced: dict[str, str] = field(default_factory=dict)


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

    def match(self, students: Iterable[str]) -> Matched:
        """Where the students of one assignment stand, by their ids.

        An id that ends in the platform's number is found by it, any other by user name, address,
        its part before the @, or full name. Moodle's number is one of the assignment: in a list
        that does not have it, the full name before it is looked for. Where two rows are as good, or
        two students would have one row, nobody is placed: a mark must not reach somebody else.
        """
        known = [_known_as(self.kind, row) for row in self.rows]
        found = Matched()
        takers: dict[int, list[str]] = defaultdict(list)
        for student in sorted(set(students)):
            rows = _rows_of(student, known, by_name=self.kind != "canvas")
            if len(rows) == 1:
                takers[rows[0]].append(student)
            else:
                found.unplaced[student] = f"{len(rows)} rows of the roster fit" if rows else ""
        for row, those in takers.items():
            for student in those:
                if len(those) == 1:
                    found.rows[student] = row
                else:
                    others = ", ".join(f"`{one}`" for one in those if one != student)
                    found.unplaced[student] = f"{others} would have the same row"
        return found


@dataclass(frozen=True, slots=True)
class _KnownAs:
    """What an id may be, for one row; of the names, those first that are believed first."""

    number: str
    names: tuple[frozenset[str], ...]
    full_names: frozenset[str]


def _known_as(kind: Kind, row: dict[str, str]) -> _KnownAs:
    column = "ID" if kind == "canvas" else "Identifier"
    number = _NUMBER.search(row.get(column, "").strip())
    names = [row.get(name, "") for name in _NAMES]
    first = row.get("First name", "")
    full = [row.get(name, "") for name in _FULL_NAMES]
    for last in (row.get(name, "") for name in _LAST_NAMES if name in row):
        full += [f"{first} {last}", f"{last} {first}", f"{last}, {first}"]
    addresses = [name.partition("@")[0] for name in names if "@" in name]
    full_names = _ids(full)
    ways = [*(_ids([name]) for name in names), _ids(addresses), full_names]
    # A user name in capitals, or an address, is the same in small letters.
    loose = frozenset(each.casefold() for way in ways for each in way)
    return _KnownAs(number[0] if number else "", (*ways, loose), full_names)


def _ids(names: Iterable[str]) -> frozenset[str]:
    return frozenset(student_id(name) for name in names if name.strip())


def _rows_of(student: str, known: list[_KnownAs], *, by_name: bool) -> list[int]:
    """The rows that fit an id best.

    Args:
        by_name: whether, of an id with a number that no row has, the name before it may do.
    """
    name, _, last = student.rpartition("_")
    number = last if name and _NUMBER.fullmatch(last) else ""
    if number and (rows := [at for at, one in enumerate(known) if one.number == number]):
        return rows
    for way in range(len(known[0].names) if known else 0):
        exact = way < len(known[0].names) - 1
        wanted = student if exact else student.casefold()
        if rows := [at for at, one in enumerate(known) if wanted in one.names[way]]:
            return rows
    if not (number and by_name):
        return []
    return [at for at, one in enumerate(known) if name in one.full_names]


def read_roster(path: Path) -> Roster:
    """Read a table of a class.

    Raises:
        GradingError: it cannot be read, or is no table that this knows.
    """
    try:
        data = path.read_bytes()
        wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        text = data.decode("utf-16" if wide else "utf-8-sig")
        text = _SEPARATOR_LINE.sub("", text).lstrip("\r\n")
        tables = [list(_rows(text, separator)) for separator in _SEPARATORS]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(
            f"The roster {path} cannot be read as CSV in UTF-8 ({error}): export it again, or save "
            "it as “CSV UTF-8”."
        ) from None
    for table in tables:
        header = tuple(name.strip() for name in table[0][1]) if table else ()
        if kind := _kind(header):
            return Roster(kind, header, tuple(_students(path, kind, header, table[1:])))
    raise GradingError(
        f"The roster {path} has no column that says who is who: export Canvas's gradebook, "
        "Moodle's grading worksheet, or Moodle's participants, with the platform in English."
    )


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the number of its last line."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    for row in reader:
        yield reader.line_num, row


def _students(
    path: Path, kind: Kind, header: tuple[str, ...], table: list[tuple[int, list[str]]]
) -> Iterator[dict[str, str]]:
    for line, cells in table:
        if any(cell.strip() for cell in cells[len(header) :]):
            raise GradingError(
                f"The roster {path} has {len(cells)} cells in line {line}, where its header has "
                f"{len(header)}: put a text that holds the separator in quotes."
            )
        row = {name: cell.strip() for name, cell in zip(header, cells, strict=False)}
        if not any(row.values()):
            continue
        # Canvas has rows of its own above its students.
        if kind == "canvas" and row["Student"].lower() in ("", _POINTS_POSSIBLE):
            continue
        yield row


def _kind(header: tuple[str, ...]) -> Kind | None:
    if {"Student", "ID"} <= set(header):
        return "canvas"
    if {"Identifier", "Grade"} <= set(header):
        return "moodle worksheet"
    return "moodle" if {"Email address", "Username", "ID number"} & set(header) else None
