"""environment.yml: in step with the lock, and read by Binder as it is meant."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from tools.lock import CONDA_PYTHON, environment, pins

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = (ROOT / "environment.yml").read_text("utf-8")


def test_environment_is_what_the_lock_says() -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    assert environment(lock) == ENVIRONMENT, "run `make lock`"


def test_conda_brings_python_and_pip_and_pip_the_exact_rest() -> None:
    python, pip, rest = yaml.safe_load(ENVIRONMENT)["dependencies"]
    assert (python, pip, list(rest)) == (f"python={CONDA_PYTHON}", "pip", ["pip"])
    assert all(re.match(r"[a-z0-9.\-]+==\S+( ; .+)?$", pin) for pin in rest["pip"])
    left_out = set(pins((ROOT / "requirements.lock").read_text("utf-8"))) - set(rest["pip"])
    assert {pin.split("==")[0] for pin in left_out} == {"lark", "rfc3987-syntax"}
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"


def test_the_badge_opens_the_first_notebook() -> None:
    """Of a repository that whoever publishes the course has yet to name."""
    page = (ROOT / "README.md").read_text("utf-8")
    (address,) = re.findall(r"\[!\[[^\]]+\]\([^)]+\)\]\((https://mybinder\.org/\S+)\)", page)
    found = re.fullmatch(r"https://mybinder\.org/v2/gh/OWNER/REPO/HEAD\?labpath=(\S+)", address)
    assert found and (ROOT / found[1]).is_file()


@pytest.mark.needs("git")
def test_binder_builds_from_it_with_the_python_it_names(tmp_path: Path) -> None:
    """Run repo2docker up to the Dockerfile, which needs no container program."""
    for name in ("environment.yml", "postBuild", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert f"Building conda environment for python={CONDA_PYTHON}\n" in done.stderr
    update = done.stdout.index('env update -p ${NB_PYTHON_PREFIX} --file "environment.yml"')
    # Packages before the course's own files, so that a change of a lesson does not install anew.
    # Their owner is whoever runs repo2docker.
    course = re.search(r"^COPY --chown=\d+:\d+ src/ \$\{REPO_DIR\}/$", done.stdout, re.MULTILINE)
    assert course and update < course.start()
    assert "RUN ./postBuild" in done.stdout
    assert not (ROOT / "binder").exists() and not (ROOT / ".binder").exists()


def test_after_the_build_the_package_is_there_and_jupyter_has_our_defaults(tmp_path: Path) -> None:
    """Run postBuild with a Python that only notes what it was asked to install."""
    fake = tmp_path / "bin" / "python"
    fake.parent.mkdir()
    fake.write_text(
        f'#!/bin/sh\ncase "$1" in -m) echo "$@" >> {tmp_path}/asked;; *) echo {tmp_path};; esac\n'
    )
    fake.chmod(0o755)
    subprocess.run(
        ["bash", "postBuild"], cwd=ROOT, env={"PATH": f"{fake.parent}:/usr/bin:/bin"}, check=True
    )
    assert (tmp_path / "asked").read_text() == "-m pip install --no-deps -e ./sandbox -e .\n"
    settings = ".jupyter/labconfig/default_setting_overrides.json"
    copied = tmp_path / "etc/jupyter/labconfig/default_setting_overrides.json"
    assert copied.read_text() == (ROOT / settings).read_text()
