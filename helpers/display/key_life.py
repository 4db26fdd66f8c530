"""The picture of a KMS key's life: SVG from ``key_life.toml``, with a text that says the same."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from .architecture import Picture, box, frame, line

_SOURCE = Path(__file__).with_suffix(".toml")


def source() -> dict[str, Any]:
    """The picture's text source: its states, and the transitions between them."""
    return tomllib.loads(_SOURCE.read_text(encoding="utf-8"))


@cache
def key_life() -> Picture:
    """The states of a key, and what leads from one to another."""
    given = source()
    states, transitions = given["state"], given["transition"]
    drawn = [line(x["line"], x["by"], right=x.get("right", False)) for x in transitions]
    drawn += [box(state, state.get("look", "lit")) for state in states]
    alt = _in_words(given)
    return Picture(frame(given, alt, drawn), alt)


def _in_words(given: dict[str, Any]) -> str:
    names = {state["id"]: state["name"] for state in given["state"]}
    sentences = [f"{given['title']}."]
    sentences += [f"{state['name']}: {', '.join(state['text'])}." for state in given["state"]]
    for transition in given["transition"]:
        begin = f"From {names[transition['from']]} to" if transition["from"] else "To"
        sentences.append(f"{begin} {names[transition['to']]}: {transition['by']}.")
    return " ".join(sentences)
