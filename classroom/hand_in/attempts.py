"""When a file was handed in, where a learning platform's name for it tells, and which one counts.

Blackboard's names hold each attempt's time, Brightspace's folders the time of a hand-in; Canvas
numbers files as they come. Moodle and nbgrader's exchange hand over one hand-in of each student.
For the forms of the names, see ``platforms``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Literal, TypeVar

#: Which of several different files of a student counts: none until a person has chosen; the one
#: that came last; or the one with the most points.
Attempts = Literal["ask", "last", "best"]

_BLACKBOARD = re.compile(r"_attempt_(\d{4}(?:-\d\d){5})(?!\d)")
_BRIGHTSPACE = re.compile(r"(?:^|/)\d+-\d+ - [^/]+ - (\w+ \d{1,2}, \d{4}) (\d{3,4}) ([AP]M)(?=/|$)")
_CANVAS = re.compile(r"(?:^|/)[^/]*?_(LATE_)?[1-9]\d*_([1-9]\d*)_[^/]*$")
_One = TypeVar("_One")


def handed_in(path: str) -> str:
    """When a file was handed in, such as ``2024-05-01 12:30:45``; empty where its path does not
    say."""
    try:
        if match := _BLACKBOARD.search(path):
            return datetime.strptime(match[1], "%Y-%m-%d-%H-%M-%S").isoformat(" ")
        if match := _BRIGHTSPACE.search(path):
            day, time, half = match.groups()
            text = f"{day} {time.zfill(4)} {half}"
            return datetime.strptime(text, "%b %d, %Y %I%M %p").isoformat(" ")
    except ValueError:  # Another language's month, or no date at all.
        pass
    return ""


def is_late(path: str) -> bool:
    """Whether Canvas called a file late."""
    match = _CANVAS.search(path)
    return bool(match and match[1]) or bool(re.search(r"(?:^|/)LATE_anon_\w{5}_", path))


def last(files: Sequence[_One], path: Callable[[_One], str]) -> _One | None:
    """The file that came last; None where their paths do not say which that is."""
    orders = [_order(path(one)) for one in files]
    latest = max(orders, default=("", ""))
    if len({kind for kind, _ in orders}) != 1 or not latest[0] or orders.count(latest) > 1:
        return None
    return files[orders.index(latest)]


def _order(path: str) -> tuple[str, str]:
    if time := handed_in(path):
        return "time", time
    match = _CANVAS.search(path)
    return ("number", match[2].zfill(20)) if match else ("", "")
