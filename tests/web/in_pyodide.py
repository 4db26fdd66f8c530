"""Runs a notebook's code cells inside Pyodide as a kernel would, and reports what they show."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell


class Hook(DisplayHook):
    """Notes the value of a cell's last expression."""

    def __call__(self, result: Any = None) -> None:
        if result is not None and not self.quiet():
            self.update_user_ns(result)
            self.shell.seen.append(("data", self.shell.display_formatter.format(result)[0]))


class Publisher(DisplayPublisher):
    """Notes what a cell displays."""

    def publish(self, data: Any, metadata: Any = None, **more: Any) -> None:
        self.shell.seen.append(("data", data))


class Shell(InteractiveShell):
    """IPython, with what it shows in ``seen``."""

    displayhook_class = Hook
    display_pub_class = Publisher

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, Any]] = []

    def showtraceback(self, *_: Any, **__: Any) -> None:
        """Leave it to the result of the cell."""


class Stream:
    """One of a cell's two streams; what is written on end is one output."""

    def __init__(self, name: str, seen: list[tuple[str, Any]]) -> None:
        self.name, self.seen = name, seen

    def write(self, more: str) -> int:
        """Note some text."""
        if self.seen and self.seen[-1][0] == self.name:
            self.seen[-1] = (self.name, self.seen[-1][1] + more)
        elif more:
            self.seen.append((self.name, more))
        return len(more)

    def flush(self) -> None:
        """Have nothing to do."""


async def run(path: str, load: Callable[[str], Any]) -> list[dict[str, Any]]:
    """Run a notebook; returns for each code cell its source, outputs and error.

    Args:
        path: the notebook.
        load: brings the packages that a cell's source imports.
    """
    Shell.clear_instance()  # Of the notebook before; `display` finds the shell that is registered.
    shell: Any = Shell.instance()
    cells: list[dict[str, Any]] = []
    for cell in json.loads(Path(path).read_text())["cells"]:
        source = cell["source"] if isinstance(cell["source"], str) else "".join(cell["source"])
        if cell["cell_type"] != "code" or not source.strip():
            continue
        await load(source)
        shell.seen.clear()
        streams = (Stream(name, shell.seen) for name in ("stdout", "stderr"))
        with redirect_stdout(next(streams)), redirect_stderr(next(streams)):
            result = shell.run_cell(source, store_history=False)
        error = result.error_in_exec or result.error_before_exec
        told = f"{type(error).__name__}: {error}" if error else None
        cells.append({"source": source, "outputs": list(shell.seen), "error": told})
    return cells
