"""AES-GCM with the tag behind the ciphertext."""

from __future__ import annotations

import secrets

from cryptography.exceptions import InvalidTag

from ._gcm import GCM


class AESGCM:
    """Encryption with associated data, under one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) not in (16, 24, 32):
            raise ValueError("AESGCM key must be 128, 192, or 256 bits.")
        self._key = bytes(key)

    @staticmethod
    def generate_key(bit_length: int) -> bytes:
        """Return a new key."""
        return secrets.token_bytes(bit_length // 8)

    def encrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return the ciphertext and its tag."""
        cipher = self._cipher(nonce)
        ciphertext = cipher.crypt(bytes(data))
        return ciphertext + cipher.tag(bytes(associated_data or b""), ciphertext)

    def decrypt(self, nonce: bytes, data: bytes, associated_data: bytes | None) -> bytes:
        """Return the plaintext.

        Raises:
            InvalidTag: something was changed.
        """
        if len(data) < 16:
            raise InvalidTag
        ciphertext, tag = bytes(data[:-16]), bytes(data[-16:])
        return self._cipher(nonce).open(bytes(associated_data or b""), ciphertext, tag)

    def _cipher(self, nonce: bytes) -> GCM:
        if not 8 <= len(nonce) <= 128:
            raise ValueError("Nonce must be between 8 and 128 bytes")
        return GCM(self._key, bytes(nonce))
