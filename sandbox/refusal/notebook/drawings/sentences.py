"""The words in the drawings; they are in ``sentences.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

_SENTENCES: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


def say(key: str, **values: Any) -> str:
    """The sentence of a key, with its values put in."""
    return _SENTENCES[key].format(**values)
