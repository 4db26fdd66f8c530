"""How a test finds an option of a question in a browser: by its letter."""

from __future__ import annotations

import re


def begins(letter: str) -> re.Pattern[str]:
    """The name of the option's radio button: "d:" alone is also in "She is refused:"."""
    return re.compile(rf"^{letter}:")
