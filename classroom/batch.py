"""Many submissions, several at once: who waits, who runs, who has taken too long."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import socket
import sys
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from helpers.course.chapter import notebooks

from .errors import GradingError
from .hand_in.official import NOTEBOOKS, read_official
from .hand_in.submissions import Submission, find_submissions
from .journal import open_journal
from .judge.criteria import load_criteria
from .judge.marking import Limits
from .results import SubmissionResult
from .run import isolation
from .run.zygote import Zygote
from .seeds import marking_seed, read_secret

_SECONDS = 600
_NO_RESULT = "The grader ended on it without a result; it may have taken too much memory."


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        secret: the file with the class secret.
        criteria: the instructor's file of hidden criteria, if there is one.
        release: the folder of the official notebooks; the course's own if left out.
        jobs: how many submissions at once.
        unisolated: run answers without isolation. Every mark is then provisional.
        limits: what one answer may take.
        seconds: what one submission may take, all its answers together.
    """

    secret: Path
    criteria: Path | None = None
    release: Path = NOTEBOOKS
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    unisolated: bool = False
    limits: Limits = field(default_factory=Limits)
    seconds: float = _SECONDS

    def __post_init__(self) -> None:
        for shown in map(Path, isolation.visible_paths()):
            for hidden in filter(None, (self.secret, self.criteria)):
                if hidden.resolve().is_relative_to(shown.resolve()):
                    raise GradingError(f"Answers could read {hidden}: move it out of {shown}.")


@dataclass(slots=True)
class _Job:
    """A submission in work: where its result arrives, and when it is late."""

    submission: Submission
    source: socket.socket
    deadline: float
    data: bytes = b""


def grade(submissions: Iterable[Submission], options: Options) -> Iterator[SubmissionResult]:
    """Grade each submission once; results come in the order in which they are done.

    Raises:
        GradingError: grading cannot begin: no secret, no isolation, criteria that cannot be used.
    """
    if sys.platform != "linux":
        raise GradingError(
            "The grader needs Linux: a server, a container, WSL or a virtual machine."
        )
    secret = read_secret(options.secret)
    load_criteria(options.criteria)
    read_official(options.release)
    settings = {
        "release": str(options.release.absolute()),
        "criteria": str(options.criteria.absolute()) if options.criteria else "",
    }
    limits = asdict(replace(options.limits, isolated=not options.unisolated))
    zygote = Zygote("classroom.judge.worker", json.dumps(settings))
    try:
        yield from _Crew(zygote, secret, limits, options).run(deque(submissions))
    finally:
        zygote.close()


