"""All memory is counted, wherever it lies, and what several share is counted once."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom import Limits, Options, Submission, SubmissionResult, grade
from classroom.run import calls
from classroom.run.memory import Counter
from tests.classroom.notebooks import solution, solved, write

MIB = 1024**2
HOLD = "import os, sys, signal\n{code}\nprint('ready', flush=True)\nsignal.pause()\n"
#: 64 MiB each, that `statm` of a process does not show.
KEPT = {
    "a descriptor": (
        "number = os.memfd_create('x')\nfor _ in range(64):\n    os.write(number, bytes(1024**2))"
    ),
    "detached shared memory": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.shmat.restype = ctypes.c_void_p\n"
        "libc.shmdt.argtypes = [ctypes.c_void_p]\n"
        "number = libc.shmget(0, 64 * 1024**2, 0o1600)\nplace = libc.shmat(number, None, 0)\n"
        "ctypes.memset(place, 1, 64 * 1024**2)\nlibc.shmdt(place)\n"
        "import atexit\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit())\n"
        "atexit.register(lambda: libc.shmctl(number, 0, None))"
    ),
}
#: 16 processes that share 64 MiB.
SHARED = (
    "held = bytearray(os.urandom(1024) * 64 * 1024)\n"
    "for _ in range(16):\n    if os.fork() == 0:\n        signal.pause()"
)


@contextlib.contextmanager
def holding(code: str, *, all_calls: bool = True) -> Iterator[Counter]:
    """A counter of a process that has run this and waits, and of its children."""
    processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    command = [sys.executable, "-c", HOLD.format(code=code)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True) as held:
        try:
            assert held.stdout is not None and held.stdout.readline()
            counter = Counter(held.pid, processes, (), all_calls=all_calls)
            yield counter
        finally:
            counter.ask_no_more()
            with contextlib.suppress(ProcessLookupError):
                os.kill(held.pid, signal.SIGTERM)
                held.wait()
                os.killpg(held.pid, signal.SIGKILL)
            os.close(processes)


def exceeds(counter: Counter, limit: int) -> bool:
    """What it says when it need not wait any more."""
    while not (found := counter.exceeds(limit)) and counter._question is not None:
        pass
    return found


@pytest.mark.parametrize("kind", KEPT)
def test_memory_that_nobody_maps_is_counted(kind: str) -> None:
    with holding("") as counter:
        assert not exceeds(counter, 64 * MIB)
    with holding(KEPT[kind]) as counter:
        assert exceeds(counter, 64 * MIB)
        assert not exceeds(counter, 128 * MIB)


def test_what_processes_share_is_counted_once() -> None:
    with holding(SHARED) as counter:
        assert exceeds(counter, 64 * MIB)
        assert not exceeds(counter, 64 * MIB + 17 * 12 * MIB)


def test_a_count_that_is_kept_waiting_keeps_nothing_else_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process that forks without a processor to do it on holds up whoever reads its pages."""
    monkeypatch.setattr(Counter, "_share", lambda *_: time.sleep(60))
    with holding(SHARED) as counter:
        begun = time.monotonic()
        assert not counter.exceeds(64 * MIB)
        assert exceeds(counter, 64 * MIB), "what is known without the answer must do"
        assert time.monotonic() - begun < 30


@pytest.mark.skipif(os.geteuid() != 0, reason="only root sets another's priority back")
def test_what_a_student_started_yields_and_the_answers_do_not() -> None:
    code = (
        "for _ in range(2):\n    if os.fork() == 0:\n"
        "        if _: os.setsid()\n        signal.pause()"
    )
    with holding(code) as counter:
        first, *started = counter._family()
        own = os.getpriority(os.PRIO_PROCESS, first)
        counter.yield_to_others()
        assert [os.getpriority(os.PRIO_PROCESS, one) for one in started] == [19, 19]
        assert os.getpriority(os.PRIO_PROCESS, first) == own
        nice = Path(f"/proc/{first}/autogroup")
        assert not nice.exists() or nice.read_text().endswith("nice 0\n")
        counter.hasten()
        assert [os.getpriority(os.PRIO_PROCESS, one) for one in started] == [0, 0]
        for one in started:  # One is in no group that is ended with the first.
            os.kill(one, signal.SIGKILL)


def test_files_in_memory_are_counted_though_they_are_deleted() -> None:
    place = Path("/dev/shm")
    if not place.is_dir() or os.statvfs(place).f_bavail * os.statvfs(place).f_frsize < 80 * MIB:
        pytest.skip("no file system in memory here")
    processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    counter = Counter(os.getpid(), processes, (str(place),), all_calls=False)
    before = counter._in_files()
    with tempfile.TemporaryFile(dir=place) as file:
        file.write(bytes(64 * MIB))
        file.flush()
        assert counter._in_files() - before >= 60 * MIB
    os.close(processes)


TAKES = {
    "files in memory": (
        "for place in ('/tmp', '/dev/shm', '.'):\n    with open(place + '/x', 'wb') as file:\n"
        "        for _ in range(120):\n            file.write(bytes(1024**2))\nimport time\n"
        "held = bytearray(100 * 1024**2)\ntime.sleep(60)"
    ),
    "descriptors": (
        "import os, time\nheld = [os.memfd_create('x') for _ in range(6)]\n"
        "for number in held:\n    for _ in range(100):\n        os.write(number, bytes(1024**2))\n"
        "time.sleep(60)"
    ),
}


@pytest.fixture(scope="module")
def greedy(tmp_path_factory: pytest.TempPathFactory, secret: Path) -> dict[str, SubmissionResult]:
    """By kind of memory: who takes too much of it; all graded in one batch, one after the other."""
    folder = tmp_path_factory.mktemp("greedy")
    submissions = [
        Submission(kind, write(folder / kind / "05.ipynb", solved("05", **{"5.3": code})))
        for kind, code in TAKES.items()
    ]
    options = Options(secret, jobs=1, limits=Limits(memory=400 * MIB, seconds=20))
    return {result.student: result for result in grade(submissions, options)}


@pytest.mark.parametrize("kind", TAKES)
def test_an_answer_that_takes_too_much_of_any_kind_is_stopped(
    kind: str, greedy: dict[str, SubmissionResult]
) -> None:
    refused = kind == "descriptors" and not calls.missing()
    words = "OSError" if refused else "more memory than the 400 MB"
    by_number = {one.exercise: one for one in greedy[kind].exercises}
    assert words in by_number["5.3"].sentence, greedy[kind]
    assert not by_number["5.3"].points
    assert by_number["5.1"].points == 1


def test_many_small_processes_are_no_large_one(tmp_path: Path, secret: Path) -> None:
    code = (
        "import os, signal, time\nchildren = []\nfor _ in range(22):\n    child = os.fork()\n"
        "    if child == 0:\n        time.sleep(60)\n        os._exit(0)\n"
        "    children.append(child)\ntime.sleep(0.5)\n"
        "for child in children:\n    os.kill(child, signal.SIGKILL)\n    os.waitpid(child, 0)\n"
    )
    path = write(tmp_path / "05.ipynb", solved("05", **{"5.1": code + solution("5.1")}))
    options = Options(secret, jobs=1, limits=Limits(memory=1024 * MIB, seconds=20))
    (result,) = grade([Submission("ann", path)], options)
    assert result.exercises[0].points == 1, result
