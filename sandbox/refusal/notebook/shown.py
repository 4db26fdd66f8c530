"""Policies as JSON, and tables, for lessons and learners."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True, slots=True)
class Shown:
    """A text with its form in a notebook."""

    text: str
    html: str

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        return self.html


def marked(sentence: str) -> str:
    """A sentence as HTML: what is in backticks becomes code."""
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(sentence))


def show(policy: Any) -> Shown:
    """A policy, or anything else that JSON has a form for, as indented JSON.

    Args:
        policy: a dictionary, or JSON text such as ``get_key_policy`` returns.
    """
    value = policy
    if isinstance(policy, str):
        try:
            value = json.loads(policy)
        except ValueError:  # It is shown as it is.
            return Shown(policy, f"<pre>{escape(policy)}</pre>")
    text = json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return Shown(text, f"<pre>{escape(text)}</pre>")


def table(rows: Iterable[Mapping[str, Any] | Sequence[Any]], columns: Sequence[str]) -> Shown:
    """Rows under the names of columns, aligned left.

    Args:
        rows: each a sequence of values, or a mapping whose keys are the columns.
        columns: their names, in order.

    Raises:
        ValueError: a row has another number of values.
    """
    cells = []
    for row in rows:
        values = [row.get(name) for name in columns] if isinstance(row, Mapping) else list(row)
        if len(values) != len(columns):
            raise ValueError(f"a row has {len(values)} values for {len(columns)} columns: {values}")
        cells.append([_words(value) for value in values])
    left = 'style="text-align: left; vertical-align: top"'
    head = "".join(f'<th scope="col" {left}>{escape(str(name))}</th>' for name in columns)
    body = "".join(
        f"<tr>{''.join(f'<td {left}>{escape(cell)}</td>' for cell in row)}</tr>" for row in cells
    )
    html = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return Shown(_text([list(map(str, columns)), *cells]), html)


def _words(value: Any) -> str:
    """A value without Python's brackets and quotation marks."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(map(_words, value))
    if isinstance(value, bytes):
        return value.hex(" ")
    return str(value)


def _text(rows: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(x.ljust(n) for x, n in zip(row, widths, strict=True)) for row in rows]
    return "\n".join(line.rstrip() for line in lines)
