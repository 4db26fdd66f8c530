"""Calls that an answer has no use for are refused, in a process that asked for it."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from classroom.run import calls
from tests.classroom.conftest import ROOT

PROBE = """
import ctypes, errno, json, os, socket
from classroom.run import calls
libc = ctypes.CDLL(None, use_errno=True)

def told(work):
    try:
        work()
        return "done"
    except OSError as error:
        return errno.errorcode[error.errno]

def call(name, *arguments):
    ctypes.set_errno(0)
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)

def shared():
    number = libc.shmget(0, 4096, 0o600 | 0o1000)
    if number < 0:
        raise OSError(ctypes.get_errno(), "shmget")
    call("shmctl", number, 0, None)  # IPC_RMID: nobody else would take it away.

def facts():
    return {
        "memfd": told(lambda: os.memfd_create("x")),
        "shm": told(shared),
        "ptrace": told(lambda: call("ptrace", 16, 0, 0, 0)),
        "unshare": told(lambda: call("unshare", 0)),
        "netlink": told(lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW).close()),
        "vsock": told(lambda: socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM).close()),
        "loopback": told(lambda: socket.create_server(("127.0.0.1", 0)).close()),
        "unix": told(lambda: socket.socketpair()),
        "fork": told(lambda: os.fork() or os._exit(0)),
    }

before = facts()
calls.refuse()
print(json.dumps([before, facts()]))
"""


@pytest.mark.skipif(bool(calls.missing()), reason=calls.missing())
def test_what_is_on_the_list_is_refused_and_all_else_is_not() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    before, after = json.loads(run.stdout)
    assert (before["memfd"], before["shm"], before["netlink"]) == ("done", "done", "done")
    assert before["ptrace"] == "ESRCH"
    assert (after["memfd"], after["shm"]) == ("ENOSYS", "ENOSYS")
    assert (after["ptrace"], after["unshare"]) == ("EPERM", "EPERM")
    assert (after["netlink"], after["vsock"]) == ("EAFNOSUPPORT", "EAFNOSUPPORT")
    assert [after[name] for name in ("loopback", "unix", "fork")] == ["done"] * 3


def test_where_there_is_no_library_it_is_said_and_the_rest_goes_on() -> None:
    code = (
        "import sys\nsys.modules['pyseccomp'] = None\nfrom classroom.run import calls\n"
        "calls.refuse()\nprint(calls.missing())"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert run.returncode == 0, run.stderr
    assert "install libseccomp and pyseccomp" in run.stdout
