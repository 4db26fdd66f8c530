"""Answers that share a long passage: for the instructor to know, and for no mark."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations

from helpers.paths import ROOT

from ..hand_in.official import source_of
from ..results import SubmissionResult

#: Tokens in a row that two answers must share to be called alike: some eight lines of Python.
LENGTH = 60
_TOKEN = re.compile(r'#[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|\w+|[^\s\w]')


#: Students who share a passage; more say nothing about two of them.
_MANY = 60


@dataclass(frozen=True, slots=True)
class Alike:
    """Two students whose answers to one exercise share passages.

    Attributes:
        share: of the shorter answer's passages, how many the other has too: from 0 to 1.
    """

    exercise: str
    students: tuple[str, str]
    share: float


def alike(
    results: Iterable[SubmissionResult], length: int = LENGTH, public: Iterable[str] = ()
) -> list[Alike]:
    """Who shares ``length`` tokens in a row with whom: comments and layout do not count.

    Args:
        public: code that everybody may have. A passage of it is nobody's own, and does not count.

    Returns:
        Pairs, the most alike first.
    """
    known = {passage for code in public for passage in _passages(code, length)}
    own: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for result in results:
        for exercise, code in result.answers:
            own[exercise][result.student] |= _passages(code, length) - known
    found = [pair for exercise, by_student in own.items() for pair in _pairs(exercise, by_student)]
    return sorted(found, key=lambda one: (-one.share, one.exercise, one.students))


def _pairs(exercise: str, own: dict[str, set[int]]) -> Iterator[Alike]:
    owners: dict[int, list[str]] = defaultdict(list)
    for student in sorted(own):
        for passage in own[student]:
            owners[passage].append(student)
    shared: Counter[tuple[str, str]] = Counter()
    for students in owners.values():
        if len(students) <= _MANY:
            shared.update(combinations(students, 2))
    for (one, other), count in shared.items():
        yield Alike(exercise, (one, other), count / min(len(own[one]), len(own[other])))


@cache
def public_code() -> tuple[str, ...]:
    """The course's own code, handed out and solved: in every notebook under ``notebooks/``."""
    return tuple(
        source_of(cell)
        for path in sorted((ROOT / "notebooks").rglob("*.ipynb"))
        if ".ipynb_checkpoints" not in path.parts
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        if cell["cell_type"] == "code"
    )


def _passages(code: str, length: int) -> set[int]:
    tokens = [token for token in _TOKEN.findall(code) if not token.startswith("#")]
    return {hash(tuple(tokens[n : n + length])) for n in range(len(tokens) - length + 1)}
