"""A control group of the kernel's round a student's processes: what it counts, ends and leaves."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from classroom import Limits, Options, Submission, grade
from classroom.run import cgroup, hierarchy
from classroom.run.grader_side import Died, Student, World
from classroom.run.zygote import Zygote
from tests.classroom.conftest import ROOT
from tests.classroom.notebooks import solution, solved, write

MIB = 1024**2
#: Of the groups here, in MiB: what is asked for, less than that in all, and more than may be had.
ASKED, LESS, MORE = 96, 80, 320
#: Each takes so many MiB of a kind, holds them, and ends well.
TAKES = {
    "private pages": "held = bytearray(b'x') * ({size} << 20)",
    "a descriptor": (
        "number = os.memfd_create('x')\nfor _ in range({size}):\n    os.write(number, MIB)"
    ),
    "shared pages": (
        "import mmap\nheld = mmap.mmap(-1, {size} << 20)\n"
        "for _ in range({size}):\n    held.write(MIB)"
    ),
    "System V shared memory": (
        "import ctypes\nlibc = ctypes.CDLL(None)\nlibc.shmat.restype = ctypes.c_void_p\n"
        "number = libc.shmget(0, {size} << 20, 0o1600)\nplace = libc.shmat(number, None, 0)\n"
        "libc.shmctl(number, 0, None)\nctypes.memset(ctypes.c_void_p(place), 1, {size} << 20)"
    ),
    "a deleted file in memory": (
        "import tempfile\nfile = tempfile.TemporaryFile(dir='/dev/shm')\n"
        "for _ in range({size}):\n    file.write(MIB)\nfile.flush()"
    ),
    "what is in sockets": (
        "import socket\nheld, left = [], {size} << 20\nwhile left > 0:\n"
        "    held.append(socket.socketpair())\n    held[-1][0].setblocking(False)\n"
        "    with contextlib.suppress(BlockingIOError):\n"
        "        while left > 0:\n            left -= held[-1][0].send(bytes(4096))"
    ),
    "many processes": (
        "source, told = os.pipe()\nfor _ in range({size} // 8):\n    if os.fork() == 0:\n"
        "        held = bytearray(b'x') * (8 << 20)\n        os.close(told)\n"
        "        signal.pause()\nos.close(told)\nos.read(source, 1)  # Each has it, or has ended.\n"
        "signal.signal(signal.SIGTERM, signal.SIG_IGN)\nos.killpg(0, 15)"
    ),
}
IN_GROUP = (
    "import contextlib, os, resource, signal, sys, time\nMIB = b'x' * (1 << 20)\n"
    "resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096))\n"
    "with open(sys.argv[1] + '/cgroup.procs', 'w') as file:\n    file.write('0')\n"
)


@pytest.fixture(scope="module")
def place() -> hierarchy.Place:
    """Where groups can be made on this machine."""
    found = hierarchy.find()
    with cgroup.group(found, 0) as group:
        if found is None or group is None:
            pytest.skip("no control group that limits memory can be made here")
    return found


@contextlib.contextmanager
def made(place: hierarchy.Place, memory: int = ASKED * MIB) -> Iterator[cgroup.Group]:
    with cgroup.group(place, memory) as group:
        assert group is not None
        yield group


def folder(place: hierarchy.Place, group: cgroup.Group) -> Path:
    return place.folder / group._name


def start(folder: Path, code: str, *more: str | Path) -> subprocess.Popen[bytes]:
    """A process in a group."""
    return subprocess.Popen(
        [sys.executable, "-c", IN_GROUP + code, folder, *more],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )


def finished(place: hierarchy.Place, group: cgroup.Group, code: str, *more: str | Path) -> int:
    with start(folder(place, group), code, *more) as process:
        return process.wait(60)


def is_alive(process: int) -> bool:
    """Whether a process is there, and not only waited for."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def wait_until(condition: Any) -> bool:
    until = time.monotonic() + 120
    while not (held := condition()) and time.monotonic() < until:
        time.sleep(0.02)
    return bool(held)


@pytest.mark.parametrize("kind", TAKES)
def test_memory_of_every_kind_is_limited(kind: str, place: hierarchy.Place) -> None:
    if "dev/shm" in TAKES[kind] and not Path("/dev/shm").is_dir():
        pytest.skip("no file system in memory here")
    with made(place) as group:
        assert finished(place, group, TAKES[kind].format(size=LESS)) == 0
        assert not group.ran_out()
    more = TAKES[kind].format(size=MORE)
    with made(place) as group, start(folder(place, group), more) as process:
        assert wait_until(group.ran_out)
        group.kill()
        process.wait(20)


