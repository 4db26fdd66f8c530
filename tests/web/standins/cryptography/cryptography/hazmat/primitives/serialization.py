"""RSA keys as DER (RFC 8017, appendix A.1; RFC 5958; RFC 5280, section 4.1)."""

from __future__ import annotations

import enum

from cryptography._absent import absent

__getattr__ = absent(__name__)


class Encoding(enum.Enum):
    """How bytes are written down."""

    DER = "DER"
    PEM = "PEM"


class PrivateFormat(enum.Enum):
    """Forms of a private key."""

    PKCS8 = "PKCS8"


class PublicFormat(enum.Enum):
    """Forms of a public key."""

    SubjectPublicKeyInfo = "SubjectPublicKeyInfo"


class NoEncryption:
    """The key lies open."""


def der(tag: int, *parts: bytes) -> bytes:
    """Return one value of a tag (X.690, section 8.1.3)."""
    body = b"".join(parts)
    size = len(body)
    if size < 128:
        return bytes([tag, size]) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + body


def integer(value: int) -> bytes:
    """Return a number as DER."""
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def sequence(*parts: bytes) -> bytes:
    """Return a sequence as DER."""
    return der(0x30, *parts)


#: rsaEncryption, 1.2.840.113549.1.1.1, with NULL parameters.
RSA = sequence(der(0x06, bytes.fromhex("2a864886f70d010101")), der(0x05))


def written(value: bytes, encoding: Encoding) -> bytes:
    """Return DER as it was asked for.

    Raises:
        NotImplementedError: it was asked for as PEM.
    """
    if encoding is not Encoding.DER:
        raise NotImplementedError("PEM is not part of the tests' stand-in")
    return value
