"""What a student's processes take up, as their keeper counts it: each page once."""

from __future__ import annotations

import contextlib
import os
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator

from .cgroup import Group

_KIB = 1024
#: Columns of /proc/sysvipc/shm (proc(5)): processes that have it attached, and what is in memory.
_ATTACHED, _IN_MEMORY = 6, 14
_USUAL, _LOWEST = 0, 19
#: Seconds within which an answer is waited for; after which it seems to be kept waiting by one that
#: has no processor; and after which what is known without it must do.
_PROMPT, _SLOW, _TOO_SLOW = 0.05, 1, 5


class Counter:
    """Counts the memory of a process and of all that it started.

    Args:
        process: the first of them.
        processes: a descriptor of ``/proc``.
        places: file systems in memory that are theirs alone.
        all_calls: whether they may make memory that no process maps (see ``calls``).
        group: in which the kernel counts too, if there can be one.
    """

    def __init__(
        self,
        process: int,
        processes: int,
        places: tuple[str, ...],
        *,
        all_calls: bool,
        group: Group | None = None,
    ) -> None:
        self._first = process
        self._processes = processes
        self._places = places
        self._all_calls = all_calls
        self._group = group
        self._question: _Question | None = None

    def exceeds(self, limit: int) -> bool:
        """Whether they take more than so many bytes."""
        known = list(self._family())
        unmapped = self._in_files() + self._detached()
        if self._all_calls:
            unmapped += self._nameless(known)
        if unmapped + sum(map(self._resident, known)) <= limit:
            self.ask_no_more()  # Although pages that several share count for each of them.
            return False
        if self._question is None:
            self._question = _Question(lambda: unmapped + sum(map(self._share, known)) > limit)
        said, age = self._question.answer(), self._question.age
        if said is not None:
            self.ask_no_more()
            return said
        if age > _SLOW:
            self.hasten()
        return age > _TOO_SLOW

    def ran_out(self) -> bool:
        """Whether the kernel has already ended one of them, for want of memory in their group."""
        return self._group is not None and self._group.ran_out()

    def end_others(self) -> None:
        """End all but the first that are in their group, if there is one."""
        if self._group is not None:
            self._group.kill(but=self._first)

    def ask_no_more(self) -> None:
        """Leave no process of one's own in their namespace, which could not come to its end."""
        if self._question is not None:
            self._question.close()
            self._question = None

    def started(self) -> int:
        """How many processes there are beside the first."""
        return sum(1 for _ in self._family()) - 1

    def yield_to_others(self) -> None:
        """Give what the first process started the lowest priority: one student's many processes
        must not be felt by others."""
        self._set_priority(_LOWEST)

    def hasten(self) -> None:
        """Give them the usual priority again, where that may be done: they are to end, and what
        ends a process is its own time."""
        self._set_priority(_USUAL)

    def _set_priority(self, nice: int) -> None:
        for process in self._family():
            if process != self._first:
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, process, nice)
                with contextlib.suppress(OSError, IndexError):
                    # Sessions are weighed first (sched(7)): other ones than the runner's own.
                    if self._session(process) != self._session(self._first):
                        self._write(f"{process}/autogroup", str(nice))

    def _session(self, process: int) -> str:
        """Which session a process belongs to (proc(5): the fourth field after the name)."""
        return _read(f"{process}/stat", self._processes).rpartition(")")[2].split()[3]

    def _family(self) -> Iterator[int]:
        waiting = [self._first]
        while waiting:
            process = waiting.pop()
            yield process
            with contextlib.suppress(OSError):
                threads = os.open(f"{process}/task", os.O_RDONLY, dir_fd=self._processes)
                try:
                    for thread in os.listdir(threads):
                        waiting += map(int, _read(f"{thread}/children", threads).split())
                finally:
                    os.close(threads)

    def _resident(self, process: int) -> int:
        """Bytes of a process's pages in memory, whoever shares them."""
        try:
            pages = int(_read(f"{process}/statm", self._processes).split()[1])
        except (OSError, IndexError):
            return 0
        return pages * resource.getpagesize()

    def _share(self, process: int) -> int:
        """The same, but a page that so many share counts by that part (proc(5), Pss)."""
        with contextlib.suppress(OSError, StopIteration, ValueError):
            lines = _read(f"{process}/smaps_rollup", self._processes).splitlines()
            return int(next(x.split()[1] for x in lines if x.startswith("Pss:"))) * _KIB
        return self._resident(process)

    def _in_files(self) -> int:
        """Bytes in the file systems that are in memory, deleted files too."""
        used = 0
        for place in self._places:
            with contextlib.suppress(OSError):
                state = os.statvfs(place)
                used += (state.f_blocks - state.f_bfree) * state.f_frsize
        return used

    def _detached(self) -> int:
        """Bytes of System V shared memory that nobody has attached."""
        try:
            rows = [x.split() for x in _read("sysvipc/shm", self._processes).splitlines()[1:]]
        except OSError:
            return 0
        return sum(int(row[_IN_MEMORY]) for row in rows if row[_ATTACHED] == "0")

    def _nameless(self, processes: list[int]) -> int:
        """Bytes of memory that is only a descriptor (memfd_create(2)), each once."""
        sizes: dict[tuple[int, int], int] = {}
        for process in processes:
            with contextlib.suppress(OSError):
                folder = os.open(f"{process}/fd", os.O_RDONLY, dir_fd=self._processes)
                try:
                    for name in os.listdir(folder):
                        if os.readlink(name, dir_fd=folder).startswith("/memfd:"):
                            about = os.stat(name, dir_fd=folder)
                            sizes[about.st_dev, about.st_ino] = about.st_blocks * 512
                finally:
                    os.close(folder)
        return sum(sizes.values())

    def _write(self, path: str, text: str) -> None:
        with os.fdopen(os.open(path, os.O_WRONLY, dir_fd=self._processes), "w") as stream:
            stream.write(text)


class _Question:
    """Something that a process of its own finds out, as it may be kept waiting.

    A process's shared pages can be counted only while it does not change its memory (smaps_rollup
    takes the mmap_lock). One that forks has that lock, and may wait long for a processor with it.
    """

    def __init__(self, ask: Callable[[], bool]) -> None:
        self._asked = time.monotonic()
        self._source, said = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            with contextlib.suppress(OSError):
                os.write(said, b"yes" if ask() else b"no")
            os._exit(0)
        os.close(said)

    @property
    def age(self) -> float:
        """Seconds since it was asked."""
        return time.monotonic() - self._asked

    def answer(self) -> bool | None:
        """What was found out; yes if nothing was, None until then."""
        if not select.select([self._source], [], [], _PROMPT)[0]:
            return None
        return os.read(self._source, 3) != b"no"

    def close(self) -> None:
        """Ask no more."""
        os.close(self._source)
        with contextlib.suppress(OSError):
            os.kill(self._process, signal.SIGKILL)
            os.waitpid(self._process, 0)


def _read(path: str, folder: int) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY, dir_fd=folder)) as stream:
        return stream.read()
