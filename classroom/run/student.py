"""A student's process: what holds it (the keeper), and what runs in it (the runner).

The keeper is the grader's: it makes the namespaces, forks the runner into them, hands the
listening socket to the grader, and kills whatever is in there when it is told to, when the grader
goes away, when too much memory is taken, or when the submission's time is over. The runner is
nobody's: the answers share its memory.
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import select
import signal
import socket
import sys
import tempfile
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import Any

from . import calls, cgroup, channel, hierarchy, isolation, memory, zygote
from .shell import Shell, exceeds, make_shell

_BACKLOG = 128
#: The descriptor on which a runner talks with the grader.
_TALK = 3
_WATCH_MILLISECONDS = 100
_MIB = 1024 * 1024
#: Threads count as processes.
_PROCESSES, _OPEN_FILES, _FILE_SIZE = 96, 256, 128 * _MIB
#: Processes that an answer may leave behind for those after it, such as a pool or a server.
_LEFT_BEHIND = 8
#: What every student's process has imported, whatever the lessons import.
_MODULES = ("boto3", "helpers.course", "refusal")


def prepare(argument: str) -> zygote.Run:
    """Import what lessons import, and make the shell that answers run in.

    Args:
        argument: a JSON list of modules' full names.
    """
    for name in sorted({*_MODULES, *json.loads(argument)}):
        with contextlib.suppress(ImportError):
            import_module(name)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["IPYTHONDIR"] = folder
        make_shell()
    os.environ["IPYTHONDIR"] = isolation.HOME
    place = hierarchy.find()

    def keep(limits: channel.ProcessLimits, sockets: list[socket.socket]) -> None:
        with cgroup.group(place, limits["memory"]) as group:
            _keep(limits, sockets, group)

    return keep


def _keep(
    limits: channel.ProcessLimits, sockets: list[socket.socket], group: cgroup.Group | None
) -> None:
    """The keeper, with sockets to the grader for itself and for the runner."""
    lifeline, talk = sockets
    # Inside there is no /proc. Should memory run out all the same, this is what goes first.
    processes = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    size = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    try:
        owner = isolation.enter_namespaces() if limits["isolated"] else None
        listener = socket.create_server(("127.0.0.1", 0), backlog=_BACKLOG)
    except OSError as error:
        lifeline.sendall(json.dumps({"failed": str(error)}).encode())
        return
    runner = os.fork()
    if runner == 0:
        zygote.run_and_exit(lambda: _become_student(limits, size, talk, owner, group))
    talk.close()
    with listener:
        started = json.dumps({"failed": "", "runner": runner}).encode()
        socket.send_fds(lifeline, [started], [listener.fileno()])
    places, all_calls = () if owner is None else isolation.SCRATCH, bool(calls.missing())
    counter = memory.Counter(runner, processes, places, all_calls=all_calls, group=group)
    why = _watch(runner, lifeline, counter, limits)
    with contextlib.suppress(OSError):
        lifeline.sendall(why.encode())


def _watch(
    runner: int, lifeline: socket.socket, counter: memory.Counter, limits: channel.ProcessLimits
) -> str:
    """Wait for the runner's end, or bring it about; returns why it ended."""
    ended = os.pidfd_open(runner)
    poll = select.poll()
    poll.register(ended, select.POLLIN)
    poll.register(lifeline, select.POLLIN)
    why = ""
    while ended not in (ready := dict(poll.poll(_WATCH_MILLISECONDS))):
        if time.monotonic() > limits["until"]:
            why = channel.BUDGET
            break
        if ready:
            if lifeline.recv(len(channel.SWEEP)) != channel.SWEEP:
                break
            if counter.ran_out():  # So it is the answer's that has come to its end, not the next's.
                why = "memory"
                break
            lifeline.sendall(b"%d\n" % (_sweep(counter) if limits["isolated"] else 0))
            continue
        if counter.started() > channel.MOST_PROCESSES:
            why = "processes"
            break
        counter.yield_to_others()
        if counter.ran_out() or counter.exceeds(limits["memory"]):
            why = "memory"
            break
    return _end(runner, counter, why, running=ended not in ready)


def _end(runner: int, counter: memory.Counter, why: str, *, running: bool) -> str:
    """End the runner, if it has not ended; returns why it ended, if that is not known yet."""
    if running:
        counter.hasten()
        for kill in (os.kill, os.killpg):  # As for the namespace: all in it goes with the first.
            with contextlib.suppress(ProcessLookupError):
                kill(runner, signal.SIGKILL)
    counter.ask_no_more()
    status = os.waitstatus_to_exitcode(os.waitpid(runner, 0)[1])
    why = why or ("memory" if counter.ran_out() else "")
    return why or (f"signal {-status}" if status < 0 else f"exit {status}")


def _sweep(counter: memory.Counter) -> int:
    """End what an answer has left running, if that is too much; returns how many there were.

    Processes that fork on and on would take the time and the places of the answers that follow.
    """
    if (left := counter.started()) <= _LEFT_BEHIND:
        return 0
    counter.hasten()
    sweeper = os.fork()  # Into the namespace, where -1 is all but this process and the runner:
    if sweeper == 0:  # at once, so that none can fork itself away (kill(2), pid_namespaces(7)).
        with contextlib.suppress(OSError):
            os.kill(-1, signal.SIGKILL)
        os._exit(0)
    os.waitpid(sweeper, 0)
    counter.end_others()
    return left


