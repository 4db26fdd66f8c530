"""Which modules a start imports: they are worth their bytecode, which is twice as large as source.

Found by starting: a kernel's shell, and the lab of every notebook, in this Python. What a module
does later, at its first use, the browser compiles then.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from web.commands import output

_START = """
import json, sys
from IPython.core.application import BaseIPythonApplication
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.shellapp import InteractiveShellApp
InteractiveShell.instance().complete("js")
import anywidget, comm, jedi, ipywidgets
from helpers import *
from helpers.course.chapter import notebooks
for notebook in notebooks():
    repr(open_lab(notebook, keep_progress=False))
print(json.dumps(sorted(sys.modules)))
"""


def imported(work: Path) -> list[str]:
    """Return the names of the modules that a start imports.

    Args:
        work: an empty folder, in the place of a person's home.

    Raises:
        SiteError: no notebook can be started here.
    """
    work.mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    said = output(
        *(sys.executable, "-c", _START),
        failed="The course does not start in this Python, so that the site cannot be built:",
        environment={**kept, "IPYTHONDIR": str(work), "COURSE_PROGRESS": str(work / "progress")},
    )
    found: list[str] = json.loads(said.splitlines()[-1])
    return found
