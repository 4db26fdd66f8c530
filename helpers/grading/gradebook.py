"""nbgrader's gradebook, filled with marks that a submission cannot touch.

The settings that `make class` writes put these classes in the place of nbgrader's own: its
autograder runs a submission in one process with the tests, and a submission that changes the
tests gets full marks there (platform notes 3). Here nbgrader runs nothing of a submission. It
keeps what it is good at: collecting, the gradebook, marks by hand, handing back.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from glob import glob
from pathlib import Path
from typing import Any

import nbformat as _nbformat
from nbconvert.exporters import Exporter
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeReleaseFeedback
from nbgrader.plugins import ExportPlugin, ExtractorPlugin
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Int, Unicode, default

from helpers.messages import say

from . import journal
from .batch import Options, grade
from .errors import GradingError
from .feedback import feedback
from .pages import heading, number, paragraph, table
from .results import SubmissionResult
from .submissions import Submission, content, find

#: Its functions are not typed.
nbformat: Any = _nbformat
#: Where a file is kept that nbgrader cannot read.
ASIDE = ".submitted"
#: What nbgrader's exchange puts beside a submission; its feedback's name follows from it.
SECRET_OF_SUBMISSION = "submission_secret.txt"


class TakeFromZip(ExtractorPlugin):  # type: ignore[misc]
    """What a learning platform's zip holds: one notebook for each student, by the student's id.

    nbgrader's own extractor stops the whole class at one path that leads out of a zip, and takes
    a student's id from each file's name.
    """

    pattern = Unicode(
        help="A regular expression with a group `student`, for how your platform names files."
    ).tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Write ``STUDENT/ASSIGNMENT.ipynb`` for each; say what was left out, and why."""
        archive = Path(archive_path)
        assignment = archive.parent.name
        # A zip that lies there is the platform's, of a whole class; any other folder is searched.
        roots = sorted(archive.glob("*.zip")) or [archive]
        for one in (one for root in roots for one in find(root, self.pattern)):
            try:
                data = content(one)[0]
            except GradingError as error:
                data = str(error).encode()
                self.log.warning("%s: %s", one.source, error)
            if one.student.strip(".") == "":
                self.log.warning("%s is nobody's, and is left out.", one.source)
                continue
            file = Path(extracted_path, one.student.replace("/", "_"), f"{assignment}.ipynb")
            if file.exists():
                self.log.warning("%s takes the place of an earlier one.", one.source)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def settle(notebooks: list[str], **_: Any) -> None:
    """nbgrader's hook before it grades: every submission has a notebook that it can open.

    nbgrader leaves out a notebook under another name, and gives nothing for a file that is no
    notebook. So the one is copied to its name, and for the other a note stands in.

    Args:
        notebooks: the submitted files' paths; nbgrader goes on with what the list then holds.
    """
    for index, name in enumerate(notebooks):
        path = Path(name)
        wanted = path.with_name(f"{path.parent.name}.ipynb")
        if len(notebooks) == 1 and path != wanted:
            wanted.write_bytes(path.read_bytes())
            notebooks[index], path = str(wanted), wanted
        if not _opens(path):
            path.replace(path.with_name(path.name + ASIDE))
            note = nbformat.v4.new_markdown_cell(say("class.no_notebook", name=path.name))
            path.write_text(nbformat.writes(nbformat.v4.new_notebook(cells=[note])), "utf-8")


def _opens(path: Path) -> bool:
    try:
        nbformat.validate(nbformat.read(path, as_version=4))
    except Exception:
        return False
    return True


class Repair(NbGraderPreprocessor):  # type: ignore[misc]
    """The submitted notebook with the released one's graded cells, all of them, once.

    A student may have deleted, doubled or renamed them, or have written other points into them.
    Marks do not hang on this; the Formgrader's pages do.
    """

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Give each graded cell what the released one has, but for the student's answers."""
        at = resources["nbgrader"]
        course = self.parent.parent.coursedir
        folder = course.format_path(course.release_directory, ".", at["assignment"])
        released = nbformat.read(Path(folder) / f"{at['notebook']}.ipynb", as_version=4)
        missing = {
            cell.metadata.nbgrader.grade_id: cell
            for cell in released.cells
            if "nbgrader" in cell.metadata
        }
        for cell in nb.cells:
            claim = cell.metadata.pop("nbgrader", None)
            name = claim.get("grade_id") if isinstance(claim, dict) else None
            original = missing.pop(name, None) if isinstance(name, str) else None
            if original is not None and original.cell_type == cell.cell_type:
                cell.metadata = original.metadata
                if original.metadata.nbgrader.locked:
                    cell.source = original.source
            elif original is not None:
                missing[str(name)] = original
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        nb.cells += missing.values()
        nb.metadata = released.metadata
        return nb, resources


