"""Requests that no SDK forms: bytes and headers of one's own."""

from __future__ import annotations

import base64
import json
from typing import Any

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest

from refusal import Sandbox
from refusal.requests.wire import TARGETS

PREFIXES = {service: prefix for prefix, service in reversed(TARGETS.items())}
#: DynamoDB answers these with HTTP 500, as AWS does (B19).
MEANT = ("KMS internal error",)


class Raw:
    """Sends bodies of one's own, signed."""

    def __init__(self, sandbox: Sandbox, session: boto3.Session) -> None:
        self._sandbox = sandbox
        self._credentials = session.get_credentials()

    def send(self, service: str, body: bytes, **headers: str) -> tuple[int, str]:
        """Status and body of the answer to a request that is signed."""
        return self.unsigned(self.signed(service, body, **headers))

    def signed(self, service: str, body: bytes, **headers: str) -> AWSRequest:
        """A request, signed by botocore."""
        url = f"https://{service}.us-east-1.amazonaws.com/"
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        request = AWSRequest(method="POST", url=url, data=body, headers=names)
        SigV4Auth(self._credentials, service, "us-east-1").add_auth(request)
        return request

    def unsigned(self, request: AWSRequest) -> tuple[int, str]:
        """Send it as it is."""
        status, _, answer = self._sandbox.handle(request.prepare())
        return status, answer if isinstance(answer, str) else answer.decode()

    def operation(self, service: str, name: str, body: bytes) -> tuple[int, str]:
        """A request of a JSON service."""
        signing = {"dynamodbstreams": "dynamodb"}.get(service, service)
        return self.send(signing, body, X_Amz_Target=f"{PREFIXES[service]}.{name}")


def plain(value: Any) -> Any:
    """JSON for what JSON has not."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value.timestamp()


def is_aws_shaped(status: int, answer: str) -> bool:
    """An answer that a client understands, and no failure of the sandbox."""
    if status == 500 and not any(meant in answer for meant in MEANT):
        return False
    if answer.startswith("<"):
        return "<RequestId>" in answer and (status < 400 or "<Code>" in answer)
    return status == 200 or bool(json.loads(answer)["__type"])
