"""``python -m classroom SUBMISSIONS --out marks.csv``: grade a class."""

from __future__ import annotations

import argparse
import os
import sys
from io import TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from .hand_in.attempts import Attempts

if TYPE_CHECKING:
    from . import SubmissionResult

_ONLY_LINUX = "The grader needs Linux: a server, a container, WSL or a virtual machine."


def _arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m classroom", description=__doc__)
    parser.add_argument("submissions", nargs="?", type=Path, help="a folder, or an LMS's zip")
    parser.add_argument("--out", type=Path, default=Path("marks.csv"), help="(marks.csv)")
    parser.add_argument("--secret", type=Path, help="the file with the class secret")
    parser.add_argument("--new-secret", type=Path, metavar="FILE", help="make one, and stop")
    parser.add_argument(
        "--check", action="store_true", help="look at secret and criteria only, and stop"
    )
    parser.add_argument("--criteria", type=Path, help="your own file of hidden criteria")
    parser.add_argument("--release", type=Path, help="the notebooks handed out, if not notebooks/")
    parser.add_argument(
        "--student", default="", metavar="PATTERN", help="finds (?P<student>…) in a file's path"
    )
    parser.add_argument(
        "--roster", type=Path, help="a CSV of Canvas or Moodle: writes canvas.csv or moodle.csv"
    )
    parser.add_argument(
        "--exercise", action="append", default=[], help="grade only this one again, such as 8.1"
    )
    parser.add_argument(
        "--attempts",
        choices=get_args(Attempts),
        default="ask",
        help="which of a student's different files of one notebook counts (ask: you choose)",
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="how many at once")
    parser.add_argument("--seconds", type=float, default=20, help="for one answer (20)")
    parser.add_argument("--memory", type=int, default=2048, help="MB for one student (2048)")
    parser.add_argument(
        "--unisolated", action="store_true", help="where isolation is impossible: provisional marks"
    )
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> int:
    """Returns the exit status."""
    arguments = _arguments(argv)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if sys.platform != "linux":
        print(_ONLY_LINUX, file=sys.stderr)
        return 2
    from . import GradingError  # Not before the platform is known.

    try:
        return _grade(arguments)
    except GradingError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
        return 130


def _grade(arguments: argparse.Namespace) -> int:
    from . import GradingError, Limits, Options, grade_folder, new_secret, write_all
    from .judge.criteria import load_criteria
    from .pages.imports import write_imports
    from .pages.report import marks_of
    from .roster import read_roster
    from .run.calls import missing
    from .seeds import read_secret

    if arguments.new_secret:
        new_secret(arguments.new_secret)
        print(f"The class secret is in {arguments.new_secret}; keep it, and show it to nobody.")
        return 0
    if arguments.check:
        if arguments.secret:
            read_secret(arguments.secret)
        load_criteria(arguments.criteria)
        return 0
    if arguments.submissions is None or arguments.secret is None:
        raise GradingError(
            "Give a folder of submissions, and --secret FILE (--new-secret makes one)."
        )
    options = Options(
        secret=arguments.secret,
        criteria=arguments.criteria,
        release=arguments.release or Options.release,
        jobs=arguments.jobs,
        unisolated=arguments.unisolated,
        limits=Limits(seconds=arguments.seconds, memory=arguments.memory * 1024**2),
    )
    if not arguments.unisolated and (gap := missing()):
        print(gap, file=sys.stderr)
    roster = read_roster(arguments.roster) if arguments.roster else None
    results = grade_folder(
        arguments.submissions,
        options,
        journal=arguments.out.with_name(f"{arguments.out.name}.journal"),
        pattern=arguments.student,
        progress=_tell,
        only=tuple(arguments.exercise),
        attempts=arguments.attempts,
    )
    pages = write_all(results, arguments.out)
    if roster is not None:
        files, left_out = write_imports(arguments.out.parent, roster, marks_of(results))
        print(f"To import: {', '.join(map(str, files))}.")
        print(*left_out, sep="\n", end="\n" * bool(left_out), file=sys.stderr)
    waiting = sum(bool(result.needs_a_person) for result in results)
    print(f"Marks: {arguments.out}. Report and feedback: {pages}. For a person to see: {waiting}.")
    return 0


def _tell(done: int, total: int, last: SubmissionResult) -> None:
    """How far it is: a bar on a terminal, a line each elsewhere."""
    if not sys.stdout.isatty():
        print(f"{done}/{total} {last.student} {last.notebook or '-'} {last.problem}".rstrip())
        return
    filled = 30 * done // total
    bar = "#" * filled + "." * (30 - filled)
    end = "\n" if done == total else ""
    print(f"\r[{bar}] {done}/{total} {last.student[:30]:<30}", end=end, flush=True)


if __name__ == "__main__":
    sys.exit(main())
