"""A control group of the kernel's for one student's processes, with a limit on their memory.

What ``memory`` counts now and then, the kernel counts here at each page, with the contents of pipes
and whatever else it alone knows of. A group lies below the grader's own, so that limits of those
who set up the machine hold as before. Where none can be made, the counting is all there is.
No descriptor of these files is left to a student's process, and its root does not show them.

From the kernel's documentation: admin-guide/cgroup-v2.rst, admin-guide/cgroup-v1/memory.rst.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import secrets
import signal
import time
from collections.abc import Iterator

from .hierarchy import Place

_PREFIX = "student-of-grader-"
#: Bytes for what ``memory`` does not count: page tables, stacks and buffers of the kernel's.
_KERNEL = 128 * 1024**2
#: By kind of file system: the file of a group's limit, and those that keep swap from adding to it
#: and end a group as a whole, which not every kernel has.
_LIMIT = {"cgroup": "memory.limit_in_bytes", "cgroup2": "memory.max"}
_OTHERS = {
    "cgroup": {"memory.memsw.limit_in_bytes": "{limit}"},
    "cgroup2": {"memory.swap.max": "0", "memory.oom.group": "1"},
}
#: Bytes that are taken at once, at most: a huge page. A group that ran out lacked less than that.
_STEP = 2 * 1024**2
_ATTEMPTS = 5
#: Seconds for processes to go when they have been killed, and between two looks.
_GOING, _LOOK = 2, 0.002


@contextlib.contextmanager
def group(place: Place | None, memory: int) -> Iterator[Group | None]:
    """A new group for so many bytes, removed afterwards; None where there can be none."""
    made = None
    for _ in range(_ATTEMPTS):  # Others may take a new one for a leftover.
        with contextlib.suppress(OSError):
            made = made or (_make(place, memory + _KERNEL) if place else None)
    try:
        yield made
    finally:
        if made:
            made.remove()


def _make(place: Place, limit: int) -> Group:
    parent = os.open(place.folder, os.O_RDONLY | os.O_DIRECTORY)
    name = f"{_PREFIX}{secrets.token_hex(8)}"
    os.mkdir(name, dir_fd=parent)
    made = Group(parent, name)
    for other in os.listdir(parent):
        if other.startswith(_PREFIX):
            with contextlib.suppress(OSError):  # Its grader lives.
                Group(parent, other).remove()
    made.write(_LIMIT[place.kind], str(limit))
    for file, text in _OTHERS[place.kind].items():
        with contextlib.suppress(OSError):
            made.write(file, text.format(limit=limit))
    return made


class Group:
    """A group, held by the lock on its folder, which ends with its holder, however that ends.

    Args:
        parent: a descriptor: inside the namespaces there is no path to it.

    Raises:
        OSError: another process holds it, or it is not there.
    """

    def __init__(self, parent: int, name: str) -> None:
        self._parent, self._name = parent, name
        self._folder = os.open(name, os.O_RDONLY | os.O_DIRECTORY, dir_fd=parent)
        try:
            fcntl.flock(self._folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._folder)
            raise

    def write(self, file: str, text: str) -> None:
        """Write into one of its files."""
        with os.fdopen(os.open(file, os.O_WRONLY, dir_fd=self._folder), "w") as stream:
            stream.write(text)

    def join(self) -> None:
        """Have this process in it, and all that it starts."""
        self.write("cgroup.procs", "0")

    def ran_out(self) -> bool:
        """Whether its limit, and no other, has cost a process its life."""
        if events := self._words("memory.events"):
            return events[events.index("oom") + 1] != "0"
        killed = self._words("memory.oom_control")[-1:]  # Its last line is "oom_kill N".
        files = ("memory.memsw.max_usage_in_bytes", "memory.max_usage_in_bytes")
        most = next(filter(None, map(self._words, files)), ["0"])
        limit = self._words("memory.limit_in_bytes") or ["0"]
        return any(map(int, killed)) and int(most[0]) + _STEP >= int(limit[0])

    def kill(self, *, but: int = 0) -> None:
        """End all its processes, or all but one, and wait until they have gone."""
        until = time.monotonic() + _GOING
        while (rest := {*self._words("cgroup.procs")} - {str(but)}) and time.monotonic() < until:
            for process in rest:
                with contextlib.suppress(OSError):
                    os.kill(int(process), signal.SIGKILL)
            time.sleep(_LOOK)

    def remove(self) -> None:
        """End all in it, and remove it."""
        self.kill()
        with contextlib.suppress(OSError):
            os.rmdir(self._name, dir_fd=self._parent)
        os.close(self._folder)

    def _words(self, file: str) -> list[str]:
        try:
            with os.fdopen(os.open(file, os.O_RDONLY, dir_fd=self._folder)) as stream:
                return stream.read().split()
        except OSError:
            return []
