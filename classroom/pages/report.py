"""For the instructor: the class report, marks.csv, and every student's page in a folder."""

from __future__ import annotations

import csv
import hashlib
import re
import statistics
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from html import escape
from itertools import groupby
from pathlib import Path
from typing import TextIO, get_args

from helpers.course.chapter import Outcome, chapter
from helpers.course.misconceptions import misconceptions

from ..files import open_private
from ..hand_in.attempts import handed_in, is_late
from ..messages import say
from ..results import ExerciseResult, SubmissionResult
from .feedback import feedback
from .html import (
    SORT_AND_SEARCH,
    format_points,
    heading,
    html_page,
    paragraph,
    sortable,
    table,
)
from .imports import Marks, inert
from .likeness import LENGTH, alike, public_code

COLUMNS = (
    *("student", "notebook", "exercise", "points", "out of", "outcome", "not graded because"),
    *("provisional", "file", "criteria", "handed in", "late", "attempts"),
)
_OUTCOMES: tuple[Outcome, ...] = get_args(Outcome)
#: In the order of the outcomes; dark and light enough to be told apart, and named beside.
_COLOURS = ("#2e8b57", "#d98c2b", "#8b949e", "#b3446c", "#5b6570")
_BAR, _ROW, _LABEL = 480, 26, 60
#: Pairs that the report shows, the most alike first.
_PAIRS = 200
#: What happens to half a character, which an answer's error may hold.
_ODD = "backslashreplace"


def write_all(results: Sequence[SubmissionResult], marks: Path) -> Path:
    """Write marks.csv, and beside it a folder with the report and the students' pages.

    Args:
        results: as ``grade_folder`` returns them.
        marks: the path of marks.csv; each file is written whole or not at all.

    Returns:
        The folder: ``marks.csv`` has ``marks-pages``.
    """
    folder = marks.with_name(f"{marks.stem}-pages")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / "feedback").mkdir(mode=0o700, exist_ok=True)
    write_page(folder / "report.html", class_report(results))
    for student, own in groupby(results, key=lambda result: result.student):
        write_page(folder / "feedback" / page_name(student), feedback(student, list(own)))
    temporary = marks.with_name(f"{marks.name}.part")
    with _opened(temporary) as stream:
        write_marks(results, stream)
    temporary.replace(marks)
    return folder


def write_page(path: Path, text: str) -> None:
    """Write a page, whole or not at all, for its owner alone."""
    temporary = path.with_name(f"{path.name}.part")
    with _opened(temporary) as stream:
        stream.write(text)
    temporary.replace(path)


def _opened(path: Path) -> TextIO:
    return open(path, "w", encoding="utf-8", errors=_ODD, newline="", opener=open_private)


def page_name(student: str) -> str:
    """The name of a student's page: two students never share one."""
    plain = re.sub(r"[^\w.-]", "_", student, flags=re.ASCII).lstrip(".")[:60]
    if plain and plain == student:
        return f"{plain}.html"
    return f"{plain}-{hashlib.sha256(student.encode()).hexdigest()[:8]}.html"


