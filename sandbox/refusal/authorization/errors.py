"""What this package raises, and how it quotes what it was given."""

from __future__ import annotations


class AuthorizationError(ValueError):
    """Bad input to an authorization decision; the message is one sentence."""


class RequestError(AuthorizationError):
    """A request, a grant or a combination of policies that cannot be judged."""


class PolicyError(AuthorizationError):
    """A policy that AWS would refuse, or whose meaning is not known here. ``code`` is the error
    code that the service answers with."""

    def __init__(self, message: str, code: str = "MalformedPolicyDocument") -> None:
        super().__init__(message)
        self.code = code


def quote(value: object) -> str:
    """A value for an error message, cut to a readable length."""
    try:
        shown = repr(value)
    except (RecursionError, ValueError):  # Nested too deeply, or a number of thousands of digits.
        return f"a value of type {type(value).__name__} that is too large"
    return shown if len(shown) <= 80 else shown[:77] + "..."
