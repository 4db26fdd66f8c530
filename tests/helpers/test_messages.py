"""Every sentence that is asked for is there, in each room that has sentences of its own."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import authoring.messages
import classroom.messages
import helpers.messages

ROOT = Path(__file__).resolve().parents[2]
ASKED = re.compile(r'\bsay\(\s*"([a-z_]+\.[\w ]+)"')
ROOMS = {
    "helpers": helpers.messages.MESSAGES,
    "authoring": helpers.messages.MESSAGES | authoring.messages.MESSAGES,
    "classroom": helpers.messages.MESSAGES
    | authoring.messages.MESSAGES
    | classroom.messages.MESSAGES,
}


def asked(room: str) -> set[str]:
    """The keys that a room's code asks for by name."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / room).rglob("*.py")]
    return {key for text in texts for key in ASKED.findall(text)}


@pytest.mark.parametrize("room", ROOMS)
def test_a_sentence_that_is_asked_for_is_there(room: str) -> None:
    keys = asked(room)
    assert len(keys) > 10
    assert keys - set(ROOMS[room]) == set()
