"""A process that has everything imported, and forks others from itself for as long as it is asked.

There are two. The one of the grader's side forks a worker for each submission; the one of the
students' side forks a student's process for each worker. The latter starts from an empty
environment and is told nothing: what a student's process inherits of its memory is public.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable, Mapping
from functools import cache, partial
from importlib import import_module
from typing import Any

import boto3
from botocore.loaders import JSONFileLoader

from helpers.paths import ROOT

#: The same answers to the same code, and no threads that a fork would lose.
_ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PYTHONPATH": str(ROOT),
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "TZ": "UTC",
}
_REGION, _SERVICES = "us-east-1", ("kms", "dynamodb", "iam", "sts", "cloudtrail")
_MESSAGE = 65536
_FILES = 4

#: Is given a message, which was JSON, and the sockets that came with it.
Run = Callable[[Any, list[socket.socket]], None]


class Zygote:
    """The asker's hold on such a process, which ends when the last hold is gone.

    Args:
        module: its full name; its ``prepare(argument)`` returns what a fork runs, a function of
            the message and the sockets that come with it.
    """

    def __init__(self, module: str, argument: str) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        start = f"from {__name__} import main; main()"
        command = [sys.executable, "-s", "-P", "-c", start, module, argument]
        with theirs:
            self._process = subprocess.Popen(
                [*command, str(theirs.fileno())],
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )

    def fork(self, message: Mapping[str, object], *sockets: socket.socket) -> None:
        """Fork a process that gets the message and copies of the sockets.

        Raises:
            OSError: the zygote has ended.
        """
        data = json.dumps(message).encode()
        socket.send_fds(self._control, [data], [each.fileno() for each in sockets])

    def close(self) -> None:
        """Let it end, and wait for that."""
        self._control.close()
        self._process.wait()


def fork_on_request(control: socket.socket, run: Run) -> None:
    """Fork at every message, until nobody is left who could send one."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        data, descriptors, _, _ = socket.recv_fds(control, _MESSAGE, _FILES)
        if not data:
            return
        sockets = [socket.socket(fileno=number) for number in descriptors]
        if os.fork() == 0:
            control.close()
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            run_and_exit(partial(run, json.loads(data), sockets))
        for each in sockets:
            each.close()


def run_and_exit(work: Callable[[], None]) -> None:
    """Do the last work of a forked process, and end it."""
    status = 1
    try:
        work()
        status = 0
    except BaseException:  # Whatever it was, a fork never goes back into its parent's code.
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(status)


def preload_clients() -> None:
    """Have what clients of the course's services need read and parsed, for all forks to share:
    botocore parses it again for every session."""
    read = cache(JSONFileLoader().load_file)
    JSONFileLoader.load_file = lambda _, path: read(path)
    session = boto3.Session(aws_access_key_id="-", aws_secret_access_key="-", region_name=_REGION)
    for service in _SERVICES:
        session.client(service)


def main() -> None:
    """What ``Zygote`` starts, with the module, its argument and a descriptor as arguments."""
    module, argument, number = sys.argv[1:]
    preload_clients()
    run: Run = import_module(module).prepare(argument)
    with socket.socket(fileno=int(number)) as control:
        fork_on_request(control, run)
