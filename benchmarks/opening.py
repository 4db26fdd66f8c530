"""What opening a notebook costs, here and in an earlier revision of the course.

Each notebook's cells up to the one that opens the lab run in a kernel of the environment that the
revision's own ``make setup`` makes. Time is the kernel's own work, whatever else the machine does.
"""

from __future__ import annotations

import io
import json
import os
import statistics
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from jupyter_client.manager import KernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from .measure import ROOT, Line

#: The last revision in which sandbox, lessons and grader were all in ``helpers/``.
EARLIER = "c437c9c2c2f8fb64319a30107bbaaca59a5d4500"
ROUNDS = 3
SLOWER, LARGER = 1.2, 1.1


@dataclass(frozen=True, slots=True)
class Cost:
    """What a kernel took.

    Attributes:
        seconds: of its processor time.
        memory: resident, in bytes.
    """

    seconds: float
    memory: float


def lines() -> Iterator[Line]:
    """A line for each notebook's time, and one for its memory.

    Raises:
        SystemExit: the earlier revision cannot be had.
    """
    with tempfile.TemporaryDirectory() as folder:
        earlier = _earlier(os.environ.get("SINCE", EARLIER), Path(folder) / "earlier")
        for notebook in sorted(path.name for path in (ROOT / "notebooks").glob("[0-9]*.ipynb")):
            if not (earlier / "notebooks" / notebook).exists():
                continue
            taken: dict[Path, list[Cost]] = {ROOT: [], earlier: []}
            for _ in range(ROUNDS):
                for root, costs in taken.items():
                    costs.append(_opened(root, notebook, Path(folder)))
            yield from _compared(notebook[:2], taken[ROOT], taken[earlier])


def _compared(number: str, now: list[Cost], then: list[Cost]) -> Iterator[Line]:
    for name, member, target in (("time", "seconds", SLOWER), ("memory", "memory", LARGER)):
        here, there = (
            statistics.median(getattr(x, member) for x in costs) for costs in (now, then)
        )
        unit, scale = ("s", 1.0) if member == "seconds" else ("MB", 1e6)
        note = f"{here / scale:.2f} {unit} and {there / scale:.2f} {unit}"
        yield Line(f"Opening {number}, {name}, here / earlier", here / there, target, note=note)


def _earlier(revision: str, folder: Path) -> Path:
    """The files of a revision, with their environment."""
    try:
        archive = subprocess.run(
            ["git", "archive", revision], cwd=ROOT, capture_output=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        raise SystemExit(
            f"There is no revision {revision} here: fetch the whole history, or name another one "
            "in SINCE."
        ) from None
    with tarfile.open(fileobj=io.BytesIO(archive.stdout)) as files:
        files.extractall(folder, filter="data")
    command = ["make", "setup", f"PYTHON={sys.executable}"]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder


def _set_up(file: Path) -> list[str]:
    """The code cells up to the one that opens the lab."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    last = next(number for number, source in enumerate(sources) if "open_lab(" in source)
    return sources[: last + 1]


class _Its(KernelSpecManager):
    """Knows one kernel: Python as a revision's environment has it."""

    def __init__(self, root: Path) -> None:
        super().__init__()
        self._python = str(root / ".venv" / "bin" / "python")

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        command = [self._python, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        return KernelSpec(argv=command, language=kernel_name)


def _opened(root: Path, notebook: str, work: Path) -> Cost:
    manager = KernelManager(kernel_spec_manager=_Its(root), kernel_name="python")
    environment = {**os.environ, "COURSE_PROGRESS": str(work / "progress.json")}
    manager.start_kernel(cwd=str(root / "notebooks"), env=environment, stderr=subprocess.DEVNULL)
    client = manager.client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=120)
        for source in _set_up(root / "notebooks" / notebook):
            reply = client.execute_interactive(source, output_hook=_unheard, timeout=300)
            if reply["content"]["status"] != "ok":
                raise RuntimeError(f"{notebook} of {root} cannot be opened: {reply['content']}")
        assert isinstance(manager.provisioner, LocalProvisioner)
        process = psutil.Process(manager.provisioner.pid)
        used = process.cpu_times()
        return Cost(used.user + used.system, process.memory_info().rss)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def _unheard(_message: dict[str, Any]) -> None:
    """Outputs are not looked at."""
