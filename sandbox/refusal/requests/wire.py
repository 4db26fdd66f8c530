"""From bytes to a request's members, and from a result back to bytes.

KMS, DynamoDB, its Streams and CloudTrail speak AWS's JSON protocol; IAM and STS the query
protocol, which moto's own parser and serializer handle (see moto/query.py).
"""

from __future__ import annotations

import base64
import datetime
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSPreparedRequest

from ..errors import AwsError, not_in_sandbox
from ..moto import query as moto_query
from ..moto.http import RawResponse
from . import protocols, shapes, signatures

#: X-Amz-Target prefix -> botocore's name of the service.
TARGETS = {
    "TrentService": "kms",
    "DynamoDB_20120810": "dynamodb",
    "DynamoDBStreams_20120810": "dynamodbstreams",
    "CloudTrail_20131101": "cloudtrail",
    "com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101": "cloudtrail",
}
QUERY_SERVICES = ("iam", "sts")
SERVICES = "KMS, DynamoDB, DynamoDB Streams, IAM, STS and CloudTrail's LookupEvents"


@dataclass(slots=True)
class Message:
    """A request, read as far as its service and operation."""

    service: str
    operation: str
    region: str
    headers: dict[str, str]
    body: bytes
    signature: signatures.Signature | None
    json_protocol: bool


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _body(request: AWSPreparedRequest) -> bytes:
    body = request.body
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    if isinstance(body, (bytes, bytearray)):
        return bytes(body)
    return bytes(body.read())


def read(request: AWSPreparedRequest) -> Message:
    """Tell which operation of which service a request asks for.

    Raises:
        AwsError: ``NotInSandbox`` for a service or an operation that is not there.
    """
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    signature = signatures.parse(headers.get("authorization", ""))
    body = _body(request)
    prefix, _, operation = headers.get("x-amz-target", "").rpartition(".")
    service = TARGETS.get(prefix, "")
    if not prefix:
        operation = parse_qs(body.decode("latin-1")).get("Action", [""])[0]
        label = urlsplit(request.url).netloc.partition(".")[0]
        service = signature.service if signature else label if label in QUERY_SERVICES else ""
    region = signature.region if signature else "us-east-1"
    json_protocol = bool(prefix)
    if service not in (*TARGETS.values(), *QUERY_SERVICES) or not operation:
        named = prefix or protocols.service_of(request.url, headers)
        what = f"{named}.{operation}".strip(".") or "an answer to this request"
        raise not_in_sandbox(what, f"It has {SERVICES}.")
    return Message(service, operation, region, headers, body, signature, json_protocol)


def params_of(message: Message) -> dict[str, Any]:
    """The request's members. Shapes are checked for all services but DynamoDB, whose
    attribute values moto validates itself.

    Raises:
        AwsError: the operation is unknown, or the body does not fit it.
    """
    if shapes.operation_model(message.service, message.operation) is None:
        raise AwsError("UnknownOperationException", f"Unknown operation: {message.operation}")
    if not message.json_protocol:
        try:
            message.body.decode()  # In UTF-8; moto's answer could not hold what is not.
            return moto_query.parse_query(message.service, message.operation, message.body)
        except Exception as error:  # moto's parser has no one error for what it cannot read.
            raise AwsError("InvalidParameterValue", _INVALID) from error
    try:
        body = _read_json(message.body or b"{}")
    except (ValueError, RecursionError):
        raise AwsError("SerializationException", "The request body is not valid JSON.") from None
    if not isinstance(body, dict):
        raise AwsError("SerializationException", "The request body is not a JSON object.")
    if message.service == "dynamodb":
        return body
    return shapes.read_params(message.service, message.operation, body)


#: IAM API Reference, "Common Errors".
_INVALID = "An invalid or out-of-range value was supplied for the input parameter."


def _read_json(body: bytes) -> Any:
    """JSON in UTF-8. Half of a surrogate pair is refused: no service could store it; so is
    Python's own NaN."""
    text = body.decode()
    result = json.loads(text, parse_constant=_no_number)
    if _SURROGATE.search(text):
        json.dumps(result, ensure_ascii=False).encode()
    return result


def _no_number(text: str) -> float:
    raise ValueError(text)


_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, datetime.datetime):
        return round(value.timestamp(), 3)
    raise TypeError(f"no JSON form for {type(value).__name__}")


def answer(message: Message, result: dict[str, Any], request_id: str) -> RawResponse:
    """A successful answer in the protocol of the service."""
    if not message.json_protocol:
        return moto_query.serialize_query(message.service, message.operation, result, request_id)
    headers = {"content-type": "application/x-amz-json-1.1", "x-amzn-requestid": request_id}
    return 200, headers, json.dumps(result, default=_plain)


def error_answer(message: Message, error: AwsError, request_id: str) -> RawResponse:
    """An error in the protocol of the service."""
    headers = {"x-amzn-requestid": request_id, "content-type": "application/x-amz-json-1.1"}
    if message.json_protocol:
        body = {"__type": error.code, **error.fields}
        if error.message:  # AWS leaves out a message that it does not have (H60).
            body["message"] = error.message
        return error.status, headers, json.dumps(body, default=_plain)
    return protocols.error_answer("query", message.service, error, request_id)
