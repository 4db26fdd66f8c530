"""Setting up: at once if nothing changed, and one sentence where something is missing."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools import setup

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("requirements.lock", "requirements-grading.lock", "requirements-dev.lock")
NPM_LOCK = "tests/package-lock.json"
CLOSED = "http://127.0.0.1:9/"  # a port where nothing listens
NO_NETWORK = {"UV_DEFAULT_INDEX": CLOSED, "PIP_INDEX_URL": CLOSED, "UV_HTTP_RETRIES": "0"}


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of what setting up reads."""
    copy = tmp_path / "house"
    shutil.copytree(ROOT / "tools", copy / "tools")
    (copy / "tests").mkdir()
    for name in ("Makefile", "pyproject.toml", *LOCKS, "tests/package.json", NPM_LOCK):
        shutil.copy(ROOT / name, copy / name)
    return copy


def programs(folder: Path, **fakes: str) -> str:
    """Return a PATH with a shell, what scripts need, and these fake programs; no Python."""
    folder.mkdir()
    for name in ("sh", "dirname", "grep", "sed", "mkdir", "rm"):
        (folder / name).symlink_to(shutil.which(name) or "")
    for name, script in fakes.items():
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
    return str(folder)


def fails(*command: str | Path, cwd: Path, **environment: str) -> str:
    """Run a command that has to fail without a traceback; return the sentence that it said."""
    done = subprocess.run(
        list(map(str, command)), cwd=cwd, env=environment, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "Traceback" not in done.stdout + done.stderr
    (sentence,) = done.stderr.strip().splitlines()
    return sentence


OLD = 'case "$1" in -V) echo Python 3.8.18;; *) echo False;; esac'


@pytest.mark.parametrize(
    ("fakes", "found"),
    [({}, "none"), ({"python3": OLD, "python3.12": "exit 127"}, "Python 3.8.18")],
)
def test_without_a_python_that_is_new_enough(
    house: Path, tmp_path: Path, fakes: dict[str, str], found: str
) -> None:
    path = programs(tmp_path / "bin", **fakes)
    said = fails("sh", "tools/with_python.sh", "tools/setup.py", cwd=house, PATH=path)
    assert said.startswith(f"The course needs Python 3.11 to 3.14, and found {found}: install")


@pytest.mark.parametrize(
    ("fakes", "is_a"), [({}, "not a Python"), ({"mine": OLD}, "Python 3.8.18"), ({"mine": ":"}, "")]
)
def test_with_a_wrong_python_asked_for(
    house: Path, tmp_path: Path, fakes: dict[str, str], is_a: str
) -> None:
    environment = {"PATH": programs(tmp_path / "bin", **fakes), "PYTHON": "mine"}
    said = fails("sh", "tools/with_python.sh", "tools/setup.py", cwd=house, **environment)
    assert said.startswith(f"PYTHON=mine is {is_a or 'not a Python'}: give the path of a Python")


def test_the_newest_suitable_python_is_taken(tmp_path: Path) -> None:
    fakes = {name: f"[ $1 = -c ] && echo True || echo {name}" for name in ("python3.11", "python3")}
    broken = {"python3.13": "exit 127"}  # as a version manager's stand-in is
    path = programs(tmp_path / "bin", **fakes, **broken)
    command = ["sh", str(ROOT / "tools/with_python.sh"), "script"]
    done = subprocess.run(command, env={"PATH": path}, capture_output=True, text=True, check=True)
    assert done.stdout == "python3.11\n"


def test_the_set_up_itself_says_that_a_python_is_too_old(house: Path) -> None:
    start = "import runpy, sys; sys.version_info = (3, 8, 18); sys.argv = ['setup.py'];"
    start += "runpy.run_path('tools/setup.py', run_name='__main__')"
    said = fails(sys.executable, "-c", start, cwd=house)
    assert said.startswith("The course needs Python 3.11 to 3.14, and this is 3.8: install")


def test_an_old_python_can_read_the_set_up() -> None:
    ast.parse((ROOT / "tools/setup.py").read_text("utf-8"), feature_version=(3, 6))


def test_without_a_network(house: Path) -> None:
    said = fails(sys.executable, "tools/setup.py", cwd=house, **dict(os.environ, **NO_NETWORK))
    assert said.startswith("The packages could not be fetched: connect to the network")
    assert not list((house / ".venv").glob(".requirements*.json"))  # the next try starts again


def test_a_file_that_is_not_the_locked_one_is_not_installed(house: Path) -> None:
    lock = house / "requirements.lock"
    lock.write_text("flit-core==3.12.0 --hash=sha256:" + "0" * 64 + "\n")
    wheels = house / "wheels"
    wheels.mkdir()
    (wheels / "flit_core-3.12.0-py3-none-any.whl").write_bytes(b"another file")
    local = {"PIP_FIND_LINKS": str(wheels), "UV_FIND_LINKS": str(wheels), "PIP_NO_INDEX": "1"}
    environment = dict(os.environ, UV_NO_INDEX="1", UV_OFFLINE="1", **local)
    said = fails(sys.executable, "tools/setup.py", cwd=house, **environment)
    assert said == "The packages could not be installed: setup.log ends with the reason."


@pytest.fixture
def set_up(house: Path) -> Path:
    """A house that was set up: an empty environment, and the notes of what was installed."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", house / ".venv"], check=True)
    record = "import setup; [setup.record(lock) for lock in setup.LOCKS]"
    subprocess.run([sys.executable, "-c", record], cwd=house / "tools", check=True)
    return house


def again(house: Path, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Set up once more, where nothing can be fetched."""
    return subprocess.run(
        [sys.executable, "tools/setup.py", *options],
        cwd=house,
        env=dict(os.environ, **NO_NETWORK, **environment),
        capture_output=True,
        text=True,
    )


#: An npm that notes how it was called, and empties the folder that it fills.
NPM = """
echo "$*" >> calls
rm -rf tests/node_modules
mkdir tests/node_modules
"""


@pytest.mark.parametrize("options", [[], ["--grading"], ["--dev"]])
def test_a_second_time_is_done_at_once(set_up: Path, tmp_path: Path, options: list[str]) -> None:
    path = programs(tmp_path / "bin", npm=NPM)
    again(set_up, *options, PATH=path)
    start = time.monotonic()
    done = again(set_up, *options, PATH=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert time.monotonic() - start < 2


@pytest.mark.parametrize("changed", ["requirements.lock", "place", "python"])
def test_a_change_sets_up_again(set_up: Path, changed: str) -> None:
    if changed == "requirements.lock":
        with (set_up / changed).open("a") as lock:
            lock.write("# changed\n")
    elif changed == "place":
        set_up = set_up.rename(set_up.parent / "elsewhere")
    else:
        cfg = set_up / ".venv" / "pyvenv.cfg"
        cfg.write_text(cfg.read_text().replace("version = 3.", "version = 2."))
    done = again(set_up)
    assert done.stdout.startswith("Setting up the course")
    assert done.returncode != 0  # it tried, and nothing can be fetched here
    assert ("anew" in done.stdout) == (changed != "requirements.lock")


#: An uv that takes a while, and "installs".
SLOW_UV = 'case "$1" in --version) exit 0;; esac; echo "$*" >> calls; sleep 1.2'


def bare(house: Path, path: str) -> subprocess.Popen[str]:
    """Start a set-up in a folder where nothing was set up."""
    return subprocess.Popen(
        [sys.executable, "tools/setup.py"],
        cwd=house,
        env=dict(os.environ, PATH=path),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_what_is_being_done_is_said_step_by_step(house: Path, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", uv=SLOW_UV, sleep=f'exec {shutil.which("sleep")} "$@"')
    said = bare(house, path).communicate(timeout=60)[0]
    first, *steps = said.splitlines()
    assert first == "Setting up the course in the folder .venv, once: about a minute."
    version = ".".join(map(str, sys.version_info[:2]))
    pins = len(re.findall(r"(?m)^\S+==", (house / "requirements.lock").read_text()))
    assert steps == [
        f"  1 of 3  Make an environment for Python {version} ... done",
        f"  2 of 3  Install {pins} packages ... done",
        "  3 of 3  Install the course ... done",
    ]


def test_the_course_is_compiled_also_where_python_keeps_no_bytecode(
    house: Path, tmp_path: Path
) -> None:
    """The first notebook need not do it, nor each notebook where Python is told to keep none."""
    (house / "helpers").mkdir()
    (house / "helpers" / "one.py").write_text("ONE = 1\n")
    environment = dict(os.environ, PATH=programs(tmp_path / "bin", uv="exit 0"))
    environment["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [sys.executable, "tools/setup.py"]
    subprocess.run(command, cwd=house, env=environment, check=True, capture_output=True)
    assert list((house / "helpers" / "__pycache__").glob("one.cpython-*.pyc"))


def test_two_at_once_wait_for_each_other(house: Path, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", uv=SLOW_UV, sleep=f'exec {shutil.which("sleep")} "$@"')
    both = [bare(house, path) for _ in range(2)]
    said = sorted((one.communicate(timeout=60)[0] for one in both), key=len)
    assert [one.returncode for one in both] == [0, 0], said
    assert said[0] == "Another set-up is under way here: waiting for it ...\n"
    assert said[1].startswith("Setting up the course")
    assert len((house / "calls").read_text().splitlines()) == 2  # packages, and the course


def test_a_step_that_fails_is_not_called_done(house: Path, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", uv="exit 1")
    done = again(house, PATH=path)
    assert "Install" in done.stdout and done.stdout.count("done") == 1
    assert done.stdout.endswith("...\n") and done.stderr.startswith("The packages could not be")


def test_the_notes_name_the_place_the_python_and_the_lock(set_up: Path) -> None:
    note = json.loads((set_up / ".venv" / ".requirements.lock.json").read_text())
    assert (note["root"], note["python"]) == (str(set_up), list(sys.version_info[:2]))
    assert len(note["requirements.lock"]) == 64


def test_what_tests_use_from_npm_is_brought_once(set_up: Path, tmp_path: Path) -> None:
    path = programs(tmp_path / "bin", npm=NPM)
    for options in ([], ["--grading"], ["--dev"], ["--dev"]):
        done = again(set_up, *options, PATH=path)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    (call,) = (set_up / "calls").read_text().splitlines()
    assert call.startswith(f"ci --prefix {set_up}/tests ")
    with (set_up / NPM_LOCK).open("a") as lock:
        lock.write("\n")
    again(set_up, "--dev", PATH=path)
    assert len((set_up / "calls").read_text().splitlines()) == 2
    assert not (set_up / "setup.log").exists()


def test_without_npm_it_says_so_when_it_sets_up_and_later_the_tests_do(
    set_up: Path, tmp_path: Path
) -> None:
    path = programs(tmp_path / "bin")
    done = again(set_up, "--dev", PATH=path)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    first = subprocess.run(
        [sys.executable, "-c", "import setup; setup.bring_from_npm(is_new=True)"],
        cwd=set_up / "tools",
        env={"PATH": path},
        capture_output=True,
        text=True,
    )
    assert first.stdout == "npm is not installed, so a few tests will be listed as not run.\n"
    assert (first.returncode, first.stderr) == (0, "")


@pytest.mark.needs("npm")
def test_npm_without_a_network_is_one_sentence_and_the_tests_go_on(
    set_up: Path, tmp_path: Path
) -> None:
    nowhere = {"npm_config_registry": CLOSED, "npm_config_cache": str(tmp_path / "cache")}
    done = again(set_up, "--dev", **nowhere)
    (sentence,) = done.stdout.splitlines()
    assert sentence == (
        "A few tests will be listed as not run, since npm could not bring what they need: "
        "connect to the network, and run the same command again."
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not list((set_up / "tests").glob("node_modules/.package-lock.sha256"))


def test_an_npm_that_fails_otherwise_leaves_its_reason(set_up: Path, tmp_path: Path) -> None:
    done = again(set_up, "--dev", PATH=programs(tmp_path / "bin", npm="echo too old; exit 1"))
    assert done.returncode == 0
    assert done.stdout.endswith("see why in setup.log, and run the same command again.\n")
    assert (set_up / "setup.log").read_text().endswith("too old\n")


@pytest.mark.needs("make")
def test_every_command_says_what_it_does() -> None:
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    said = dict(line.split(maxsplit=2)[1:] for line in done.stdout.splitlines())
    makefile = (ROOT / "Makefile").read_text().replace("\\\n", " ")
    targets = makefile.partition(".PHONY:")[2].partition("\n")[0]
    assert set(said) == set(targets.split())
    assert all(len(words) > 20 for words in said.values())


def test_the_sites_kernel_is_kept_from_jupyterlab(tmp_path: Path) -> None:
    """JupyterLab cannot load it; an older one that was set aside before gives way."""
    for place, words in (("jupyter", "new"), ("jupyterlite", "old")):
        folder = tmp_path / place / setup.EXTENSIONS_OF_THE_SITE / "kernel"
        folder.mkdir(parents=True)
        (folder / words).touch()
    (tmp_path / "jupyter" / "labextensions" / "anywidget").mkdir()
    for _ in range(2):
        setup.set_aside(tmp_path)
        assert [path.name for path in (tmp_path / "jupyter/labextensions").iterdir()] == [
            "anywidget"
        ]
        aside = tmp_path / "jupyterlite" / setup.EXTENSIONS_OF_THE_SITE / "kernel"
        assert [path.name for path in aside.iterdir()] == ["new"]
