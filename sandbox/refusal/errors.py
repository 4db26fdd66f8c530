"""Errors as AWS answers them."""

from __future__ import annotations

from typing import Any


class SandboxError(Exception):
    """The sandbox was used in a way it cannot work: the message says what to do instead."""


class AwsError(Exception):
    """An error answer of an AWS service.

    ``code`` is what boto3 shows as ``e.response["Error"]["Code"]``; ``status`` is the HTTP
    status. KMS and DynamoDB answer client errors with 400 (C18).
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        #: Of the call that a service made for the caller, which its own message names.
        self.request_id = ""
        #: Further members of the error's shape, such as ``CancellationReasons``.
        self.fields: dict[str, Any] = {}


def validation(message: str) -> AwsError:
    """A ``ValidationException`` with this message."""
    return AwsError("ValidationException", message)


def not_in_sandbox(what: str, instead: str = "") -> AwsError:
    """The clear refusal of something that real AWS has and the sandbox has not."""
    advice = instead or "It works on a real AWS account."
    return AwsError("NotInSandbox", f"The sandbox does not have {what}. {advice}", 501)
