"""Where the course lies on this machine."""

from __future__ import annotations

from pathlib import Path

#: The folder that holds ``helpers/``, ``lessons/`` and ``notebooks/``.
ROOT = Path(__file__).parents[1]
