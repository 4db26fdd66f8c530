"""nbgrader's gradebook, filled with marks that a submission cannot touch.

The settings that `make class` writes put these classes in the place of nbgrader's own: its
autograder runs a submission in one process with the tests, and a submission that changes the
tests gets full marks there. Here nbgrader runs nothing of a submission. It keeps what it is good
at: collecting, the gradebook, marks by hand, handing back.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from glob import glob
from pathlib import Path
from typing import Any

import nbformat as _nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool, Float, Int, List, Unicode

from ..folder import grade_once
from ..hand_in.official import read_official
from ..hand_in.submissions import Submission
from ..messages import say
from ..options import Limits, Options
from ..results import ExerciseResult, SubmissionResult
from ..run.calls import missing
from .extensions import grant, read_extensions
from .opening import opened, salvaged
from .written import as_typed, rendered

#: Its functions are not typed.
nbformat: Any = _nbformat
#: The end of a file's name that nbgrader cannot read.
ASIDE = ".submitted"


def make_openable(notebooks: list[str], **_: Any) -> None:
    """nbgrader's hook before it grades: every submission has a notebook that it can open.

    nbgrader leaves out a notebook under another name, and gives nothing for a file that is no
    notebook. So the one is copied to its name, and for the other a note stands in, with the cells
    if it has some.

    Args:
        notebooks: the submitted files' paths; nbgrader goes on with what the list then holds.
    """
    for index, name in enumerate(notebooks):
        path = Path(name)
        wanted = path.with_name(f"{path.parent.name}.ipynb")
        if len(notebooks) == 1 and path != wanted:
            wanted.write_bytes(path.read_bytes())
            notebooks[index], path = str(wanted), wanted
        if opened(path) is None:
            cells = salvaged(path)
            path.replace(_aside(path))
            told = say("class.salvaged" if cells else "class.no_notebook", name=path.name)
            cells.insert(0, nbformat.v4.new_markdown_cell(told))
            stand_in = nbformat.v4.new_notebook(cells=cells, metadata={"stand_in": True})
            path.write_text(nbformat.writes(stand_in), "utf-8")


def submitted_file(folder: Path, notebooks: list[str]) -> Path:
    """The file that a student handed in: what nbgrader opens, or what a note stands in for."""
    named = [Path(name) for name in notebooks if Path(name).stem == folder.name]
    path = (named or [Path(notebooks[0])])[0]
    notebook = opened(path)
    stands_in = notebook is not None and notebook.metadata.get("stand_in")
    return _aside(path) if stands_in and _aside(path).exists() else path


def _aside(path: Path) -> Path:
    """Where a file is kept that nbgrader cannot read."""
    return path.with_name(f"{path.name}{ASIDE}")


class Repair(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """The submitted notebook with the released one's graded cells, all of them, once.

    A student may have deleted, doubled or renamed them, or have written other points into them.
    Marks do not hang on this; the Formgrader's pages do. They would also run what a student wrote
    as HTML, with the rights of the instructor who reads it: so only what is harmless is rendered.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
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
        texts = {cell.source for cell in released.cells if cell.cell_type == "markdown"}
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
            if original is None:
                cell.metadata = {}
            if cell.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
            elif cell.source not in texts:
                cell.cell_type, cell.source = "markdown", rendered(cell.source)
            cell.pop("attachments", None)
        nb.cells += missing.values()
        nb.metadata = released.metadata
        return nb, resources


