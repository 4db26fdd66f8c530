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

from refusal import Sandbox
from refusal.serving.answers import HEALTH, READY

SANDBOX = Path(__file__).resolve().parents[2] / "sandbox"
PACKAGE = SANDBOX / "refusal"
README = (SANDBOX / "README.md").read_text("utf-8")
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


def test_its_conftest_shares_a_sandbox(tmp_path: Path) -> None:
    (text,) = re.findall(r"<!-- conftest\.py -->\n```python\n(.*?)```", README, re.DOTALL)
    (tmp_path / "conftest.py").write_text(text)
    (tmp_path / "test_shared.py").write_text(
        "import pytest\n\n"
        "@pytest.mark.parametrize('before', [0, 1])\n"
        "def test_it(sandbox, as_user, denied, before):\n"
        "    assert sandbox.seed == 7 and len(sandbox.trail.events()) == before\n"
        "    with denied('kms:ListKeys', by='mira'):\n"
        "        as_user('mira').client('kms').list_keys()\n"
    )
    done = run(tmp_path, "-W", "error", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    assert done.returncode == 0 and "2 passed" in done.stdout, done.stdout + done.stderr


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


def example(beginning: str) -> str:
    """The example that begins with these lines."""
    (found,) = re.findall(rf"```python\n({re.escape(beginning)}.*?)```", README, re.DOTALL)
    return str(found)


def test_the_first_example_prints_what_it_says(tmp_path: Path) -> None:
    (tmp_path / "first.py").write_text(example("import boto3\nfrom botocore.exceptions"))
    (shown,) = re.findall(r"```text\n(User: .*?)```", README, re.DOTALL)
    done = run(tmp_path, "-W", "error", "first.py")
    assert (done.stdout, done.stderr) == (shown, "")


def test_an_account_comes_back_from_its_file(tmp_path: Path) -> None:
    text = example("from refusal import Sandbox\n\nwith Sandbox() as sandbox:\n    ...")
    make = 'boto3.client("iam").create_user(UserName="mira")'
    look = 'print(boto3.client("iam").list_users()["Users"][-1]["UserName"])'
    first, second = text.split("with Sandbox.load")
    script = first.replace("...", make) + "with Sandbox.load" + second.replace("...", look)
    (tmp_path / "file.py").write_text(f"import boto3\n{script}")
    done = run(tmp_path, "file.py")
    assert (done.stdout.strip(), done.stderr) == ("mira", "")


def test_the_names_and_options_that_it_mentions_are_there(tmp_path: Path) -> None:
    for name in ("explain", "would_allow", "trail", "save", "load"):
        assert f".{name}" in README and hasattr(Sandbox, name)
    for name in re.findall(r"`GET (/\S+)`", README):
        assert name in (HEALTH, READY)
    options = set(re.findall(r"--[a-z-]+", run(tmp_path, "-m", "refusal", "serve", "-h").stdout))
    options |= set(re.findall(r"--[a-z-]+", run(tmp_path, "-m", "refusal", "allows", "-h").stdout))
    served = README.partition("## Served")[2].partition("## An account")[0]
    decided = README.partition("### In CI")[2].partition("## Served")[0]
    used = set(re.findall(r"(?<!-)(--[a-z][a-z-]+)", served + decided)) - {"--network"}  # Podman's.
    assert used and used <= options


def test_the_rooms_that_it_names_are_there_and_no_others() -> None:
    named = set(re.findall(r"`refusal/([\w.]+)`", README.partition("## What is in it")[2]))
    assert all((PACKAGE / name).exists() for name in named)
    shown = {p.name for p in PACKAGE.iterdir() if p.is_dir() and p.name != "__pycache__"}
    assert shown <= named


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
