"""Bodies and headers as botocore's HTTP layer has them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

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


class _Headers(dict[str, str]):
    """Headers whose names, in lower case here, are found in any case. werkzeug's take longer."""

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)


class JsonRequest:
    """A request to a JSON service, with what moto's handlers use of a request of werkzeug's: to
    make one of those takes as long as to find an item.

    Args:
        target: its ``X-Amz-Target``.
        account: the account that it is of.
    """

    from_wsgi_server = False
    method = "POST"
    path = raw_path = "/"
    content_type = "application/x-amz-json-1.0"
    content_encoding = None
    #: What forms have, and this has not.
    form: ClassVar[Mapping[str, Any]] = MappingProxyType({})
    files = values = form

    def __init__(self, url: str, target: str | bytes, account: str, body: bytes) -> None:
        self.raw_url = url
        target = target.decode("latin-1") if isinstance(target, bytes) else target  # If signed.
        self.data = body
        self.headers = _Headers(
            {
                "host": url.split("/")[2],
                "content-type": self.content_type,
                "x-amz-target": target,
                "x-moto-account-id": account,
            }
        )
