"""Connections that stay: what one client sends is never taken for another request."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from refusal import Sandbox
from refusal.serving.server import HEALTH, MAX_BODY, Server

POST = "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@contextlib.contextmanager
def serving() -> Iterator[Server]:
    with Sandbox() as sandbox:
        server = Server(sandbox)
        thread = threading.Thread(target=server.serve)
        thread.start()
        try:
            yield server
        finally:
            server.close()
            thread.join()


@pytest.fixture
def connection() -> Iterator[socket.socket]:
    with serving() as server, socket.create_connection(server_address(server)) as made:
        made.settimeout(30)
        yield made


def server_address(server: Server) -> tuple[str, int]:
    return "127.0.0.1", int(server.url.rpartition(":")[2])


def answer(connection: socket.socket) -> http.client.HTTPResponse:
    """The next answer, read to its end."""
    found = http.client.HTTPResponse(connection)
    found.begin()
    found.read()
    return found


def closed(connection: socket.socket) -> bool:
    try:
        return connection.recv(1) == b""
    except ConnectionResetError:
        return True


def test_one_connection_serves_several_requests(connection: socket.socket) -> None:
    for body in ("", "{}", "{}" * 5000, ""):
        connection.sendall(f"{POST}Content-Length: {len(body)}\r\n\r\n{body}".encode())
        found = answer(connection)
        assert (found.status, found.getheader("Connection")) == (501, None)
    connection.sendall(f"GET {HEALTH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert answer(connection).status == 200


def test_requests_sent_at_once_are_answered_in_turn(connection: socket.socket) -> None:
    health = f"GET {HEALTH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    connection.sendall(f"{POST}Content-Length: 2\r\n\r\n{{}}{health}{health}".encode())
    statuses = []
    stream = connection.makefile("rb")
    for _ in range(3):
        statuses.append(int(stream.readline().split()[1]))
        length = 0
        while (line := stream.readline()) != b"\r\n":
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        stream.read(length)
    assert statuses == [501, 200, 200]


@pytest.mark.parametrize(
    "header", ["Connection: close", "Transfer-Encoding: chunked", "Content-Length: 2x"]
)
def test_where_the_end_of_a_body_is_not_known_the_connection_ends(
    connection: socket.socket, header: str
) -> None:
    connection.sendall(f"{POST}{header}\r\n\r\n0\r\n\r\n".encode())
    assert answer(connection).getheader("Connection") == "close"
    assert closed(connection)


def test_the_older_http_has_one_request_a_connection(connection: socket.socket) -> None:
    connection.sendall(f"GET {HEALTH} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
    assert answer(connection).getheader("Connection") == "close"
    assert closed(connection)


def test_what_is_left_of_a_large_body_is_no_request(connection: socket.socket) -> None:
    connection.sendall(f"{POST}Content-Length: {MAX_BODY + 1}\r\n\r\n".encode())
    sender = threading.Thread(target=send_all, args=(connection, b"GET / HTTP/1.1\r\n\r\n"))
    sender.start()
    assert answer(connection).status == 413
    with contextlib.suppress(OSError):  # The other side may have ended it already.
        connection.shutdown(socket.SHUT_RDWR)
    sender.join()


def send_all(connection: socket.socket, line: bytes) -> None:
    with contextlib.suppress(OSError):
        connection.sendall(line * (MAX_BODY // len(line)))


def test_who_waits_to_be_told_is_told_to_go_on(connection: socket.socket) -> None:
    connection.sendall(f"{POST}Content-Length: 2\r\nExpect: 100-continue\r\n\r\n".encode())
    assert connection.recv(25) == b"HTTP/1.1 100 Continue\r\n\r\n"
    connection.sendall(b"{}")
    assert answer(connection).status == 501


def test_a_server_that_stops_ends_its_connections() -> None:
    with serving() as server:
        connection = socket.create_connection(server_address(server))
        connection.settimeout(30)
        connection.sendall(f"GET {HEALTH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        assert answer(connection).status == 200
    with connection:
        assert closed(connection)


def test_half_a_request_does_not_delay_a_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("refusal.serving.server.PATIENCE", 0.1)
    with serving() as server:
        connection = socket.create_connection(server_address(server))
        connection.settimeout(30)
        connection.sendall(f"{POST}Content-Length: 100\r\n\r\nhalf".encode())
        # It is being read when a request that came later has been answered.
        with socket.create_connection(server_address(server)) as other:
            other.sendall(f"GET {HEALTH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            assert answer(other).status == 200
        assert server.close()
    with connection:
        assert closed(connection)


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"\x16\x03\x01\x00\xa5\r\n\r\n", b"The sandbox cannot take this request: Bad request"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"cannot take this request: Invalid HTTP version"),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", b"request: Request-URI Too Long"),
        (f"{POST}X: a\r\n{'X: a' * 20_000}\r\n\r\n".encode(), b"take this request: Line too long"),
        (f"{POST}Content-Length: 9\r\n\r\nhalf".encode(), b"its body is not as long as its header"),
        (f"{POST}Content-Length: {MAX_BODY + 1}\r\n\r\n".encode(), b"its body has 20 MiB or more"),
    ],
)
def test_what_is_no_request_gets_one_sentence(
    connection: socket.socket, sent: bytes, words: bytes
) -> None:
    connection.sendall(sent)
    connection.shutdown(socket.SHUT_WR)
    with connection.makefile("rb") as stream:
        *_, last = stream.read().splitlines()
    assert words in last and b"<" not in last
