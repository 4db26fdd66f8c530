"""Opening what students handed in, in nbgrader's own process: it may not take that process down.

A notebook of a few kilobytes in a zip may hold millions of parts, each of which takes some hundred
bytes once it is read. Whoever runs nbgrader marks the whole class in that process.
"""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path
from typing import Any

import nbformat as _nbformat
from nbformat import NotebookNode

from ..errors import GradingError
from ..hand_in.notebook import read_cells
from ..hand_in.official import source_of

#: Its functions are not typed.
nbformat: Any = _nbformat
#: Bytes of a file that is opened without a trial: whatever it holds, that takes some 500 MB.
_SMALL = 3 * 1024**2
#: What a trial may take: bytes of memory on top of what is there, and seconds of processor time.
_MEMORY, _SECONDS = 1024**3, 20
#: Seconds after which a trial that says nothing is given up.
_PATIENCE = 300


def opened(path: Path) -> NotebookNode | None:
    """A notebook, or None where a file is none, or takes too much to open."""
    try:
        if path.stat().st_size > _SMALL and not _opens(path):
            return None
        return _read(path)
    except Exception:
        return None


def salvaged(path: Path) -> list[NotebookNode]:
    """The cells of a file that is a notebook but for what nbgrader cannot open; none if it is not.

    The grader reads more than nbgrader opens: a person who marks must see the same answers.
    """
    try:
        if path.stat().st_size > _SMALL:
            return []
        return [_plain(cell) for cell in read_cells(path.read_bytes())]
    except (OSError, GradingError):
        return []


def _plain(cell: dict[str, Any]) -> NotebookNode:
    """A cell with its kind, its source and nbgrader's name for it, and nothing else."""
    makers = {"code": nbformat.v4.new_code_cell, "markdown": nbformat.v4.new_markdown_cell}
    make = makers.get(str(cell.get("cell_type")), nbformat.v4.new_raw_cell)
    metadata = cell.get("metadata")
    named = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    name = named.get("grade_id") if isinstance(named, dict) else None
    kept = {"nbgrader": {"grade_id": name}} if isinstance(name, str) else {}
    source = source_of(cell).encode("utf-8", "replace").decode()  # Half a letter is no file's.
    plain: NotebookNode = make(source, metadata=kept)
    return plain


def _read(path: Path) -> NotebookNode:
    notebook: NotebookNode = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def _opens(path: Path) -> bool:
    """Whether a copy of this process, which may take no more than so much, can open a file."""
    child = os.fork()
    if child == 0:
        try:
            size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (size + _MEMORY, size + _MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
            _read(path)
            os._exit(0)
        finally:  # Whatever it was: nothing of the parent's goes on here.
            os._exit(1)
    deadline = time.monotonic() + _PATIENCE
    while not (ended := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() > deadline:
            os.kill(child, signal.SIGKILL)
            ended = os.waitpid(child, 0)
            break
        time.sleep(0.02)
    return ended[1] == 0
