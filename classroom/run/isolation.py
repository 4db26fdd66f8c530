"""Linux namespaces round one student's process: no other files, processes, sockets or networks.

What is left to it: the Python environment and this package, read-only; an empty home and ``/tmp``
in memory; a loopback of its own, on which only the grader listens. Of ``/proc`` there are a few
files that describe the machine, and no process; ``/etc`` knows the student's name. Works
as root, who then becomes a user that owns nothing, and as an ordinary user where the kernel grants
user namespaces. Manual pages: namespaces(7), user_namespaces(7), pivot_root(2), mount_setattr(2).
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import signal
import socket
import struct
import sys
from pathlib import Path
from typing import Any

from helpers.paths import ROOT

# linux/sched.h, linux/mount.h, linux/prctl.h, linux/sockios.h, linux/capability.h
_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER = 0x00020000, 0x04000000, 0x08000000, 0x10000000
_NEWPID, _NEWNET = 0x20000000, 0x40000000
_NOSUID, _NODEV, _BIND, _REC, _SLAVE = 2, 4, 0x1000, 0x4000, 0x80000
_DETACH = 2
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV = 1, 2, 4
_SYS_MOUNT_SETATTR, _AT_FDCWD, _AT_RECURSIVE = 442, -100, 0x8000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_SIOCSIFFLAGS, _IFF_UP = 0x8914, 1
_CAPABILITY_VERSION_3 = 0x20080522


#: keyctl(2) by machine: asm/unistd_64.h of x86-64, asm-generic/unistd.h of the others.
_SYS_KEYCTL = {"x86_64": 250}.get(os.uname().machine, 219)
_KEYCTL_JOIN_SESSION_KEYRING = 1

NAME = "student"
HOME = f"/home/{NAME}"
#: Of the machine, and of nobody on it.
_FACTS = ("cpuinfo", "meminfo", "stat", "version")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/etc/ld.so.cache")
#: Where a student's root is put together.
_NEW = "/new"
_DEVICES = ("null", "zero", "full", "random", "urandom")
#: What can be written, in memory; and bytes of each.
SCRATCH = ("/tmp", "/dev/shm", HOME)
_SCRATCH = 128 * 1024 * 1024
#: A student's user where the grader is an ordinary one, and where it is root: no file is theirs.
_NOBODY, _FIRST_USER = 65534, 1_000_000

_libc: Any = ctypes.CDLL(None, use_errno=True)


def visible_paths() -> list[str]:
    """The folders and files that a student's process can read, and not change."""
    rooms = (str(ROOT / room) for room in ("helpers", "lessons", "sandbox"))
    return [*_SYSTEM, sys.prefix, sys.base_prefix, *rooms]


