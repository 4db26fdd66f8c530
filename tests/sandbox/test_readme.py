"""The examples of the library's README are tried as a reader would try them."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

README = (Path(__file__).resolve().parents[2] / "sandbox" / "README.md").read_text("utf-8")
TESTS = dict(re.findall(r"<!-- (test_\w+\.py) -->\n```python\n(.*?)```", README, re.DOTALL))


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, capture_output=True, text=True, env=environment
    )


@pytest.mark.parametrize("name", TESTS)
def test_its_tests_pass(name: str, tmp_path: Path) -> None:
    assert len(TESTS) == 2
    (tmp_path / name).write_text(TESTS[name])
    done = run(tmp_path, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider", name)
    assert done.returncode == 0, done.stdout + done.stderr
    count = len(re.findall(r"^ *def test_", TESTS[name], re.MULTILINE))
    assert f"{count} passed" in done.stdout


def test_a_failing_one_says_what_the_readme_shows(tmp_path: Path) -> None:
    """With the permission that the denied user lacks."""
    (shown,) = re.findall(r"```text\n(Expected that .*?)```", README, re.DOTALL)
    text = TESTS["test_readme.py"]
    broken = 'as_user("mira", {"Version": "2012-10-17", "Statement": [ALL]})'
    text = text.replace('as_user("mira", FULL)', broken).replace(
        "FULL =", 'ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}\nFULL ='
    )
    (tmp_path / "test_broken.py").write_text(text)
    done = run(tmp_path, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_broken.py")
    assert done.returncode == 1
    said = [line.removeprefix("E").strip() for line in done.stdout.splitlines()]
    for line in shown.strip().splitlines():
        assert any(one.endswith(line.strip()) for one in said), line


def test_its_command_decides(tmp_path: Path) -> None:
    (command,) = re.findall(r"```sh\n(python -m refusal allows .*?)```", README, re.DOTALL)
    _, *words = shlex.split(command.replace("\\\n", " "))
    root = {"AWS": "arn:aws:iam::123456789012:root"}
    allowed = {"Effect": "Allow", "Action": "kms:*", "Resource": "*"}
    key = {"Version": "2012-10-17", "Statement": [{**allowed, "Principal": root}]}
    (tmp_path / "key.json").write_text(json.dumps(key))
    for effect, status in ("Allow", 0), ("Deny", 1):
        role = {"Version": "2012-10-17", "Statement": [{**allowed, "Effect": effect}]}
        (tmp_path / "role.json").write_text(json.dumps(role))
        assert run(tmp_path, *words).returncode == status
    (tmp_path / "role.json").write_text("{")
    assert run(tmp_path, *words).returncode == 2
