"""A notebook as git is to see it: without what opening and running it leaves behind.

    python tools/clean_notebook.py blank  <notebook  >what git sees
    python tools/clean_notebook.py solved <notebook  >what git sees

Git calls it as a filter; `make lab` says so to git. In a blank notebook no outputs and counts are
left. In both kinds, the notebook's metadata are those that it came with, where JupyterLab writes
the name of the kernel and the version of Python, and what the front end notes in a cell is left
out. What cannot be read as a notebook comes out as it went in. Own code, since the filters that
others have written (nbstripout) take metadata out, and cannot put back what was there before.
"""

from __future__ import annotations

import json
import sys
from typing import Any

#: As `authoring` writes it; a test compares the two.
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
#: What a front end notes in a cell's metadata about how it shows the cell, or about a run.
OF_THE_FRONT_END = ("ExecuteTime", "collapsed", "execution", "jupyter", "scrolled", "trusted")


def cleaned(text: str, kind: str) -> str:
    """Return a notebook's text as git is to see it.

    Args:
        text: JSON of nbformat 4.
        kind: `blank` or `solved`.

    Raises:
        ValueError, KeyError, TypeError, AttributeError: it is no such notebook.
    """
    notebook: dict[str, Any] = json.loads(text)
    notebook["metadata"] = METADATA
    for cell in notebook["cells"]:
        for name in OF_THE_FRONT_END:
            cell["metadata"].pop(name, None)
        if cell["cell_type"] == "code" and kind == "blank":
            cell["outputs"], cell["execution_count"] = [], None
    return written(notebook)


def written(notebook: dict[str, Any]) -> str:
    """Return the text of a notebook, byte for byte as nbformat writes it."""
    return json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main(arguments: list[str]) -> int:
    """Clean what comes on standard input. Returns the exit status."""
    came = sys.stdin.buffer.read()
    try:
        goes = cleaned(came.decode(), arguments[0]).encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        goes = came
    sys.stdout.buffer.write(goes)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
