"""The grader's hold on a student's process, and the sandbox that it serves to that process."""

from __future__ import annotations

import contextlib
import json
import secrets
import select
import signal
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from helpers.course.lab import SERVED, Lab
from refusal import Sandbox, SandboxError
from refusal.serving import Server, control

from ..errors import GradingError
from . import channel
from .zygote import Zygote

#: What a student's process may ask of the control channel: what the lab offers in a notebook.
_ALLOWED = ("describe", "advance", "at_rest", "trail", "admin_keys")
#: How much of its time, at most, waiting for a processor adds to it; and seconds worth adding.
_PATIENCE, _WORTH_WAITING = 2, 0.1
NOT_ISOLATED = (
    "This machine does not let the grader shut answers in ({error}). Run it as root or where user "
    "namespaces are allowed (Linux 5.12 or newer), or give --unisolated for provisional marks."
)


class Died(Exception):
    """A student's process has ended; ``why`` is the keeper's word for it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class _TooLate(BaseException):
    """A student's time is up while their request is answered. No ``Exception``: what answers
    requests makes an answer of those, and goes on."""


class World:
    """The account that answers work in: built anew whenever the set-up cell runs again."""

    def __init__(self, notebook: str, seed: str) -> None:
        self.notebook = notebook
        self._seed = seed
        self._untouched = False
        #: While a check looks, nothing may be built anew.
        self.judged = False
        self.build()

    def build(self) -> None:
        """Start from the account as it stands when the notebook begins."""
        if (running := Sandbox.running()) is not None:
            running.stop()
        sandbox = Sandbox(seed=self._seed).start()
        self.lab = Lab(self.notebook, sandbox, keeps_progress=False)
        self._untouched = True

    def answer(self, sandbox: Sandbox, asked: Any) -> Any:
        """Carry out a request on the control channel.

        Raises:
            SandboxError: it is not one that a student's process may make.
        """
        method = asked.get("method") if isinstance(asked, dict) else None
        if method == "open":
            return self._open(asked)
        if method not in _ALLOWED:
            raise SandboxError(f"`{str(method)[:40]}` is not for here.")
        answer = control.answer(sandbox, asked)
        return {**answer, "seed": ""} if method == "describe" else answer

    def _open(self, asked: dict[str, Any]) -> dict[str, Any]:
        if self.judged or asked.get("with") != {"notebook": self.notebook}:
            raise SandboxError(f"This is the lab of notebook {self.notebook}.")
        if not self._untouched:
            self.build()
        self._untouched = False
        return {"names": self.lab.names, "opened": self.lab.opened.isoformat()}


def start_student(
    zygote: Zygote, limits: channel.ProcessLimits
) -> tuple[socket.socket, socket.socket, socket.socket, int]:
    """Start a student's process.

    Returns:
        Sockets to its keeper and to itself, the one that listens on its loopback, and its number.

    Raises:
        GradingError: it cannot be isolated here.
    """
    lifeline, keepers = socket.socketpair()
    talk, runners = socket.socketpair()
    with keepers, runners:
        zygote.fork(limits, keepers, runners)
    data, descriptors, _, _ = socket.recv_fds(lifeline, 4096, 1)
    said = json.loads(data) if data else {"failed": "its process did not start"}
    if failed := str(said["failed"]):
        lifeline.close()
        talk.close()
        raise GradingError(NOT_ISOLATED.format(error=failed))
    return lifeline, talk, socket.socket(fileno=descriptors[0]), int(said["runner"])


class Student:
    """A student's process, with the sandbox of ``world`` served to it alone.

    Args:
        patience: seconds for whatever is not an answer of the student's.

    Raises:
        GradingError: it cannot be isolated here.
    """

    def __init__(
        self, zygote: Zygote, world: World, limits: channel.ProcessLimits, patience: float
    ) -> None:
        self._patience = patience
        started = start_student(zygote, limits)
        self._lifeline, self._talk, self._listener, self._runner = started
        self._late = ""
        self._answers = False
        running = world.lab.in_process
        self._server = Server(running, listener=self._listener, answer=world.answer)
        self.ask("begin", environment=self._environment(running))

    def _environment(self, sandbox: Sandbox) -> dict[str, str]:
        url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        credentials = sandbox.session().get_credentials()
        assert credentials is not None
        return {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": credentials.access_key,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_key,
            "AWS_DEFAULT_REGION": sandbox.region,
            "AWS_REGION": sandbox.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled",
            SERVED: f"{url} {self._server.token}",
        }

    def ask(self, what: str, *, seconds: float | None = None, **more: Any) -> dict[str, Any]:
        """Let it do something, and serve its sandbox until it answers.

        Args:
            seconds: for code of the student's; None where it is not theirs that is asked for.

        Raises:
            Died: it did not answer: it ended, or took longer than ``seconds`` and was stopped.
        """
        late = channel.SILENT if seconds is None else "time"
        with self._alarm(self._patience if seconds is None else seconds, late):
            try:
                number = secrets.token_hex(8)
                channel.send(self._talk, {"do": what, "number": number, **more})
                while True:
                    self._serve()
                    reply = channel.receive(self._talk)
                    if reply.get("number") == number:  # And not something else that was sent.
                        return reply
            except (channel.Broken, _TooLate):
                raise Died(self._why()) from None

    def sweep(self) -> int:
        """End what an answer has left running, if it is too much for those that follow.

        Returns:
            How many processes were ended.

        Raises:
            Died: it has ended.
        """
        try:
            self._lifeline.sendall(channel.SWEEP)
            said = self._lifeline.recv(100, socket.MSG_PEEK)
        except OSError:
            said = b""
        if not said.endswith(b"\n"):  # Not the answer, but why it has ended.
            raise Died(self._why())
        if (count := int(self._lifeline.recv(len(said)))) > 0:
            self.ask("bury")
        return count

    def _serve(self) -> None:
        """Answer requests until the student's process has something to say, or has ended."""
        waiting = [self._talk, self._lifeline, self._listener]
        while (ready := select.select(waiting, [], [])[0]) == [self._listener]:
            self._server.sandbox = Sandbox.running() or self._server.sandbox
            self._answers = True
            self._server.answer_one()
            self._answers = False
        if ready[0] is self._lifeline:
            raise channel.Broken("ended")

    @contextlib.contextmanager
    def _alarm(self, seconds: float, late: str) -> Iterator[None]:
        """Stop the student's process when time is up: whatever waits for it then goes on.

        On a busy machine it waits for a processor, which is not its fault: that does not count, up
        to twice the time that it has.
        """
        self._late = ""
        begun, given = self._waited(), 0.0

        def too_late(*_: object) -> None:
            nonlocal given
            more = min(self._waited() - begun, _PATIENCE * seconds) - given
            if more > _WORTH_WAITING:
                given += more
                signal.setitimer(signal.ITIMER_REAL, more)
                return
            self._late = late
            self._stop()
            if self._answers:  # It may take long, and whoever asked has gone.
                self._answers = False
                raise _TooLate

        before = signal.signal(signal.SIGALRM, too_late)
        signal.setitimer(signal.ITIMER_REAL, seconds)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _waited(self) -> float:
        """Seconds that the student's process and this one have been ready to run, and did not."""
        waited = 0
        for process in (self._runner, "self"):
            with contextlib.suppress(OSError, IndexError):  # The kernel may not count it.
                waited += int(Path(f"/proc/{process}/schedstat").read_text().split()[1])
        return waited / 1e9

    def _stop(self) -> None:
        with contextlib.suppress(OSError):
            self._lifeline.send(b"stop")

    def _why(self) -> str:
        self._stop()
        said = ""
        with contextlib.suppress(OSError):
            said = self._lifeline.recv(100).decode()
        return self._late or said or "gone"

    def close(self) -> None:
        """End it, and wait until it has gone."""
        self._stop()
        with contextlib.suppress(OSError):
            while self._lifeline.recv(100):
                pass
        self._server.close()
        for each in (self._talk, self._lifeline, self._listener):
            each.close()
