"""Errors in the protocol of a client whose service the sandbox does not have.

A client reads an error only in the protocol that it speaks, and shows a bare "501 Not
Implemented", or fails to parse, otherwise. What a request looks like tells the protocol: the forms
are those of AWS's protocols as botocore writes them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

from botocore.awsrequest import AWSPreparedRequest

from ..errors import AwsError
from ..moto.http import RawResponse
from . import signatures
from .xml import escaped

#: The services that speak rest-xml (botocore's models), by the name that they are signed with.
_REST_XML = ("s3", "route53", "cloudfront")
_CBOR = "rpc-v2-cbor"


def service_of(url: str, headers: Mapping[str, str]) -> str:
    """The name of the service in a request's signature, or else in its address; empty if neither
    tells."""
    parts = urlsplit(url)
    if headers.get("smithy-protocol") == _CBOR:
        return parts.path.partition("/service/")[2].partition("/")[0]
    signature = signatures.parse(headers.get("authorization", ""))
    if signature is not None:
        return signature.service
    scope = parse_qs(parts.query).get("X-Amz-Credential", [""])[0].split("/")
    if len(scope) > 3:  # A presigned address.
        return scope[3]
    labels = (parts.hostname or "").split(".")
    return next((label for label in labels if label.split("-")[0] in _REST_XML), "")


def protocol_of(url: str, headers: Mapping[str, str], body: bytes) -> str:
    """The protocol of a request, in botocore's words."""
    service = service_of(url, headers)
    if headers.get("smithy-protocol") == _CBOR:
        return "smithy-rpc-v2-cbor"
    if "x-amz-target" in headers:
        return "json"
    form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
    if (form and b"Action=" in body) or "Action=" in urlsplit(url).query:
        return "ec2" if service == "ec2" else "query"
    if service.split("-")[0].removesuffix("express") in _REST_XML:
        return "rest-xml"
    return "rest-json" if service else "json"


def error_answer(protocol: str, service: str, error: AwsError, request_id: str) -> RawResponse:
    """An error as the clients of a protocol read it."""
    headers = {"x-amzn-requestid": request_id}
    if protocol == "smithy-rpc-v2-cbor":
        headers |= {"content-type": "application/cbor", "smithy-protocol": _CBOR}
        body = b"\xa2" + b"".join(map(_cbor, ("__type", error.code, "message", error.message)))
        return error.status, headers, body
    if protocol in ("json", "rest-json"):
        headers |= {"content-type": "application/json", "x-amzn-errortype": error.code}
        shown = {"__type": error.code, "message": error.message}
        return error.status, headers, json.dumps(shown)
    headers["content-type"] = "text/xml"
    kind = "Sender" if error.status < 500 else "Receiver"
    code, message = escaped(error.code), escaped(error.message)
    inner = f"<Code>{code}</Code><Message>{message}</Message>"
    if protocol == "ec2":
        text = (
            f"<Response><Errors><Error>{inner}</Error></Errors>"
            f"<RequestID>{request_id}</RequestID></Response>"
        )
    elif protocol == "rest-xml" and service.startswith("s3"):
        text = f"<Error>{inner}<RequestId>{request_id}</RequestId></Error>"
    else:
        text = (
            f"<ErrorResponse><Error><Type>{kind}</Type>{inner}</Error>"
            f"<RequestId>{request_id}</RequestId></ErrorResponse>"
        )
    return error.status, headers, text


def refusal(request: AWSPreparedRequest, error: AwsError, request_id: str) -> RawResponse:
    """An error of a request whose service and operation were not made out."""
    headers = {name.lower(): _text(value) for name, value in request.headers.items()}
    body = request.body if isinstance(request.body, bytes) else str(request.body or "").encode()
    protocol = protocol_of(request.url, headers, body)
    return error_answer(protocol, service_of(request.url, headers), error, request_id)


def _text(value: object) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _cbor(text: str) -> bytes:
    """A text in CBOR (RFC 8949, section 3.1, major type 3)."""
    data = text.encode("utf-8", "replace")
    size = len(data)
    if size < 24:
        return bytes([0x60 + size]) + data
    return bytes([0x79]) + size.to_bytes(2) + data if size < 65536 else _cbor(text[:1000])
