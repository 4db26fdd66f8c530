"""What a student's processes take up, as their keeper counts it: each page once."""

from __future__ import annotations

import contextlib
import os
import resource
from collections.abc import Iterator

_KIB = 1024
#: Columns of /proc/sysvipc/shm (proc(5)): processes that have it attached, and what is in memory.
_ATTACHED, _IN_MEMORY = 6, 14
_LOWEST = 19


class Counter:
    """Counts the memory of a process and of all that it started.

    Args:
        process: the first of them.
        processes: a descriptor of ``/proc``.
        places: file systems in memory that are theirs alone.
        all_calls: whether they may make memory that no process maps (see ``calls``).
    """

    def __init__(
        self, process: int, processes: int, places: tuple[str, ...], *, all_calls: bool
    ) -> None:
        self._first = process
        self._processes = processes
        self._places = places
        self._all_calls = all_calls

    def exceeds(self, limit: int) -> bool:
        """Whether they take more than so many bytes."""
        known = list(self._family())
        unmapped = self._in_files() + self._detached()
        if self._all_calls:
            unmapped += self._nameless(known)
        if unmapped + sum(map(self._resident, known)) <= limit:
            return False  # Although pages that several share count for each of them.
        return unmapped + sum(map(self._share, known)) > limit

    def yield_to_others(self) -> None:
        """Give what the first process started the lowest priority: one student's many processes
        must not be felt by others."""
        for process in self._family():
            if process != self._first:
                with contextlib.suppress(OSError):
                    os.setpriority(os.PRIO_PROCESS, process, _LOWEST)
                with contextlib.suppress(OSError):  # Sessions are weighed first: sched(7).
                    self._write(f"{process}/autogroup", str(_LOWEST))

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


def _read(path: str, folder: int) -> str:
    with os.fdopen(os.open(path, os.O_RDONLY, dir_fd=folder)) as stream:
        return stream.read()
