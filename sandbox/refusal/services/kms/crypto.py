"""Symmetric ciphertexts: AES-256-GCM with the encryption context as additional data.

A ciphertext is opaque: a fixed prefix, a reference to the key material that only KMS can read,
the initialization vector, and what AES-GCM gives (A39-A41, A70). The layout is
the sandbox's own; AWS's is not published.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from ...errors import AwsError
from .key import KeyMaterial

_PREFIX = b"\x01\x02\x02\x00\x78"
REFERENCE_BYTES = 32
IV_BYTES = 12
_HEADER = len(_PREFIX) + REFERENCE_BYTES


def canonical(context: Mapping[str, str]) -> bytes:
    """An encryption context as bytes: pairs sorted, every part with its length before it, so
    that no two contexts give the same bytes."""
    parts = [len(context).to_bytes(4, "big")]
    for pair in sorted(context.items()):
        for text in pair:
            data = text.encode("utf-8", "surrogatepass")
            parts += [len(data).to_bytes(4, "big"), data]
    return b"".join(parts)


def seal(material: KeyMaterial, iv: bytes, plaintext: bytes, context: Mapping[str, str]) -> bytes:
    """Encrypt: the ciphertext blob."""
    header = _PREFIX + material.reference
    sealed = AESGCM(material.secret).encrypt(iv, plaintext, header + canonical(context))
    return header + iv + sealed


def unseal(material: KeyMaterial, blob: bytes, context: Mapping[str, str]) -> bytes:
    """Decrypt a blob that ``material`` made.

    Raises:
        AwsError: ``InvalidCiphertextException`` with an empty message, for another context as
            for a damaged blob (A41).
    """
    iv, sealed = blob[_HEADER : _HEADER + IV_BYTES], blob[_HEADER + IV_BYTES :]
    try:
        return AESGCM(material.secret).decrypt(iv, sealed, blob[:_HEADER] + canonical(context))
    except (InvalidTag, ValueError):
        raise invalid_ciphertext() from None


def reference_of(blob: bytes) -> bytes:
    """The reference to the key material in a blob; empty if it is no symmetric ciphertext."""
    return blob[len(_PREFIX) : _HEADER] if blob.startswith(_PREFIX) else b""


def invalid_ciphertext() -> AwsError:
    """What KMS says of a ciphertext that it cannot open (A41)."""
    return AwsError("InvalidCiphertextException", "")
