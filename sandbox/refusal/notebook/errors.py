"""Errors of AWS, boto3 and the sandbox in a notebook: a sentence, and the traceback folded away.

A call that goes wrong is how one learns here, and 40 lines of botocore say nothing about it. The
cell still counts as failed. Other errors look as they always do in Python.
"""

from __future__ import annotations

import contextlib
import difflib
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from types import TracebackType
from typing import Any

from botocore.client import BaseClient
from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from ..errors import SandboxError
from .shown import marked

_OURS = (ClientError, BotoCoreError, SandboxError)
#: What a cell's code is filed under, here or in a plain IPython.
_CELL = ("ipykernel_", "ipython-input")
#: What to say of an error instead: None for the usual, an empty text for Python's own traceback.
Advice = Callable[[BaseException, TracebackType | None], str | None]
_undo: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True)
class Mishap:
    """An error as a notebook shows it: name, sentence, where, and the way through the code."""

    name: str
    sentence: str
    where: str = ""
    details: str = ""

    def __repr__(self) -> str:
        head = f"{self.name}: {self.sentence}" if self.name else self.sentence
        return "\n".join(filter(None, [head, self.where]))

    def _repr_html_(self) -> str:
        name = f"<strong>{escape(self.name)}.</strong> " if self.name else ""
        where = f"<br/>{escape(self.where)}" if self.where else ""
        folded = (
            "<details><summary>The whole traceback</summary>"
            f'<pre style="overflow-x: auto">{escape(self.details)}</pre></details>'
        )
        style = "border-left: 4px solid #c8553d; padding: 0.4em 0.8em; max-width: 50em"
        said = f"{name}{marked(self.sentence)}{where}"
        return f'<div style="{style}">{said}{folded if self.details else ""}</div>'


def install(
    active: Callable[[], bool],
    advice: Advice = lambda *_: None,
    more: tuple[type[BaseException], ...] = (),
) -> None:
    """Show errors so from now on, if this is IPython; handlers that are there stay in place.

    Args:
        active: when it says no, the next error undoes all this.
        advice: what to say of an error in place of its own sentence.
        more: further errors that ``advice`` has something to say of.
    """
    global _undo  # noqa: PLW0603 - one shell per process
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or _undo is not None:
        return
    kinds, handler = shell.custom_exceptions, shell.CustomTB

    def handle(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> Any:
        if kinds and issubclass(kind, kinds):
            return handler(kind, error, trace, tb_offset=tb_offset)
        shown = mishap_of(error, trace, advice) if active() else None
        if not active():
            uninstall()
        if shown is None:
            return shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
        ipython.display.display(shown)
        # What a client such as nbclient is told, beside that the cell has failed.
        shell._last_traceback = [repr(shown)]
        return [repr(shown)]

    def undo() -> None:
        # set_custom_exc would wrap their handler, which is bound already.
        shell.custom_exceptions, shell.CustomTB = kinds, handler

    shell.set_custom_exc((*kinds, *_OURS, AttributeError, *more), handle)
    _undo = undo


def uninstall() -> None:
    """Leave errors to IPython again."""
    global _undo  # noqa: PLW0603
    if _undo is not None:
        _undo()
    _undo = None


def mishap_of(
    error: BaseException, trace: TracebackType | None, advice: Advice = lambda *_: None
) -> Mishap | None:
    """What to show of an error; None for one that Python is to show."""
    advised = advice(error, trace)
    if advised == "":
        return None
    if not isinstance(error, _OURS) and not _misspelt(error):
        return None if advised is None else Mishap("", advised)
    name, sentence = told_of(error)
    frames = [frame for frame in traceback.extract_tb(trace) if in_cell(frame)]
    at = frames[-1] if frames else None
    where = f"Line {at.lineno} of the cell: {at.line}" if at and at.line else ""
    return Mishap(name, advised or sentence, where, _traceback(error, trace))


def told_of(error: BaseException) -> tuple[str, str]:
    """An error's name, and its sentence."""
    if isinstance(error, ParamValidationError):
        report = " ".join(str(error.kwargs.get("report", error)).split())
        return type(error).__name__, f"boto3 did not send the call. {report}"
    if not isinstance(error, ClientError):
        return type(error).__name__, _misspelt(error) or str(error)
    told = error.response.get("Error", {})
    code, message = str(told.get("Code", "")), str(told.get("Message", ""))
    if code == "NotInSandbox":
        return code, message
    if error.response.get("ResponseMetadata", {}).get("HTTPStatusCode") == 501:
        call = f"{_service_of(error) or 'AWS'}:{error.operation_name}"
        return "NotInSandbox", f"The sandbox does not have {call}. It works on a real AWS account."
    return code, f"{error.operation_name}: {message}".rstrip(": ")


def _misspelt(error: BaseException) -> str:
    """What to say of an operation that a boto3 client does not have; empty of any other error."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    client = frames[-1].f_locals.get("self") if frames else None
    if not isinstance(error, AttributeError) or not isinstance(client, BaseClient):
        return ""
    item, known = str(frames[-1].f_locals.get("item")), client.meta.method_to_api_mapping
    near = difflib.get_close_matches(item, known, 1)
    more = f" Did you mean `{near[0]}`?" if near else ""
    service = client.meta.service_model.service_id
    return f"boto3's client for {service} has no operation `{item}`.{more}"


def _service_of(error: BaseException) -> str:
    """The service whose client raised: it is in boto3's own frame."""
    for frame, _ in traceback.walk_tb(error.__traceback__):
        client = frame.f_locals.get("self")
        if frame.f_code.co_name == "_make_api_call" and client is not None:
            with contextlib.suppress(AttributeError):
                return str(client.meta.service_model.service_name)
    return ""


def in_cell(frame: traceback.FrameSummary) -> bool:
    """Whether a frame is a notebook's own code."""
    return any(mark in frame.filename for mark in _CELL)


def _traceback(error: BaseException, trace: TracebackType | None) -> str:
    """The way through the code, without this machine's folders."""
    lines = []
    for frame in traceback.extract_tb(trace):
        if "IPython" in frame.filename:
            continue
        inside = frame.filename.replace("\\", "/").rpartition("site-packages/")[2]
        name = "the cell" if in_cell(frame) else inside if inside[:1] != "/" else frame.name
        lines.append(f"{name}, line {frame.lineno}, in {frame.name}\n    {frame.line}")
    return "\n".join([*lines, f"{type(error).__name__}: {error}"])
