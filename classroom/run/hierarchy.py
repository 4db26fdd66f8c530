"""Where in the kernel's control groups the grader may make groups that limit memory.

It is found by what the kernel says of this process, wherever these file systems are mounted. Below
its own group the grader changes nothing for others. Version 1: cgroups(7). Version 2, of which
systemd has to delegate a part (its own guide, "Control Group APIs and Delegation"): the kernel's
admin-guide/cgroup-v2.rst.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

#: Where the grader's own processes are, if groups of version 2 lie beside them.
_LEAF = "graders"


class Place(NamedTuple):
    """The group below which groups can be made, and the kind of its file system."""

    kind: str
    folder: Path


def find() -> Place | None:
    """The place for groups of this process's children, if memory is controlled there."""
    with contextlib.suppress(OSError):
        groups, mounts = (Path(f"/proc/self/{x}").read_text() for x in ("cgroup", "mountinfo"))
        for kind, own in own_groups(groups, mounts):
            with contextlib.suppress(OSError):
                if folder := own if kind == "cgroup" else _handing_down(own):
                    return Place(kind, folder)
    return None


def own_groups(groups: str, mounts: str) -> Iterator[tuple[str, Path]]:
    """By kind, the groups of a process that may control memory (cgroups(7), proc(5)).

    Args:
        groups: its ``/proc/PID/cgroup``.
        mounts: its ``/proc/PID/mountinfo``.
    """
    lines = [line.split(":", 2) for line in groups.splitlines()]
    paths = {"cgroup" if x else "cgroup2": p for _, x, p in lines if not x or _memory(x)}
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        if kind in paths and (kind == "cgroup2" or _memory(options)):
            parts = before.split(" ")[3:5]
            root, point = (re.sub(r"\\(\d{3})", lambda x: chr(int(x[1], 8)), p) for p in parts)
            below = os.path.relpath(paths[kind], root)
            # Or the mount shows another part of the tree, or more than this namespace of it.
            if ".." not in f"{root}/{paths[kind]}/{below}".split("/"):
                yield kind, Path(point, below)


def _memory(names: str) -> bool:
    return "memory" in names.split(",")


def _handing_down(own: Path) -> Path | None:
    """The group whose children's memory version 2 controls. It does so only where no process is in
    the group itself: those of one that systemd has delegated move into a leaf of it."""
    folder = own.parent if own.name == _LEAF else own
    if "memory" in (folder / "cgroup.subtree_control").read_text().split():
        return folder
    if b"1" not in [os.getxattr(own, x) for x in os.listxattr(own) if x.endswith(".delegate")]:
        return None
    (own / _LEAF).mkdir(exist_ok=True)
    for process in (own / "cgroup.procs").read_text().split():
        with contextlib.suppress(OSError):  # It may have ended.
            (own / _LEAF / "cgroup.procs").write_text(process)
    (own / "cgroup.subtree_control").write_text("+memory")
    return own