def test_what_is_read_and_written_costs_nobody_the_limit(
    place: hierarchy.Place, tmp_path: Path
) -> None:
    """The kernel keeps it in the group's memory only while nobody needs that."""
    kind = subprocess.check_output(["stat", "-f", "-c", "%T", tmp_path], text=True).strip()
    if kind in ("tmpfs", "ramfs"):
        pytest.skip("temporary files are in memory here")
    code = (
        "held = bytearray(b'x') * (64 << 20)\nwith open(sys.argv[2], 'w+b') as file:\n"
        "    for _ in range(400):\n        file.write(MIB)\n    file.seek(0)\n"
        "    while file.read(1 << 20):\n        pass\n"
    )
    with made(place) as group:
        assert finished(place, group, code, tmp_path / "large") == 0
        assert not group.ran_out()
    (tmp_path / "large").unlink()


def test_another_end_is_not_for_want_of_memory(place: hierarchy.Place) -> None:
    with made(place) as group:
        assert finished(place, group, "os.kill(os.getpid(), 9)") == -signal.SIGKILL
        assert finished(place, group, "sys.exit(3)") == 3
        assert not group.ran_out()


FAMILY = (
    "for _ in range(8):\n    if os.fork() == 0:\n        os.setsid()\n"
    "        if os.fork():\n            os._exit(0)\n        signal.pause()\n"
    "    else:\n        os.wait()\nprint('ready', flush=True)\nsignal.pause()"
)


def test_whatever_is_in_it_can_be_ended(place: hierarchy.Place) -> None:
    with made(place) as group, start(folder(place, group), FAMILY) as first:
        assert first.stdout is not None and first.stdout.readline()
        processes = set(map(int, group._words("cgroup.procs")))
        assert len(processes) == 9
        group.kill(but=first.pid)
        assert {one for one in processes if is_alive(one)} == {first.pid}
        group.kill()
        assert first.wait(20) == -signal.SIGKILL
        where = folder(place, group)
    assert not where.exists()


HOLDS = (
    "import os, signal, sys\nfrom classroom.run import cgroup, hierarchy\n"
    "with cgroup.group(hierarchy.find(), 1 << 26) as group:\n"
    "    child = os.fork()\n    if child == 0:\n        os.close(group._folder)\n"
    "        group = None\n        signal.pause()\n"
    "    group.write('cgroup.procs', str(child))\n"
    "    print(group._name, child, flush=True)\n    signal.pause()\n"
)


def test_what_a_dead_grader_left_goes_and_what_a_living_one_holds_stays(
    place: hierarchy.Place,
) -> None:
    command = [sys.executable, "-c", HOLDS]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True) as grader:
        assert grader.stdout is not None
        name, child = grader.stdout.readline().split()
        with made(place):
            assert (place.folder / name).is_dir() and is_alive(int(child))
        grader.kill()
        grader.wait(20)
        with made(place) as group:
            assert not (place.folder / name).exists()
            assert not is_alive(int(child))
            assert folder(place, group).is_dir()


def test_many_graders_begin_at_once_and_each_has_its_group(place: hierarchy.Place) -> None:
    code = (
        "from classroom.run import cgroup, hierarchy\nplace = hierarchy.find()\n"
        "for _ in range(100):\n    with cgroup.group(place, 1 << 26) as group:\n"
        "        assert group is not None and not group.ran_out()\n"
        "        assert (place.folder / group._name).is_dir()\n"
    )

    def run(_: int) -> int:
        return subprocess.run([sys.executable, "-c", code], cwd=ROOT, timeout=100).returncode

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(run, range(4))) == [0] * 4


def test_where_no_group_can_be_made_there_is_none(tmp_path: Path) -> None:
    for place in (None, hierarchy.Place("cgroup", tmp_path / "nowhere")):
        with cgroup.group(place, MIB) as group:
            assert group is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes mounts and becomes another user")
@pytest.mark.parametrize(
    "before",
    [
        "mount -o remount,ro,bind {mount} && exec",
        "umount {mount} && exec",
        "exec setpriv --reuid 65534 --regid 65534 --clear-groups",
    ],
)
def test_a_grader_without_the_right_makes_none(place: hierarchy.Place, before: str) -> None:
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    points = [line.split()[4] for line in mounts if f"- {place.kind} " in line]
    mount = next(x for x in points if place.folder.is_relative_to(x))
    code = (
        "from classroom.run import cgroup, hierarchy\n"
        "with cgroup.group(hierarchy.find(), 1 << 26) as group:\n    print(group)"
    )
    shell = f"{before.format(mount=mount)} {sys.executable} -c '{code}'"
    command = ["unshare", "--mount", "sh", "-c", shell]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    if "Permission denied" in run.stderr and "setpriv" in before:
        pytest.skip("another user cannot read the Python that runs here")
    assert run.stdout == "None\n", run.stderr


@contextlib.contextmanager
def answering(memory: int, *, isolated: bool = True) -> Iterator[Student]:
    world, zygote = World("00", "seed"), Zygote("classroom.run.student", "[]")
    limits = Limits(memory=memory).for_process(isolated=isolated)
    try:
        student = Student(zygote, world, limits, patience=60)
        try:
            yield student
        finally:
            student.close()
    finally:
        zygote.close()
        world.lab.in_process.stop()


