"""Eight clients at once, in processes of their own, so that the server sets the pace.

A client of boto3 takes longer to make a request than a server to answer it, and eight in one
process take turns. So each request is signed once, by boto3, and then sent over and over as it is:
AWS takes a signature for fifteen minutes, and so do the emulators.
"""

from __future__ import annotations

import http.client
import multiprocessing
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import HTTPClientError

from .behaviours import World

CLIENTS, PROCESSES = 8, 2
SECONDS = 8.0


class Signed(NamedTuple):
    """A request that is ready to be sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class _Stopped(HTTPClientError):  # type: ignore[misc]  # botocore has no types here
    fmt = "the request was made, and not sent"


def signed(client: Any, operation: str, **params: Any) -> Signed:
    """A request as boto3 signs it; it is not sent."""
    made: list[AWSPreparedRequest] = []

    def keep(request: AWSPreparedRequest, **_: Any) -> None:
        made.append(request)
        raise _Stopped

    client.meta.events.register("before-send", keep)
    try:
        getattr(client, operation)(**params)
    except _Stopped:
        pass
    finally:
        client.meta.events.unregister("before-send", keep)
    request = made[0]
    headers = {
        name: value.decode() if isinstance(value, bytes) else str(value)
        for name, value in request.headers.items()
    }
    return Signed(str(request.method), urlsplit(request.url).path or "/", headers, request.body)


def mix(world: World) -> list[Signed]:
    """Reads and writes of an item under a customer managed key, and requests to KMS."""
    key = world.key()
    table, blob = world.table(key), world.kms.encrypt(KeyId=key, Plaintext=b"x")["CiphertextBlob"]
    item = {"id": {"S": "1"}}
    get = signed(world.dynamodb, "get_item", TableName=table, Key=item)
    put = signed(world.dynamodb, "put_item", TableName=table, Item=item)
    return [put, get, get, signed(world.kms, "decrypt", CiphertextBlob=blob)]


def _one_client(url: str, requests: Sequence[Signed], seconds: float) -> int:
    """Send the requests in turn for a time; how many were answered.

    Raises:
        RuntimeError: one was refused.
    """
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=60)
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        for method, path, headers, body in requests:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            text = answer.read()
            if answer.status != 200:
                raise RuntimeError(f"{answer.status}: {text[:200]!r}")
            count += 1
    connection.close()
    return count


def _some_clients(url: str, requests: Sequence[Signed], seconds: float) -> float:
    """Requests a second of a process's share of the clients."""
    began = time.monotonic()
    share = CLIENTS // PROCESSES
    with ThreadPoolExecutor(share) as pool:
        counts = pool.map(lambda _: _one_client(url, requests, seconds), range(share))
        return sum(counts) / (time.monotonic() - began)


def rate(world: World, seconds: float = SECONDS) -> float:
    """Answered requests a second of all clients."""
    requests = mix(world)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(PROCESSES, context) as pool:
        list(pool.map(_some_clients, *zip(*[(world.url, requests, 0.2)] * PROCESSES, strict=True)))
        asked = [(world.url, requests, seconds)] * PROCESSES
        return sum(pool.map(_some_clients, *zip(*asked, strict=True)))
