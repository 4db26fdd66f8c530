"""How long a learner's function may run in a check, and that it cannot end Python."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from helpers.messages import say

#: Every exercise's function is done in less than one.
SECONDS = 20


class TooLong(BaseException):
    """A function was stopped: it had run for longer than it may. No ``Exception``: a loop that
    tries again after each would go on."""


class Exited(Exception):
    """A function called ``exit()``."""


def limited(function: Callable[..., Any], given: Mapping[str, Any], file: str) -> Any:
    """Call a function, for ``SECONDS`` at most.

    Where there is no alarm (Windows, a browser, another thread than the first) its own lines are
    counted on to look at the clock: a single long call in them is then not stopped.

    Args:
        file: where its code is from.

    Raises:
        TooLong: it ran longer.
        Exited: it would have ended Python.
    """
    in_main = threading.current_thread() is threading.main_thread()
    alarm = in_main and hasattr(signal, "setitimer")
    with _no_exit(), _alarm() if alarm else _watch(file):
        try:
            return function(**given)
        except SystemExit as error:
            raise Exited(say("check.exited")).with_traceback(error.__traceback__) from None


def _too_long() -> TooLong:
    return TooLong(say("check.too_long", seconds=SECONDS))


@contextlib.contextmanager
def _alarm() -> Iterator[None]:
    def ring(*_: Any) -> None:
        raise _too_long()

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, SECONDS, 1)  # Again, for a loop that catches all.
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _watch(file: str) -> Iterator[None]:
    end = time.monotonic() + SECONDS

    def line(*_: Any) -> Any:
        if time.monotonic() > end:
            raise _too_long()
        return line

    before = sys.gettrace()
    sys.settrace(lambda frame, *_: line if frame.f_code.co_filename == file else None)
    try:
        yield
    finally:
        sys.settrace(before)


@contextlib.contextmanager
def _no_exit() -> Iterator[None]:
    """A notebook's ``exit()`` only asks the kernel to stop afterwards: here it stops at once."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython else None
    if shell is None:
        yield
        return

    def leave() -> None:
        raise SystemExit

    shell.ask_exit = leave
    try:
        yield
    finally:
        del shell.ask_exit
