"""Connections that stay: what one client sends is never taken for another request."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from refusal import Sandbox
from refusal.serving import Server
from refusal.serving.answers import HEALTH
from refusal.serving.conversation import MAX_BODY

LONG = "a" * 70_000
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
    "header", ["Connection: close", "Transfer-Encoding: gzip", "Content-Length: 2x"]
)
def test_where_the_end_of_a_body_is_not_known_the_connection_ends(
    connection: socket.socket, header: str
) -> None:
    connection.sendall(f"{POST}{header}\r\n\r\n0\r\n\r\n".encode())
    assert answer(connection).getheader("Connection") == "close"
    assert closed(connection)


def test_a_body_in_chunks_ends_where_its_last_chunk_does(connection: socket.socket) -> None:
    for _ in range(2):
        connection.sendall(
            f"{POST}Transfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n".encode()
        )
        found = answer(connection)
        assert (found.status, found.getheader("Connection")) == (501, None)


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
        (b"\x16\x03\x01\x00\xa5\r\n\r\n", b"it is TLS; give an address that begins with http://."),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"it is not in HTTP/1.1 (it speaks HTTP/2.0)."),
        (b"nonsense\r\n\r\n", b"it is not in HTTP/1.1 (illegal request line)."),
        (b"GET / HTTP/1.1\r\n\r\n", b"it is not in HTTP/1.1 (Missing mandatory Host: header)."),
        (b"GET / HT", b"it ends before its headers do."),
        (f"GET /{LONG} HTTP/1.1\r\nHost: a\r\n\r\n".encode(), b"headers have more than 64 KiB."),
        (f"GET /{LONG}".encode(), b"its line and headers have more than 64 KiB."),
        (f"{POST}X: a\r\nY: {LONG}\r\n\r\n".encode(), b"headers have more than 64 KiB."),
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
    assert last.startswith(b"The sandbox cannot take this request: ")
    assert words in last and b"<" not in last


def test_who_sends_nothing_more_is_still_answered(connection: socket.socket) -> None:
    connection.sendall(f"{POST}Content-Length: 2\r\n\r\n{{}}".encode())
    connection.shutdown(socket.SHUT_WR)
    assert answer(connection).status == 501
    assert closed(connection)


def test_a_silent_connection_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("connections", "clients"):
        monkeypatch.setattr(f"refusal.serving.{module}.SILENCE", 0.1)
    with serving() as server, socket.create_connection(server_address(server)) as connection:
        connection.settimeout(30)
        connection.sendall(f"{POST}Content-Length: 100\r\n\r\nhalf".encode())
        assert closed(connection)


class Large:
    """A sandbox whose answers fill a connection."""

    BODY = b"x" * 16 * 1024 * 1024

    def handle(self, request: Any) -> Any:
        return 200, {}, self.BODY


def test_a_large_answer_arrives_whole_and_delays_a_stop_until_it_is_read() -> None:
    server = Server(Large())  # type: ignore[arg-type]  # It needs no more of a sandbox.
    with ThreadPoolExecutor() as others, socket.create_connection(server_address(server)) as line:
        serves = others.submit(server.serve)
        line.settimeout(30)
        one = f"{POST}Content-Length: 0\r\n\r\n".encode()
        line.sendall(one * 3)
        assert line.recv(15, socket.MSG_PEEK | socket.MSG_WAITALL) == b"HTTP/1.1 200 OK"
        stops = others.submit(server.close)
        said = b"".join(iter(lambda: line.recv(1 << 20), b""))
        assert stops.result(30)
        _, _, rest = said.partition(b"\r\n\r\n")
        assert rest.startswith(Large.BODY)
        # What came with it had come in before the stop, or is told that it comes too late.
        assert said.count(b"HTTP/1.1 200 OK") == 3 or b'{"status": "stopping"}' in rest
        serves.result(30)


def test_a_client_that_reads_nothing_does_not_keep_the_others_from_theirs() -> None:
    server = Server(Large())  # type: ignore[arg-type]  # It needs no more of a sandbox.
    with ThreadPoolExecutor() as others, socket.create_connection(server_address(server)) as idle:
        serves = others.submit(server.serve)
        idle.sendall(f"{POST}Content-Length: 0\r\n\r\n".encode() * 50)
        with socket.create_connection(server_address(server)) as line:
            line.settimeout(30)
            line.sendall(f"{POST}Content-Length: 0\r\n\r\n".encode())
            assert answer(line).status == 200
        idle.close()
        server.close()
        serves.result(30)


def test_a_server_that_never_served_closes_and_one_that_is_closed_serves_nobody() -> None:
    with Sandbox() as sandbox:
        server = Server(sandbox)
        assert server.close() and server.close()
        server.serve()
        with pytest.raises(OSError):
            socket.create_connection(server_address(server))


@pytest.mark.parametrize("sent", [b"nonsense\r\n\r\n", b"GET / HT", b""])
def test_what_is_no_request_ends_only_itself_where_one_is_answered_at_a_time(sent: bytes) -> None:
    with Sandbox() as sandbox, socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(sandbox, listener=listener)
        server.answer_one()
        for request in (sent, f"GET {HEALTH} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()):
            with socket.create_connection(listener.getsockname()) as line:
                line.settimeout(30)
                line.sendall(request)
                line.shutdown(socket.SHUT_WR)
                server.answer_one()
                said = b"".join(iter(lambda: line.recv(4096), b""))
        assert said.startswith(b"HTTP/1.1 200 OK") and b"Connection: close" in said
        server.close()
