"""What nbgrader's commands bring in and hand out: a platform's zip, feedback, a table of marks.

The settings that `make class` writes put these classes in the place of nbgrader's own.
"""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from glob import glob
from pathlib import Path
from typing import Any

from nbconvert.exporters import Exporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry, SubmittedNotebook
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.plugins import ExportPlugin, ExtractorPlugin
from traitlets import Enum, Unicode, default

from ..errors import GradingError
from ..files import open_private
from ..hand_in.attempts import last
from ..hand_in.notebook import NOT_TAKEN
from ..hand_in.submissions import Submission, find_submissions, read_content
from ..messages import say
from ..pages.feedback import feedback
from ..pages.html import format_points, heading, paragraph, table
from ..pages.imports import Marks, inert, write_imports
from ..pages.report import class_report, write_page
from ..results import SubmissionResult
from ..roster import read_roster
from .extensions import grant, read_extensions

#: What nbgrader's exchange puts beside a submission; its feedback's name follows from it.
SECRET_OF_SUBMISSION = "submission_secret.txt"
#: Files that a sentence names.
_NAMED = 5


class TakeFromZip(ExtractorPlugin):  # type: ignore[misc]  # nbgrader has no types
    """What a learning platform's zip holds: one notebook for each student, by the student's id.

    nbgrader's own extractor stops the whole class at one path that leads out of a zip, and takes
    a student's id from each file's name.
    """

    pattern = Unicode(
        help="A regular expression with a group `student`, for how your platform names files."
    ).tag(config=True)
    attempts = Enum(
        ["ask", "last"],
        "ask",
        help="Which of a student's different files counts: the last, or what a person chooses.",
    ).tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Write ``STUDENT/ASSIGNMENT.ipynb`` for each; say what was left out, and why.

        Nothing is written where two students would become one: it ends there, with a sentence.
        """
        archive = Path(archive_path)
        assignment = archive.parent.name
        # A zip that lies there is the platform's, of a whole class; any other folder is searched.
        roots = sorted(archive.glob("*.zip")) or [archive]
        try:
            found = [one for root in roots for one in find_submissions(root, self.pattern)]
        except GradingError as error:
            self.log.fatal("%s", error)
            raise SystemExit(1) from None
        owned: dict[str, list[Submission]] = defaultdict(list)
        for one in found:
            owned[one.student].append(one)
        for student, files in owned.items():
            if student.strip(".") == "":
                for one in files:
                    why = f"{one.problem} " if one.problem else ""
                    self.log.warning("%s: %sIt is nobody's, and is left out.", one.source, why)
                continue
            file = Path(extracted_path, student, f"{assignment}.ipynb")
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self._one_of(files, assignment))
            except OSError as error:  # such as a name that is too long
                self.log.warning("%s: %s", files[0].source, error)

    def _one_of(self, files: list[Submission], assignment: str) -> bytes:
        """What a student handed in, or a file that says why it is for a person to choose."""
        known: dict[str, tuple[Submission, bool]] = {}
        problems = []
        for one in files:
            try:
                data, digest = read_content(one)
                known[digest] = one, _is(data, assignment)
            except GradingError as error:
                problems.append(str(error))
                self.log.warning("%s: %s", one.source, error)
        numbered = [one for one, fits in known.values() if fits]
        left = numbered if len(known) > 1 and numbered else [one for one, _ in known.values()]
        if self.attempts == "last" and (latest := last(left, lambda one: one.source)) is not None:
            left = [latest]
        if len(left) == 1:
            return read_content(left[0])[0]  # Once more: all of them may be too much to hold.
        if left:
            names = ", ".join(one.source for one in files[:_NAMED])
            problems = [say("class.several", count=len(files), names=names)]
            self.log.warning("%s", problems[0])
        return json.dumps({NOT_TAKEN: problems[0]}).encode()


def _is(data: bytes, assignment: str) -> bool:
    """Whether a file says that it is an assignment's notebook, by the names of its cells."""
    number = assignment[:2].encode()
    return any(b'"' + kind + number + b"-" in data for kind in (b"answer-", b"check-"))


