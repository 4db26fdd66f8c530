"""Answers that share a long passage: for the instructor to know, and for no mark."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ..results import SubmissionResult

#: Tokens in a row that two answers must share to be called alike: some eight lines of Python.
LENGTH = 60
_TOKEN = re.compile(r'#[^\n]*|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'|\w+|[^\s\w]')


@dataclass(frozen=True, slots=True)
class Alike:
    """Students whose answers to one exercise hang together by shared passages."""

    exercise: str
    students: tuple[str, ...]


def alike(results: Iterable[SubmissionResult], length: int = LENGTH) -> list[Alike]:
    """Who shares ``length`` tokens in a row with whom: comments and layout do not count.

    Takes time in proportion to the length of all answers.
    """
    owners: dict[str, dict[int, str]] = defaultdict(dict)
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for result in results:
        for exercise, code in result.answers:
            leader = groups[exercise]
            leader.setdefault(result.student, result.student)
            for passage in _passages(code, length):
                owner = owners[exercise].setdefault(passage, result.student)
                _join(leader, owner, result.student)
    found = []
    for exercise, leader in sorted(groups.items()):
        together: dict[str, list[str]] = defaultdict(list)
        for student in leader:
            together[_leader(leader, student)].append(student)
        found += [Alike(exercise, tuple(sorted(g))) for g in together.values() if len(g) > 1]
    return found


def _passages(code: str, length: int) -> set[int]:
    tokens = [token for token in _TOKEN.findall(code) if not token.startswith("#")]
    return {hash(tuple(tokens[n : n + length])) for n in range(len(tokens) - length + 1)}


def _leader(leader: dict[str, str], student: str) -> str:
    while leader[student] != student:
        leader[student] = leader[leader[student]]
        student = leader[student]
    return student


def _join(leader: dict[str, str], one: str, other: str) -> None:
    leader[_leader(leader, other)] = _leader(leader, one)
