"""The sandbox's own time.

Time starts at a fixed instant, moves a little with every request, and moves further when the
caller says so. Nothing here reads the machine's clock, so the same calls give the same dates.
"""

from __future__ import annotations

import contextlib
import datetime as real
import heapq
from collections.abc import Callable, Iterator
from itertools import count
from types import ModuleType
from typing import Any

START = real.datetime(2026, 1, 5, 9, 0, tzinfo=real.UTC)
#: How far one request moves the clock: the sandbox's assumption.
PER_REQUEST = real.timedelta(milliseconds=100)
#: The end of the calendar, with a year to spare for what services reckon from now.
END = real.datetime(9999, 1, 1, tzinfo=real.UTC)


class Clock:
    """A clock that only moves forward."""

    def __init__(self, start: real.datetime = START) -> None:
        self._now = start
        #: What is to happen, and when; what was asked for first is first.
        self._due: list[tuple[real.datetime, int, Callable[[], None]]] = []
        self._number = count()

    def now(self) -> real.datetime:
        """The present moment, aware, in UTC."""
        return self._now

    def timestamp(self) -> float:
        """The present moment in seconds since 1970."""
        return self._now.timestamp()

    def at(self, moment: real.datetime, action: Callable[[], None]) -> None:
        """Let something happen once, when the clock comes to a moment: at that time, in order."""
        heapq.heappush(self._due, (moment, next(self._number), action))

    def resume(self, moment: real.datetime) -> None:
        """It is this moment, as when an account was saved; nothing is due yet."""
        self._now = moment
        self._due.clear()

    def tick(self) -> None:
        """One request has been made."""
        self._move(min(self._now + PER_REQUEST, END))

    def _move(self, to: real.datetime) -> None:
        while self._due and self._due[0][0] <= to:
            moment, _, action = heapq.heappop(self._due)
            self._now = max(self._now, moment)
            action()
        self._now = to

    def advance(self, delta: real.timedelta) -> None:
        """Move forward by ``delta``.

        Raises:
            ValueError: ``delta`` is negative: time in the sandbox never runs back.
        """
        if delta < real.timedelta(0):
            raise ValueError(
                f"The sandbox's clock cannot go back (by {-delta}); "
                "give a positive time, for example advance(minutes=6)."
            )
        if delta > END - self._now:
            raise ValueError(
                f"The sandbox's clock cannot go {delta} ahead: its calendar ends with the year "
                "9998; give a shorter time, for example advance(days=8)."
            )
        self._move(self._now + delta)

    @contextlib.contextmanager
    def as_of(self, moment: real.datetime) -> Iterator[None]:
        """Inside it is an earlier moment: for what has happened then and is found only now."""
        now, self._now = self._now, moment
        try:
            yield
        finally:
            self._now = now

    def as_datetime_module(self) -> ModuleType:
        """A stand-in for the ``datetime`` module whose ``now`` is this clock's."""
        clock = self

        class SandboxDatetime(real.datetime):
            @classmethod
            def now(cls, tz: real.tzinfo | None = None) -> Any:
                return clock.now().astimezone(tz) if tz else clock.now().replace(tzinfo=None)

            @classmethod
            def utcnow(cls) -> Any:
                return clock.now().replace(tzinfo=None)

        module = ModuleType("datetime")
        module.__dict__.update(real.__dict__)
        module.__dict__["datetime"] = SandboxDatetime
        return module
