"""Tables on pages that follow from the lessons' cards and chapters: written, never edited."""

from __future__ import annotations

import re

from .lesson import Lesson

_TIMINGS = """\
| notebook | reading | exercises | points by checks | points by a person |
|---|---|---|---|---|"""
_MAP = """\
| notebook | what it is about | minutes |
|---|---|---|"""
_PLACE = re.compile(r"(<!-- (\w+): `make notebooks` writes it -->\n).*?(<!-- end -->)", re.DOTALL)


def timings(lessons: list[Lesson]) -> str:
    """For instructors: minutes from each card, points from each chapter; and their sums."""
    rows = [_row(lesson) for lesson in lessons]
    sums = [sum(row[at] for row in rows) for at in range(4)]
    lines = [
        _line(f"{lesson.number} {lesson.title}", row)
        for lesson, row in zip(lessons, rows, strict=True)
    ]
    return "\n".join([_TIMINGS, *lines, _line("together", sums)])


def course_map(lessons: list[Lesson]) -> str:
    """For everybody: each notebook, its promise, and its minutes with exercises."""
    rows = [
        f"| [{lesson.number} {lesson.title}](notebooks/{lesson.name}.ipynb) "
        f"| {lesson.card['promise']} | {sum(lesson.card['minutes'].values())} |"
        for lesson in lessons
    ]
    return "\n".join([_MAP, *rows])


_TABLES = {"timings": timings, "map": course_map}


def filled(page: str, lessons: list[Lesson]) -> str:
    """A page's text with its tables in their places."""
    return _PLACE.sub(lambda place: f"{place[1]}{_TABLES[place[2]](lessons)}\n{place[3]}", page)


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
