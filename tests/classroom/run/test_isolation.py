"""What a student's process can reach: as root makes it, and as an ordinary user does."""

from __future__ import annotations

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from classroom import Limits, Options, Submission, grade
from classroom.run import isolation
from helpers import paths
from tests.classroom import reaches
from tests.classroom.conftest import listening
from tests.classroom.hostile import cases
from tests.classroom.notebooks import FULL, answered, write
from tests.classroom.packs import shared_out

PROBE = """
import ctypes, json, os, resource, signal, socket, struct, sys
from classroom.run import isolation

def attempt(what):
    try:
        what()
        return "done"
    except OSError as error:
        return type(error).__name__

def connect():
    socket.create_connection(("1.1.1.1", 53), 2)

def own_network():
    with socket.create_server(("127.0.0.1", 0)) as listening:
        socket.create_connection(listening.getsockname(), 2).close()

def forks():
    resource.setrlimit(resource.RLIMIT_NPROC, (8, 8))
    for count in range(50):
        try:
            if os.fork() == 0:
                signal.pause()
        except OSError:
            return count
    return 50

def capabilities():
    data = ctypes.create_string_buffer(24)
    ctypes.CDLL(None).capget(struct.pack("Ii", 0x20080522, 0), data)
    return sum(data.raw)

def key_of_the_grader():
    # Is a key found that lies in the session keyring of whoever runs the grader?
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.syscall(isolation._SYS_KEYCTL, 10, -3, b"user", b"graders", 0) > 0

# add_key(2) into the session keyring, which is inherited: the number before keyctl's but one.
added = ctypes.CDLL(None).syscall(
    isolation._SYS_KEYCTL - 2, b"user", b"graders", b"SECRET", 6, -3
)
before = key_of_the_grader()
owner = isolation.enter_namespaces()
runner = os.fork()
if runner == 0:
    isolation.give_up_rights(owner)
    user_namespace = isolation._NEWUSER | isolation._NEWNS
    facts = {
        "process": os.getpid(),
        "root": sorted(os.listdir("/")),
        "home": os.listdir(isolation.HOME),
        "etc": os.listdir("/etc"),
        "proc": sorted(os.listdir("/proc")),
        "user": __import__("pwd").getpwuid(owner).pw_name,
        "grader's key": [before, key_of_the_grader()],
        "secret": attempt(lambda: open(sys.argv[1])),
        "write /": attempt(lambda: open("/x", "w")),
        "write /usr": attempt(lambda: open("/usr/x", "w")),
        "write home": attempt(lambda: open(isolation.HOME + "/x", "w")),
        "write prefix": attempt(lambda: open(sys.prefix + "/x", "w")),
        "be root": attempt(lambda: os.setuid(0)),
        "network": attempt(connect),
        "own network": attempt(own_network),
        "user namespace": attempt(lambda: isolation._call("unshare", user_namespace)),
        "mount": attempt(lambda: isolation._mount("tmpfs", "/usr", kind="tmpfs", flags=0)),
        "capabilities": capabilities(),
        "group": attempt(lambda: os.setgroups([0])),
        "forks": forks(),
    }
    print(json.dumps(facts), flush=True)
    os._exit(0)
os.waitpid(runner, 0)
"""


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user can read, with the isolation and what it imports, nothing else."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        folder = Path(name)
        for module in (isolation, paths):
            package = folder.joinpath(*module.__name__.split(".")[:-1])
            package.mkdir(parents=True)
            shutil.copy(str(module.__file__), package)
        (folder / "probe.py").write_text(PROBE, encoding="utf-8")
        (folder / "secret").write_text("secret", encoding="utf-8")
        for each in (folder, *folder.rglob("*")):
            each.chmod(0o755)
        yield folder


def readable_by_all(program: str) -> bool:
    """Whether any user can come to a program."""
    path = Path(program).resolve()
    return path.exists() and all(p.stat().st_mode & stat.S_IXOTH for p in (path, *path.parents))


