"""What this package raises."""

from __future__ import annotations


class AuthorizationError(ValueError):
    """Bad input to an authorization decision; the message is one sentence."""


class PolicyError(AuthorizationError):
    """A policy document that AWS would refuse, or whose meaning is not known here.

    ``code`` is the error code that the service answers with.
    """

    def __init__(self, message: str, code: str = "MalformedPolicyDocument") -> None:
        super().__init__(message, code)
        self.code = code

    def __str__(self) -> str:
        return str(self.args[0])


class RequestError(AuthorizationError):
    """A request, a grant or a combination of policies that cannot be judged."""