def enter_namespaces() -> int:
    """Leave all behind but what the new namespaces hold; what is forked next lives in them.

    Returns:
        The user for ``give_up_rights``.

    Raises:
        OSError: the kernel, or whoever set up this machine, does not grant it.
    """
    import fcntl  # Only here: elsewhere than on Linux the command must still say so.

    _leave_keyring()
    user, group = os.geteuid(), os.getegid()
    flags = _NEWNS | _NEWUTS | _NEWIPC | _NEWPID | _NEWNET
    _call("unshare", flags if user == 0 else flags | _NEWUSER)
    owner = _FIRST_USER + os.getpid() if user == 0 else _NOBODY
    if user != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{owner} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{owner} {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        fcntl.ioctl(probe, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", _IFF_UP))
    _call("sethostname", b"student", 7)
    _build_root(owner)
    return owner


def _leave_keyring() -> None:
    """Have a session keyring of one's own: keyrings are in no namespace, and are inherited, with
    the tickets and keys of whoever runs the grader (session-keyring(7))."""
    join = ctypes.c_long(_KEYCTL_JOIN_SESSION_KEYRING)
    if _libc.syscall(ctypes.c_long(_SYS_KEYCTL), join, None) < 0:
        number = ctypes.get_errno()
        if number not in (errno.ENOSYS, errno.EPERM):  # No keyrings here, or none may be reached.
            raise OSError(number, f"keyctl: {os.strerror(number)}")


def give_up_rights(owner: int) -> None:
    """Become a user without rights, with no way to get one back; die with the parent process."""
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(owner, owner, owner)
        os.setresuid(owner, owner, owner)
    header, nothing = struct.pack("Ii", _CAPABILITY_VERSION_3, 0), bytes(24)
    _call("capset", header, nothing)
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    die_with_parent()


def die_with_parent() -> None:
    """Be killed when the parent process ends, however it does. A change of user undoes this."""
    _call("prctl", _PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def _build_root(owner: int) -> None:
    shown = {path: os.path.realpath(path) for path in visible_paths() if os.path.lexists(path)}
    _mount(None, "/", flags=_REC | _SLAVE)
    _mount("tmpfs", "/tmp", kind="tmpfs", flags=_NOSUID | _NODEV, data="mode=755,size=1m")
    os.mkdir("/tmp/old")
    _call("pivot_root", b"/tmp", b"/tmp/old")
    scratch = f"mode=700,uid={owner},gid={owner},size={_SCRATCH},nr_inodes=10000"
    for path in SCRATCH:
        os.makedirs(_NEW + path)
        _mount("tmpfs", _NEW + path, kind="tmpfs", flags=_NOSUID | _NODEV, data=scratch)
    for path, real in shown.items():
        _show(path, f"/old{real}")
    for name in _DEVICES:
        _bind(f"/old/dev/{name}", f"{_NEW}/dev/{name}")
    for name in _FACTS:
        with contextlib.suppress(OSError):  # Some containers hide them.
            _bind(f"/old/proc/{name}", f"{_NEW}/proc/{name}")
            _set_attributes(f"{_NEW}/proc/{name}", _ATTR_RDONLY | _ATTR_NOSUID, recursive=False)
    _name_student(owner)
    _call("umount2", b"/old", _DETACH)
    _set_attributes("/", _ATTR_RDONLY, recursive=False)
    # Who is in a chroot can make no user namespace (clone(2), EPERM), and so no mounts of its own.
    os.chroot(_NEW)
    os.chdir(HOME)


def _name_student(owner: int) -> None:
    """What a user's name and ``localhost`` are looked up in: passwd(5), group(5), hosts(5)."""
    texts = {
        "passwd": f"{NAME}:x:{owner}:{owner}:{NAME}:{HOME}:/bin/sh\n",
        "group": f"{NAME}:x:{owner}:\n",
        "hosts": "127.0.0.1 localhost\n",
    }
    os.makedirs(f"{_NEW}/etc", exist_ok=True)
    for name, text in texts.items():
        path = Path(_NEW, "etc", name)
        path.write_bytes(text.encode())  # No codec can be imported any more.
        path.chmod(0o644)


def _show(path: str, source: str) -> None:
    if os.path.lexists(_NEW + path):  # It lies in another one that is shown.
        return
    if path in _SYSTEM and os.path.islink(f"/old{path}"):
        os.symlink(os.readlink(f"/old{path}"), _NEW + path)
        return
    _bind(source, _NEW + path)
    _set_attributes(_NEW + path, _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV, recursive=True)


def _bind(source: str, path: str) -> None:
    os.makedirs(os.path.dirname(path), exist_ok=True)
    if os.path.isdir(source):
        os.mkdir(path)
    else:
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o644))
    _mount(source, path, flags=_BIND | _REC)


def _mount(
    source: str | None, path: str, *, flags: int, kind: str | None = None, data: str | None = None
) -> None:
    texts = (None if text is None else text.encode() for text in (source, path, kind, data))
    source_, path_, kind_, data_ = texts
    _call("mount", source_, path_, kind_, ctypes.c_ulong(flags), data_)


def _set_attributes(path: str, attributes: int, *, recursive: bool) -> None:
    wanted = struct.pack("4Q", attributes, 0, 0, 0)
    flags = _AT_RECURSIVE if recursive else 0
    number = ctypes.c_long(_SYS_MOUNT_SETATTR)
    size = ctypes.c_size_t(len(wanted))
    _call("syscall", number, _AT_FDCWD, path.encode(), flags, wanted, size)


def _call(name: str, *arguments: Any) -> None:
    """A function of the C library's that returns 0.

    Raises:
        OSError: it failed.
    """
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
