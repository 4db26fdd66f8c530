"""JupyterLab as a learner has it, driven in Chromium by its own app object (platform notes 5)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Page, sync_playwright

from tests.needs import path_of

ROOT = Path(__file__).parents[2]
#: No connections of the browser's own: it opens what it is told to, and nothing else.
FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]
SETTINGS = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
    # What is opened is the checkout's: nothing may be written into it after two minutes.
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
    # Every cell is in the page, not only those in sight.
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},
}
RUN_ALL = """async path => {
    const app = window.jupyterapp;
    await app.restored;
    const widget = await app.commands.execute('docmanager:open', {path});
    await widget.context.ready;
    await widget.sessionContext.ready;
    await widget.sessionContext.session.kernel.info;
    await app.commands.execute('notebook:run-all-cells');
    return widget.content.model.sharedModel.cells
        .filter(cell => cell.cell_type === 'code')
        .map(cell => ({source: cell.source, count: cell.execution_count,
                       outputs: cell.toJSON().outputs}));
}"""


@contextmanager
def server(work: Path, root: Path = ROOT) -> Iterator[str]:
    """A JupyterLab over the notebooks, or another folder; yields its address with its token."""
    settings = work / "labconfig"
    settings.mkdir()
    (settings / "default_setting_overrides.json").write_text(json.dumps(SETTINGS))
    home = {name: str(work / name) for name in ("JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")}
    environment = {
        **os.environ,
        **home,
        "JUPYTER_CONFIG_DIR": str(work),
        "PYTHONPATH": str(ROOT),
        "COURSE_PROGRESS": str(work / "progress.json"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += [
        "--ip=127.0.0.1",
        "--expose-app-in-browser",
        f"--ServerApp.root_dir={root}",
        f"--LabApp.user_settings_dir={work / 'settings'}",
        f"--LabApp.workspaces_dir={work / 'workspaces'}",
    ]
    # To a file: a pipe that nobody reads would stop the server.
    with tempfile.TemporaryFile("w+") as log:
        process = subprocess.Popen(command, cwd=root, env=environment, stdout=log, stderr=log)
        try:
            yield _address(process, log)
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:  # It waits for its kernels, on a busy machine long.
                process.kill()
                process.wait()


def _address(process: subprocess.Popen[bytes], log: Any) -> str:
    for _ in range(600):
        log.seek(0)
        found = re.search(r"http://127\.0\.0\.1:\d+/lab\?token=\w+", log.read())
        if found:
            return found.group()
        try:
            process.wait(timeout=0.1)
        except subprocess.TimeoutExpired:
            continue
        break
    log.seek(0)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read()}")


@contextmanager
def browser_page(**options: Any) -> Iterator[Page]:
    """A page of the system's Chromium; what its console complains of is in ``page.complaints``."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path_of("chromium"), args=FLAGS)
        page = browser.new_page(**{"viewport": {"width": 1200, "height": 1000}, **options})
        complaints: list[str] = []
        page.on("console", lambda it: complaints.append(_said(it)) if it.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.complaints = complaints  # type: ignore[attr-defined]
        try:
            yield page
        finally:
            browser.close()


def _said(message: ConsoleMessage) -> str:
    """What the console says, and of which address: "404" alone helps nobody."""
    return f"{message.text} ({message.location.get('url', '')})"


def run_all(page: Page, notebook: str) -> list[dict[str, Any]]:
    """Open a notebook, run all its cells, and return them: source, count, outputs."""
    cells: list[dict[str, Any]] = page.evaluate(RUN_ALL, notebook)
    return cells
