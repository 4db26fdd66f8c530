"""The script that decides about a change: it brings what a bare machine lacks, then tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BARE = ("bash", "dirname", "env", "ln")
TOOLS = dict.fromkeys(("git", "python3", "chromium", "npm"), "")


def ci(folder: Path, **fakes: str) -> tuple[int, str, list[str]]:
    """Run .ci/run where only these fake programs exist; return status, output, and the calls."""
    for name in BARE:
        (folder / name).symlink_to(shutil.which(name) or "")
    defaults = {"id": "echo 0", "apt-get": "", "make": ""}
    for name, script in (defaults | fakes).items():
        noted = name in ("apt-get", "make")
        note = f'echo "{name} $*" >> {folder}/calls\n' if noted else ""
        (folder / name).write_text(f"#!{shutil.which('sh')}\n{note}{script}\n")
        (folder / name).chmod(0o755)
    done = subprocess.run(
        [str(folder / "bash"), str(ROOT / ".ci/run")],
        env={"PATH": str(folder)},
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    return done.returncode, done.stdout, (folder / "calls").read_text().splitlines()


def test_a_bare_machine_gets_what_it_lacks(tmp_path: Path) -> None:
    status, said, calls = ci(tmp_path, **{"apt-get": "echo noise"})
    assert (status, said) == (0, "")  # the installer's words are not on standard output
    update, install, site, test = calls
    assert update.startswith("apt-get update")
    asked = install.split("--no-install-recommends ")[1].split()
    python = {"python3", "python3-venv", "python3-pip"}
    assert set(asked) == {"git", *python, "chromium", "nodejs", "npm"}
    assert (site, test) == ("make site", "make test")


def test_a_machine_that_has_all_installs_nothing(tmp_path: Path) -> None:
    _, _, calls = ci(tmp_path, **TOOLS)
    assert calls == ["make site", "make test"]


@pytest.mark.parametrize("status", [0, 1, 2])
def test_the_status_and_the_words_are_those_of_the_tests(tmp_path: Path, status: int) -> None:
    make = f'[ "$1" = site ] && exit 0; [ "$CI" = true ] && echo "7 passed in 1.00s"; exit {status}'
    found, said, _ = ci(tmp_path, make=make, **TOOLS)
    assert (found, said) == (status, "7 passed in 1.00s\n")


def test_without_a_site_nothing_is_tested(tmp_path: Path) -> None:
    status, _, calls = ci(tmp_path, make="exit 3", **TOOLS)
    assert (status, calls[-1]) == (3, "make site")


def test_without_its_installer_nothing_is_tested(tmp_path: Path) -> None:
    status, _, calls = ci(tmp_path, **{"apt-get": "exit 100"})
    assert (status, len(calls)) == (100, 1)
