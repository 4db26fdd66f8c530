"""What the course has to say of some errors; see ``refusal.notebook.errors``."""

from __future__ import annotations

import ast
import contextlib
import linecache
import os
import traceback
from collections.abc import Callable
from types import TracebackType

from botocore.exceptions import ClientError

from helpers.messages import say
from refusal.notebook import cells, errors

#: A cell that begins with one of these asks, and is no answer.
_ASKING = ("check", "hint", "predict", "quiz", "progress", "explain", "follow")
_UNKNOWN_KEY = ("UnrecognizedClientException", "InvalidClientTokenId")


def install(started_over: Callable[[], bool | None]) -> None:
    """Show errors in a sentence from now on; not where they are marked.

    Args:
        started_over: whether the open lab replaced another; None if no lab is open any more.
    """

    def advice(error: BaseException, trace: TracebackType | None) -> str | None:
        if isinstance(error, NameError):
            return _unnamed(error, trace)
        if not isinstance(error, ClientError) or not started_over():
            return None
        told = error.response.get("Error", {})
        message = f"{error.operation_name}: {told.get('Message')}"
        gone = told.get("Code") in _UNKNOWN_KEY
        return say("error.unknown_key", message=message) if gone else None

    if not (os.environ.get("NBGRADER_EXECUTION") or os.environ.get("COURSE_SANDBOX")):
        errors.install(lambda: started_over() is not None, advice, (NameError,))
        cells.watch()


def stopped(*names: str) -> tuple[str, bool]:
    """What stopped the newest cell that gives one of these names its value, or without names the
    newest that asks nothing: a sentence, empty if nothing did, and whether any of it ran."""
    for name in names or [""]:
        cell = cells.newest(name, _ASKING)
        if cell and cell.error:
            about = say("check.cell_of", name=name) if name else say("check.cell_last")
            key = "check.stopped" if cell.began else "check.unread"
            return say(key, cell=about, error=cell.error), cell.began
    return "", True


def _unnamed(error: NameError, trace: TracebackType | None) -> str:
    """How to write ``predict("0.1", b)``; what to run before ``check("1.1", states)``."""
    frames = traceback.extract_tb(trace)
    if not frames or not errors.in_cell(frames[-1]) or not error.name:
        return ""
    with contextlib.suppress(SyntaxError):
        tree = ast.parse("".join(linecache.getlines(frames[-1].filename)))
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            called, end = getattr(call.func, "id", ""), call.end_lineno or call.lineno
            names = [n.id for x in call.args for n in ast.walk(x) if isinstance(n, ast.Name)]
            if error.name not in names or not call.lineno <= (frames[-1].lineno or 0) <= end:
                continue
            if called == "check":
                told = stopped(error.name)[0] or say("check.no_name", name=error.name)
                return f"{say('check.to mend')}. {told}"
            if called in ("predict", "quiz"):
                # All of them: one that has a value would be the next to go wrong.
                call.args = [_Quoting().visit(argument) for argument in call.args]
                shown = ast.unparse(call).replace("'", '"')
                return say("predict.unquoted", call=shown, name=error.name)
    return ""


class _Quoting(ast.NodeTransformer):
    """Puts names into quotation marks."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Constant(node.id)
