"""Where submitted notebooks lie: a folder as nbgrader has it, any other folder, an LMS's zip.

Nothing is unpacked, and nothing that a submission names is followed: no link, no path that climbs.
What cannot be taken is a submission too, with the reason as its ``problem``.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..errors import GradingError

#: Bytes of one notebook, outputs and all.
LARGEST = 256 * 1024**2
_MOST_ENTRIES = 50_000
_NOBODYS = "Its path does not say whose it is."
_LEFT_OUT = re.compile(r"(^|/)(__MACOSX|\.ipynb_checkpoints|\.DS_Store|\._[^/]*|Thumbs\.db)(/|$)")
#: How Moodle and Canvas name what a student handed in, and a file with a notebook's name in it.
_STUDENT = (
    re.compile(r"(?P<student>.+?)_\d+_assignsubmission_.*"),
    re.compile(r"(?P<student>[^_]+)_(LATE_)?\d+_\d+_.*"),
    re.compile(r"(?P<student>.+?)[ _-]+\d\d_[a-z0-9_]+.*"),
)


@dataclass(frozen=True, slots=True)
class Submission:
    """One file that a student handed in.

    Attributes:
        student: the student's id.
        path: of the file, or of the zip that it is in.
        member: its place in the zip, from 0; -1 for a file that is in none.
        label: what to call it; its path if empty.
        problem: why it cannot be taken; empty if it can.
    """

    student: str
    path: str | Path
    member: int = -1
    label: str = ""
    problem: str = ""

    @property
    def source(self) -> str:
        """What to call it."""
        return self.label or str(self.path)


def find_submissions(root: Path, pattern: str = "") -> list[Submission]:
    """Every submission under a folder or in a zip, by student.

    Args:
        root: a folder or a zip file. The first folder on the way to a notebook is its student's;
            a notebook in no folder is called by its student's name.
        pattern: a regular expression for paths below ``root`` instead, with a group ``student``.

    Raises:
        GradingError: there is nothing there, or it is neither.
    """
    student = _Student(pattern)
    if root.is_dir():
        found = list(_in_folder(root, student))
    elif root.is_file():
        found = list(_in_zip(root, "", student))
    else:
        raise GradingError(f"There is nothing at {root}; give a folder of submissions, or a zip.")
    if not found:
        raise GradingError(f"There is no submission in {root}.")
    named = (
        one if one.student or one.problem else replace(one, problem=_NOBODYS)
        for one in _notebooks(found)
    )
    return sorted(named, key=lambda one: (one.student, one.source))


def read_content(submission: Submission) -> tuple[bytes, str]:
    """A submission's bytes and their SHA-256.

    Raises:
        GradingError: it cannot be taken.
    """
    if submission.problem:
        raise GradingError(submission.problem)
    try:
        if submission.member < 0:
            # The link, not what it leads to; and no pipe that nobody writes to.
            number = os.open(submission.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(number, "rb") as stream:
                data = stream.read(LARGEST + 1)
        else:
            with zipfile.ZipFile(submission.path) as archive:
                entry = archive.infolist()[submission.member]
                with archive.open(entry) as stream:
                    data = stream.read(LARGEST + 1)
    except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as error:
        raise GradingError(f"It cannot be read ({error}).") from None
    if len(data) > LARGEST:
        raise GradingError(_too_large())
    return data, hashlib.sha256(data).hexdigest()


def _too_large() -> str:
    return f"It is larger than {LARGEST // 1024**2} MB."


class _Student:
    """Tells from a path, relative and with forward slashes, whose it is."""

    def __init__(self, pattern: str) -> None:
        try:
            self._pattern = re.compile(pattern) if pattern else None
        except re.error as error:
            raise GradingError(f"`{pattern}` is no regular expression ({error}).") from None
        if self._pattern is not None and "student" not in self._pattern.groupindex:
            raise GradingError(f"`{pattern}` has no group (?P<student>…).")

    def __call__(self, path: str) -> str:
        if self._pattern is not None:
            match = self._pattern.search(path)
            return _clean(match["student"]) if match else ""
        parts = [part for part in PurePosixPath(path).parts if part != "submitted"]
        name = parts[0] if len(parts) > 1 else PurePosixPath(path).stem
        for known in _STUDENT:
            if match := known.fullmatch(name):
                return _clean(match["student"])
        return _clean(name)


def _clean(name: str) -> str:
    """A name in one form, on one line, and in letters that can be written everywhere."""
    text = unicodedata.normalize("NFC", name)
    return "".join(c if c.isprintable() else "_" for c in text).strip()


def _in_folder(root: Path, student: _Student) -> Iterator[Submission]:
    for folder, folders, files in os.walk(root):
        for name in sorted(
            [*files, *(each for each in folders if Path(folder, each).is_symlink())]
        ):
            path = Path(folder, name)
            below = path.relative_to(root).as_posix()
            if _LEFT_OUT.search(below):
                continue
            one = Submission(student(below), str(path), label=_clean(below))
            mode = path.lstat().st_mode
            if stat.S_ISLNK(mode):
                yield replace(one, problem="It is a link to another file.")
            elif not stat.S_ISREG(mode):
                yield replace(one, problem="It is no file.")
            elif name.lower().endswith(".zip"):
                yield from _in_zip(path, below, student)
            elif path.stat().st_size > LARGEST:
                yield replace(one, problem=_too_large())
            else:
                yield one


def _in_zip(path: Path, below: str, student: _Student) -> Iterator[Submission]:
    """The files in a zip; ``below`` is the zip's own path in the folder that is graded."""
    owner = student(below) if below else ""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield Submission(owner, str(path), label=below, problem=f"It is no zip ({error}).")
        return
    if len(entries) > _MOST_ENTRIES:
        text = f"It holds more than {_MOST_ENTRIES} files."
        yield Submission(owner, str(path), label=below, problem=text)
        return
    for at, entry in enumerate(entries):
        name = entry.filename
        if entry.is_dir() or _LEFT_OUT.search(name):
            continue
        label = f"{below}/{name}" if below else name
        problem = _refusal(entry)
        # Whose a climbing path is cannot be told: its first folder may be somebody else's.
        whose = owner or ("" if problem and ".." in name else student(name))
        yield Submission(whose, str(path), at, _clean(label), problem)


def _refusal(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or ":" in name.split("/")[0]:
        return "Its path leads out of the zip."
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "It is a link to another file."
    if entry.flag_bits & 1:
        return "It is encrypted."
    if entry.file_size > LARGEST:
        return _too_large()
    if name.lower().endswith(".zip"):
        return "It is a zip in a zip; unpack it first."
    return ""


def _notebooks(found: list[Submission]) -> Iterator[Submission]:
    """The notebooks; of a student who handed in none, one of the other files, with the reason."""
    is_one = {one: one.source.lower().endswith(".ipynb") for one in found}
    students = {one.student for one, notebook in is_one.items() if notebook}
    for one, notebook in is_one.items():
        if notebook or (one.problem and one.source.lower().endswith(".zip")):
            yield one
        elif one.student not in students:
            students.add(one.student)
            yield replace(one, problem=one.problem or "It is no Jupyter notebook.")