def run_probe(folder: Path, python: str, *before: str) -> dict[str, Any]:
    run = subprocess.run(
        [*before, python, str(folder / "probe.py"), str(folder / "secret")],
        capture_output=True,
        text=True,
        timeout=60,
        cwd="/",
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder)},
    )
    assert run.returncode == 0, run.stderr
    facts: dict[str, Any] = json.loads(run.stdout)
    return facts


def require_shut_in(facts: dict[str, Any]) -> None:
    assert facts["process"] == 1
    assert facts["home"] == []
    shown = (*isolation.visible_paths(), sys.prefix, sys.base_prefix)
    places = {path.split("/")[1] for path in shown}
    assert set(facts["root"]) <= {*places, "dev", "home", "proc", "tmp"}
    assert facts["proc"] == ["cpuinfo", "meminfo", "stat", "version"]
    assert set(facts["etc"]) <= {"group", "hosts", "ld.so.cache", "passwd"}
    assert facts["secret"] == "FileNotFoundError"
    assert facts["write home"] == facts["own network"] == "done"
    for name in ("write /", "write /usr", "write prefix"):
        assert facts[name] in ("OSError", "PermissionError"), name
    assert facts["network"] == "OSError"
    for name in ("user namespace", "mount", "group"):
        assert facts[name] == "PermissionError", name
    assert facts["be root"] in ("OSError", "PermissionError")  # There is no such user, or no right.
    assert facts["capabilities"] == 0
    assert facts["user"] == "student"
    assert facts["grader's key"][1] is False
    assert facts["forks"] < 8


def test_a_process_is_shut_in(open_folder: Path) -> None:
    facts = run_probe(open_folder, sys.executable)
    require_shut_in(facts)
    assert facts["grader's key"][0] is True, "it was there to be found"


def test_an_ordinary_user_can_shut_a_process_in(open_folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("the test above was an ordinary user's already")
    known = (sys.executable, "/usr/bin/python3")
    python = next(filter(readable_by_all, known), "")
    if not python or shutil.which("setpriv") is None:
        pytest.skip("no Python here that an ordinary user can run, or no setpriv (util-linux)")
    nobody = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    require_shut_in(run_probe(open_folder, python, *nobody))


def test_without_isolation_the_same_answers_do_find_something(tmp_path: Path, secret: Path) -> None:
    """So the hostile class's zeros for these two are the namespaces' and the server's doing."""
    known = cases(secret, secret)
    options = Options(secret, jobs=2, unisolated=True, limits=Limits(seconds=60))
    path = write(tmp_path / "05.ipynb", known["reads-files"].content)
    (result,) = grade([Submission("reads-files", path)], options)
    assert result.provisional
    assert result.exercises[0].points == 1


#: Attempts that need no right and nothing that a kernel may be built without; and those that may.
SURE = list(reaches.HARMLESS)[:7]
BUILT_IN = ("rings of requests to the kernel", "programs in the kernel", "key rings")


def test_without_isolation_the_attempts_to_reach_something_gain_something(
    tmp_path: Path, secret: Path
) -> None:
    """So that they gain nothing in the hostile class is the walls' doing, and not their own."""
    with listening(secret, expected=True) as port:
        packs = list(shared_out(reaches.HARMLESS, list(FULL["05"])))
        submissions = []
        for number, pack in enumerate(packs):
            codes = {x: reaches.code(code, secret, secret, port) for x, (_, code) in pack.items()}
            path = write(tmp_path / f"{number}.ipynb", answered("05", codes))
            submissions.append(Submission(str(number), path))
        options = Options(secret, jobs=2, unisolated=True)
        results = {int(one.student): one.exercises for one in grade(submissions, options)}
    told = {}
    for number, pack in enumerate(packs):
        said = {one.exercise: one.sentence for one in results[number]}
        told |= {name: said[exercise] for exercise, (name, _) in pack.items()}
    assert set(told) == set(reaches.HARMLESS)
    root = [name for name in told if os.geteuid() == 0 and name not in BUILT_IN]
    for name in {*SURE, *root}:
        assert "gained: " in told[name] and reaches.NOTHING not in told[name], (name, told[name])
