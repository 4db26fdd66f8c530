"""A test whose system tool is absent is listed with the line that installs it; CI fails instead."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SUITE = """
import pytest

@pytest.mark.needs("chromium")
def test_with_a_browser():
    raise AssertionError("ran without its tool")

@pytest.mark.needs("{other}")
def test_with_another_tool():
    pass

def test_plain():
    pass
"""


def outcome(folder: Path, other: str, *options: str, **environment: str) -> tuple[int, str]:
    """Run the small suite on a machine without programs; return pytest's status and words."""
    (folder / "test_small.py").write_text(SUITE.format(other=other))
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = needs(*tools): tools\n")
    kept = {name: value for name, value in os.environ.items() if name not in ("CI", "PATH")}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-q", *options, str(folder)],
        cwd=folder,
        env=kept | {"PATH": str(folder), "PYTHONPATH": str(ROOT)} | environment,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("options", [[], ["-n2"]])
def test_on_a_persons_machine_it_is_listed(tmp_path: Path, options: list[str]) -> None:
    status, said = outcome(tmp_path, "node", *options)
    assert status == 0
    listing = said.partition("= not run =")[2].splitlines()
    assert "needs chromium, which this machine lacks. apt-get install chromium" in listing
    assert "    test_small.py::test_with_a_browser" in listing
    assert "needs node, which this machine lacks. apt-get install nodejs" in listing
    assert said.rstrip().splitlines()[-1].startswith("1 passed, 2 skipped in ")


def test_under_ci_it_fails(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, "node", CI="true")
    assert status == 1
    assert "needs chromium, which this machine lacks. apt-get install chromium" in said
    assert said.rstrip().splitlines()[-1].startswith("1 passed, 2 errors in ")


def test_a_tool_that_is_there_is_used(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text("#!/bin/sh\n")
    node.chmod(0o755)
    status, said = outcome(tmp_path, "node")
    assert (status, "2 passed, 1 skipped in " in said) == (0, True)


def test_an_unknown_tool_is_an_error_of_the_test(tmp_path: Path) -> None:
    status, said = outcome(tmp_path, "hammer")
    assert status == 1
    assert "needs('hammer'): name it in tests/needs.py first" in said


def test_the_persons_own_aws_settings_are_out_of_reach(tmp_path: Path) -> None:
    suite = "import os\ndef test_aws():\n    assert 'AWS_PROFILE' not in os.environ\n"
    suite += "    assert os.environ['AWS_CONFIG_FILE'] == os.devnull\n"
    (tmp_path / "test_aws.py").write_text(suite)
    status, said = outcome(tmp_path, "node", AWS_PROFILE="work", AWS_CONFIG_FILE="/home/me/config")
    assert status == 0, said
