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
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from helpers.course.chapter import notebooks

from .errors import GradingError
from .hand_in.official import read_official
from .hand_in.submissions import Submission
from .judge.criteria import load_criteria
from .options import Options
from .results import SubmissionResult
from .run.zygote import Zygote
from .seeds import marking_seed, read_secret

if TYPE_CHECKING:
    from .judge.worker import Task  # It needs Linux, which grade() has yet to make sure of.

_NO_RESULT = "The grader ended on it without a result; it may have taken too much memory."
#: Seconds past its time in which a submission's worker may still tell what it has found.
_GRACE = 20
#: Files of one student that are graded as the same notebook. More are for a person to choose from.
MOST_OF_ONE = 5


def _in_turns(submissions: Iterable[Submission]) -> list[Submission]:
    """Everybody's first, then everybody's second, and so on."""
    seen: Counter[str] = Counter()
    turns = []
    for one in submissions:
        turns.append((seen[one.student], one))
        seen[one.student] += 1
    return [one for _, one in sorted(turns, key=lambda turn: turn[0])]


@dataclass(slots=True)
class _Job:
    """A submission in work: where its result arrives, and when it is late."""

    submission: Submission
    source: socket.socket
    deadline: float
    data: bytes = b""


def grade(
    submissions: Iterable[Submission],
    options: Options,
    before: Iterable[SubmissionResult] = (),
) -> Iterator[SubmissionResult]:
    """Grade each submission once; results come in the order in which they are done.

    Students take turns: who hands in many files waits with the second for everybody's first.

    Args:
        before: what was graded before, and counts among a student's notebooks.

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
    zygote = Zygote("classroom.judge.worker", json.dumps(settings))
    try:
        crew = _Crew(zygote, secret, options, before)
        yield from crew.run(deque(_in_turns(submissions)))
    finally:
        zygote.close()


class _Crew:
    """The workers of one batch."""

    def __init__(
        self,
        zygote: Zygote,
        secret: bytes,
        options: Options,
        before: Iterable[SubmissionResult],
    ) -> None:
        self._zygote = zygote
        self._secret = secret
        self._limits = asdict(options.limits)
        self._isolated = not options.unisolated
        self._options = options
        self._jobs = selectors.DefaultSelector()
        self._done = Counter((one.student, one.notebook) for one in before)

    def run(self, waiting: deque[Submission]) -> Iterator[SubmissionResult]:
        """Yield a result for each, and leave nothing running."""
        try:
            if self._isolated:
                self._probe()
            while waiting or self._jobs.get_map():
                while waiting and len(self._jobs.get_map()) < max(1, self._options.jobs):
                    self._start(waiting.popleft())
                for key, _ in self._jobs.select(timeout=1):
                    if (done := self._receive(key.data)) is not None:
                        self._done[done.student, done.notebook] += 1
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

    def _fork(self, task: Mapping[str, object], result: socket.socket) -> None:
        try:
            self._zygote.fork(task, result)
        except OSError:
            raise GradingError("The grader's own process has ended; its error is above.") from None

    def _start(self, submission: Submission) -> None:
        ours, theirs = socket.socketpair()
        student = submission.student
        seeds = {number: marking_seed(self._secret, student, number) for number in notebooks()}
        path = str(Path(submission.path).absolute())
        task: Task = {
            "submission": asdict(replace(submission, path=path, label=submission.source)),
            "seeds": seeds,
            "limits": self._limits,
            "isolated": self._isolated,
            "seconds": self._options.seconds,
            "full": [n for n in notebooks() if self._done[student, n] >= MOST_OF_ONE],
        }
        with theirs:
            self._fork(task, theirs)
        deadline = time.monotonic() + self._options.seconds + _GRACE
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
                one.student, one.source, problem=problem, provisional=not self._isolated
            )

    def _kill(self, job: _Job) -> None:
        """Its student's processes go with it: their keeper sees that nobody holds on to them."""
        with contextlib.suppress(ValueError, ProcessLookupError):
            os.kill(int(job.data.partition(b"\n")[0]), signal.SIGKILL)
