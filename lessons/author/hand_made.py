"""A message that a learner encrypts by hand, with AES-GCM: a nonce, then a ciphertext."""

from __future__ import annotations

from helpers.course.content import Verdict, correct, not_yet

from .sealed import unsealed
from .values import kind_of

__all__ = ["ByHand", "by_hand", "opens_to"]

#: A key, and what was stored.
ByHand = tuple[bytes, bytes]


def by_hand(
    key: object,
    stored: object,
    first: bytes,
    second: bytes,
    *used: tuple[object, bytes | None],
) -> ByHand | Verdict:
    """The key and what is stored, if they are what they should be.

    Args:
        first: the line that a guided cell encrypted.
        second: the line that was to be encrypted.
        used: ciphertexts of the first line under this key, and their associated data. One that
            opens with the nonce of what is stored was made with this nonce.
    """
    if not isinstance(key, bytes):
        return not_yet(
            "export_key as section 2 made it.",
            "another value; run the first cell of section 2 again.",
        )
    if isinstance(stored, bytearray):
        stored = bytes(stored)
    if not isinstance(stored, bytes):
        return not_yet("bytes: the nonce and the ciphertext.", f"{kind_of(stored)}.")
    if second in stored:
        return not_yet("an encrypted line.", "the line itself, readable.")
    for blob, bound_to in used:
        made = stored[:12] + blob if isinstance(blob, bytes) else b""
        if unsealed(key, made, bound_to) == first:
            return not_yet(
                "a new nonce.",
                "the nonce of the first line, which was already used with this key.",
            )
    return key, stored


def opens_to(given: ByHand, line: bytes, bound_to: bytes | None, wanted: str, why: str) -> Verdict:
    """Whether what is stored opens, with this associated data, to a line."""
    opened = unsealed(*given, bound_to)
    if opened is None:
        how = f"with {bound_to!r}" if bound_to else "with export_key"
        return not_yet(wanted, f"{len(given[1])} bytes that do not open {how}.")
    if opened != line:
        return not_yet(f"the plaintext {line!r}.", f"the plaintext {opened[:40]!r}.")
    return correct(why)
