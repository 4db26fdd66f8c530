"""Errors, by the names that callers catch."""


class InvalidTag(Exception):
    """A ciphertext, its nonce or its associated data was changed."""


class InvalidSignature(Exception):
    """A signature does not fit."""


class UnsupportedAlgorithm(Exception):
    """The library cannot do this."""
