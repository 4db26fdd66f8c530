"""The sandbox over HTTP, on loopback only, for the aws CLI and any SDK."""

from __future__ import annotations

import contextlib
import select
import socket
import sys
from collections.abc import Callable
from typing import Any

from ..errors import SandboxError
from ..sandbox import Sandbox
from . import control
from .answers import HOST, Answers
from .clients import BACKLOG, Clients
from .connections import SILENCE
from .conversation import Conversation

#: How many seconds requests that have come in have to be answered when the server stops. Containers
#: are killed ten seconds after SIGTERM, and the account is to be saved before that.
PATIENCE = 5.0


def require_sockets() -> None:
    """Pass where a program can listen for requests.

    Raises:
        SandboxError: it cannot, since this Python runs in a browser.
    """
    if sys.platform == "emscripten":
        raise SandboxError(
            "Python in a browser cannot listen for requests, so the sandbox cannot be served from "
            "here: call it with boto3, or run `python -m refusal serve` on a computer."
        )


class Server:
    """An HTTP server for a running sandbox, on the loopback address.

    It listens as soon as it is created. ``serve`` answers requests until ``close`` is called.

    Args:
        sandbox: a sandbox that has been started. The server does not stop it.
        port: a TCP port from 1 to 65535, or 0 for any free one.
        listener: a listening socket to use in place of a port. Requests are then answered one at a
            time, each when ``answer_one`` is called.
        answer: the function that carries out requests on the control channel.

    Attributes:
        url: the server's address, for ``AWS_ENDPOINT_URL`` or ``endpoint_url``.
        token: the token that ``Sandbox.connect`` needs; each server has a new one.

    Raises:
        SandboxError: the port is in use, is not allowed or is not a port, or this Python runs in a
            browser.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        port: int = 0,
        *,
        listener: socket.socket | None = None,
        answer: Callable[[Sandbox, Any], Any] = control.answer,
    ) -> None:
        require_sockets()
        self._answers = Answers(sandbox, answer)
        self.token = self._answers.token
        self._listener = _listen(port) if listener is None else listener.dup()
        self._clients = Clients(self._listener, self._answers.at_once) if listener is None else None
        self.url = f"http://{HOST}:{self._listener.getsockname()[1]}"

    @property
    def sandbox(self) -> Sandbox:
        """The sandbox; another one may take its place."""
        return self._answers.sandbox

    @sandbox.setter
    def sandbox(self, sandbox: Sandbox) -> None:
        self._answers.sandbox = sandbox

    def serve(self) -> None:
        """Answer requests until another thread calls ``close``, or until Ctrl-C. Requests are
        accepted side by side, and the sandbox handles one at a time: in the thread that calls
        this."""
        assert self._clients is not None, "a server with a listener answers one at a time"
        try:
            for connection, request in self._clients.requests():
                self._clients.answer(connection, self._answers.answer(request))
        except KeyboardInterrupt:
            pass
        finally:
            self._clients.stop(0)

    def answer_one(self) -> None:
        """Answer one request that has come in; return at once if none has."""
        if not select.select([self._listener], [], [], 0)[0]:
            return
        with contextlib.suppress(OSError):  # The client has gone, or is silent.
            connection, _ = self._listener.accept()
            with connection:
                connection.settimeout(SILENCE)
                self._talk(connection)

    def _talk(self, connection: socket.socket) -> None:
        conversation = Conversation(connection.sendall, stays=False)
        while not conversation.ended:
            conversation.receive(connection.recv(65536))
            if (request := conversation.next()) is not None:
                answers = self._answers
                conversation.answer(answers.at_once(request) or answers.answer(request))
        if conversation.refused:  # What is left is read, so that the answer arrives.
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(1)
            for _ in range(64):
                if not connection.recv(65536):
                    break

    def close(self) -> bool:
        """Stop answering, and free the port.

        Requests that have come in completely are answered first, for at most five seconds. New ones
        are meanwhile refused with status 503.

        Returns:
            Whether all of them were answered.
        """
        answered = self._clients.stop(PATIENCE) if self._clients is not None else True
        self._listener.close()
        return answered


def no_port(text: str) -> SandboxError:
    """What is said to a number that cannot be a port, or to no number at all."""
    return SandboxError(f"`{text[:20]}` is not a port; give one from 1 to 65535, or 0 for any.")


def _listen(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise no_port(str(port))
    try:
        return socket.create_server((HOST, port), backlog=BACKLOG)
    except OSError as error:
        raise SandboxError(
            f"Port {port} on this machine is taken or not allowed; give another with --port."
        ) from error
