"""One connection's HTTP/1.1, without its socket: from bytes to requests, and from answers to bytes.

h11 reads and writes the messages, and knows which request may follow which answer. Here is what it
leaves to a server: how much is taken, and what is said to what cannot be read.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus

import h11

from .answers import Answer, Request, plain

#: AWS's largest request here is DynamoDB's 16 MB (DynamoDB Developer Guide, "BatchWriteItem").
MAX_BODY = 20 * 1024 * 1024
#: How long a request's line and headers may be together, in bytes.
MAX_HEAD = 64 * 1024


class Conversation:
    """What is said on one connection.

    Args:
        send: sends bytes to the client.
        stays: whether the connection serves more than one request.

    Attributes:
        ended: whether nothing more will be said.
        refused: whether it ended at something that could not be read.
    """

    def __init__(self, send: Callable[[bytes], object], *, stays: bool = True) -> None:
        self._send = send
        self._stays = stays
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=MAX_HEAD)
        self._head: h11.Request | None = None
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._size = 0
        self._first = b""
        self.ended = self.refused = False

    def receive(self, data: bytes) -> None:
        """Bytes have come in; none means that no more will come."""
        self._first = self._first or data[:1]
        self._http.receive_data(data)

    def next(self) -> Request | None:
        """The next request that has come in whole; None if there is none yet. What can never become
        one is refused here."""
        try:
            return self._next()
        except h11.RemoteProtocolError as error:
            self._refuse(error.error_status_hint, self._unreadable(error))
        except _TooLargeError:
            megabytes = MAX_BODY >> 20
            why = f"its body has {megabytes} MiB or more, and AWS takes no such request."
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)
        return None

    def _next(self) -> Request | None:
        while not self.ended:
            event = self._http.next_event()
            if isinstance(event, h11.Data):
                self._body.append(bytes(event.data))
                self._size += len(event.data)
                _check_size(self._size)
            elif isinstance(event, h11.Request):
                self._begin(event)
            elif isinstance(event, h11.EndOfMessage):
                return self._whole()
            elif isinstance(event, h11.ConnectionClosed):
                self.ended = True
            else:
                if self._http.they_are_waiting_for_100_continue:
                    self._say(_GO_ON)
                break
        return None

    def _begin(self, head: h11.Request) -> None:
        self._head, self._body, self._size = head, [], 0
        if head.http_version not in (b"1.0", b"1.1"):
            spoken = head.http_version.decode()
            raise h11.RemoteProtocolError(f"it speaks HTTP/{spoken}", error_status_hint=505)
        self._headers, length = {}, len(head.target)
        for name, value in head.headers.raw_items():
            length += len(name) + len(value)
            key, text = name.decode("latin-1").title(), value.decode("latin-1")
            self._headers[key] = f"{self._headers[key]},{text}" if key in self._headers else text
        if length > MAX_HEAD:
            raise h11.RemoteProtocolError("too long", error_status_hint=431)
        _check_size(int(self._headers.get("Content-Length", 0)))

    def _whole(self) -> Request:
        assert self._head is not None
        method, target = self._head.method.decode(), self._head.target.decode()
        return Request(method, target, self._headers, b"".join(self._body))

    def answer(self, answer: Answer) -> None:
        """Answer the request that ``next`` gave."""
        try:
            head = self._response(answer)
        except (h11.LocalProtocolError, ValueError) as error:
            answer = plain(500, f"The sandbox failed on this request ({error}).")
            head = self._response(answer)
        asked = self._head.method if self._head else b""
        body = b"" if asked == b"HEAD" else answer.body
        self._say(head, h11.Data(data=body), h11.EndOfMessage())
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()
        else:
            self.ended = True

    def _response(self, answer: Answer) -> h11.Response:
        """The head of an answer.

        Raises:
            h11.LocalProtocolError, ValueError: HTTP has no form for one of its headers.
        """
        length = ("Content-Length", str(len(answer.body)))
        headers = [("Date", _date(int(time.time()))), *answer.headers.items(), length]
        if self.refused or not self._stays:
            headers.append(("Connection", "close"))
        return h11.Response(
            status_code=answer.status, headers=headers, reason=_REASONS.get(answer.status, "")
        )

    def _say(self, *events: h11.Event) -> None:
        self._send(b"".join(self._http.send(event) or b"" for event in events))

    def _refuse(self, status: int, why: str) -> None:
        """Say why what came in is no request, and end."""
        self.refused = True
        self.answer(plain(status, f"The sandbox cannot take this request: {why}"))
        self.ended = True

    def _unreadable(self, error: h11.RemoteProtocolError) -> str:
        """Why what came in is no request."""
        if error.error_status_hint == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE:
            return f"its line and headers have more than {MAX_HEAD >> 10} KiB."
        if "closed connection" in str(error) and self._head:
            return "its body is not as long as its header says."
        if "closed connection" in str(error):
            return "it ends before its headers do."
        if self._first == _TLS:
            return "it is TLS; give an address that begins with http://."
        what = str(error).partition(": bytearray")[0]
        return f"it is not in HTTP/1.1 ({what})."


class _TooLargeError(Exception):
    """A body is larger than any that AWS takes."""


def _check_size(size: int) -> None:
    if size >= MAX_BODY:
        raise _TooLargeError


_GO_ON = h11.InformationalResponse(status_code=100, headers=[], reason="Continue")
_REASONS = {int(status): status.phrase for status in HTTPStatus}
#: The first byte of a TLS handshake (RFC 8446, 5.1).
_TLS = b"\x16"


@lru_cache(maxsize=1)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
