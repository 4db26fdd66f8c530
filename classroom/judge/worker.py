"""The grader's side: one forked process for each submission, with a limit on its memory."""

from __future__ import annotations

import json
import os
import resource
import socket
import time
from pathlib import Path
from typing import Any, TypedDict

import refusal.serving  # noqa: F401  (imported once, before the forks)

from ..errors import GradingError
from ..hand_in.notebook import Submitted, read_notebook
from ..hand_in.official import Official, Release, imported_modules, read_official
from ..hand_in.submissions import Submission, read_content
from ..options import Limits
from ..results import SubmissionResult, WrittenAnswer
from ..run import isolation
from ..run.grader_side import World, start_student
from ..run.zygote import Run, Zygote
from .criteria import Criteria, load_criteria
from .marking import Marking

#: Bytes for a worker, whose sandbox holds whatever a student puts there.
_MEMORY = 4 * 1024**3
#: Characters of an answer that a result holds.
_KEPT = 20_000
_ONE_TOO_MANY = "It is one of too many files for the same notebook, and was not run."


class Task(TypedDict):
    """What a worker is told of one submission.

    Attributes:
        submission: a ``Submission``, by its fields.
        seeds: of the student's marking worlds, by notebook.
        limits: ``Limits``, by their fields.
        isolated: whether the student's processes are shut into namespaces.
        seconds: what the whole submission may take.
        full: the notebooks of which this student has handed in as many as are graded.
    """

    submission: dict[str, Any]
    seeds: dict[str, str]
    limits: dict[str, Any]
    isolated: bool
    seconds: float
    full: list[str]


def prepare(argument: str) -> Run:
    """Read the official notebooks and the criteria, and start the students' zygote."""
    settings = json.loads(argument)
    official = read_official(Path(settings["release"]))
    students = Zygote("classroom.run.student", json.dumps(imported_modules(official)))
    hidden = load_criteria(Path(settings["criteria"]) if settings["criteria"] else None)
    # What it has read and made serves all forks.
    World(min(official), "warm").lab.in_process.stop()

    zygote = os.getpid()

    def run(task: Any, sockets: list[socket.socket]) -> None:
        # The zygote ends with the command, however that ends, and the work with the zygote.
        isolation.die_with_parent()
        if os.getppid() != zygote:
            return
        (result,) = sockets
        result.sendall(f"{os.getpid()}\n".encode())
        if "probe" in task:
            result.sendall(_refusal(students, Limits(**task["probe"])).encode())
            return
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        graded = grade_submission(task, official, hidden, students)
        result.sendall(json.dumps(graded.to_json()).encode())

    return run


def _refusal(students: Zygote, limits: Limits) -> str:
    """Why answers cannot be isolated on this machine; empty if they can."""
    try:
        *sockets, _ = start_student(students, limits.for_process(isolated=True))
    except GradingError as error:
        return str(error)
    for each in sockets:
        each.close()
    return ""


def grade_submission(
    task: Task,
    official: Release,
    hidden: Criteria,
    students: Zygote,
) -> SubmissionResult:
    """Grade one submission; whatever it holds, there is a result."""
    until = time.monotonic() + task["seconds"]
    submission = Submission(**task["submission"])
    about: dict[str, Any] = {
        "student": submission.student,
        "source": submission.source,
        "provisional": not task["isolated"],
    }
    try:
        data, about["digest"] = read_content(submission)
        submitted = read_notebook(data, official)
        del data
        about["notebook"] = number = submitted.notebook
        if number in task["full"]:
            raise GradingError(_ONE_TOO_MANY)
        about["written"] = _written(submitted, official[number])
        about["claims"] = submitted.claims
        about["answers"] = _answers(submitted, official[number])
        marking = Marking(
            official[number],
            submitted,
            task["seeds"][number],
            hidden,
            students,
            Limits(**task["limits"]),
            task["isolated"],
            until,
        )
        about["exercises"] = marking.results()
        about["notes"] = (*submitted.notes, *marking.notes)
    except GradingError as error:
        about["problem"] = str(error)
    except MemoryError:
        about["problem"] = "It takes more memory than the grader gives to one submission."
    except Exception as error:  # The course's fault or the grader's: said, and never a zero.
        about["problem"] = f"The grader failed on it ({type(error).__name__}: {error})."
    return SubmissionResult(**about)


def _written(submitted: Submitted, official: Official) -> tuple[WrittenAnswer, ...]:
    return tuple(
        WrittenAnswer(number, len(question.key), submitted.written.get(number, "")[:_KEPT])
        for number, question in official.chapter.written.items()
    )


def _answers(submitted: Submitted, official: Official) -> tuple[tuple[str, str], ...]:
    """The answers that are not as they were handed out."""
    stubs = official.stubs
    joined = {number: "\n".join(cells) for number, cells in submitted.answers.items()}
    return tuple(
        (n, code[:_KEPT]) for n, code in joined.items() if code.strip() != stubs[n].strip()
    )
