"""A visit: a notebook is opened in Chromium, and its first cell answers."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright

from .hosting import Host

#: How long a first cell may take on a busy machine, in milliseconds.
PATIENCE = 600_000
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
]
_OPEN = "window.jupyterapp?.shell?.currentWidget?.content?.model?.cells?.length"
_RUN = """async whole => {
    const {commands, shell} = window.jupyterapp, widget = shell.currentWidget;
    await widget.context.ready;
    await widget.sessionContext.ready;
    await widget.sessionContext.session.kernel.info;
    const notebook = widget.content, cells = [...notebook.model.cells];
    notebook.deselectAll();
    notebook.activeCellIndex = cells.findIndex(cell => cell.type === 'code');
    await commands.execute(whole ? 'notebook:run-all-cells' : 'notebook:run-cell');
    const run = whole ? cells.filter(cell => cell.type === 'code')
                      : [notebook.activeCell.model];
    return run.flatMap(cell => cell.toJSON().outputs);
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit took.

    Attributes:
        seconds: from the address to the answer of the first code cell, or of all.
        sent: bytes that the host sent.
        memory: of the process that shows the page and runs its Python, in bytes.
    """

    seconds: float
    sent: int
    memory: int


def first_visit(host: Host, notebook: str, *, whole: bool = False) -> Visit:
    """Visit a notebook with nothing kept from before; run its first code cell, or all."""
    with tempfile.TemporaryDirectory() as profile:
        return _visit(Path(profile), host, notebook, whole=whole)


def two_visits(host: Host, notebook: str) -> tuple[Visit, Visit]:
    """Visit a notebook twice, the browser closed in between."""
    with tempfile.TemporaryDirectory() as profile:
        first = _visit(Path(profile), host, notebook, whole=False)
        return first, _visit(Path(profile), host, notebook, whole=False)


def answered(page: Page, address: str, *, whole: bool = False) -> float:
    """Open a notebook by its address and run its first code cell, or all; returns the seconds.

    Raises:
        RuntimeError: the cell shows an error, or nothing.
    """
    start = time.monotonic()
    page.goto(address)
    page.wait_for_function(_OPEN)
    outputs: list[dict[str, Any]] = page.evaluate(_RUN, whole)
    took = time.monotonic() - start
    wrong = [one for one in outputs if one["output_type"] == "error"]
    if wrong or not outputs:
        raise RuntimeError(f"{address} was not answered: {wrong or 'no output'}")
    return took


@contextmanager
def chromium(profile: Path) -> Iterator[Page]:
    """A page of the system's Chromium with a profile of its own."""
    program = next(filter(None, map(shutil.which, _NAMES)), None)
    if program is None:
        raise SystemExit("Chromium is not installed (Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        context = playwright.chromium.launch_persistent_context(
            profile, executable_path=program, args=_FLAGS, viewport={"width": 1200, "height": 1000}
        )
        try:
            page = context.pages[0]
            page.set_default_timeout(PATIENCE)
            yield page
        finally:
            context.close()


def _visit(profile: Path, host: Host, notebook: str, *, whole: bool) -> Visit:
    before = host.sent
    with chromium(profile) as page:
        address = f"{host.address}/lab/index.html?path={notebook}"
        took = answered(page, address, whole=whole)
        page.wait_for_timeout(2000)  # what is still loaded in the background counts as well
        return Visit(took, host.sent - before, _memory())


def _memory() -> int:
    """Of the largest of the browser's renderers: the tab, with its workers."""
    sizes: list[int] = []
    for process in psutil.Process().children(recursive=True):
        try:
            if "--type=renderer" in process.cmdline():
                sizes.append(process.memory_info().rss)
        except psutil.Error:  # it has ended
            continue
    return max(sizes)
