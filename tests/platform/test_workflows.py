"""The workflows: as GitHub reads them, and the commands that they call are there."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def complaint(workflow: Path) -> str:
    """Return what GitHub's schema of workflows has against a file; empty if nothing."""
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema"]
    done = subprocess.run(
        [*command, "vendor.github-workflows", str(workflow)], capture_output=True, text=True
    )
    return done.stdout if done.returncode else ""


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_fits_githubs_schema(workflow: Path) -> None:
    assert complaint(workflow) == ""


def test_one_that_does_not_fit_is_found(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.yml"
    wrong.write_text("on: push\njobs:\n  build:\n    runs: ubuntu-latest\n    steps: []\n")
    assert "jobs.build" in complaint(wrong)


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.stem)
def test_what_a_workflow_runs_is_there(workflow: Path) -> None:
    text = workflow.read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"make ([a-z-]+)", text):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for module in re.findall(r"-m ([a-z_.]+)", text):
        assert importlib.util.find_spec(module), module
    for folder in re.findall(r"--prefix (\S+)", text):
        assert (ROOT / folder / "package-lock.json").is_file()


def test_the_site_is_deployed_only_after_its_own_tests() -> None:
    site: dict[str, Any] = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text("utf-8"))
    build, deploy = site["jobs"]["build"], site["jobs"]["deploy"]
    steps = [step.get("run") or step["uses"].partition("@")[0] for step in build["steps"]]
    made, tested = steps.index("make site"), steps.index(".venv/bin/python -m pytest tests/web")
    sent = steps.index("actions/upload-pages-artifact")
    assert steps.index('.venv/bin/python -m web.fetch "$VENDOR"') < made < tested < sent
    assert build["steps"][sent]["with"]["path"] == build["env"]["SITE"] == "dist/site"
    assert deploy["needs"] == "build"
    assert site["permissions"] == {"contents": "read"}
    assert deploy["permissions"] == {"pages": "write", "id-token": "write"}