def group_of(student: Student, place: hierarchy.Place) -> Path:
    lines = Path(f"/proc/{student._runner}/cgroup").read_text().splitlines()
    names = [Path(line).name for line in lines if cgroup._PREFIX in line]
    assert len(names) == 1, lines
    return place.folder / names[0]


LOOKS = """
import ctypes, os, stat
def is_folder(number):
    try:
        return stat.S_ISDIR(os.fstat(number).st_mode)
    except OSError:
        return False
libc = ctypes.CDLL(None, use_errno=True)
places = [p for p in ("/sys", "/proc/self", "/proc/mounts", "/old", "/new") if os.path.exists(p)]
folders = [number for number in range(256) if is_folder(number)]
mounted = libc.mount(b"x", b"/tmp", b"cgroup", 0, b"memory")
"""


@pytest.mark.parametrize("isolated", [True, False])
def test_a_student_is_in_a_group_that_ends_with_them(
    place: hierarchy.Place, isolated: bool
) -> None:
    stays = "import os, time\nif os.fork() == 0:\n    os.setsid()\n    time.sleep(600)\n"
    with answering(1024 * MIB, isolated=isolated) as student:
        where = group_of(student, place)
        student.ask("cell", source=stays, seconds=20)
        processes = [int(x) for x in (where / "cgroup.procs").read_text().split()]
        assert len(processes) == 2 and student._runner in processes
    assert not where.exists()
    assert not any(map(is_alive, processes))


def test_a_student_cannot_reach_the_group(place: hierarchy.Place) -> None:
    with answering(1024 * MIB) as student:
        group_of(student, place)
        student.ask("cell", source=LOOKS, seconds=20)
        found = student.ask("give", names=["places", "folders", "mounted"])["given"]
        assert found == {"places": [], "folders": [], "mounted": -1}


def test_of_a_killed_keeper_nothing_stays(place: hierarchy.Place) -> None:
    with answering(1024 * MIB) as student:
        where, runner = group_of(student, place), student._runner
        status = Path(f"/proc/{runner}/status").read_text()
        os.kill(int(status.partition("PPid:")[2].split()[0]), signal.SIGKILL)
        with pytest.raises(Died):
            student.ask("cell", source="pass", seconds=20)
        assert wait_until(lambda: not is_alive(runner))
        with made(place):
            assert not where.exists()


#: What is not seen by whoever counts the memory of processes: it is in sockets.
IN_SOCKETS = (
    "import os, socket, time\nsource, told = os.pipe()\n"
    "for _ in range(12):\n    if os.fork() == 0:\n        held = []\n"
    "        for _ in range(110):\n            held.append(socket.socketpair())\n"
    "            for one in held[-1]:\n                one.setblocking(False)\n"
    "                try:\n                    while one.send(bytes(4096)):\n"
    "                        pass\n                except BlockingIOError:\n"
    "                    pass\n        os.close(told)\n        time.sleep(60)\n"
    "os.close(told)\nos.read(source, 1)\ntime.sleep(2)\n"
)
#: At once, in less time than there is between two counts.
SUDDENLY = (
    "import os, time\nsource, told = os.pipe()\nfor _ in range(12):\n    if os.fork() == 0:\n"
    "        held = bytearray(b'x') * (300 << 20)\n        os.close(told)\n        time.sleep(60)\n"
    "os.close(told)\nos.read(source, 1)\ntime.sleep(2)\n"
)
#: Up to 24 MB below the limit, by the count of whatever it has mapped.
JUST_BELOW = (
    "import resource, time\n"
    "has = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10\n"
    "held = bytearray(b'x') * ((400 << 20) - has - (24 << 20))\ntime.sleep(1)\n"
)


def test_an_answer_is_told_why_and_the_next_ones_are_not_hurt(
    place: hierarchy.Place, tmp_path: Path, secret: Path
) -> None:
    answers = {"in sockets": IN_SOCKETS, "suddenly": SUDDENLY}
    submissions = [
        Submission(name, write(tmp_path / name / "05.ipynb", solved("05", **{"5.1": code})))
        for name, code in answers.items()
    ]
    options = Options(secret, jobs=1, limits=Limits(memory=400 * MIB, seconds=20))
    for result in grade(submissions, options):
        first, *others = result.exercises
        assert "more memory than the 400 MB" in first.sentence, result
        assert first.points == 0
        assert others[0].points, result


def test_just_below_the_limit_nobody_is_hurt(tmp_path: Path, secret: Path) -> None:
    code = JUST_BELOW + solution("5.1")
    path = write(tmp_path / "05.ipynb", solved("05", **{"5.1": code}))
    options = Options(secret, jobs=1, limits=Limits(memory=400 * MIB, seconds=20))
    (result,) = grade([Submission("ann", path)], options)
    assert result.exercises[0].points == 1, result
    assert not result.needs_a_person
