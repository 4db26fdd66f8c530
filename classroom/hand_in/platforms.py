"""Whose a file is, by the name that a learning platform gave it.

Each platform puts the student into the name of a file or folder of its download:

==========  ==============================================================================
Moodle      ``FULL NAME_NUMBER_assignsubmission_file_/…`` or ``…_file_NAME.ipynb``; the same with
            ``Participant`` for the name under blind marking, with a group's name for a team.
            ``mod/assign/classes/downloader.php`` of moodle/moodle: names have no underscore.
Canvas      ``name_USERID_FILEID_NAME.ipynb``, ``name_LATE_…`` where it is late;
            ``anon_XXXXX_FILEID_…`` where grading is anonymous.
            ``lib/content_zipper.rb`` of instructure/canvas-lms: names have no ``_NUMBER_``.
Blackboard  ``ASSIGNMENT_username_attempt_2024-05-01-12-30-45_NAME.ipynb``, as users' tools
            describe it (README of kwurst/bb-file-cleanup). Its own source is not public.
Brightspace ``NUMBER-NUMBER - Full Name - Sep 24, 2024 926 PM/…``, as users' scripts describe it.
            Its own source is not public, and neither number is documented: two folders of one
            name and one first number are taken for two students.
==========  ==============================================================================

A student's id keeps the number: two students may have the same name, and the number is what the
platform knows them by when marks go back.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import PurePosixPath

from helpers.paths import ROOT

from ..errors import GradingError

_MOODLE = re.compile(
    r"(?P<name>[^_]*)(?:_(?P<number>\d+))?_assignsubmission_[a-z]+(?:_.*)?", re.DOTALL
)
_CANVAS = re.compile(
    r"(?P<name>.*?)_(?:LATE_)?(?P<number>[1-9]\d*)_"
    r"(?:(?P<file>[1-9]\d*)_(?P<rest>.+)|(?:text|link)\.html)",
    re.DOTALL,
)
_CANVAS_ANONYMOUS = re.compile(
    r"(?:LATE_)?anon_(?P<number>\w{5})_(?:[1-9]\d*_.+|(?:text|link)\.html)", re.DOTALL
)
_BLACKBOARD = re.compile(r"(?P<owner>.+)_attempt_\d{4}(?:-\d\d){5}(?:_.*|\.txt)?", re.DOTALL)
_BRIGHTSPACE = re.compile(r"(?P<first>\d+)-(?P<second>\d+) - (?P<name>.+?) - .+", re.DOTALL)
#: What a browser takes for markup, or a spreadsheet for a formula.
_MARKUP = str.maketrans({"<": "_", ">": "_", '"': "_", "&": "_", "`": "_", "/": "_", "'": "’"})
#: Characters of an id, which is a folder's name and a column of tables.
_LONGEST = 60
_FORMULA = ("=", "+", "-", "@", ".")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose a file is.

    Attributes:
        student: the student's id; empty for nobody's.
        known_by: all that its path says of the student. Two students who differ in it are two,
            whatever their ids.
        unsure: the number of another reading of the path, under which it is somebody else's.
    """

    student: str
    known_by: tuple[str, ...] = ()
    unsure: str = ""


def student_id(name: str) -> str:
    """A name in one form, on one line, and harmless in a page, a spreadsheet and a path."""
    text = unicodedata.normalize("NFC", name)
    text = "".join(c if c.isprintable() else "_" for c in text).strip().translate(_MARKUP)
    harmless = text.lstrip("".join(_FORMULA))
    whole = "_" * (len(text) - len(harmless)) + harmless
    if len(whole) <= _LONGEST:
        return whole
    digest = hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{whole[:30].rstrip()}~{digest}~{whole[-12:]}"


