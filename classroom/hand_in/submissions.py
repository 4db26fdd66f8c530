"""Where submitted notebooks lie: a folder as nbgrader has it, any other folder, an LMS's zip.

Nothing is unpacked, and nothing that a submission names is followed: no link, no path that climbs.
What cannot be taken is a submission too, with the reason as its ``problem``.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
import zipfile
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from ..errors import GradingError
from .platforms import Owner, of_path, of_platform, student_id, told_apart, wrappers

#: Bytes of one notebook, outputs and all.
LARGEST = 256 * 1024**2
_MOST_ENTRIES = 50_000
_CLOSED = "It is a folder that cannot be opened."
_NOBODYS = "Its path does not say whose it is."
_DRIVE = re.compile(r"[A-Za-z]:")
_TWO_READINGS = "Its name, as Canvas makes them, may be that of one student or of two."
_LEFT_OUT = re.compile(r"(^|/)(__MACOSX|\.ipynb_checkpoints|\.DS_Store|\._[^/]*|Thumbs\.db)(/|$)")
#: Notebooks of one student that are opened: more than the course has, some of them twice.
MOST_FILES = 50


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
        root: a folder or a zip file. Names are read as ``platforms`` says: as a learning platform
            gives them, or the first folder on the way to a notebook is its student's.
        pattern: a regular expression for paths below ``root`` instead, with a group ``student``.

    Raises:
        GradingError: there is nothing there, it is neither, or two students would become one.
    """
    owner_of = _by_pattern(pattern) if pattern else of_path
    if root.is_dir():
        found = list(_in_folder(root, owner_of))
    elif root.is_file():
        found = list(_in_zip(root, "", owner_of))
    else:
        raise GradingError(f"There is nothing at {root}; give a folder of submissions, or a zip.")
    if not found:
        raise GradingError(f"There is no submission in {root}.")
    doubts: dict[str, set[str]] = defaultdict(set)
    for _, owner in found:
        if owner.unsure:
            doubts[owner.student].add(owner.unsure)
    students = told_apart([(one.source, owner) for one, owner in found])
    known = [
        replace(one, student=student, problem=one.problem or _doubt(student, owner, doubts))
        for student, (one, owner) in zip(students, found, strict=True)
    ]
    named = (
        one if one.student or one.problem else replace(one, problem=_NOBODYS)
        for one in _notebooks(known)
    )
    return list(_few(sorted(named, key=lambda one: (one.student, one.source))))


def _doubt(student: str, owner: Owner, doubts: Mapping[str, set[str]]) -> str:
    """Why it is not certain whose a file is; empty if it is."""
    return _TWO_READINGS if owner.unsure and len(doubts[student]) > 1 else ""


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
    except Exception as error:  # On a damaged zip, each decompressor raises errors of its own.
        raise GradingError(f"It cannot be read ({error}).") from None
    if len(data) > LARGEST:
        raise GradingError(_too_large())
    return data, hashlib.sha256(data).hexdigest()


def _too_large() -> str:
    return f"It is larger than {LARGEST // 1024**2} MB."


_OwnerOf = Callable[[str], Owner]


def _by_pattern(pattern: str) -> _OwnerOf:
    """Tells whose a path is by an instructor's own pattern."""
    try:
        known = re.compile(pattern)
    except re.error as error:
        raise GradingError(f"`{pattern}` is not a regular expression ({error}).") from None
    if "student" not in known.groupindex:
        raise GradingError(f"`{pattern}` has no group (?P<student>…).")

    def owner_of(path: str) -> Owner:
        match = known.search(path)
        name = match["student"] if match else None
        return Owner(student_id(name), ("pattern", name)) if name else Owner("")

    return owner_of


def _on_one_line(name: str) -> str:
    return "".join(c if c.isprintable() else "_" for c in name).strip()


def _below(path: str, depth: int, owner_of: _OwnerOf) -> Owner:
    """Whose a path is, past the folders that hold the whole class."""
    parts = PurePosixPath(path).parts[depth:]  # As ``wrappers`` counts them.
    return owner_of("/".join(parts) if owner_of is of_path else path)


