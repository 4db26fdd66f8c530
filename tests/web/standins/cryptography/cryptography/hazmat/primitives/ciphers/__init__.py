"""Ciphers in parts, as moto imports them; the sandbox encrypts by ``aead``."""

from cryptography._absent import absent

__getattr__ = absent(__name__)
