"""More time for one student: nbgrader keeps it in its gradebook, and has no command for it."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.utils import parse_utc

from ..errors import GradingError

_COLUMNS = ("student", "assignment", "until")


@dataclass(frozen=True, slots=True)
class Extension:
    """Until when a student may hand in an assignment: in UTC, without a zone, as in nbgrader."""

    student: str
    assignment: str
    until: datetime


def read_extensions(path: Path) -> list[Extension]:
    """Read a table of extensions, with the columns ``student``, ``assignment`` and ``until``.

    Raises:
        GradingError: it cannot be read, or a line is not as it should be.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream, skipinitialspace=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise GradingError(f"The extensions {path} cannot be read as CSV ({error}).") from None
    found = []
    for line, row in enumerate(rows, 2):
        student, assignment, until = ((row.get(name) or "").strip() for name in _COLUMNS)
        try:
            found.append(Extension(student, assignment, parse_utc(until)))
            if not (student and assignment and until):
                raise ValueError
        except (ValueError, OverflowError):
            raise GradingError(
                f"The extensions {path}: line {line} should have a student, an assignment and a "
                "time such as `2027-03-04 12:00 UTC`, under the column names "
                f"{', '.join(_COLUMNS)}."
            ) from None
    return found


def grant(gradebook: Gradebook, extensions: list[Extension]) -> list[str]:
    """Put extensions into the gradebook; who has none there any more loses it.

    Returns:
        A sentence for each that could not be used.
    """
    wanted = {(one.student, one.assignment): one for one in extensions}
    troubles = []
    for assignment in gradebook.assignments:
        for entry in gradebook.assignment_submissions(assignment.name):
            one = wanted.pop((entry.student.id, assignment.name), None)
            if one is not None and assignment.duedate is None:
                troubles.append(f"{assignment.name} has no due date to extend.")
                one = None
            more = one.until - assignment.duedate if one is not None else timedelta(0)
            entry.extension = more if more > timedelta(0) else None
    gradebook.db.commit()
    troubles += [f"{student} has not handed in {name} so far." for student, name in wanted]
    return sorted(set(troubles))