class FeedbackPage(Exporter):
    """The grader's page for a student, with the marks and comments that a person gave."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _extension(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: NotebookNode, resources: Any = None, **more: Any) -> Any:
        """The page, from what ``MarkOutside`` left in the notebook and from the gradebook."""
        nb, resources = super().from_notebook_node(nb, resources, **more)
        at = resources["nbgrader"]
        if "grading" not in nb.metadata:
            about = {name: at[name] for name in ("student", "assignment")}
            raise GradingError(say("class.unmarked", **about))
        result = SubmissionResult.from_json(nb.metadata["grading"])
        with Gradebook(at["db_url"]) as gradebook:
            entry = gradebook.find_submission_notebook(
                at["notebook"], at["assignment"], at["student"]
            )
            section = personal_marks(entry)
        page = feedback(at["student"], [result])
        return page.replace("</main>", f"{section}\n</main>", 1), resources


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's step, for those who handed in by the exchange.

    nbgrader's own stops at the first page of somebody who handed in by a learning platform.
    """

    def copy_files(self) -> None:
        """Copy each page to the exchange, under a name that only its student can find."""
        folders = [Path(page).parent for page in glob(f"{self.src_path}/*.html")]
        others = {one.parent.name for one in folders if not (one / SECRET_OF_SUBMISSION).exists()}
        for student in sorted(others):
            self.log.info("%s handed in elsewhere; the page is in feedback/.", student)
        excluded = set(filter(None, self.coursedir.student_id_exclude.split(",")))
        self.coursedir.student_id_exclude = ",".join(sorted(excluded | others))
        super().copy_files()


def personal_marks(entry: SubmittedNotebook) -> str:
    """The last part of a student's page: a person's points and comments, and the sum of all."""
    comments = {one.name: one for one in entry.comments}
    rows = []
    for mark in entry.grades:
        written = "-written-" in mark.name
        said = comments.get(mark.name if written else mark.name.replace("check", "answer", 1))
        # The automatic comment on a check is its verdict, which the page has already.
        text = (said.comment if written else said.manual_comment) if said else ""
        waits = mark.needs_manual_grade
        if waits or written or mark.manual_score is not None or text:
            points = say("grading.open") if waits else format_points(mark.score)
            rows.append((_exercise(mark.name), points, format_points(mark.max_score), text or ""))
    head = [say(f"class.{key}") for key in ("question", "points", "out_of", "comment")]
    total = "" if entry.needs_manual_grade else _total(entry)
    parts = [heading(2, say("class.marked")), table(say("class.given"), head, sorted(rows))]
    return "\n".join([*(parts if rows else []), total])


def _exercise(grade_id: str) -> str:
    """``5.1`` of ``check-05-5-1``, ``5.a`` of ``05-written-5-a``."""
    return ".".join(grade_id.split("-")[-2:])


def _total(entry: SubmittedNotebook) -> str:
    penalty = entry.late_submission_penalty or 0.0
    points = format_points(max(0.0, entry.score - penalty))
    late = say("class.late", penalty=format_points(penalty)) if penalty else ""
    text = say("class.total", points=points, out_of=format_points(entry.max_score))
    return paragraph(f"{text} {late}".strip())