class MarkOutside(NbGraderPreprocessor):  # type: ignore[misc]
    """Marks from ``helpers.grading``, into the gradebook and the autograded notebook."""

    secret = Unicode(help="The file with the class secret.").tag(config=True)
    criteria = Unicode(help="The file with the instructor's own criteria, if any.").tag(config=True)
    journal = Unicode(help="The file that remembers what was graded.").tag(config=True)
    jobs = Int(1, help="How many submissions are graded at once.").tag(config=True)
    unisolated = Bool(False, help="Grade without isolation: provisional.").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Save one submission's result, and show it in its notebook."""
        at = resources["nbgrader"]
        converter = self.parent.parent
        if not hasattr(converter, "marked"):
            converter.marked = self._mark(converter)
        result = converter.marked[at["student"]]
        with Gradebook(at["db_url"]) as gradebook:
            record(gradebook, result, at["assignment"], at["notebook"])
        return shown(nb, result), resources

    def _mark(self, converter: Any) -> dict[str, SubmissionResult]:
        """The results of all submissions of this run, by student: several at once, each once."""
        course = converter.coursedir
        options = Options(
            secret=Path(self.secret),
            criteria=Path(self.criteria) if self.criteria else None,
            release=Path(course.format_path(course.release_directory, ".", ".")),
            jobs=self.jobs,
            unisolated=self.unisolated,
        )
        submissions = [
            Submission(Path(folder).parent.name, str(handed_in(Path(folder), notebooks)))
            for folder, notebooks in converter.assignments.items()
        ]
        with journal.open_(Path(self.journal) if self.journal else None, options) as book:
            known = {one: book.known(one) for one in submissions}
            results = [result for result in known.values() if result is not None]
            for result in grade([one for one in submissions if known[one] is None], options):
                self.log.info("Graded %s", result.source)
                book.add(result)
                results.append(result)
        return {result.student: result for result in results}


def handed_in(folder: Path, notebooks: list[str]) -> Path:
    """The file that a student handed in: what ``settle`` put aside, or what nbgrader opens."""
    aside = sorted(folder.glob(f"*{ASIDE}"))
    named = [Path(name) for name in notebooks if Path(name).stem == folder.name]
    return (aside or named or [Path(notebooks[0])])[0]


def record(gradebook: Any, result: SubmissionResult, assignment: str, notebook: str) -> None:
    """Put a result into the gradebook: points and comments.

    What could not be graded has no points and waits for a person, and so do written answers. A
    mark that a person gave before stays, and is asked for again (nbgrader's own rule).
    """
    entry = gradebook.find_submission_notebook(notebook, assignment, result.student)
    verdicts = {exercise.grade_id: exercise for exercise in result.exercises}
    empty = {_written_id(one.number) for one in result.written if not one.text}
    for mark in entry.grades:
        verdict = verdicts.get(mark.name)
        mark.auto_score = verdict.points if verdict else 0.0 if mark.name in empty else None
        open_ = mark.auto_score is None or mark.manual_score is not None
        mark.needs_manual_grade = open_ or result.provisional
    for comment in entry.comments:
        verdict = verdicts.get(comment.name.replace("answer-", "check-", 1))
        comment.auto_comment = _comment(result, verdict, comment.name in empty)
    entry.flagged = bool(result.needs_a_person)
    gradebook.db.commit()


def _written_id(number: str) -> str:
    notebook, _, letter = number.partition(".")
    return f"{notebook.zfill(2)}-written-{notebook}-{letter}"


def _comment(result: SubmissionResult, verdict: Any, empty: bool) -> str | None:
    if empty:
        return say("class.no_answer")
    said = verdict.sentence if verdict else result.problem
    stamp = say("class.provisional") if result.provisional else ""
    return f"{stamp} {said}".strip() or None