def _become_student(
    limits: channel.ProcessLimits,
    size: int,
    talk: socket.socket,
    owner: int | None,
    group: cgroup.Group | None,
) -> None:
    """What the keeper forks, until it is the runner.

    Args:
        size: bytes of address space that it has before any answer runs.
        owner: the user that it becomes; None where it is not isolated.
        group: what it is in from now on, if there is one.
    """
    if group:
        with contextlib.suppress(OSError):  # The counting remains.
            group.join()
    os.setsid()
    sys.path.insert(0, "")  # As in a notebook, a module may lie beside it.
    os.environ["PATH"] = f"{sys.prefix}/bin:{os.environ['PATH']}"
    number = _keep_only(talk)
    _set_limits(limits, size)
    if owner is None:
        os.environ["HOME"] = tempfile.mkdtemp()
    else:
        os.environ.update(HOME=isolation.HOME, USER=isolation.NAME, LOGNAME=isolation.NAME)
        resource.setrlimit(resource.RLIMIT_NPROC, (_PROCESSES, _PROCESSES))
        isolation.give_up_rights(owner)
        calls.refuse()
    _Runner(socket.socket(fileno=number)).run()


def _keep_only(talk: socket.socket) -> int:
    """Close all but one socket; returns its number from now on."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    number = os.dup2(talk.fileno(), _TALK)
    os.closerange(_TALK + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    return number


def _set_limits(limits: channel.ProcessLimits, size: int) -> None:
    for kind, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, _FILE_SIZE),
        (resource.RLIMIT_NOFILE, _OPEN_FILES),
        (resource.RLIMIT_CPU, limits["seconds"]),
        (resource.RLIMIT_AS, size + limits["memory"]),
    ):
        resource.setrlimit(kind, (most, most))


class _Runner:
    """Does what the grader asks: run a cell, give a value, call a function."""

    def __init__(self, talk: socket.socket) -> None:
        self._talk = talk
        self._process = os.getpid()
        self._shell: Any = Shell.instance()

    def run(self) -> None:
        """Answer until the grader goes."""
        actions = {
            "begin": self._begin,
            "cell": self._cell,
            "give": self._give,
            "call": self._call,
            "bury": self._bury,
        }
        with contextlib.suppress(channel.Broken):
            while True:
                message = channel.receive(self._talk)
                reply = actions[message["do"]](message)
                if os.getpid() != self._process:  # A copy that an answer has forked.
                    os._exit(0)
                channel.send(self._talk, {**reply, "number": message["number"]})

    def _begin(self, message: dict[str, Any]) -> dict[str, Any]:
        os.environ.update(message["environment"])
        self._shell.make_place()
        return {}

    def _cell(self, message: dict[str, Any]) -> dict[str, Any]:
        source = message["source"]
        self._shell.no_commands.clear()
        result = self._shell.run_cell(source, store_history=True)
        error = result.error_before_exec or result.error_in_exec
        commands = ", ".join(f"the command {name}" for name in self._shell.no_commands)
        if error is None:
            return {"lacks": commands}
        return {"lacks": commands, **_reply(error, self._shell)}

    def _give(self, message: dict[str, Any]) -> dict[str, Any]:
        names = self._shell.user_ns
        given = {name: _sent(names[name], name) for name in message["names"] if name in names}
        return {"given": given}

    def _bury(self, _: dict[str, Any]) -> dict[str, Any]:
        """Take leave of processes that have ended: until then each keeps its place."""
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, 0):
                pass
        return {}

    def _call(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            given = {name: channel.decode(v, _no_ask) for name, v in message["given"].items()}
            return {"value": _sent(self._shell.user_ns[message["name"]](**given), "")}
        except BaseException as error:  # Also what sys.exit raises.
            return _reply(error, self._shell)


def _reply(error: BaseException, shell: Shell) -> dict[str, Any]:
    """An error, and what of it may be the machine's and not the answer's."""
    try:
        found = {"lacks": shell.lacks(error), "exceeds": exceeds(error)}
        return {"error": _told(error), **{name: text for name, text in found.items() if text}}
    except BaseException:  # As in `_sent`.
        text = f"{channel.name_of(error)}: it cannot be described"
        return {"error": {"short": text, "details": text}}


def _sent(value: Any, name: str) -> Any:
    """A value as it crosses, or what it is: whatever it does while it is looked at."""
    try:
        sent = channel.encode(value, name)
        if len(json.dumps(sent)) <= channel.LIMIT // 4:
            return sent
        return channel.other(value, "longer than what can be looked at")
    except BaseException as error:  # Its own code may run, and raise what it likes.
        return channel.other(value, f"it cannot be looked at ({channel.name_of(error)})")


def _no_ask(name: str, given: Any) -> Any:
    raise TypeError("the grader passes no functions")


def _told(error: BaseException) -> dict[str, str]:
    """An error for the student: in one line, and where in their code."""
    name, text = channel.name_of(error), str(error)
    short = (f"{name}: {text}" if text else name)[: channel.SHORT]
    if isinstance(error, SyntaxError):
        where = f"line {error.lineno}: {(error.text or '').strip()}"
    else:
        frames = traceback.extract_tb(error.__traceback__)
        own = [frame for frame in frames if "ipython-input" in frame.filename]
        where = f"line {own[-1].lineno}: {own[-1].line}" if own else ""
    return {"short": short, "details": f"{where}\n{short}".strip()[: channel.DETAILS]}
