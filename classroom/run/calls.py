"""System calls that an answer has no use for, refused by a filter (seccomp(2)).

libseccomp knows the calls' numbers on each machine; pyseccomp (MIT) is its binding in plain Python.
Where the library is not installed there is no such filter, and ``missing`` says so: what the list
refuses is then held by the namespaces and the kernel's own settings alone.
"""

from __future__ import annotations

import contextlib
import errno
import socket
from typing import Any

try:
    import pyseccomp as _library
except (ImportError, OSError, RuntimeError) as error:  # The binding, or the library under it.
    _library = None
    _reason = str(error)

#: Memory that no process maps and no file system holds.
_MEMORY = ("memfd_create", "memfd_secret", "shmget")
#: Another way to make system calls, past every filter.
_OTHER_WAYS = ("io_uring_setup", "io_uring_enter", "io_uring_register")
#: Events of files that everybody reads: when, and so who, works on this machine.
_EVENTS = ("inotify_init", "inotify_init1", "fanotify_init")
_OTHERS = (
    *("keyctl", "add_key", "request_key", "bpf", "perf_event_open", "userfaultfd", "ptrace"),
    *("process_vm_readv", "process_vm_writev", "kcmp", "pidfd_getfd", "unshare", "setns", "mount"),
    *("umount2", "pivot_root", "chroot", "fsopen", "fsmount", "move_mount", "open_tree"),
    *("mount_setattr", "open_by_handle_at", "name_to_handle_at", "kexec_load", "init_module"),
    *("finit_module", "delete_module", "swapon", "swapoff", "quotactl", "acct", "syslog"),
    *("lookup_dcookie", "msgget", "semget", "mq_open"),
)
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)
_LAST_FAMILY = 64


def missing() -> str:
    """Why calls are not filtered on this machine, for whoever grades; empty if they are."""
    if _library is not None:
        return ""
    return (
        f"System calls of answers are not filtered here ({_reason}): install libseccomp and "
        "pyseccomp for that. Isolation is complete but for this."
    )


def refuse() -> None:
    """Refuse the list, for this process and all that it starts, for good; nothing if it cannot."""
    if _library is None:
        return
    known: Any = _library
    chosen = known.SyscallFilter(known.ALLOW)
    for names, number in (
        (_MEMORY, errno.ENOSYS),
        (_OTHER_WAYS, errno.ENOSYS),
        (_EVENTS, errno.ENOSYS),
        (_OTHERS, errno.EPERM),
    ):
        for name in names:
            with contextlib.suppress(OSError, ValueError, RuntimeError):  # no such call here
                chosen.add_rule(known.ERRNO(number), name)
    refused = known.ERRNO(errno.EAFNOSUPPORT)
    for family in set(range(_LAST_FAMILY)) - set(_FAMILIES):
        chosen.add_rule(refused, "socket", known.Arg(0, known.EQ, family))
    chosen.add_rule(refused, "socket", known.Arg(0, known.GE, _LAST_FAMILY))
    chosen.load()
