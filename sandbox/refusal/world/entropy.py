"""Every random choice of the sandbox, from one seed.

The keys made here protect nothing real. They are predictable on purpose: the same seed and the
same calls give the same ids and the same ciphertexts, so that stored outputs stay true.
"""

from __future__ import annotations

import random

#: The bits of a UUID that say that it is random, and their place (RFC 9562, 4.1 and 5.4).
_FIXED, _VERSION_4 = 0xF000 << 64 | 0xC000 << 48, 0x4000 << 64 | 0x8000 << 48


class Entropy:
    """A seeded source of ids and key material, split by purpose."""

    def __init__(self, seed: int | str) -> None:
        self.seed = seed
        #: The source of each purpose that was asked for.
        self.streams: dict[str, random.Random] = {}

    def stream(self, purpose: str) -> random.Random:
        """The stream of one purpose: using one never disturbs another."""
        if purpose not in self.streams:
            self.streams[purpose] = random.Random(f"{self.seed}/{purpose}")
        return self.streams[purpose]

    def bytes(self, count: int, purpose: str) -> bytes:
        """``count`` bytes of key material or of an initialization vector."""
        return self.stream(purpose).randbytes(count)

    def uuid(self, purpose: str) -> str:
        """A version 4 UUID in AWS's lower-case form."""
        drawn = self.stream(purpose).getrandbits(128)
        digits = f"{drawn & ~_FIXED | _VERSION_4:032x}"
        parts = (digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:])
        return "-".join(parts)

    def hex(self, digits: int, purpose: str) -> str:
        """``digits`` hexadecimal digits."""
        return f"{self.stream(purpose).getrandbits(4 * digits):0{digits}x}"
