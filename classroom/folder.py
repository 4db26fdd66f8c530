"""All submissions of a folder: those graded before, those graded now, one result of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from .batch import grade
from .hand_in.attempts import Attempts, last
from .hand_in.submissions import Submission, find_submissions
from .journal import open_journal
from .options import Options
from .results import SubmissionResult

#: Files that a sentence names; it counts the others.
_NAMED = 5
#: Called after each submission: how many are done, of how many, and the last one.
Progress = Callable[[int, int, SubmissionResult], None]


def grade_folder(
    root: Path,
    options: Options,
    *,
    journal: Path | None = None,
    pattern: str = "",
    progress: Progress = lambda *_: None,
    only: Collection[str] = (),
    attempts: Attempts = "ask",
) -> list[SubmissionResult]:
    """Grade all that lies in a folder or a zip.

    Args:
        root: see ``find_submissions``, as for ``pattern``.
        journal: see ``grade_once``, as for ``progress`` and ``only``.
        attempts: see ``settled``.

    Returns:
        The results by student and notebook.

    Raises:
        GradingError: grading cannot begin.
    """
    found = find_submissions(root, pattern)
    return settled(grade_once(found, options, journal, progress, only), attempts)


def grade_once(
    submissions: Sequence[Submission],
    options: Options,
    journal: Path | None,
    progress: Progress = lambda *_: None,
    only: Collection[str] = (),
) -> list[SubmissionResult]:
    """Grade those that have not been graded before.

    Args:
        journal: a file. What it holds of the same submission, graded in the same way, is taken
            from it; what is graded now is added to it, one line each, before the next begins.
        progress: called after each submission.
        only: exercises; of a submission that was graded before, in whatever way, the others keep
            their results.

    Returns:
        A result for each submission, in any order.

    Raises:
        GradingError: grading cannot begin.
    """
    with open_journal(journal, options.fingerprint()) as book:
        known = [(one, book.known(one)) for one in submissions]
        results = [result for _, result in known if result is not None]
        waiting = [one for one, result in known if result is None]
        for number, result in enumerate(results, 1):
            progress(number, len(submissions), result)
        if waiting:
            for graded in grade(waiting, options, list(results)):
                result = _only(only, book.latest(graded), graded)
                book.add(result)
                results.append(result)
                progress(len(results), len(submissions), result)
    return results


def _only(
    exercises: Collection[str], before: SubmissionResult | None, now: SubmissionResult
) -> SubmissionResult:
    """What was found before, but for some exercises."""
    if not exercises or before is None or not before.exercises or now.problem:
        return now
    new = {one.exercise: one for one in now.exercises if one.exercise in exercises}
    kept = tuple(new.get(one.exercise, one) for one in before.exercises)
    return replace(now, exercises=kept)


def settled(
    results: Iterable[SubmissionResult], attempts: Attempts = "ask"
) -> list[SubmissionResult]:
    """One result for each student and notebook, sorted.

    Two notebooks with the same answers count once. Where the answers differ, nobody but a person
    can say which counts, and neither does, unless there is a rule.

    Args:
        attempts: the rule. Where it cannot tell, as the files' names have no order or one of them
            could not be graded, a person has to choose all the same.
    """
    groups: dict[tuple[str, str], list[SubmissionResult]] = {}
    for result in sorted(results, key=lambda one: (one.student, one.notebook, one.source)):
        # What is no notebook of the course, or nobody's, is beside others, not instead of them.
        apart = not (result.student and result.notebook)
        key = (result.student, f"?{result.source}" if apart else result.notebook)
        groups.setdefault(key, []).append(result)
    return [_one(group, attempts) for group in groups.values()]


def _one(group: list[SubmissionResult], attempts: Attempts) -> SubmissionResult:
    first = group[0]
    if all(
        other.problem == first.problem
        and other.answers == first.answers
        and other.written == first.written
        for other in group
    ):
        return first
    if (chosen := _chosen(group, attempts)) is not None:
        return replace(chosen, attempts=len(group))
    sources = ", ".join(one.source for one in group[:_NAMED])
    more = f" and {len(group) - _NAMED} more" if len(group) > _NAMED else ""
    problem = (
        f"There are several notebooks {first.notebook} with different answers: {sources}{more}."
    )
    return replace(first, problem=problem, exercises=(), answers=(), attempts=len(group))


def _chosen(group: list[SubmissionResult], attempts: Attempts) -> SubmissionResult | None:
    """The attempt that counts by an instructor's rule; None where it cannot tell."""
    if attempts == "last":
        return last(group, lambda one: one.source)
    if attempts == "best":
        points = [one.points for one in group]
        if None not in points:
            return max(group, key=lambda one: one.points or 0)
    return None
