"""The dev container: read as its own tools read it, and its steps work."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.needs import path_of

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / ".devcontainer" / "devcontainer.json"


def read(folder: Path, tmp_path: Path) -> dict[str, Any]:
    """Return what the reference implementation reads; no container program is needed for that."""
    docker = tmp_path / "docker"
    docker.write_text("#!/bin/sh\nexit 0\n")  # it asks which containers run: none
    docker.chmod(0o755)
    command = [path_of("devcontainer"), "read-configuration", "--workspace-folder", folder]
    done = subprocess.run(
        [*map(str, command), "--docker-path", str(docker)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)["configuration"]
    return found


@pytest.mark.needs("devcontainer", "node")
def test_its_tools_read_it(tmp_path: Path) -> None:
    found = read(ROOT, tmp_path)
    assert found["configFilePath"]["fsPath"] == str(FILE)
    del found["configFilePath"]
    given = json.loads(FILE.read_text("utf-8"))
    workspace = given["customizations"]["vscode"]["settings"]["python.defaultInterpreterPath"]
    assert workspace.startswith("${containerWorkspaceFolder}/")
    assert {name: found[name] for name in given if name != "customizations"} == {
        name: given[name] for name in given if name != "customizations"
    }


def test_its_python_is_one_that_the_course_runs_on() -> None:
    image = json.loads(FILE.read_text("utf-8"))["image"]
    major, minor = map(int, re.fullmatch(r"\S+/python:(\d+)\.(\d+)", image).groups())
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert asked["requires-python"] == ">=3.11" and (3, 11) <= (major, minor) <= (3, 14)


@pytest.mark.needs("make")
def test_after_its_steps_the_named_python_opens_the_named_notebook() -> None:
    given = json.loads(FILE.read_text("utf-8"))
    subprocess.run(given["postCreateCommand"], shell=True, cwd=ROOT, check=True)
    settings = given["customizations"]["vscode"]["settings"]
    python = settings["python.defaultInterpreterPath"].replace(
        "${containerWorkspaceFolder}", str(ROOT)
    )
    code = "import ipykernel; from helpers import open_lab; print(open_lab('00').notebook)"
    done = subprocess.run([python, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "00\n"), done.stderr
    for name in given["customizations"]["codespaces"]["openFiles"]:
        assert (ROOT / name).is_file()