class _Crew:
    """The workers of one batch."""

    def __init__(
        self, zygote: Zygote, secret: bytes, limits: dict[str, Any], options: Options
    ) -> None:
        self._zygote = zygote
        self._secret = secret
        self._limits = limits
        self._options = options
        self._jobs = selectors.DefaultSelector()

    def run(self, waiting: deque[Submission]) -> Iterator[SubmissionResult]:
        """Yield a result for each, and leave nothing running."""
        try:
            if self._limits["isolated"]:
                self._probe()
            while waiting or self._jobs.get_map():
                while waiting and len(self._jobs.get_map()) < max(1, self._options.jobs):
                    self._start(waiting.popleft())
                for key, _ in self._jobs.select(timeout=1):
                    if (done := self._receive(key.data)) is not None:
                        yield done
                for key in list(self._jobs.get_map().values()):
                    if time.monotonic() > key.data.deadline:
                        self._kill(key.data)
        finally:
            for key in list(self._jobs.get_map().values()):
                self._kill(key.data)
                key.data.source.close()
            self._jobs.close()

    def _probe(self) -> None:
        """Isolate a process that does nothing.

        Raises:
            GradingError: this machine does not allow it.
        """
        ours, theirs = socket.socketpair()
        with theirs:
            self._fork({"probe": self._limits}, theirs)
        with ours, ours.makefile() as stream:
            if refused := stream.read().partition("\n")[2]:
                raise GradingError(refused)

    def _fork(self, task: dict[str, Any], result: socket.socket) -> None:
        try:
            self._zygote.fork(task, result)
        except OSError:
            raise GradingError("The grader's own process has ended; its error is above.") from None

    def _start(self, submission: Submission) -> None:
        ours, theirs = socket.socketpair()
        student = submission.student
        seeds = {number: marking_seed(self._secret, student, number) for number in notebooks()}
        path = str(Path(submission.path).absolute())
        task = {
            "submission": asdict(replace(submission, path=path, label=submission.source)),
            "seeds": seeds,
            "limits": self._limits,
        }
        with theirs:
            self._fork(task, theirs)
        deadline = time.monotonic() + self._options.seconds
        self._jobs.register(ours, selectors.EVENT_READ, _Job(submission, ours, deadline))

    def _receive(self, job: _Job) -> SubmissionResult | None:
        part = job.source.recv(1 << 20)
        if part:
            job.data += part
            return None
        self._jobs.unregister(job.source)
        job.source.close()
        try:
            return SubmissionResult.from_json(json.loads(job.data.partition(b"\n")[2]))
        except (ValueError, TypeError, KeyError):
            late = time.monotonic() > job.deadline
            problem = (
                f"It took longer than {self._options.seconds:g} seconds." if late else _NO_RESULT
            )
            one = job.submission
            return SubmissionResult(
                one.student, one.source, problem=problem, provisional=self._options.unisolated
            )

    def _kill(self, job: _Job) -> None:
        """Its student's processes go with it: their keeper sees that nobody holds on to them."""
        with contextlib.suppress(ValueError, ProcessLookupError):
            os.kill(int(job.data.partition(b"\n")[0]), signal.SIGKILL)


def grade_folder(
    root: Path,
    options: Options,
    *,
    journal: Path | None = None,
    pattern: str = "",
    progress: Callable[[int, int, SubmissionResult], None] = lambda *_: None,
) -> list[SubmissionResult]:
    """Grade all that lies in a folder or a zip.

    Args:
        root: see ``find_submissions``, as for ``pattern``.
        journal: a journal. What it holds of the same submission, graded in the same way, is taken
            from it; what is graded now is added to it, one line each, before the next begins.
        progress: called after each submission: how many are done, of how many, and the last one.

    Returns:
        The results by student and notebook.

    Raises:
        GradingError: grading cannot begin.
    """
    found = find_submissions(root, pattern)
    with open_journal(journal, options) as book:
        results, waiting = [], []
        for one in found:
            known = book.known(one)
            waiting.append(one) if known is None else results.append(known)
        for number, result in enumerate(results, 1):
            progress(number, len(found), result)
        if waiting:
            for result in grade(waiting, options):
                book.add(result)
                results.append(result)
                progress(len(results), len(found), result)
    return settled(results)


def settled(results: Iterable[SubmissionResult]) -> list[SubmissionResult]:
    """One result for each student and notebook, sorted.

    Two notebooks with the same answers count once. Where the answers differ, nobody but a person
    can say which counts, and neither does.
    """
    groups: dict[tuple[str, str], list[SubmissionResult]] = {}
    for result in sorted(results, key=lambda one: (one.student, one.notebook, one.source)):
        # What is no notebook of the course, or nobody's, is beside others, not instead of them.
        apart = not (result.student and result.notebook)
        key = (result.student, f"?{result.source}" if apart else result.notebook)
        groups.setdefault(key, []).append(result)
    return [_one(group) for group in groups.values()]


def _one(group: list[SubmissionResult]) -> SubmissionResult:
    first = group[0]
    if all(other.answers == first.answers and other.written == first.written for other in group):
        return first
    sources = ", ".join(one.source for one in group)
    problem = f"There are several notebooks {first.notebook} with different answers: {sources}."
    return replace(first, problem=problem, exercises=(), answers=())
