"""A class on a hub: two students at once through a real one (`make soak` takes ten), the image,
and the link that brings the course into a student's folder."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from classroom.hub import soak
from tests.classroom.notebooks import FULL

ROOT = Path(__file__).resolve().parents[3]
HUB = ROOT / "classroom" / "hub"
VALUES = (HUB / "values.yaml").read_text("utf-8")


@pytest.mark.needs("node", "configurable-http-proxy")
def test_students_fetch_solve_and_hand_in_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    assert soak.main(["--students", "2"]) == 0
    said = capsys.readouterr().out
    checks = 2 * len(FULL["05"])
    assert f"checks   {checks} of {checks} correct" in said
    assert "arrived  2 of 2 submissions" in said


def test_without_the_hubs_proxy_it_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(soak, "OWN_PROXY", tmp_path / "absent")
    with pytest.raises(SystemExit, match="The hub's proxy is missing: install npm, and `make "):
        soak.main(["--students", "2"])


@pytest.mark.needs("git")
def test_the_image_has_the_course_and_a_classs_tools(tmp_path: Path) -> None:
    """Run repo2docker up to the Dockerfile, with the command that values.yaml names."""
    for name in ("environment.yml", "postBuild", "pyproject.toml", "requirements-grading.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    command = re.search(r"# {3}jupyter-repo2docker (.*)\\\n# +(.*) \.\n", VALUES)
    assert command and '--appendix "$(cat classroom/hub/image.appendix)"' in command[2]
    appendix = (HUB / "image.appendix").read_text("utf-8")
    options = ["--no-build", "--debug", *command[2].split()[:2], "--appendix", appendix]
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", *options, str(tmp_path)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    # Not in the home folder, which a student's volume covers: repo2docker hands it to the build.
    assert options[2:4] == ["--target-repo-dir", "/srv/course"]
    # The files' owner is whoever runs repo2docker.
    copied = r"^COPY --chown=\d+:\d+ src/ \$\{REPO_DIR\}/$"
    assert re.search(copied, done.stdout, re.MULTILINE)
    assert done.stdout.index("RUN ./postBuild") < done.stdout.index("requirements-grading.lock")
    assert "--require-hashes" in done.stdout.partition("# Appendix:")[2]


def test_what_was_not_run_says_so() -> None:
    assert "NOT RUN HERE" in VALUES.split("\nsingleuser:")[0]
    config = (HUB / "jupyterhub_config.py").read_text("utf-8")
    for setting in ("authenticator_class", "spawner_class"):
        before = config.partition(f"c.JupyterHub.{setting}")[0].rstrip().split("\n")
        assert any("Not run here" in line for line in before[-3:]), setting


def test_a_student_has_twice_the_memory_that_was_measured() -> None:
    singleuser = yaml.safe_load(VALUES)["singleuser"]
    megabytes = {name: int(size.rstrip("M")) for name, size in singleuser["memory"].items()}
    measured = re.search(
        r"\| memory, a student \| (\d+) MB", (HUB / "README.md").read_text("utf-8")
    )
    assert measured
    assert megabytes["guarantee"] > int(measured[1])
    assert megabytes["limit"] >= 2 * int(measured[1])
    assert singleuser["networkPolicy"]["enabled"] is True


def git(folder: Path, *command: str) -> None:
    """Run git as somebody."""
    name = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    subprocess.run(["git", *name, *command], cwd=folder, check=True, capture_output=True)


@pytest.mark.needs("git")
def test_a_link_brings_the_course_and_keeps_a_students_work(tmp_path: Path) -> None:
    """What nbgitpuller does behind the link of the hub's page, with this course's notebooks."""
    course, home = tmp_path / "course", tmp_path / "home"
    notebooks = course / "notebooks"
    notebooks.mkdir(parents=True)
    original = json.loads((ROOT / "notebooks/05_denying_access.ipynb").read_text("utf-8"))
    put(notebooks / "05.ipynb", original)
    git(course, "init", "--initial-branch=main")
    git(course, "add", ".")
    git(course, "commit", "-m", "The course")

    pull(course, home)
    mine = json.loads((home / "notebooks/05.ipynb").read_text("utf-8"))
    answer = next(cell for cell in mine["cells"] if is_answer(cell))
    answer["source"] = ["mira_dynamodb.put_item()"]
    put(home / "notebooks/05.ipynb", mine)

    original["cells"][1]["source"] = ["# A better title"]
    put(notebooks / "05.ipynb", original)
    git(course, "commit", "-am", "A correction")
    pull(course, home)
    merged = json.loads((home / "notebooks/05.ipynb").read_text("utf-8"))
    assert merged["cells"][1]["source"] == ["# A better title"]
    assert next(cell for cell in merged["cells"] if is_answer(cell))["source"] == answer["source"]


def is_answer(cell: dict[str, Any]) -> bool:
    """Whether it is a cell to answer in."""
    return bool(cell["metadata"].get("nbgrader", {}).get("solution"))


def put(path: Path, notebook: dict[str, Any]) -> None:
    """Write a notebook as Jupyter does."""
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def pull(course: Path, home: Path) -> None:
    """Follow the link."""
    identity = {
        f"GIT_{who}_{what}": "x@example.com"
        for who in ("AUTHOR", "COMMITTER")
        for what in ("NAME", "EMAIL")
    }
    done = subprocess.run(
        [sys.executable, "-m", "nbgitpuller.pull", f"file://{course}", "main", str(home)],
        env={**os.environ, **identity},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
