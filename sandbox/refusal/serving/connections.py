"""The connections of a server's clients: one thread reads and writes them all."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from .answers import Answer, Request
from .conversation import Conversation

#: How many seconds a connection may be silent.
SILENCE = 60.0
#: For how many seconds the rest of a request that was refused is read: a system that closes a
#: connection with unread bytes resets it, and the client may lose the answer.
REST = 5.0


class Taker(Protocol):
    """What takes the requests of connections, in their thread."""

    def opened(self, connection: Connection) -> None:
        """A connection has been made."""

    def take(self, connection: Connection, request: Request) -> Answer | None:
        """A request has come in. None: ``answer`` will be called with its answer."""

    def sent(self) -> None:
        """The answer to a request has been sent, or nobody waits for it."""

    def lost(self, connection: Connection) -> None:
        """A connection has ended."""


class Connection(asyncio.Protocol):
    """A client's connection. Its requests are answered one after another."""

    _transport: asyncio.Transport

    def __init__(self, taker: Taker) -> None:
        self._taker = taker
        #: A request waits for its answer; that answer, or any, is not read yet.
        self._waits = self._unread = self._full = False
        self._since = time.monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """As asyncio asks for it."""
        assert isinstance(transport, asyncio.Transport)
        transport.set_write_buffer_limits(0)  # ``pause_writing`` then says that bytes are left.
        self._transport = transport
        self._conversation = Conversation(transport.write)
        self._taker.opened(self)

    def data_received(self, data: bytes) -> None:
        """As asyncio asks for it."""
        if self._conversation.ended:
            return
        self._since = time.monotonic()
        self._conversation.receive(data)
        if self._waits or self._full:
            self._transport.pause_reading()
        else:
            self._go_on()

    def eof_received(self) -> bool:
        """As asyncio asks for it. Whoever sends nothing more may still wait for an answer."""
        if self._conversation.ended:
            self._transport.close()
        else:
            self._conversation.receive(b"")
            if not (self._waits or self._full):
                self._go_on()
        return True

    def pause_writing(self) -> None:
        """As asyncio asks for it."""
        self._full = True

    def resume_writing(self) -> None:
        """As asyncio asks for it."""
        self._full, self._since = False, time.monotonic()
        self._sent()

    def connection_lost(self, error: Exception | None) -> None:
        """As asyncio asks for it."""
        self._tell_sent()
        self._taker.lost(self)

    def answer(self, answer: Answer) -> None:
        """Answer the request that was taken."""
        if self._transport.is_closing():
            self._taker.sent()
            return
        self._waits, self._unread = False, True
        self._conversation.answer(answer)
        if not self._full:
            self._sent()

    def _sent(self) -> None:
        """All that was to be sent has been."""
        self._tell_sent()
        if not self._transport.is_closing():
            self._transport.resume_reading()
            self._go_on()

    def _tell_sent(self) -> None:
        if self._unread:
            self._unread = False
            self._taker.sent()

    def _go_on(self) -> None:
        talk = self._conversation
        while not self._full and (request := talk.next()) is not None:
            answer = self._taker.take(self, request)
            if answer is None:
                self._waits = True
                self._since = time.monotonic()
                return
            self._unread = True
            talk.answer(answer)
            if not self._full:
                self._tell_sent()
        if talk.refused:
            self._transport.write_eof()
            asyncio.get_running_loop().call_later(REST, self._transport.abort)
        elif talk.ended:
            self._transport.close()

    def close_if_silent(self) -> None:
        """Close it if nothing has been heard of the client for long."""
        if not self._waits and time.monotonic() - self._since > SILENCE:
            self.close()

    def close(self) -> None:
        """Close it at once."""
        self._transport.abort()