def write_marks(results: Iterable[SubmissionResult], stream: TextIO) -> None:
    """One line for each exercise; where there are no points, the reason is in its own column."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        stamp = "provisional" if result.provisional else ""
        late = "late" if is_late(result.source) else ""
        when = [handed_in(result.source), late, str(result.attempts)]
        for exercise in result.exercises:
            points = "" if exercise.points is None else format_points(exercise.points)
            why = exercise.sentence if exercise.points is None else ""
            row = [result.student, result.notebook, exercise.exercise, points]
            row += [format_points(exercise.out_of), exercise.outcome, why, stamp, result.source]
            writer.writerow(map(inert, [*row, _shares(exercise), *when]))
        if not result.exercises:
            row = [result.student, result.notebook, "", "", "", "", result.problem, stamp]
            writer.writerow(map(inert, [*row, result.source, "", *when]))


def _shares(exercise: ExerciseResult) -> str:
    """What each hidden criterion gave of its part, such as ``0.5 / 0.5 Mira is out``."""
    parts = sum(one.weight for one in exercise.criteria)
    return "; ".join(
        f"{format_points(most if one.met else 0)} / {format_points(most)} {one.title}"
        for one in exercise.criteria
        for most in (round(exercise.out_of * one.weight / parts, 2),)
    )


def marks_of(results: Sequence[SubmissionResult]) -> list[Marks]:
    """The points by checks, for each notebook."""
    points: dict[str, dict[str, float | None]] = defaultdict(dict)
    most: dict[str, float] = {}
    for result in results:
        if result.notebook:
            points[result.notebook][result.student] = result.points
            of = sum(x.points for x in chapter(result.notebook).exercises.values())
            most[result.notebook] = float(of)
    return [Marks(name, points[name], most[name]) for name in sorted(points)]


def class_report(results: Sequence[SubmissionResult]) -> str:
    """The page of a class: marks, outcomes, beliefs, what a person must see, what is alike."""
    attention = [result for result in results if result.needs_a_person]
    parts = []
    if any(result.provisional for result in results):
        parts.append(paragraph(say("grading.provisional"), "notice"))
    summary = say(
        "grading.summary",
        students=len({result.student for result in results}),
        notebooks=len(results),
        exercises=sum(len(result.exercises) for result in results),
        person=len(attention),
    )
    parts += [paragraph(summary), heading(2, say("grading.marks"))]
    parts += [*_statistics(results), _marks(results)]
    parts += [heading(2, say("grading.outcomes")), *_outcomes(results)]
    parts += [heading(2, say("grading.claims")), *_claims(results)]
    parts += [heading(2, say("grading.person")), _attention(attention)]
    parts += [heading(2, say("grading.likeness")), *_alike(results)]
    return html_page(say("grading.report"), parts, script=SORT_AND_SEARCH)


def _marks(results: Sequence[SubmissionResult]) -> str:
    known = sorted({result.notebook for result in results if result.notebook})
    shown: dict[str, dict[str, str]] = defaultdict(dict)
    for result in results:
        of = f" / {format_points(result.out_of)}" if result.exercises else ""
        shown[result.student][result.notebook] = _so_far(result) + of
    rows = [[name, *(marks.get(n, "") for n in known)] for name, marks in shown.items()]
    caption = say("grading.marks")
    return sortable(table(caption, [say("grading.student"), *known], rows), say("grading.search"))


def _so_far(result: SubmissionResult) -> str:
    if result.points is not None:
        return format_points(result.points)
    if not result.exercises:
        return say("grading.open")
    known = sum(one.points for one in result.exercises if one.points is not None)
    return say("grading.so_far", points=format_points(known))


def _statistics(results: Sequence[SubmissionResult]) -> list[str]:
    """Mean, median and spread of what has its points."""
    points: dict[str, list[float]] = defaultdict(list)
    for result in results:
        if result.notebook and result.points is not None:
            points[result.notebook].append(result.points)
    rows = [
        [name, str(len(all_)), *(f"{value:.3g}" for value in _described(all_))]
        for name, all_ in sorted(points.items())
    ]
    names = ("notebook", "graded", "mean", "median", "spread", "lowest", "highest")
    head = [say(f"grading.{name}") for name in names]
    return [table(say("grading.statistics"), head, rows)] if rows else []


def _described(points: list[float]) -> list[float]:
    middle = [statistics.fmean(points), statistics.median(points), statistics.pstdev(points)]
    return [*middle, min(points), max(points)]


def _outcomes(results: Sequence[SubmissionResult]) -> list[str]:
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for result in results:
        for exercise in result.exercises:
            counts[exercise.exercise][exercise.outcome] += 1
    if not counts:
        return [paragraph(say("grading.none"))]
    words = [say(f"check.{outcome}") for outcome in _OUTCOMES]
    rows = [[n, *(str(found[o]) for o in _OUTCOMES)] for n, found in sorted(counts.items())]
    named = table(say("grading.outcomes"), [say("grading.exercise_column"), *words], rows)
    return [_plot(counts), named]


def _plot(counts: dict[str, Counter[str]]) -> str:
    """Stacked bars, one for each exercise; the table beside it holds the same numbers."""
    words = "; ".join(
        f"{n}: " + ", ".join(f"{found[o]} {say(f'check.{o}')}" for o in _OUTCOMES if found[o])
        for n, found in sorted(counts.items())
    )
    most = max(found.total() for found in counts.values())
    drawn = []
    for at, (name, found) in enumerate(sorted(counts.items())):
        top, left = _ROW * at, float(_LABEL)
        drawn.append(f'<text x="0" y="{top + 15}" fill="currentColor">{name}</text>')
        for outcome, colour in zip(_OUTCOMES, _COLOURS, strict=True):
            width = _BAR * found[outcome] / most
            drawn.append(
                f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="20" fill="{colour}"/>'
            )
            left += width
    legend = "".join(
        f'<li><span aria-hidden="true" style="background: {colour}"></span>'
        f"{escape(say(f'check.{outcome}'))}</li>"
        for outcome, colour in zip(_OUTCOMES, _COLOURS, strict=True)
    )
    height = _ROW * len(counts)
    alt = escape(say("grading.outcomes_alt", words=words), quote=True)
    return (
        f'<ul class="legend">{legend}</ul>'
        f'<svg role="img" aria-label="{alt}" viewBox="0 0 660 {height}" width="660" '
        f'height="{height}" font-family="system-ui, sans-serif" font-size="14">'
        f"{''.join(drawn)}</svg>"
    )


def _claims(results: Sequence[SubmissionResult]) -> list[str]:
    holders: dict[str, set[str]] = defaultdict(set)
    for result in results:
        shown = [exercise.misconception for exercise in result.exercises]
        for key in filter(None, [*shown, *result.claims]):
            holders[key].add(result.student)
    ranked = sorted(holders, key=lambda key: (-len(holders[key]), key))
    if not ranked:
        return [paragraph(say("grading.none"))]
    head = [say(f"grading.{name}_column") for name in ("claim", "truth", "students")]
    rows = [[*misconceptions()[key], str(len(holders[key]))] for key in ranked]
    about = paragraph(say("grading.claims_about"))
    return [about, table(say("grading.claims"), head, rows)]


def _attention(results: Sequence[SubmissionResult]) -> str:
    if not results:
        return paragraph(say("grading.none"))
    head = [say(f"grading.{name}") for name in ("student", "notebook", "why")]
    rows = [
        [result.student, result.notebook or result.source, why]
        for result in results
        for why in result.needs_a_person
    ]
    return table(say("grading.person"), head, rows)


def _alike(results: Sequence[SubmissionResult]) -> list[str]:
    about = paragraph(say("grading.likeness_about", length=LENGTH))
    found = alike(results, public=public_code())
    if not found:
        return [about, paragraph(say("grading.none"))]
    head = [say(f"grading.{name}_column") for name in ("exercise", "students", "share")]
    rows = [
        [pair.exercise, ", ".join(pair.students), f"{pair.share:.0%}"] for pair in found[:_PAIRS]
    ]
    return [about, table(say("grading.likeness"), head, rows)]