def _in_folder(root: Path, owner_of: _OwnerOf) -> Iterator[tuple[Submission, Owner]]:
    paths = list(_paths(root))
    depth = wrappers(below for _, below in paths) if root.name != "submitted" else 0
    for path, below in paths:
        owner = _below(below, depth, owner_of)
        one = Submission("", str(path), label=_on_one_line(below))
        try:
            about = path.lstat()
        except OSError as error:  # Its path may be longer than what the system takes.
            yield replace(one, problem=f"It cannot be read ({error.strerror})."), owner
            continue
        mode = about.st_mode
        if stat.S_ISLNK(mode):
            yield replace(one, problem="It is a link to another file."), owner
        elif not stat.S_ISREG(mode):
            problem = _CLOSED if stat.S_ISDIR(mode) else "It is not a file."
            yield replace(one, problem=problem), owner
        elif below.lower().endswith(".zip"):
            yield from _in_zip(path, below, owner_of, owner)
        elif about.st_size > LARGEST:
            yield replace(one, problem=_too_large()), owner
        else:
            yield one, owner


def _paths(root: Path) -> Iterator[tuple[Path, str]]:
    """The files and links under a folder, and the folders that cannot be opened; and their paths in
    it."""
    closed: list[str] = []
    found: list[str] = []
    for folder, folders, files in os.walk(root, onerror=lambda x: closed.append(x.filename)):
        links = [each for each in folders if os.path.islink(os.path.join(folder, each))]
        found += [os.path.join(folder, name) for name in sorted([*files, *links])]
    for path in map(Path, [*found, *closed]):
        below = path.relative_to(root).as_posix()
        if not _LEFT_OUT.search(below):
            yield path, below


def _in_zip(
    path: Path, below: str, owner_of: _OwnerOf, owner: Owner | None = None
) -> Iterator[tuple[Submission, Owner]]:
    """The files in a zip; ``below`` is the zip's own path in the folder that is graded, and
    ``owner`` who handed it in."""
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except Exception as error:  # As in `read_content`.
        problem = f"It is no zip ({error})."
        yield Submission("", str(path), label=below, problem=problem), owner or Owner("")
        return
    if len(entries) > _MOST_ENTRIES:
        text = f"It holds more than {_MOST_ENTRIES} files."
        yield Submission("", str(path), label=below, problem=text), owner or Owner("")
        return
    files = [
        (at, entry, entry.filename.replace("\\", "/"))
        for at, entry in enumerate(entries)
        if entry.filename and not entry.is_dir() and not _LEFT_OUT.search(entry.filename)
    ]
    sound = [name for _, entry, name in files if not _refusal(entry)]
    if below and _is_platforms(below, sound):
        owner = None
    depth = wrappers(sound)
    for at, entry, name in files:
        label = f"{below}/{entry.filename}" if below else entry.filename
        problem = _refusal(entry)
        # Whose a climbing path is cannot be told: its first folder may be somebody else's.
        climbs = problem and ".." in name.split("/")
        whose = owner or (Owner("") if climbs else _below(name, depth, owner_of))
        yield Submission("", str(path), at, _on_one_line(label), problem), whose


def _is_platforms(below: str, names: list[str]) -> bool:
    """Whether a zip is a platform's, with a whole class in it, and not a student's."""
    if "/" in below or of_platform(below):
        return False
    depth = wrappers(names)
    firsts = [name.split("/")[depth:] for name in names]
    return any(of_platform(first, folder=bool(more)) for first, *more in firsts)


def _refusal(entry: zipfile.ZipInfo) -> str:
    name = entry.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or _DRIVE.match(name):
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
        hides = one.problem == _CLOSED or one.source.lower().endswith(".zip")
        if notebook or (one.problem and hides):
            yield one
        elif one.student not in students:
            students.add(one.student)
            yield replace(one, problem=one.problem or "It is not a Jupyter notebook.")


def _few(found: list[Submission]) -> Iterator[Submission]:
    """At most ``MOST_FILES`` of each student; one more stands for the rest."""
    total = Counter(one.student for one in found)
    seen: Counter[str] = Counter()
    for one in found:
        seen[one.student] += 1
        if seen[one.student] <= MOST_FILES or not one.student:
            yield one
        elif seen[one.student] == MOST_FILES + 1:
            more = total[one.student] - MOST_FILES
            text = f"It is one of {more} files more than the {MOST_FILES} that are opened."
            yield replace(one, problem=text)
