"""What crosses between the grader and a student's process: JSON of a limited size, never pickle.

What comes from the student's side is a claim and no more: it is read here, and judged elsewhere.
"""

from __future__ import annotations

import base64
import datetime
import json
import socket
import struct
from collections.abc import Callable
from types import EllipsisType
from typing import Any, TypedDict

#: Bytes of one message; a value that makes a longer one is replaced by its description.
LIMIT = 4 * 1024 * 1024
#: Characters of an error: its one line, and that with the place in the student's code.
SHORT, DETAILS = 500, 1000
#: Processes that an answer may have at once. The kernel's limit is on processes and threads, and
#: lets one be made anew as soon as another ends, which can take a machine's whole time.
MOST_PROCESSES = 40
#: What a keeper is told to do between two answers; any other word, or none, means the end.
SWEEP = b"sweep"
#: Why a process was ended: its submission's time was over; it did not answer outside an answer.
BUDGET, SILENT = "budget", "silent"
_DEPTH = 20
_SHOWN = 200
_type_name = type.__dict__["__name__"].__get__


class ProcessLimits(TypedDict):
    """What the keeper of a student's process is told.

    Attributes:
        isolated: whether to shut the process into namespaces.
        memory: bytes, for all that it starts.
        seconds: of processor time, for one process.
        until: when it is ended whatever it does, by ``time.monotonic``, one clock for all.
    """

    isolated: bool
    memory: int
    seconds: int
    until: float


class Broken(Exception):
    """The other side has gone, or it sends what is no message."""


def send(to: socket.socket, message: dict[str, Any]) -> None:
    """Send a message.

    Raises:
        Broken: nobody is there.
    """
    data = json.dumps(message).encode()
    try:
        to.sendall(struct.pack(">I", len(data)) + data)
    except OSError as error:
        raise Broken(str(error)) from None


def receive(source: socket.socket) -> dict[str, Any]:
    """The next message.

    Raises:
        Broken: there is none, or it is too long or no JSON object.
    """
    (length,) = struct.unpack(">I", _exactly(source, 4))
    if length > LIMIT:
        raise Broken("too long")
    try:
        message = json.loads(_exactly(source, length))
    except (ValueError, RecursionError):
        raise Broken("no JSON") from None
    if not isinstance(message, dict):
        raise Broken("no message")
    return message


def _exactly(source: socket.socket, length: int) -> bytes:
    data = bytearray()
    while len(data) < length:
        try:
            part = source.recv(min(length - len(data), 1 << 20))
        except OSError:
            part = b""
        if not part:
            raise Broken("closed")
        data += part
    return bytes(data)


def error_of(reply: dict[str, Any]) -> dict[str, str]:
    """The error that a student's process tells of, cut to what a page shows; empty if none."""
    error = reply.get("error")
    if not isinstance(error, dict):
        return {}
    return {
        "short": _text(error.get("short"), SHORT),
        "details": _text(error.get("details"), DETAILS),
    }


def about_machine(reply: dict[str, Any], name: str) -> str:
    """What a student's process says that the machine ``lacks``, or ``exceeds`` of its limits."""
    return " ".join(_text(reply.get(name), _SHOWN).split())


def _text(value: object, length: int) -> str:
    return value[:length] if isinstance(value, str) else ""


class Other:
    """A value that does not cross: what it is, in words.

    Its type has the name of the value's own, as a check that tells a student of it shows that.
    """

    def __init__(self, shown: str) -> None:
        self.shown = shown

    def __repr__(self) -> str:
        return self.shown

    @classmethod
    def of(cls, told: Any) -> Other:
        """What the other process tells of a value: the name of its type, and its description."""
        name, shown = (str(part)[:_SHOWN] for part in told)
        kind: type[Other] = type(name, (cls,), {}) if name.isidentifier() else cls
        return kind(f"{name}: {shown}"[:_SHOWN])


class Function:
    """A function that stays in the other process; calling it asks there.

    Args:
        ask: takes the named arguments.
    """

    def __init__(self, name: str, ask: Callable[..., Any]) -> None:
        self.__name__ = name
        self._ask = ask

    def __call__(self, **given: Any) -> Any:
        return self._ask(self.__name__, given)

    def __repr__(self) -> str:
        return f"<function {self.__name__}>"


Function.__name__ = "function"  # As Python calls the type, and a check that shows it.


def encode(value: Any, name: str = "", depth: int = 0) -> Any:
    """A value as JSON: bytes, tuples, sets, dictionaries, times, dots and functions are tagged.

    Args:
        name: what a function is called by.
    """
    if depth > _DEPTH:
        return other(value, "nested too deep")
    if value is None or isinstance(value, bool):
        return value
    for kind in (int, float, str):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, EllipsisType):
        return {"dots": True}
    if isinstance(value, bytes | bytearray | memoryview):
        return {"bytes": base64.b64encode(bytes(value)).decode()}
    if isinstance(value, datetime.datetime):
        return {"time": value.isoformat()}
    if isinstance(value, list):
        return [encode(one, name, depth + 1) for one in value]
    for tag, kinds in (("tuple", tuple), ("set", (set, frozenset))):
        if isinstance(value, kinds):
            return {tag: [encode(one, name, depth + 1) for one in value]}
    if isinstance(value, dict):
        pairs = value.items()
        return {"dict": [[encode(part, name, depth + 1) for part in pair] for pair in pairs]}
    if callable(value):
        return {"function": name or getattr(value, "__name__", "?")}
    return other(value, repr(value))


def other(value: Any, shown: str) -> dict[str, Any]:
    """What stands for a value that does not cross."""
    return {"other": [name_of(value), shown[:_SHOWN]]}


def name_of(value: Any) -> str:
    """The name of a value's type, whatever a class of its class makes of ``__name__``."""
    return str(_type_name(type(value)))[:_SHOWN]


def decode(sent: Any, ask: Callable[..., Any]) -> Any:
    """The value that ``encode`` made this of; what cannot be read is an ``Other``.

    Args:
        ask: calls a function of the other process: ``ask(name, arguments)``.
    """
    if not isinstance(sent, list | dict):
        return sent
    try:
        if isinstance(sent, list):
            return [decode(one, ask) for one in sent]
        ((tag, content),) = sent.items()
        return _DECODERS[tag](content, ask)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return Other("something that cannot be read")


_DECODERS: dict[str, Callable[[Any, Any], Any]] = {
    "dots": lambda _, ask: ...,
    "bytes": lambda text, ask: base64.b64decode(text, validate=True),
    "time": lambda text, ask: datetime.datetime.fromisoformat(text),
    "tuple": lambda parts, ask: tuple(decode(one, ask) for one in parts),
    "set": lambda parts, ask: {decode(one, ask) for one in parts},
    "dict": lambda pairs, ask: {decode(key, ask): decode(one, ask) for key, one in pairs},
    "function": lambda name, ask: Function(str(name), ask),
    "other": lambda told, ask: Other.of(told),
}
