"""nbgrader's settings for this class. `make class` wrote this file; from now on it is yours.

Run every `nbgrader` command in this file's folder.
"""

import os
from pathlib import Path

c = get_config()  # type: ignore[name-defined]  # noqa: F821
here = Path(__file__).resolve().parent

c.CourseDirectory.root = str(here)
c.CourseDirectory.course_id = "encrypt-data-with-aws-kms"
# A submission is a few notebooks: files of more than 10 MB are not taken.
c.CourseDirectory.max_file_size = 10_000

# Students must see this folder under the same path, and this one only; never the one above.
c.Exchange.root = os.environ.get("NBGRADER_EXCHANGE", f"{here}-exchange")
# Submissions carry their time; due dates are set in the Formgrader.
c.Exchange.timezone = "UTC"

# The cell in which a student's id becomes the seed of that student's world.
c.IncludeHeaderFooter.header = "source/header.ipynb"
# Each solution makes way for the stub that its author wrote for it.
c.GenerateAssignment.preprocessors = [
    "nbgrader.preprocessors.IncludeHeaderFooter",
    "nbgrader.preprocessors.LockCells",
    "helpers.authoring.release.ClearSolutions",
    "nbgrader.preprocessors.ClearOutput",
    "nbgrader.preprocessors.CheckCellMetadata",
    "nbgrader.preprocessors.ComputeChecksums",
    "nbgrader.preprocessors.SaveCells",
    "nbgrader.preprocessors.CheckCellMetadata",
]
