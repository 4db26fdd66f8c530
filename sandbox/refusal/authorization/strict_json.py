"""JSON read strictly: what readers of JSON pass over in silence is refused here.

A policy whose text two readers understand differently could allow what its author denied.
"""

from __future__ import annotations

import json
from typing import Any


class NotStrict(ValueError):
    """A text that Python would read is not JSON, or is ambiguous.

    The message says what the text is or does, without a subject and without a full stop: the
    caller knows whose text it is.
    """


def loads(text: str) -> Any:
    """What a JSON text stands for.

    Raises:
        NotStrict: the text uses ``NaN`` or ``Infinity``, or names a member twice in one object.
        json.JSONDecodeError: it is not JSON.
        ValueError: it holds an integer with more digits than Python reads.
        RecursionError: it is nested too deeply.
    """
    return json.loads(text, object_pairs_hook=_distinct_members, parse_constant=_no_constant)


def _distinct_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Of two members with the same name JSON keeps the last without a word; refusing both is
    the sandbox's assumption."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotStrict("names the same member twice in one JSON object")
    return found


def _no_constant(name: str) -> Any:
    raise NotStrict(f"is not valid JSON: {name} is not a value")
