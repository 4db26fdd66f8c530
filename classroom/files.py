"""What is written about students is for nobody but whoever grades."""

from __future__ import annotations

import os


def open_private(path: str, flags: int) -> int:
    """For ``open(…, opener=…)``: a file that is made is its owner's alone."""
    return os.open(path, flags, 0o600)
