"""Bodies and headers as botocore's HTTP layer has them."""

from __future__ import annotations

from botocore.compat import HTTPHeaders
from moto.core.botocore_stubber import MockRawResponse

#: The answer to a request: status, headers, body.
RawResponse = tuple[int, dict[str, str], str | bytes]


def raw_body(body: str | bytes) -> MockRawResponse:
    """A body as botocore's HTTP layer would hand it over."""
    return MockRawResponse(body)


def header_dict(headers: dict[str, str]) -> HTTPHeaders:
    """Headers that compare without regard to case."""
    result = HTTPHeaders()
    for name, value in headers.items():
        result[name] = str(value)
    return result
