"""RSA (RFC 8017): keys, their DER, and encryption with OAEP."""

from __future__ import annotations

import secrets
from functools import cached_property
from typing import Any

from cryptography.hazmat.primitives.serialization import RSA, der, integer, sequence, written

from .padding import OAEP

_SMALL = [p for p in range(3, 2000, 2) if all(p % q for q in range(3, int(p**0.5) + 1, 2))]


def _probably_prime(number: int) -> bool:
    """Miller and Rabin's test, four times: enough for a test's keys."""
    if any(number % small == 0 for small in _SMALL):
        return False
    twos = (number - 1 & 1 - number).bit_length() - 1
    for _ in range(4):
        value = pow(secrets.randbelow(number - 3) + 2, number - 1 >> twos, number)
        if value == 1:
            continue
        squares = [value]
        for _ in range(twos - 1):
            squares.append(squares[-1] ** 2 % number)
        if number - 1 not in squares:
            return False
    return True


def _prime(bits: int, exponent: int) -> int:
    while True:
        number = secrets.randbits(bits) | 3 << bits - 2 | 1
        if number % exponent != 1 and _probably_prime(number):
            return number


class RSAPublicKey:
    """A modulus and an exponent."""

    def __init__(self, modulus: int, exponent: int) -> None:
        self._modulus, self._exponent = modulus, exponent
        self.key_size = modulus.bit_length()

    def public_bytes(self, encoding: Any, format: Any) -> bytes:
        """Return the key as SubjectPublicKeyInfo."""
        key = sequence(integer(self._modulus), integer(self._exponent))
        return written(sequence(RSA, der(0x03, b"\0", key)), encoding)

    def encrypt(self, plaintext: bytes, padding: OAEP) -> bytes:
        """Return one block of ciphertext."""
        size = self.key_size // 8
        padded = int.from_bytes(padding.pad(bytes(plaintext), size), "big")
        return pow(padded, self._exponent, self._modulus).to_bytes(size, "big")


class RSAPrivateKey:
    """A key pair; its primes are sought when it is first used, for moto makes pairs it drops."""

    def __init__(self, exponent: int, key_size: int) -> None:
        self._exponent, self.key_size = exponent, key_size

    @cached_property
    def _primes(self) -> tuple[int, int]:
        half = self.key_size // 2
        return _prime(half, self._exponent), _prime(half, self._exponent)

    @property
    def _modulus(self) -> int:
        return self._primes[0] * self._primes[1]

    @cached_property
    def _secret(self) -> int:
        p, q = self._primes
        return pow(self._exponent, -1, (p - 1) * (q - 1))

    def public_key(self) -> RSAPublicKey:
        """Return the half that everybody may have."""
        return RSAPublicKey(self._modulus, self._exponent)

    def private_bytes(self, encoding: Any, format: Any, encryption_algorithm: Any) -> bytes:
        """Return the key as PKCS #8."""
        p, q = self._primes
        secret = self._secret
        numbers = [0, self._modulus, self._exponent, secret, p, q]
        numbers += [secret % (p - 1), secret % (q - 1), pow(q, -1, p)]
        key = der(0x04, sequence(*map(integer, numbers)))
        return written(sequence(integer(0), RSA, key), encoding)

    def decrypt(self, ciphertext: bytes, padding: OAEP) -> bytes:
        """Return the plaintext of one block.

        Raises:
            ValueError: it is not a ciphertext under this key.
        """
        size = self.key_size // 8
        if len(ciphertext) != size:
            raise ValueError("Ciphertext length must be equal to key size.")
        (p, q), number = self._primes, int.from_bytes(ciphertext, "big")
        # By the Chinese remainders, four times as fast (RFC 8017, section 5.1.2).
        one, two = pow(number, self._secret % (p - 1), p), pow(number, self._secret % (q - 1), q)
        message = two + (one - two) * pow(q, -1, p) % p * q
        return padding.unpad(message.to_bytes(size, "big"))

    def sign(self, *_: Any) -> bytes:
        """Refuse.

        Raises:
            NotImplementedError: always.
        """
        raise NotImplementedError("RSA signatures are not part of the tests' stand-in")


def generate_private_key(public_exponent: int, key_size: int, backend: Any = None) -> RSAPrivateKey:
    """Return a new key pair."""
    return RSAPrivateKey(public_exponent, key_size)
