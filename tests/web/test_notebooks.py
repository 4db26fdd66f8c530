"""Every notebook under the site's own Python: no error, and what the solved ones show is stored."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.web.standing_in import lock

pytestmark = pytest.mark.needs("node", "pyodide")
HERE, ROOT = Path(__file__).parent, Path(__file__).parents[2]
NOTEBOOKS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "notebooks").rglob("*.ipynb")
    if ".ipynb_checkpoints" not in path.parts
)
SOLVED = [name for name in NOTEBOOKS if "/solutions/" in name]


def run(site: Path, work: Path, *notebooks: str, drive: Path) -> dict[str, Any]:
    """Run notebooks of a drive in one Python; name -> its cells, or what stopped it."""
    (work / "lock.json").write_text(json.dumps(lock(site, work)))
    done = subprocess.run(
        [
            "node",
            HERE / "notebooks.mjs",
            site / "static/pyodide",
            work / "lock.json",
            drive,
            *notebooks,
        ],
        input=(HERE / "in_pyodide.py").read_text(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = [
        json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"notebook"')
    ]
    return {one["notebook"]: one.get("cells", one.get("stopped")) for one in found}


#: Says of each module of a package whether its bytecode is there.
COMPILED = """import sys
for module in list(sys.modules.values()):
    spec = module.__spec__ if module else None
    if spec and spec.origin and spec.origin.startswith("/lib/python3.14/site-packages/"):
        print(module.__name__, bool(spec.cached) and __import__("os").path.exists(spec.cached)
              or spec.origin.endswith(".pyc"))"""
#: Cells of notebooks that the course has not: one that is run before all others, and two after.
START = ("from helpers import open_lab\nopen_lab('05')", COMPILED)
CANNOT = (
    "from helpers import open_lab\nlab = open_lab('00')",
    "!aws sts get-caller-identity",
    "!python -m refusal serve",
    "said = !aws kms list-keys",
    "%%bash\naws kms list-keys",
    "from refusal.__main__ import main\nmain(['serve', '--port=0'])",
    "from refusal.serving import Server\nServer(lab.sandbox)",
)
WRONG = ("print('one')\n1 + 1", "import no_such_package")


def write(drive: Path, name: str, *sources: str) -> str:
    """Write a notebook of these cells into a drive, and return its name."""
    cells = [{"cell_type": "code", "source": source, "outputs": []} for source in sources]
    (drive / name).write_text(json.dumps({"cells": cells}))
    return name


@pytest.fixture(scope="module")
def ran(site: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """All notebooks, from the drive that a first visitor has, in one Python."""
    work = tmp_path_factory.mktemp("node")
    drive = work / "drive"
    shutil.copytree(site / "files", drive)
    first = write(drive, "start.ipynb", *START)
    last = write(drive, "cannot.ipynb", *CANNOT), write(drive, "wrong.ipynb", *WRONG)
    return run(site, work, first, *NOTEBOOKS, *last, drive=drive)


def text(value: Any) -> str:
    return value if isinstance(value, str) else "".join(value)


def stored(outputs: list[dict[str, Any]]) -> list[list[Any]]:
    """What a notebook's cell shows, as ``in_pyodide`` reports it: streams joined, in order."""
    made: list[list[Any]] = []
    for one in outputs:
        if one["output_type"] != "stream":
            made.append(["data", {kind: text(it) for kind, it in one["data"].items()}])
        elif made and made[-1][0] == one["name"]:
            made[-1][1] += text(one["text"])
        else:
            made.append([one["name"], text(one["text"])])
    return made


def to_the_eye(outputs: list[list[Any]]) -> list[list[Any]]:
    """Without the plain text of what is shown as HTML: pandas fits that to a terminal."""
    return [
        [kind, {name: it for name, it in value.items() if name != "text/plain"}]
        if kind == "data" and "text/html" in value
        else [kind, value]
        for kind, value in outputs
    ]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_no_cell_fails(ran: dict[str, Any], name: str) -> None:
    assert isinstance(ran[name], list), ran[name]
    assert [cell for cell in ran[name] if cell["error"]] == []


@pytest.mark.parametrize("name", SOLVED)
def test_a_solved_notebook_shows_what_is_stored(ran: dict[str, Any], name: str) -> None:
    cells = json.loads((ROOT / name).read_text("utf-8"))["cells"]
    cells = [cell for cell in cells if cell["cell_type"] == "code" and text(cell["source"]).strip()]
    assert len(cells) == len(ran[name])
    for cell, found in zip(cells, ran[name], strict=True):
        want = to_the_eye(stored(cell["outputs"]))
        assert to_the_eye(found["outputs"]) == want, found["source"]


def test_what_a_browser_cannot_do_is_said_in_a_sentence(ran: dict[str, Any]) -> None:
    _, program, command, output, script, module, served = ran["cannot.ipynb"]
    for cell, asked in (
        (program, "aws sts get-caller-identity"),
        (command, "python -m refusal serve"),
        (output, "aws kms list-keys"),
        (script, "bash"),
    ):
        ((kind, said),) = cell["outputs"]
        assert (kind, cell["error"]) == ("stdout", None)
        assert said.startswith(f"`{asked}` was not run: a browser")
    cannot = "Python in a browser cannot listen for requests"
    assert module["error"] is None and module["outputs"][0][0] == "stderr"
    assert module["outputs"][0][1].startswith(cannot)
    assert served["error"].startswith(f"SandboxError: {cannot}")


def test_what_a_start_imports_is_compiled(ran: dict[str, Any]) -> None:
    """But for a few modules that only a browser's Python imports."""
    _, shown = ran["start.ipynb"]
    assert shown["error"] is None
    found = dict(line.rsplit(" ", 1) for line in shown["outputs"][0][1].splitlines())
    plain = {name for name, compiled in found.items() if compiled == "False"}
    plain = {name for name in plain if not name.startswith("cryptography")}  # the tests' stand-in
    assert len(found) > 600
    assert len(plain - {"in_pyodide"}) <= len(found) / 50, sorted(plain)


def test_an_error_and_another_output_are_found(ran: dict[str, Any]) -> None:
    """The comparison itself can fail."""
    first, second = ran["wrong.ipynb"]
    assert first["outputs"] == [["stdout", "one\n"], ["data", {"text/plain": "2"}]]
    assert second["error"].startswith("ModuleNotFoundError")
