"""nbgrader's settings for this class. `make class` wrote this file; from now on it is yours.

Run every `nbgrader` command in this file's folder.
"""

import os
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821 - nbgrader defines it
here = Path(__file__).resolve().parent
criteria = here / "private/criteria.py"
roster = here / "private/roster.csv"
extensions = here / "private/extensions.csv"

c.CourseDirectory.root = str(here)
c.CourseDirectory.course_id = "encrypt-data-with-aws-kms"
c.CourseDirectory.student_id = "*"

# Where assignments go out and come back. Students must see this folder, and not the one you are in.
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE", f"{here}-exchange")
c.Exchange.timezone = "UTC"

# generate_assignment: the header makes the student's id the seed of a world of their own; each
# solution makes way for the stub that its author wrote for it.
c.IncludeHeaderFooter.header = "source/header.ipynb"
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "authoring.release.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]

# autograde: nbgrader runs nothing of a submission. classroom does, in a process without
# rights, and its marks go into the gradebook.
c.Autograde.pre_convert_hook = "classroom.nbgrader.gradebook.make_openable"
c.Autograde.exporter_class = "classroom.nbgrader.gradebook.GoOn"
c.Autograde.sanitize_preprocessors = ["classroom.nbgrader.gradebook.Repair"]
c.Autograde.autograde_preprocessors = [
    "classroom.nbgrader.gradebook.MarkOutside",
    "nbgrader.preprocessors.AssignLatePenalties",
]
c.MarkOutside.secret = str(here / "private/class.secret")
c.MarkOutside.criteria = str(criteria) if criteria.exists() else ""
c.MarkOutside.journal = str(here / "private/marks.journal")
c.MarkOutside.extensions = str(extensions) if extensions.exists() else ""
c.MarkOutside.jobs = os.cpu_count() or 1
# c.MarkOutside.seconds = 20  # for one answer
# c.MarkOutside.memory = 2048  # MB for one student's processes

# Late work: nothing is taken off. The export says how late it was. private/extensions.csv gives
# some students more time. For a policy of your own, see
# nbgrader's documentation of AssignLatePenalties: `zero`, or a plugin's name.
c.AssignLatePenalties.plugin_class = "nbgrader.plugins.LateSubmissionPlugin"
c.LateSubmissionPlugin.penalty_method = "none"

# generate_feedback: the grader's own page, with your marks and comments, and without hidden tests.
c.GenerateFeedback.preprocessors = []
c.GenerateFeedback.exporter_class = "classroom.nbgrader.exchange.FeedbackPage"
c.ExchangeFactory.release_feedback = "classroom.nbgrader.exchange.ReleaseFeedback"

# export: no mark, instead of 0, where a person has not marked yet.
# With a roster, also canvas.csv or moodle.csv, to be imported as it is.
c.ExportApp.plugin_class = "classroom.nbgrader.exchange.MarksExport"
c.MarksExport.extensions = str(extensions) if extensions.exists() else ""
c.MarksExport.roster = str(roster) if roster.exists() else ""

# zip_collect: students' ids are read from names as Moodle, Canvas, Blackboard and Brightspace make
# them, and keep the platform's number: `Ann Lee_4711` of `Ann Lee_4711_assignsubmission_file_/…`,
# `leeann_12` of `leeann_12_34_….ipynb`. If yours does it otherwise, say how:
# c.TakeFromZip.pattern = r"(?P<student>[a-z0-9]+)-.*"
# Of several attempts in one zip, whose names say when each came, take the last without asking:
# c.TakeFromZip.attempts = "last"
c.ZipCollectApp.extractor_plugin = "classroom.nbgrader.exchange.TakeFromZip"
c.FileNameCollectorPlugin.named_regexp = r".*/(?P<student_id>[^/]+)/(?P<file_id>[^/]+)\.ipynb$"
