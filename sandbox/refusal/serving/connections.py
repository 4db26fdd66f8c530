"""HTTP connections that serve more than one request.

werkzeug's own handler closes a connection after each answer, since it cannot tell what is left of
a request's body from the next request. Here the body's length bounds what is read of it, so a
client that asks again does so on the connection that it has.
"""

from __future__ import annotations

import contextlib
import io
import socket
from typing import Any, ClassVar

from werkzeug.serving import WSGIRequestHandler

#: How many seconds a connection may be silent.
SILENCE = 60.0


class Handler(WSGIRequestHandler):
    """Answers the requests of one connection; ``for_a_server`` makes the class that a server takes.

    It writes no access log: request lines are of no use to a learner.
    """

    #: Headers and body of an answer in one packet, and at once.
    wbufsize = -1
    disable_nagle_algorithm = True
    timeout = SILENCE
    #: What is said to what is no HTTP request at all.
    error_message_format = "The sandbox cannot take this request: %(message)s.\n"
    error_content_type = "text/plain; charset=utf-8"
    #: The connections of one server that are open.
    connections: ClassVar[set[socket.socket]] = set()
    _keeps = False
    _refused = False

    @classmethod
    def for_a_server(cls) -> type[Handler]:
        """A class of its own, which knows that server's connections."""
        return type(cls.__name__, (cls,), {"connections": set()})

    @classmethod
    def close_all(cls) -> None:
        """Close the connections that are open: nobody is answered on them any more."""
        for connection in list(cls.connections):
            with contextlib.suppress(OSError):  # The client was quicker.
                connection.shutdown(socket.SHUT_RDWR)

    def setup(self) -> None:
        """A connection has been made."""
        super().setup()
        self.connections.add(self.connection)

    def finish(self) -> None:
        """A connection has ended."""
        self.connections.discard(self.connection)
        with contextlib.suppress(OSError):  # Its last answer could not be sent.
            super().finish()
        self.rfile.close()  # It is open still where that failed.
        if self._refused:
            self._drain()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Say that this is no request; the rest of it has not been read."""
        self._refused = True
        super().send_error(code, message, explain)

    def _drain(self) -> None:
        """Read what is left, up to 4 MB: a system that closes a connection with unread bytes resets
        it, and the client may lose the answer."""
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            self.connection.settimeout(1)
            for _ in range(64):
                if not self.connection.recv(65536):
                    break

    def run_wsgi(self) -> None:
        """Answer one request; the connection stays if its whole body was read."""
        length = self.headers.get("Content-Length", "0")
        bounded = length.isascii() and length.isdecimal() and len(length) < 20
        self._keeps = not self.close_connection and bounded and not self._chunked()
        if not self._keeps:
            super().run_wsgi()
            return
        stream, body = self.rfile, _Body(self.rfile, int(length))
        self.rfile = io.BufferedReader(body)
        try:
            super().run_wsgi()
        finally:
            self.rfile = stream
            self.close_connection = self.close_connection or body.left > 0

    def _chunked(self) -> bool:
        return "Transfer-Encoding" in self.headers

    def send_header(self, keyword: str, value: str) -> None:
        """Send a header; of a connection that stays, not that it closes."""
        if not (keyword == "Connection" and self._keeps):
            super().send_header(keyword, value)

    def handle_expect_100(self) -> bool:
        """Nothing yet: werkzeug says it, and it must go out before the body is read."""
        self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        del self.headers["Expect"]
        return True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class _Body(io.RawIOBase):
    """The body of a request: so many bytes of a connection, and no more.

    Attributes:
        left: how many of them have not been read.
    """

    def __init__(self, stream: io.BufferedIOBase, left: int) -> None:
        self._stream = stream
        self.left = left

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        wanted = min(len(buffer), self.left)
        data = self._stream.read1(wanted) if wanted else b""
        buffer[: len(data)] = data
        self.left = self.left - len(data) if data or not wanted else 0
        return len(data)
