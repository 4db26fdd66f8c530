"""Hash algorithms, by the standard library."""

from __future__ import annotations

import hashlib
from typing import Any


class HashAlgorithm:
    """A hash: its name in ``hashlib``, and its digest's length in bytes."""

    name = ""
    digest_size = 0

    def of(self, data: bytes) -> bytes:
        """Return the digest of some bytes."""
        return hashlib.new(self.name, data).digest()


def _algorithm(name: str) -> type[HashAlgorithm]:
    made = {"name": name, "digest_size": hashlib.new(name).digest_size}
    return type(name.upper(), (HashAlgorithm,), made)


SHA1, SHA224, SHA256 = map(_algorithm, ("sha1", "sha224", "sha256"))
SHA384, SHA512 = map(_algorithm, ("sha384", "sha512"))


class Hash:
    """A digest in the making."""

    def __init__(self, algorithm: HashAlgorithm, backend: Any = None) -> None:
        self._hash = hashlib.new(algorithm.name)

    def update(self, data: bytes) -> None:
        """Add bytes."""
        self._hash.update(data)

    def finalize(self) -> bytes:
        """Return the digest."""
        return self._hash.digest()
