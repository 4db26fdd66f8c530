"""Where the course lies on this machine."""

from __future__ import annotations

from pathlib import Path

#: The folder that holds ``helpers/``, ``lessons/`` and ``notebooks/``.
ROOT = Path(__file__).parents[1]


def shown(path: Path) -> str:
    """A path as a message names it: from the course's folder, if it is in there."""
    return str(path.relative_to(ROOT) if path.is_relative_to(ROOT) else path)
