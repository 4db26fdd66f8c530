"""A stand-in for pandas, for tests of the site and for nothing else: tables, and their HTML.

The genuine library for a browser is published where a test cannot fetch it. This one has the names
that the course's notebooks use; that it shows what pandas shows is seen by comparing with the
outputs that pandas made.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

__version__ = "3.0.2"
options = SimpleNamespace(display=SimpleNamespace(max_colwidth=50))
_HEAD = """<div>
<style scoped>
    .dataframe tbody tr th:only-of-type {
        vertical-align: middle;
    }

    .dataframe tbody tr th {
        vertical-align: top;
    }

    .dataframe thead th {
        text-align: right;
    }
</style>
<table border="1" class="dataframe">
  <thead>
    <tr style="text-align: right;">
"""
_MISSING = math.nan


class Series:
    """A column: values by label."""

    def __init__(self, data: Any, index: Iterable[Any] | None = None, name: Any = None) -> None:
        self.name = name
        self.values = dict(data) if isinstance(data, Mapping) else _labelled(data, index)

    def to_frame(self) -> DataFrame:
        """Return a table of this column."""
        return DataFrame({self.name: self.values})

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values.values())


class _Rows:
    """What ``loc`` is: rows by a list of labels."""

    def __init__(self, frame: DataFrame) -> None:
        self._frame = frame

    def __getitem__(self, labels: list[Any]) -> DataFrame:
        return DataFrame(self._frame.columns, labels)


class DataFrame:
    """A table: columns by name, each with its values by label."""

    def __init__(
        self, data: Any, index: Iterable[Any] | None = None, columns: list[Any] | None = None
    ) -> None:
        labels = list(index) if index is not None else None
        if not isinstance(data, Mapping):
            data = _columns(data, columns)
        self.columns: dict[Any, dict[Any, Any]] = {}
        found: dict[Any, None] = {}
        for name, values in data.items():
            self.columns[name] = (
                dict(values) if isinstance(values, Mapping) else _labelled(values, labels)
            )
            found |= dict.fromkeys(self.columns[name])
        self.index = labels if labels is not None else list(found)

    def __getitem__(self, names: Any) -> Any:
        if isinstance(names, list):
            return DataFrame({name: self.columns[name] for name in names}, self.index)
        return Series(self.columns[names], name=names)

    def __setitem__(self, name: Any, values: Any) -> None:
        if isinstance(values, Series):
            values = values.values
        self.columns[name] = (
            dict(values) if isinstance(values, Mapping) else _labelled(values, self.index)
        )

    @property
    def T(self) -> DataFrame:
        """The table with rows and columns changed about."""
        rows = {
            label: {name: values.get(label, _MISSING) for name, values in self.columns.items()}
            for label in self.index
        }
        return DataFrame(rows, list(self.columns))

    @property
    def loc(self) -> _Rows:
        """Rows by their labels."""
        return _Rows(self)

    def map(self, function: Callable[[Any], Any]) -> DataFrame:
        """Return a table of what a function makes of each value."""
        changed = {
            name: {label: function(values[label]) for label in self.index}
            for name, values in self.columns.items()
        }
        return DataFrame(changed, self.index)

    def round(self, digits: int) -> DataFrame:
        """Return a table with rounded numbers."""
        return self.map(lambda value: round(value, digits) if isinstance(value, float) else value)

    def _repr_html_(self) -> str:
        head = "".join(_cell("th", name) for name in ["", *self.columns])
        texts = [
            _texts([column.get(at, _MISSING) for at in self.index])
            for column in self.columns.values()
        ]
        body = ""
        for label, *row in zip(self.index, *texts, strict=True):
            cells = _cell("th", label) + "".join(_cell("td", text) for text in row)
            body += f"    <tr>\n{cells}    </tr>\n"
        return f"{_HEAD}{head}    </tr>\n  </thead>\n  <tbody>\n{body}  </tbody>\n</table>\n</div>"


def _labelled(values: Iterable[Any], index: Iterable[Any] | None) -> dict[Any, Any]:
    values = list(values)
    return dict(zip(range(len(values)) if index is None else index, values, strict=True))


def _columns(rows: Iterable[Any], names: list[Any] | None) -> dict[Any, dict[int, Any]]:
    """Columns from rows, which are mappings or come with names."""
    given = [
        row if isinstance(row, Mapping) else dict(zip(names or (), row, strict=True))
        for row in rows
    ]
    wanted = names or list(dict.fromkeys(name for row in given for name in row))
    return {name: {at: row.get(name, _MISSING) for at, row in enumerate(given)} for name in wanted}


def _missing(value: Any) -> bool:
    return isinstance(value, float) and math.isnan(value)


def _texts(values: list[Any]) -> list[str]:
    """A column as it is shown: its numbers with as many digits as the longest of them needs."""
    numbers = [value for value in values if isinstance(value, float) and not _missing(value)]
    needed = [len(f"{value:.6f}".rstrip("0").split(".")[1]) for value in numbers]
    digits = max([1, *needed])
    return [_text(value, digits) for value in values]


def _text(value: Any, digits: int) -> str:
    if _missing(value):
        return "NaN"
    if isinstance(value, float):
        return f"{value:.{digits}f}"
    text = f"[{', '.join(map(str, value))}]" if isinstance(value, list) else str(value)
    wide = options.display.max_colwidth
    return text if wide is None or len(text) <= wide else text[: wide - 4] + "..."


def _cell(tag: str, text: Any) -> str:
    return f"      <{tag}>{escape(str(text), quote=False)}</{tag}>\n"


def read_csv(path: Any, comment: str) -> DataFrame:
    """Return a table of numbers from a file."""
    lines = Path(path).read_text("utf-8").splitlines()
    rows = csv.DictReader(line for line in lines if line.strip() and not line.startswith(comment))
    return DataFrame([{name: _number(text) for name, text in row.items()} for row in rows])


def _number(text: str) -> float:
    return float(text) if "." in text else int(text)
