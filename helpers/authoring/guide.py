"""The instructor's guide: the table that follows from the lessons' cards and chapters."""

from __future__ import annotations

import re

from .lesson import Lesson

HEAD = """\
| notebook | reading | exercises | points by checks | points by a person |
|---|---|---|---|---|"""
_PLACE = re.compile(
    r"(<!-- timings: `make notebooks` writes them -->\n).*(<!-- end -->)", re.DOTALL
)


def timings(lessons: list[Lesson]) -> str:
    """One row for each notebook: minutes from its card, points from its chapter; and their sums."""
    rows = [_row(lesson) for lesson in lessons]
    sums = [sum(row[at] for row in rows) for at in range(4)]
    lines = [
        _line(f"{lesson.number} {lesson.title}", row)
        for lesson, row in zip(lessons, rows, strict=True)
    ]
    return "\n".join([HEAD, *lines, _line("together", sums)])


def filled(page: str, lessons: list[Lesson]) -> str:
    """The guide's text with the table in its place."""
    return _PLACE.sub(lambda marks: f"{marks[1]}{timings(lessons)}\n{marks[2]}", page)


def _row(lesson: Lesson) -> list[int]:
    minutes, chapter = lesson.card["minutes"], lesson.chapter
    return [
        minutes["reading"],
        minutes["exercises"],
        sum(exercise.points for exercise in chapter.exercises.values()),
        sum(len(question.key) for question in chapter.written.values()),
    ]


def _line(name: str, numbers: list[int]) -> str:
    reading, exercises, checks, person = numbers
    return f"| {name} | {reading} min | {exercises} min | {checks} | {person} |"
