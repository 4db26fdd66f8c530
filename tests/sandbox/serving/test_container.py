"""The container file, step by step, without an engine for containers: each step is carried out here
as far as it is the library's, from the files that the container would have."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from tests.sandbox.serving.served import Served, serve

LIBRARY = Path(__file__).resolve().parents[3] / "sandbox"
FILE = LIBRARY / "Containerfile"


def steps() -> list[tuple[str, str]]:
    """The instructions and what they say."""
    lines = FILE.read_text("utf-8").replace("\\\n", " ").splitlines()
    split = (line.partition(" ") for line in lines if line and not line.startswith("#"))
    return [(name, said.strip()) for name, _, said in split]


STEPS = dict(steps())


def test_it_has_no_instruction_that_is_not_tried_here() -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT"}
    assert {name for name, _ in steps()} == {*known, "CMD"}
    runs = [said for name, said in steps() if name == "RUN"]
    assert runs[0] == "pip install --no-cache-dir ."
    assert all(re.match("useradd --system refusal && mkdir /account", said) for said in runs[1:])


def test_its_python_is_one_that_the_library_takes() -> None:
    found = re.fullmatch(r"docker\.io/library/python:([0-9.]+)-slim", STEPS["FROM"])
    project = tomllib.loads((LIBRARY / "pyproject.toml").read_text("utf-8"))["project"]
    assert found and f"{found[1]}.0" in SpecifierSet(project["requires-python"])


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library as it is installed from what COPY copies, and from nothing else."""
    folder = tmp_path_factory.mktemp("image")
    for name, said in steps():
        if name == "COPY":
            *sources, target = said.split()
            for source in sources:
                into = folder / target
                if (LIBRARY / source).is_dir():
                    shutil.copytree(LIBRARY / source, into)
                else:
                    shutil.copy(LIBRARY / source, into)
    uv = Path(sys.executable).parent / "uv"
    site = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [uv, "pip", "install", "--offline", "--no-deps", "--no-build-isolation", "--no-config",
         "--python", sys.executable, "--target", site, folder],
        capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (site / "refusal" / "py.typed").is_file()
    return site


@pytest.fixture
def served(installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """What ENTRYPOINT starts, with CMD but for the port; in a folder of its own."""
    python, *words = json.loads(STEPS["ENTRYPOINT"])
    assert python == "python" and json.loads(STEPS["CMD"]) == ["--port", "5000"]
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(installed))
    with serve(command=(sys.executable, *words)) as running:
        yield running


def test_it_serves_from_what_was_installed_is_healthy_and_stops(
    served: Served, installed: Path
) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import refusal; print(refusal.__file__)"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert Path(where.stdout.strip()).is_relative_to(installed)
    assert served.client("kms").list_keys()["Keys"] == []
    command = STEPS["HEALTHCHECK"].partition(" CMD ")[2]
    python, *rest = json.loads(command)
    assert python == "python" and ":5000/" in rest[-1]
    rest[-1] = rest[-1].replace(":5000/", f":{served.port}/")
    healthy = subprocess.run([sys.executable, *rest], capture_output=True, text=True)
    assert healthy.returncode == 0, healthy.stderr
    served.process.send_signal(getattr(signal, STEPS["STOPSIGNAL"]))
    assert served.process.wait(30) == 0
    assert subprocess.run([sys.executable, *rest], capture_output=True).returncode != 0


def test_its_comments_name_commands_that_fit_it() -> None:
    lines = [line.removeprefix("#").strip() for line in FILE.read_text("utf-8").splitlines()]
    run = next(line for line in lines if line.startswith("podman run"))
    words = shlex.split(run)
    assert words[words.index("--network") + 1] == "host" and "-p" not in words