class MarksExport(ExportPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Marks as CSV: one line for each student and assignment; no mark where a person is needed.

    nbgrader's own exporter writes 0 for what was not marked yet.
    """

    COLUMNS = (
        *("student", "assignment", "handed in", "late", "attempts", "points", "out of"),
        *("penalty", "so far", "open"),
    )
    roster = Unicode(help="A CSV of Canvas or Moodle, for a file that it imports.").tag(config=True)
    extensions = Unicode(help="A CSV of who may hand in later.").tag(config=True)

    def export(self, gradebook: Gradebook) -> None:
        """Write the table to ``--to``, ``grades.csv`` if it is not given; beside it the class
        report and, with a roster, ``canvas.csv`` or ``moodle.csv``."""
        target = Path(self.to or "grades.csv")
        self._extend(gradebook)
        rows = list(self._rows(gradebook))
        with open(target, "w", encoding="utf-8", newline="", opener=open_private) as file:
            table = csv.writer(file)
            table.writerow(self.COLUMNS)
            table.writerows([[inert(str(cell)) for cell in row] for row in rows])
        results = [x for name in sorted({str(row[1]) for row in rows}) for x in self._results(name)]
        write_page(target.with_name("report.html"), class_report(results))
        if self.roster:
            self._write_imports(target.parent, rows)

    def _extend(self, gradebook: Gradebook) -> None:
        if not self.extensions:
            return
        try:
            troubles = grant(gradebook, read_extensions(Path(self.extensions)))
        except GradingError as error:
            self.log.fatal("%s", error)
            raise SystemExit(1) from None
        for sentence in troubles:
            self.log.warning("%s", sentence)

    def _write_imports(self, folder: Path, rows: list[list[object]]) -> None:
        points: dict[str, dict[str, float | None]] = defaultdict(dict)
        most: dict[str, float] = {}
        at = self.COLUMNS.index("points")
        for student, assignment, *rest in rows:
            mark = rest[at - 2]
            points[str(assignment)][str(student)] = mark if isinstance(mark, float) else None
            most[str(assignment)] = float(str(rest[at - 1]))
        marks = [Marks(name, points[name], most[name]) for name in points]
        try:
            files, left_out = write_imports(folder, read_roster(Path(self.roster)), marks)
        except GradingError as error:
            self.log.fatal("%s", error)
            raise SystemExit(1) from None
        self.log.info("To import: %s", ", ".join(map(str, files)))
        for sentence in left_out:
            self.log.warning("%s", sentence)

    def _results(self, assignment: str) -> Iterator[SubmissionResult]:
        """What marking left in each autograded notebook: nothing is graded again for it."""
        course = self.coursedir
        pattern = course.format_path(course.autograded_directory, "*", assignment)
        for path in sorted(glob(f"{pattern}/*.ipynb")):
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            if kept := content.get("metadata", {}).get("grading"):
                yield SubmissionResult.from_json(kept)

    @property
    def coursedir(self) -> Any:
        """The class's folders, as the command that exports knows them."""
        return self.parent.coursedir

    def _attempts(self, student: str, assignment: str) -> int | str:
        """How often a student handed in by the exchange; empty where that is not known."""
        root, course = self.config.Exchange.get("root", ""), self.coursedir.course_id
        begun = Path(root, course, "inbound") if root else None
        if begun is None or not begun.is_dir():
            return ""
        head = f"{student}+{assignment}+"
        return sum(path.name.startswith(head) for path in begun.iterdir()) or ""

    def _rows(self, gradebook: Gradebook) -> Iterator[list[object]]:
        for assignment in gradebook.assignments:
            for student in gradebook.students:
                if self.assignment and assignment.name not in self.assignment:
                    continue
                if self.student and student.id not in self.student:
                    continue
                head = [student.id, assignment.name]
                try:
                    entry = gradebook.find_submission(assignment.name, student.id)
                except MissingEntry:
                    most = assignment.max_score
                    yield [*head, "", "", "", "", most, "", "", say("class.nothing")]
                    continue
                open_ = entry.needs_manual_grade
                penalty = entry.late_submission_penalty or 0.0
                points = "" if open_ else max(0.0, entry.score - penalty)
                state = say("class.person") if open_ else ""
                late = _duration(entry.total_seconds_late)
                attempts = self._attempts(student.id, assignment.name)
                head += [entry.timestamp or "", late, attempts]
                yield [*head, points, entry.max_score, penalty, entry.score, state]


def _duration(seconds: float) -> str:
    """How late something came, such as ``1 day, 2:30:00``; empty if it did not."""
    return str(timedelta(seconds=int(seconds))) if seconds > 0 else ""
