"""Who may hand in later: as nbgrader's own gradebook then counts it."""

from __future__ import annotations

import os
import sys
from datetime import datetime
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from classroom.errors import GradingError
from classroom.nbgrader.extensions import grant, read_extensions

HEAD = "student,assignment,until\n"


def table(folder: Path, text: str) -> Path:
    path = folder / "extensions.csv"
    path.write_text(text, encoding="utf-8-sig")
    return path


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's way to add entries
def test_lateness_counts_from_the_extension(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # nbgrader runs `alembic`, installed beside this Python, by its bare name.
    monkeypatch.setenv(
        "PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    )
    lines = (
        "ann,05,2027-03-04 12:00 UTC\nben,05, 2027-02-01\nann,06,2027-03-04\nzoe,05,2027-03-04\n"
    )
    extensions = read_extensions(table(tmp_path, HEAD + lines))
    with Gradebook(f"sqlite:///{tmp_path}/gradebook.db") as book:
        book.add_assignment("05", duedate=datetime(2027, 3, 1, 12))
        book.add_assignment("06")
        for student in ("ann", "ben"):
            book.add_student(student)
            for name in ("05", "06"):
                book.add_submission(name, student, timestamp=datetime(2027, 3, 4, 13))

        def late(student: str) -> float:
            seconds: float = book.find_submission("05", student).total_seconds_late
            return seconds / 3600

        assert grant(book, extensions) == [
            "06 has no due date to extend.",
            "zoe has not handed in 05 so far.",
        ]
        assert (late("ann"), late("ben")) == (1, 73), "an earlier time takes nothing away"
        assert grant(book, []) == []
        assert late("ann") == 73, "the line is gone, and so is the extension"


@pytest.mark.parametrize(
    "line", ["ann,05,tomorrow", "ann,05,", "ann,,2027-03-04", ",05,2027-03-04", "ann;05;2027-03-04"]
)
def test_a_line_that_says_too_little_is_named(tmp_path: Path, line: str) -> None:
    path = table(tmp_path, f"{HEAD}ben,05,2027-03-04\n{line}\n")
    with pytest.raises(
        GradingError, match="line 3 should have a student, an assignment and a time"
    ):
        read_extensions(path)
    with pytest.raises(GradingError, match="cannot be read"):
        read_extensions(tmp_path / "none.csv")
