"""Ciphertexts that a check makes or opens: sealed by hand, by KMS, or as an envelope of both."""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Mapping
from typing import Any, NamedTuple

from botocore.exceptions import ClientError
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .values import kind_of

__all__ = ["Envelope", "decrypted", "envelope", "holds", "opened", "unsealed"]


class Envelope(NamedTuple):
    """A ciphertext with its nonce and its data key, which is encrypted under a KMS key."""

    encrypted_key: bytes
    nonce: bytes
    ciphertext: bytes


def unsealed(key: bytes, stored: bytes, bound_to: bytes | None = None) -> bytes | None:
    """The plaintext of a nonce of 12 bytes and a ciphertext; None if they do not open."""
    try:
        return AESGCM(key).decrypt(stored[:12], stored[12:], bound_to)
    except (InvalidTag, ValueError):
        return None


def envelope(kms: Any, key_id: str, plaintext: bytes, context: Mapping[str, str]) -> Envelope:
    """A plaintext under a new data key that belongs to a KMS key and an encryption context."""
    made = kms.generate_data_key(KeyId=key_id, KeySpec="AES_256", EncryptionContext=dict(context))
    nonce = os.urandom(12)
    ciphertext = AESGCM(made["Plaintext"]).encrypt(nonce, plaintext, None)
    return Envelope(made["CiphertextBlob"], nonce, ciphertext)


def opened(kms: Any, given: Envelope, context: Mapping[str, str]) -> tuple[bytes, bytes | None]:
    """The data key of an envelope and its plaintext, which is None if the key does not open it.

    Raises:
        ClientError: KMS does not decrypt the data key.
    """
    asked = {"CiphertextBlob": bytes(given.encrypted_key), "EncryptionContext": dict(context)}
    data_key: bytes = kms.decrypt(**asked)["Plaintext"]
    return data_key, unsealed(data_key, bytes(given.nonce) + bytes(given.ciphertext))


def holds(value: Any, secret: bytes) -> bool:
    """Whether a secret lies anywhere in a value, as bytes or as their hexadecimal digits."""
    if isinstance(value, dict):
        return any(holds(part, secret) for part in value.values())
    if isinstance(value, (list, tuple)):
        return any(holds(part, secret) for part in value)
    return secret in value if isinstance(value, bytes) else secret.hex() in str(value)


def decrypted(kms: Any, blob: object, context: dict[str, str]) -> tuple[dict[str, Any], str]:
    """KMS's answer to a ciphertext, or else what stands in the way, in a sentence."""
    if isinstance(blob, dict):
        return {}, "KMS's whole response; the ciphertext is its CiphertextBlob."
    if isinstance(blob, bytearray):
        blob = bytes(blob)
    if not isinstance(blob, bytes):
        return {}, f"{kind_of(blob)}."
    if not blob:
        return {}, "no bytes at all."
    try:
        return kms.decrypt(CiphertextBlob=blob, EncryptionContext=context), ""
    except ClientError as error:
        if _is_base64(blob):
            return {}, "a ciphertext encoded in base64; boto3 gives and takes bytes."
        return {}, f"{error.response['Error']['Code']}, when it was opened with {context}."


def _is_base64(blob: bytes) -> bool:
    """Whether bytes are a ciphertext of KMS that somebody has encoded as text."""
    try:
        return len(base64.b64decode(blob, validate=True)) > 60
    except (binascii.Error, ValueError):
        return False