def of_platform(name: str, *, folder: bool = False) -> Owner | None:
    """Whose a file or a folder is, if a platform named it."""
    if match := _MOODLE.fullmatch(name):
        return _numbered("Moodle", match["name"], match["number"] or "")
    if match := _BRIGHTSPACE.fullmatch(name):
        return Owner(
            student_id(f"{match['name']}_{match['first']}"),
            ("Brightspace", match["first"], match["second"], match["name"]),
        )
    if folder:
        return None
    if match := _BLACKBOARD.fullmatch(name):
        return Owner(student_id(match["owner"].rpartition("_")[2]), ("Blackboard", match["owner"]))
    if match := _CANVAS_ANONYMOUS.fullmatch(name):
        return _numbered("Canvas", "anon", match["number"])
    if match := _CANVAS.fullmatch(name):
        # A user called `x_7` makes `x_7_101_9001_NAME`, which also reads as user 7's.
        other = bool(re.match(r"[1-9]\d*_", match["rest"] or ""))
        one = _numbered("Canvas", match["name"], match["number"])
        return Owner(one.student, one.known_by, match["file"] if other else "")
    return None


def _numbered(platform: str, name: str, number: str) -> Owner:
    both = "_".join(filter(None, (name, number)))
    return Owner(student_id(both), (platform, name, number))


def of_path(path: str) -> Owner:
    """Whose a file is, by its path below the folder of all: relative, with forward slashes.

    A folder that no platform named is a student's, by its whole name. A file in no folder is
    called by its student's name, which the name of a notebook of the course may follow.
    """
    first, *more = PurePosixPath(path).parts or ("",)
    if (found := of_platform(first, folder=bool(more))) is not None:
        return found
    if more:
        return Owner(student_id(first), ("folder", first))
    stem = PurePosixPath(first).stem
    match = _course_files().fullmatch(stem)
    name = match["student"] if match else stem
    return Owner(student_id(name), ("file", name))


@cache
def _course_files() -> re.Pattern[str]:
    """``ann_05_denying_access-1``: a student's name before the name of one of our notebooks."""
    names = "|".join(re.escape(path.stem) for path in sorted((ROOT / "notebooks").glob("*.ipynb")))
    return re.compile(rf"(?P<student>.+?)[ _-]+(?:{names})(?:[^\w].*|_.*)?", re.DOTALL)


def wrappers(paths: Iterable[str]) -> int:
    """How many folders, from the top, hold all of a class and are nobody's.

    Such is nbgrader's ``submitted``, and a folder round files that a platform named.
    """
    split = [PurePosixPath(path).parts for path in paths]
    depth = 0
    while split and all(len(parts) > depth + 1 for parts in split):
        outer = split[0][depth]
        if len({parts[depth] for parts in split}) > 1 or of_platform(outer, folder=True):
            break
        nbgraders = depth == 0 and outer == "submitted" and all(len(p) > depth + 2 for p in split)
        if not nbgraders and not any(
            of_platform(parts[depth + 1], folder=len(parts) > depth + 2) for parts in split
        ):
            break
        depth += 1
    return depth


def told_apart(owned: Sequence[tuple[str, Owner]]) -> list[str]:
    """The students' ids, one for each file.

    Args:
        owned: the files' paths, and whose they are.

    Raises:
        GradingError: two students would become one.
    """
    owners = _by_username([owner for _, owner in owned])
    paths: dict[str, dict[tuple[str, ...], str]] = defaultdict(dict)
    for (path, _), owner in zip(owned, owners, strict=True):
        paths[owner.student].setdefault(owner.known_by, path)
    for student, ways in paths.items():
        if student and len(ways) > 1:
            one, other, *_ = sorted(ways.values())
            raise GradingError(
                f"Two students would become one, `{student}`: {one} and {other}. Rename one of "
                "them, or give a pattern that tells students apart."
            )
    return [owner.student for owner in owners]


def _by_username(owners: Sequence[Owner]) -> list[Owner]:
    """Blackboard's usernames may hold underscores, and so may the assignment's name before them:
    that is what all files of a download begin with."""
    rows = {
        owner.known_by: owner.known_by[1].split("_")
        for owner in owners
        if owner.known_by[:1] == ("Blackboard",)
    }
    if len(rows) < 2:
        return list(owners)
    common, shortest = 0, min(map(len, rows.values())) - 1
    while common < shortest and len({row[common] for row in rows.values()}) == 1:
        common += 1
    return [
        Owner(student_id("_".join(rows[owner.known_by][common:])), owner.known_by)
        if owner.known_by in rows
        else owner
        for owner in owners
    ]