def shown(nb: Any, result: SubmissionResult) -> Any:
    """The notebook as the Formgrader shows it: each check with its verdict; the result inside."""
    verdicts = {exercise.grade_id: exercise for exercise in result.exercises}
    for cell in nb.cells:
        verdict = verdicts.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if verdict is not None:
            word = say(f"check.{verdict.outcome}")
            text = f"{word}: {verdict.sentence}\n{verdict.details}".strip()
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": text})]
    if result.needs_a_person:
        notes = "\n".join(f"- {note}" for note in result.needs_a_person)
        nb.cells.insert(0, nbformat.v4.new_markdown_cell(f"**{say('class.look')}**\n\n{notes}"))
    nb.metadata["grading"] = result.to_json()
    return nb


class MarksExport(ExportPlugin):  # type: ignore[misc]
    """Marks as CSV: one line for each student and assignment; no mark where a person is needed.

    nbgrader's own exporter writes 0 for what was not marked yet.
    """

    COLUMNS = ("student", "assignment", "handed in", "points", "out of", "penalty", "open")

    def export(self, gradebook: Any) -> None:
        """Write the table to ``--to``, ``grades.csv`` if it is not given."""
        with open(self.to or "grades.csv", "w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(self.COLUMNS)
            table.writerows(self._rows(gradebook))

    def _rows(self, gradebook: Any) -> Iterator[list[Any]]:
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
                    yield [*head, "", "", assignment.max_score, "", say("class.nothing")]
                    continue
                open_ = entry.needs_manual_grade
                penalty = entry.late_submission_penalty or 0.0
                points = "" if open_ else max(0.0, entry.score - penalty)
                state = say("class.person") if open_ else ""
                yield [*head, entry.timestamp or "", points, entry.max_score, penalty, state]


class FeedbackPage(Exporter):
    """The grader's page for a student, with the marks and comments that a person gave."""

    output_mimetype = "text/html"

    @default("file_extension")
    def _extension(self) -> str:
        return ".html"

    def from_notebook_node(self, nb: Any, resources: Any = None, **more: Any) -> Any:
        """The page, from what ``MarkOutside`` left in the notebook and from the gradebook."""
        nb, resources = super().from_notebook_node(nb, resources, **more)
        at = resources["nbgrader"]
        result = SubmissionResult.from_json(nb.metadata["grading"])
        with Gradebook(at["db_url"]) as gradebook:
            entry = gradebook.find_submission_notebook(
                at["notebook"], at["assignment"], at["student"]
            )
            section = by_a_person(entry)
        page = feedback(at["student"], [result])
        return page.replace("</main>", f"{section}\n</main>", 1), resources


class ReleaseFeedback(ExchangeReleaseFeedback):  # type: ignore[misc]
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


def by_a_person(entry: Any) -> str:
    """The part of a student's page that a person wrote: points and comments."""
    comments = {one.name: one.manual_comment for one in entry.comments if one.manual_comment}
    rows = []
    for mark in entry.grades:
        comment = comments.get(mark.name) or comments.get(mark.name.replace("check", "answer"), "")
        waits = mark.needs_manual_grade
        if waits or mark.manual_score is not None or comment or "-written-" in mark.name:
            points = say("grading.open") if waits else number(mark.score)
            rows.append((_exercise(mark.name), points, number(mark.max_score), comment))
    head = [say(f"class.{key}") for key in ("question", "points", "out_of", "comment")]
    total = "" if entry.needs_manual_grade else _total(entry)
    listed = table(say("class.marked"), head, sorted(rows)) if rows else ""
    return "\n".join(filter(None, [heading(2, say("class.marked")), listed, total]))


def _exercise(grade_id: str) -> str:
    """``5.1`` of ``check-05-5-1``, ``5.a`` of ``05-written-5-a``."""
    return ".".join(grade_id.split("-")[-2:])


def _total(entry: Any) -> str:
    penalty = entry.late_submission_penalty or 0.0
    points = number(max(0.0, entry.score - penalty))
    late = say("class.late", penalty=number(penalty)) if penalty else ""
    text = say("class.total", points=points, out_of=number(entry.max_score))
    return paragraph(f"{text} {late}".strip())
