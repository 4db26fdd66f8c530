"""The clients of a server: their requests come out in turn, and answers go back to them."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import threading
from collections import deque
from collections.abc import Callable, Iterator

from .answers import Answer, Request
from .connections import SILENCE, Connection

#: How many clients may wait to be let in.
BACKLOG = 128


class Clients:
    """All clients of a listening socket, looked after by a thread that does nothing else.

    So what needs no sandbox is answered at once, however long other requests take.

    Args:
        listener: the socket.
        at_once: the answer to a request that need not wait in line, given the request and whether
            the server is stopping; None if it has to wait.
    """

    def __init__(
        self, listener: socket.socket, at_once: Callable[[Request, bool], Answer | None]
    ) -> None:
        self._listener, self._at_once = listener, at_once
        self._line: queue.SimpleQueue[tuple[Connection, Request] | None] = queue.SimpleQueue()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="refusal-clients", daemon=True)
        self._begins = threading.Lock()
        self._ended = self._answered = False
        #: Answers that have been made, and whether the thread has been told of some.
        self._made: deque[tuple[Connection, Answer]] = deque()
        self._told = False
        # What follows belongs to the thread.
        self._connections: set[Connection] = set()
        self._open, self._patience = 0, 0.0
        self._idle, self._stops = asyncio.Event(), asyncio.Event()
        self._idle.set()

    def requests(self) -> Iterator[tuple[Connection, Request]]:
        """The requests, as they come in, until ``stop`` is called. Each is to be answered."""
        with self._begins:
            if self._ended:
                return
            self._loop = asyncio.new_event_loop()
            self._thread.start()
        while not self._ended:
            with contextlib.suppress(queue.Empty):
                waiting = self._line.get(timeout=0.5)  # Windows hears Ctrl-C only in between.
                if waiting is not None and not self._ended:
                    yield waiting

    def answer(self, connection: Connection, answer: Answer) -> None:
        """Answer a request. While the thread has not come to the last one, it need not be told."""
        self._made.append((connection, answer))
        if not self._told:
            self._told = True
            self._tell(self._hand_out)

    def _hand_out(self) -> None:
        self._told = False
        while self._made:
            connection, answer = self._made.popleft()
            connection.answer(answer)

    def stop(self, patience: float) -> bool:
        """Take no more requests, answer those that have come in, and close all connections.

        Args:
            patience: how many seconds they have.

        Returns:
            Whether all of them were answered.
        """
        with self._begins:
            if self._loop is None:
                self._ended = self._answered = True
                self._listener.close()
                return True
        self._tell(self._begin_to_stop, patience)
        self._thread.join()
        return self._answered

    def _tell(self, what: Callable[..., object], *given: object) -> None:
        """Have the thread do something, unless it has ended."""
        assert self._loop is not None
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(what, *given)

    def _run(self) -> None:
        assert self._loop is not None
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        loop = asyncio.get_running_loop()
        listens = await loop.create_server(
            lambda: Connection(self), sock=self._listener, backlog=BACKLOG
        )
        while not await _within(SILENCE / 6, self._stops):
            for connection in self._connections:
                connection.close_if_silent()
        self._answered = await _within(self._patience, self._idle)
        self._ended = True
        self._line.put(None)
        listens.close()
        while self._connections:
            for connection in self._connections:
                connection.close()
            await asyncio.sleep(0)

    def _begin_to_stop(self, patience: float) -> None:
        if not self._stops.is_set():
            self._patience = patience
            self._stops.set()

    def opened(self, connection: Connection) -> None:
        """As a connection says."""
        self._connections.add(connection)

    def take(self, connection: Connection, request: Request) -> Answer | None:
        """As a connection says."""
        self._open += 1
        self._idle.clear()
        answer = self._at_once(request, self._stops.is_set())
        if answer is None:
            self._line.put((connection, request))
        return answer

    def sent(self) -> None:
        """As a connection says."""
        self._open -= 1
        if not self._open:
            self._idle.set()

    def lost(self, connection: Connection) -> None:
        """As a connection says."""
        self._connections.discard(connection)


async def _within(seconds: float, event: asyncio.Event) -> bool:
    """Whether something happens within so many seconds."""
    try:
        return await asyncio.wait_for(event.wait(), seconds)
    except TimeoutError:
        return False
