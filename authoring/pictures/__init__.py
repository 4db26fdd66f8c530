"""Pictures that are drawn when notebooks are made; a lesson asks for one by its name."""

from __future__ import annotations

from collections.abc import Callable

from refusal.notebook.drawings import decision_way
from refusal.notebook.drawings.drawing import Picture

from .architecture import architecture
from .key_life import key_life
from .scene import scene

__all__ = ["PICTURES", "architecture"]

#: What a lesson may show as ``{{picture NAME}}``; each becomes a file in notebooks/images/.
PICTURES: dict[str, Callable[[], Picture]] = {
    "key_life": key_life,
    "envelope": lambda: scene("envelope"),
    "client_server": lambda: scene("client_server"),
    "decision": decision_way,
    "three_ways": lambda: scene("three_ways"),
}
