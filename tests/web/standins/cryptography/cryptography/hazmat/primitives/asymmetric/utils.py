"""Imported by moto or the sandbox, used by no notebook."""

from cryptography._absent import absent

__getattr__ = absent(__name__)
