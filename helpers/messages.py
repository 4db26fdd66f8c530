"""Every sentence that the course's helpers say to a learner; the texts are in ``messages.toml``."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

MESSAGES: dict[str, str] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))


class Messages(dict[str, str]):
    """Sentences by key. Authoring and the classroom have their own, beside these."""

    def say(self, key: str, **values: Any) -> str:
        """The message of a key, with its values put in."""
        return self[key].format(**values)


say = Messages(MESSAGES).say