class MarkOutside(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Marks from ``classroom``, into the gradebook and the autograded notebook."""

    secret = Unicode(help="The file with the class secret.").tag(config=True)
    criteria = Unicode(help="The file with the instructor's own criteria, if any.").tag(config=True)
    journal = Unicode(help="The file that remembers what was graded.").tag(config=True)
    jobs = Int(1, help="How many submissions are graded at once.").tag(config=True)
    seconds = Float(20, help="What one answer may take.").tag(config=True)
    memory = Int(2048, help="MB for one student's processes.").tag(config=True)
    only = List(Unicode(), help="Exercises to grade again; others keep their marks.").tag(
        config=True
    )
    extensions = Unicode(help="A CSV of who may hand in later.").tag(config=True)
    unisolated = Bool(False, help="Grade without isolation: provisional.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Save one submission's result, and show it in its notebook."""
        at = resources["nbgrader"]
        converter = self.parent.parent
        if not hasattr(converter, "marked"):
            converter.marked = self._mark(converter)
        released = read_official(Path(self._released(converter, at["assignment"])))
        result = of_slot(converter.marked[at["student"]], min(released), at["assignment"])
        with Gradebook(at["db_url"]) as gradebook:
            save_marks(gradebook, result, at["assignment"], at["notebook"])
            if self.extensions:  # Penalties come next, and the export tells what cannot be used.
                grant(gradebook, read_extensions(Path(self.extensions)))
        course = converter.coursedir
        source = course.format_path(course.source_directory, ".", at["assignment"])
        keys = marking_keys(Path(source) / f"{at['notebook']}.ipynb")
        return with_verdicts(nb, result, keys), resources

    def _mark(self, converter: Any) -> dict[str, SubmissionResult]:
        """The results of all submissions of this run, by student: several at once, each once."""
        options = Options(
            secret=Path(self.secret),
            criteria=Path(self.criteria) if self.criteria else None,
            release=Path(self._released(converter, ".")),
            jobs=self.jobs,
            unisolated=self.unisolated,
            limits=Limits(seconds=self.seconds, memory=self.memory * 1024**2),
        )
        submissions = []
        for folder, notebooks in converter.assignments.items():
            path = submitted_file(Path(folder), notebooks)
            # The name that the student gave it, and not where the instructor keeps it.
            label = f"{path.parent.name}/{path.name.removesuffix(ASIDE)}"
            submissions.append(Submission(path.parents[1].name, str(path), label=label))
        journal = Path(self.journal) if self.journal else None
        if gap := missing():
            self.log.warning("%s", gap)
        results = grade_once(submissions, options, journal, self._say_done, self.only)
        return {result.student: result for result in results}

    def _released(self, converter: Any, assignment: str) -> str:
        course = converter.coursedir
        folder: str = course.format_path(course.release_directory, ".", assignment)
        return folder

    def _say_done(self, done: int, total: int, last: SubmissionResult) -> None:
        self.log.info("Graded %s (%d of %d)", last.source, done, total)


def of_slot(result: SubmissionResult, wanted: str, assignment: str) -> SubmissionResult:
    """The result, or what is wrong where another notebook than the assignment's came in.

    Args:
        wanted: the number of the assignment's notebook.
    """
    if result.notebook in ("", wanted):
        return result
    problem = say(
        "class.other_notebook", found=result.notebook, assignment=assignment, wanted=wanted
    )
    return replace(result, problem=problem, exercises=(), written=())


class GoOn(NotebookExporter):
    """nbgrader's exporter for marking, which first makes room for who was left half marked: its
    converter makes one at its start.

    nbgrader takes everybody who has a folder in ``autograded/`` for marked, and writes it before
    the marks are known: after a kill, the one it was at would be skipped for good.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[no-untyped-call]  # traitlets' own
        course = getattr(self.parent, "coursedir", None)
        if course is not None and course.assignment_id:
            folders = course.format_path(course.autograded_directory, "*", course.assignment_id)
            for folder in map(Path, glob(str(Path(course.root, folders)))):
                if not is_marked(folder):
                    self.log.warning("%s was left half marked, and is marked again.", folder)
                    shutil.rmtree(folder)


def is_marked(folder: Path) -> bool:
    """Whether each notebook of a folder in ``autograded/`` has its result, as marking ends."""
    notebooks = [opened(path) for path in folder.glob("*.ipynb")]
    return bool(notebooks) and all(
        one is not None and "grading" in one.metadata for one in notebooks
    )


def save_marks(
    gradebook: Gradebook, result: SubmissionResult, assignment: str, notebook: str
) -> None:
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


def _comment(result: SubmissionResult, verdict: ExerciseResult | None, empty: bool) -> str | None:
    if empty:
        return say("class.no_answer")
    said = verdict.sentence if verdict else result.problem
    stamp = say("class.provisional") if result.provisional else ""
    return f"{stamp} {said}".strip() or None


def marking_keys(source: Path) -> dict[str, str]:
    """The instructor's keys to the written questions, by the names of their cells."""
    notebook = opened(source)
    return {
        str(cell.metadata.nbgrader.grade_id): str(cell.source)
        for cell in (notebook.cells if notebook is not None else ())
        if cell.cell_type == "markdown" and cell.metadata.get("nbgrader", {}).get("solution")
    }


def with_verdicts(
    nb: NotebookNode, result: SubmissionResult, keys: Mapping[str, str]
) -> NotebookNode:
    """The notebook as the Formgrader shows it: each check with its verdict, each written answer
    below its key; the result inside."""
    for at in reversed(range(len(nb.cells))):
        key = keys.get(nb.cells[at].metadata.get("nbgrader", {}).get("grade_id"))
        if key is not None:
            nb.cells.insert(at, nbformat.v4.new_markdown_cell(key))
    verdicts = {exercise.grade_id: exercise for exercise in result.exercises}
    for cell in nb.cells:
        verdict = verdicts.get(cell.metadata.get("nbgrader", {}).get("grade_id"))
        if verdict is not None:
            word = say(f"check.{verdict.outcome}")
            text = f"{word}: {verdict.sentence}\n{verdict.details}".strip()
            cell.outputs = [nbformat.v4.new_output("display_data", {"text/plain": text})]
    if result.needs_a_person:
        notes = as_typed("\n".join(result.needs_a_person))
        nb.cells.insert(0, nbformat.v4.new_markdown_cell(f"**{say('class.look')}**\n\n{notes}"))
    nb.metadata["grading"] = result.to_json()
    return nb
