"""How the cells of a notebook ended: what an answer left behind may be older than its cell.

A cell with a syntax error does not run at all, so the names that it would set keep what they had.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .errors import told_of

#: How many cells are remembered; a notebook of this course has about fifty.
_MOST = 500
_cells: list[Cell] = []
_watched: list[Any] = []


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell, as it ran last.

    Attributes:
        source: what was in it.
        error: how it ended, in words such as ``NameError: name 'x' is not defined``; empty if
            nothing went wrong.
        began: False where Python could not read it, so that no line of it ran.
    """

    source: str
    error: str = ""
    began: bool = True
    identifier: str | None = None

    def sets(self, name: str) -> bool:
        """Whether a line of it gives a name a value; told by its text, which may be no Python."""
        return re.search(_SETS.format(name=re.escape(name)), self.source, re.MULTILINE) is not None


#: A function or class of this name, or the name before an equals sign, perhaps in a tuple.
_SETS = r"^\s*(?:(?:async\s+)?def|class)\s+{name}\b|^[^#\n=(]*\b{name}\b[^#\n=(]*(?<![=!<>])=(?!=)"


def watch() -> None:
    """Remember how cells end from now on, if this is IPython."""
    ipython: Any = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is None or shell in _watched:
        return
    shell.events.register("post_run_cell", _ended)
    _watched.append(shell)


def _ended(result: Any) -> None:
    info, unread = result.info, result.error_before_exec
    if info is None or not (info.raw_cell or "").strip():
        return
    error = unread or result.error_in_exec
    words = "" if error is None else _words(error, info.raw_cell)
    found = Cell(info.raw_cell, words, unread is None, info.cell_id)
    again = [one for one in _cells if one.identifier is None or one.identifier != info.cell_id]
    _cells[:] = [*again, found][-_MOST:]


def _words(error: BaseException, source: str) -> str:
    if isinstance(error, SyntaxError):
        try:  # IPython's "incomplete input" does not say which bracket is open.
            ast.parse(source)
        except SyntaxError as own:
            error = own
        return f"{type(error).__name__} in line {error.lineno}: {error.msg}"
    name, sentence = told_of(error)
    return f"{name}: {sentence}".rstrip(": .")


def newest(name: str = "", but: Sequence[str] = ()) -> Cell | None:
    """The cell that ran last, of those that give a name its value, or of all.

    Args:
        but: functions; a cell that begins with a call of one of them does not count.
    """
    asks = re.compile(rf"(?:\s|#.*)*(?:{'|'.join(map(re.escape, but))})\(") if but else None
    found = (cell for cell in reversed(_cells) if not (asks and asks.match(cell.source)))
    return next((cell for cell in found if not name or cell.sets(name)), None)
