"""Paddings; OAEP is done (RFC 8017, section 7.1), the signatures' are names."""

from __future__ import annotations

import secrets
from typing import Any

from cryptography._absent import absent
from cryptography.hazmat.primitives._asymmetric import AsymmetricPadding
from cryptography.hazmat.primitives.hashes import HashAlgorithm

__getattr__ = absent(__name__)


class MGF1:
    """A mask from a seed (RFC 8017, appendix B.2.1)."""

    def __init__(self, algorithm: HashAlgorithm) -> None:
        self._algorithm = algorithm

    def over(self, data: bytes, seed: bytes) -> bytes:
        """Return the data with the seed's mask laid over it; twice gives the data back."""
        blocks = -(-len(data) // self._algorithm.digest_size)
        hashed = (self._algorithm.of(seed + n.to_bytes(4, "big")) for n in range(blocks))
        return bytes(a ^ b for a, b in zip(data, b"".join(hashed), strict=False))


class OAEP(AsymmetricPadding):
    """Optimal asymmetric encryption padding."""

    def __init__(self, mgf: MGF1, algorithm: HashAlgorithm, label: bytes | None) -> None:
        self._mgf, self._algorithm, self._label = mgf, algorithm, label or b""

    def pad(self, message: bytes, size: int) -> bytes:
        """Return ``size`` bytes that hold the message.

        Raises:
            ValueError: it does not fit.
        """
        room = size - 2 * self._algorithm.digest_size - 2
        if len(message) > room:
            raise ValueError("Encryption failed")
        block = self._algorithm.of(self._label) + bytes(room - len(message)) + b"\1" + message
        seed = secrets.token_bytes(self._algorithm.digest_size)
        block = self._mgf.over(block, seed)
        return b"\0" + self._mgf.over(seed, block) + block

    def unpad(self, padded: bytes) -> bytes:
        """Return the message.

        Raises:
            ValueError: this is not a padded message.
        """
        size = self._algorithm.digest_size
        seed = self._mgf.over(padded[1 : size + 1], padded[size + 1 :])
        block = self._mgf.over(padded[size + 1 :], seed)
        begin = block.find(b"\1", size)
        whole = not padded[0] and block[:size] == self._algorithm.of(self._label)
        if not whole or begin < 0 or any(block[size:begin]):
            raise ValueError("Decryption failed")
        return block[begin + 1 :]


class PKCS1v15(AsymmetricPadding):
    """A padding of signatures."""


class PSS(AsymmetricPadding):
    """A padding of signatures."""

    def __init__(self, *_: Any) -> None:
        """Take what nobody here uses."""
