"""The three layers of keys over a table's items, drawn from what is stored of the table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from .drawing import Drawing, arrow, box, frame, words
from .sentences import say

_LEFT, _TOP, _WIDTH, _HEIGHT, _STEP = 14, 60, 520, 82, 122
_SHOWN = 6  # bytes


class Layer(NamedTuple):
    """One box: what it is, how it is stored, and its bytes to compare."""

    name: str
    text: str
    stored: Any


def key_layers(stored: Any, before: Any = None) -> Drawing:
    """The KMS key, the table key, the data encryption key and the items, as they are stored.

    Args:
        stored: what ``Sandbox.at_rest`` gives.
        before: what it gave earlier; then each layer is marked as new or as it was.
    """
    title = say("layers.title", table=stored.table_name)
    layers = list(_layers(stored))
    known = [layer.stored for layer in _layers(before)] if before is not None else None
    drawn, told = [], []
    for number, layer in enumerate(layers):
        top = _TOP + number * _STEP
        note, look = "", "lit"
        if known is not None:
            same = known[number] == layer.stored
            kind = "" if number else "key_"
            note = say(f"layers.{kind}same" if same else f"layers.{kind}changed")
            look = "lit" if same else "new"
        if number:
            middle = _LEFT + _WIDTH // 2
            drawn.append(arrow([(middle, top - _STEP + _HEIGHT), (middle, top)]))
            drawn.append(words(middle + 10, top - 16, say("layers.encrypts")))
        drawn.append(box((_LEFT, top, _WIDTH, _HEIGHT), layer.name, [layer.text], look, note))
        told.append(f"{layer.name}: {f'{note}; ' if note else ''}{layer.text}.")
    alt = " ".join([f"{title}.", *told])
    size = (_WIDTH + 2 * _LEFT, _TOP + 3 * _STEP + _HEIGHT + 14)
    return Drawing(frame(title, size, alt, drawn), alt, "\n".join([title, *told]))


def _layers(stored: Any) -> Iterator[Layer]:
    arn = stored.key_arn
    if arn is None:
        yield Layer(say("layers.owned"), say("layers.owned_where"), None)
    else:
        key = arn.rpartition(":")[2]
        yield Layer(say("layers.kms"), say("layers.kms_where", key_id=key), arn)
    for kind, secret in (("table", stored.wrapped_table_key), ("data", stored.encrypted_data_key)):
        text = say(f"layers.{kind}_where", shown=_bytes(secret))
        yield Layer(say(f"layers.{kind}"), text, secret)
    pages = stored.pages
    shown = _bytes(pages[0]) if pages else say("layers.no_items")
    yield Layer(
        say("layers.items", count=len(pages)), say("layers.items_where", shown=shown), pages
    )


def _bytes(stored: bytes) -> str:
    """How many there are, and the first of them."""
    return say("layers.bytes", count=len(stored), start=stored[:_SHOWN].hex(" "))
