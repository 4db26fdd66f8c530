"""A student's page: each exercise, what it earned and why. It shows no hidden test."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from helpers.course.chapter import chapter
from helpers.course.misconceptions import misconceptions

from ..messages import say
from ..results import ExerciseResult, SubmissionResult
from .html import format_points, heading, html_page, paragraph, table

_KINDS = {"correct": "outcome good", "not yet": "outcome bad", "raised": "outcome bad"}


def feedback(student: str, results: Sequence[SubmissionResult]) -> str:
    """The page of one student, with all that this student handed in.

    Of a hidden criterion it tells the title and whether it is met.
    """
    parts = []
    if any(result.provisional for result in results):
        parts.append(paragraph(say("grading.provisional"), "notice"))
    parts.append(_overview(results))
    for result in results:
        parts += _notebook(result)
    return html_page(say("grading.feedback", student=student), parts)


def _overview(results: Sequence[SubmissionResult]) -> str:
    head = [say(f"grading.{key}") for key in ("notebook", "points", "out_of")]
    rows = [
        (
            result.notebook or result.source,
            say("grading.open") if result.points is None else format_points(result.points),
            format_points(result.out_of) if result.exercises else "",
        )
        for result in results
    ]
    return table(say("grading.overview"), head, rows)


def _notebook(result: SubmissionResult) -> Iterator[str]:
    title = say("grading.heading", number=result.notebook) if result.notebook else result.source
    yield heading(2, title)
    yield paragraph(say("grading.file", source=result.source))
    if result.problem:
        yield paragraph(say("grading.not_graded", problem=result.problem), "notice")
    for exercise in result.exercises:
        yield from _exercise(exercise, chapter(result.notebook).exercises[exercise.exercise].title)
    if result.written and not result.problem:
        numbers = ", ".join(answer.number for answer in result.written)
        yield paragraph(say("grading.written", numbers=numbers))


def _exercise(exercise: ExerciseResult, title: str) -> Iterator[str]:
    yield heading(3, say("grading.exercise", number=exercise.exercise, title=title))
    word, out_of = say(f"check.{exercise.outcome}"), format_points(exercise.out_of)
    if exercise.points is None:
        earned = say("grading.unearned", word=word, out_of=out_of)
    else:
        points = format_points(exercise.points)
        earned = say("grading.earned", word=word, points=points, out_of=out_of)
    kind = _KINDS.get(exercise.outcome, "outcome")
    sentence = escape(exercise.sentence)
    yield f'<p class="{kind}"><strong>{escape(earned)}</strong> {sentence}</p>'
    if exercise.misconception:
        belief = misconceptions()[exercise.misconception]
        yield paragraph(say("grading.claim", claim=belief.claim, truth=belief.truth))
    if exercise.criteria:
        met = {True: say("grading.met"), False: say("grading.not_met")}
        items = (f"<li>{escape(one.title)}: {met[one.met]}</li>" for one in exercise.criteria)
        yield f"<p>{escape(say('grading.criteria'))}</p>\n<ul>{''.join(items)}</ul>"
    if exercise.details:
        summary = escape(say("grading.details"))
        details = escape(exercise.details)
        yield f"<details><summary>{summary}</summary><pre>{details}</pre></details>"
