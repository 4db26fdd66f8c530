"""aiobotocore's part of the hold on botocore: its clients wait for what others have at once.

aiobotocore is no dependency. Where it is installed, its clients are answered and guarded like
botocore's own; so are aioboto3's, which stands on it.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse

Guard = Callable[[object, AWSPreparedRequest], AWSResponse]
#: The connections that it may use, with their modules; the second one needs httpx, and older
#: versions do not have it.
_CONNECTIONS = (
    ("aiobotocore.httpsession", "AIOHTTPSession"),
    ("aiobotocore.httpxsession", "HttpxSession"),
)


def replacements(guard: Guard) -> Iterator[tuple[Any, str, Any]]:
    """What to put in which place while a sandbox runs: owner, name, value.

    Args:
        guard: stands where a connection of botocore's sends a request.
    """
    if importlib.util.find_spec("aiobotocore") is None:
        return
    endpoint = importlib.import_module("aiobotocore.endpoint")
    yield endpoint, "convert_to_response_dict", _converting(endpoint.convert_to_response_dict)
    for module, name in _CONNECTIONS:
        connection = _connection(module, name)
        if connection is not None:
            send = _sending(guard)
            yield connection, "send", send
            yield connection, "__init__", _guarded_for_good(connection.__init__, send)


def _connection(module: str, name: str) -> Any:
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None


def _sending(guard: Guard) -> Callable[..., Any]:
    async def send(connection: object, request: AWSPreparedRequest) -> AWSResponse:
        return guard(connection, request)

    return send


def _guarded_for_good(init: Callable[..., None], send: Callable[..., Any]) -> Callable[..., None]:
    """As for botocore's: a client that outlives its sandbox sends nothing to AWS."""

    def guarded(connection: Any, *args: Any, **more: Any) -> None:
        init(connection, *args, **more)
        connection.send = partial(send, connection)

    return guarded


def _converting(convert: Callable[..., Any]) -> Callable[..., Any]:
    async def converting(response: Any, operation_model: Any) -> Any:
        return await convert(_awaitable(response), operation_model)

    return converting


def _awaitable(response: Any) -> Any:
    """moto's answer in aiobotocore's shape, whose content is awaited; others as they are."""
    if type(response) is not AWSResponse:
        return response
    shape = importlib.import_module("aiobotocore.awsrequest").AioAWSResponse
    made = shape(response.url, response.status_code, response.headers, response.raw)
    made._content = response.content
    return made
