"""What a served sandbox answers to a request, however the request came in.

moto's own control addresses do not exist here: a request is either an AWS request, which goes
to the gate, or one to the sandbox's control channel, which needs the run's token.
"""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from botocore.awsrequest import AWSPreparedRequest

from ..errors import SandboxError
from ..moto.http import RawResponse
from ..remote import LOOPBACK, PATH, TOKEN_HEADER
from ..sandbox import Sandbox

HOST = "127.0.0.1"
#: Whether the server answers at all, and whether it takes requests; for anybody on this machine.
HEALTH, READY = f"{PATH}/health", f"{PATH}/ready"


class Request(NamedTuple):
    """A request that has come in whole.

    Attributes:
        method: as it was sent.
        target: path and query as they were sent, or a whole URL.
        headers: the words of a name begin with capitals, as in ``X-Amz-Target``.
        body: its bytes.
    """

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def host(self) -> str:
        """Whom it is for. HTTP/1.0 need not say so."""
        named = "" if self.target.startswith("/") else urlsplit(self.target).netloc
        return named or self.headers.get("Host", HOST)

    @property
    def raw_target(self) -> str:
        """Path and query as they were sent, without the host."""
        return "/" + self.target.lstrip("/") if self.target.startswith("/") else "/"

    @property
    def path(self) -> str:
        """The path that is meant."""
        if self.target == "/":
            return "/"
        target = self.raw_target if self.target.startswith("/") else self.target
        return unquote(urlsplit(target).path)


class Answer(NamedTuple):
    """An answer: its status, its headers but for those of the connection, and its body."""

    status: int
    headers: dict[str, str]
    body: bytes


class Answers:
    """Answers requests from a sandbox.

    Args:
        sandbox: a sandbox that has been started.
        carry_out: the function that carries out requests on the control channel.

    Attributes:
        sandbox: the sandbox; another one may take its place.
        token: what opens the control channel.
    """

    def __init__(self, sandbox: Sandbox, carry_out: Callable[[Sandbox, Any], Any]) -> None:
        self.sandbox = sandbox
        self.token = secrets.token_urlsafe(24)
        self._carry_out = carry_out

    def at_once(self, request: Request, stops: bool = False) -> Answer | None:
        """The answer to a request that need not wait for others; None if it has to.

        Args:
            stops: whether the server takes no more requests.
        """
        try:
            ours, path = _is_ours(request.host), request.path
        except ValueError:  # No host has such a name.
            ours, path = False, ""
        if not ours:
            # A page in the learner's browser can name its own server so that it leads here.
            return plain(403, f"The sandbox answers to {HOST} and localhost only.")
        asks = request.method in ("GET", "HEAD")
        if asks and path == HEALTH:
            return _status("ok")
        if stops:
            return _status("stopping", 503)
        return _status("ready") if asks and path == READY else self._momentary(request)

    def _momentary(self, request: Request) -> Answer | None:
        """The answer to a request that takes no longer than it takes to hand it to another thread;
        None if it may take long, or if the sandbox is at work on another one."""
        if request.headers.get("X-Amz-Target") not in _MOMENTARY:
            return None
        try:
            raw = self.sandbox.handle_at_once(_prepared(request))
            return None if raw is None else _answered(raw)
        except Exception as error:
            return _failed(error)

    def answer(self, request: Request) -> Answer:
        """The answer to a request that ``at_once`` has none for. The server outlives whatever one
        request does."""
        try:
            if request.path == PATH:
                return self._control(request)
            return _answered(self.sandbox.handle(_prepared(request)))
        except Exception as error:
            return _failed(error)

    def _control(self, request: Request) -> Answer:
        token = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return plain(403, "The control channel needs the token that this server printed.")
        if request.method != "POST":
            return plain(405, "The control channel accepts only POST.")
        try:
            result = self._carry_out(self.sandbox, json.loads(request.body))
        except (ValueError, RecursionError):
            return plain(400, "The control channel accepts only JSON, and this is not JSON.")
        except SandboxError as error:
            return plain(400, str(error))
        return Answer(200, _JSON, json.dumps(result).encode())


def _prepared(request: Request) -> AWSPreparedRequest:
    return AWSPreparedRequest(
        method=request.method,
        url=f"http://{request.host}{request.raw_target}",
        headers=request.headers,  # Names have one form here; botocore's own dict is slow.
        body=request.body,
        stream_output=False,
    )


def _answered(raw: RawResponse) -> Answer:
    status, headers, body = raw
    names = {name.lower(): name for name in headers}
    kept = {name: str(headers[name]) for low, name in names.items() if low not in _HOP_HEADERS}
    if "content-type" not in names:
        kept["Content-Type"] = _TEXT
    return Answer(int(status), kept, body.encode() if isinstance(body, str) else body)


@lru_cache(maxsize=64)
def _is_ours(host: str) -> bool:
    return urlsplit(f"//{host}").hostname in LOOPBACK


#: What takes about as long for a table of any size, and makes no key: ``X-Amz-Target``.
_MOMENTARY = frozenset(
    [f"DynamoDB_20120810.{name}" for name in ("GetItem", "PutItem", "DeleteItem")]
    + [f"TrentService.{name}" for name in ("Decrypt", "Encrypt", "GenerateDataKey", "DescribeKey")]
)
_HOP_HEADERS = ("content-length", "connection", "transfer-encoding", "date", "server", "status")
_TEXT, _JSON = "text/plain; charset=utf-8", {"Content-Type": "application/json"}


def _status(status: str, code: int = 200) -> Answer:
    return Answer(code, _JSON, json.dumps({"status": status}).encode())


def _failed(error: Exception) -> Answer:
    return plain(500, f"The sandbox failed on this request ({error}).")


def plain(status: int, text: str) -> Answer:
    """An answer in words."""
    return Answer(status, {"Content-Type": _TEXT}, f"{text}\n".encode())
