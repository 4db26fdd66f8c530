"""The first answer in JupyterLab: a notebook of the course, and an empty one."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .. import measure
from . import bare
from .visits import answered, chromium

ROUNDS = 5


def ratio(name: str) -> float:
    """The time to the first answer of a notebook, divided by that of an empty one."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        root.mkdir()
        bare.write_empty(root)
        shutil.copy(measure.ROOT / "notebooks" / f"{name}.ipynb", root)
        with _server(root, Path(folder)) as (address, token):
            rounds = (
                lambda: _first(f"{address}/lab/tree/{name}.ipynb?reset&{token}"),
                lambda: _first(f"{address}/lab/tree/{bare.EMPTY}.ipynb?reset&{token}"),
            )
            return measure.ratio(*rounds, ROUNDS)


def _first(address: str) -> float:
    with tempfile.TemporaryDirectory() as profile, chromium(Path(profile)) as page:
        taken = answered(page, address)
        page.evaluate("window.jupyterapp.serviceManager.sessions.shutdownAll()")
        return taken


@contextmanager
def _server(root: Path, work: Path) -> Iterator[tuple[str, str]]:
    """JupyterLab over a folder; yields its address and its token, as part of an address."""
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--port=0"]
    command += ["--ip=127.0.0.1", "--expose-app-in-browser", f"--ServerApp.root_dir={root}"]
    environment = {
        **os.environ,
        "JUPYTER_CONFIG_DIR": str(work / "config"),
        "JUPYTER_CONFIG_PATH": str(measure.ROOT / ".jupyter"),
        "JUPYTER_DATA_DIR": str(work / "data"),
        "JUPYTER_RUNTIME_DIR": str(work / "run"),
        "COURSE_PROGRESS": str(work / "progress.json"),
    }
    log = work / "log"
    with log.open("w") as words:
        process = subprocess.Popen(command, env=environment, stdout=words, stderr=words)
        try:
            yield _address(log, process)
        finally:
            process.terminate()
            process.wait(timeout=30)


def _address(log: Path, process: subprocess.Popen[bytes]) -> tuple[str, str]:
    while process.poll() is None:
        found = re.search(r"(http://127\.0\.0\.1:\d+)/lab\?(token=\w+)", log.read_text())
        if found:
            return found[1], found[2]
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text()}")
