"""The paths of a projection, for moto."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ..expressions import parse_projection
from ..expressions.nodes import Resolved
from ..expressions.walk import resolved


def paths_of(expression: str, names: Mapping[str, str]) -> Iterable[Resolved]:
    """The paths of a projection; none of an empty one.

    Raises:
        AwsError: its syntax is wrong.
    """
    if not expression.strip():
        return ()
    return [resolved(path, names) for path in parse_projection(expression)]
