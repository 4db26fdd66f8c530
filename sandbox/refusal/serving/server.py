"""The sandbox over HTTP, on loopback only, for the aws CLI and any SDK.

moto's own control addresses do not exist here: a request is either an AWS request, which goes
to the gate, or one to the sandbox's control channel, which needs the run's token.
"""

from __future__ import annotations

import contextlib
import hmac
import io
import json
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import urlsplit

from botocore.awsrequest import AWSPreparedRequest
from werkzeug.exceptions import ClientDisconnected, HTTPException, RequestEntityTooLarge
from werkzeug.serving import BaseWSGIServer, make_server
from werkzeug.wrappers import Request, Response
from werkzeug.wsgi import ClosingIterator

from ..errors import SandboxError
from ..moto import http as moto_http
from ..remote import LOOPBACK, PATH, TOKEN_HEADER
from ..sandbox import Sandbox
from . import control
from .connections import Handler

HOST = "127.0.0.1"
#: AWS's largest request here is DynamoDB's 16 MB (DynamoDB Developer Guide, "BatchWriteItem").
MAX_BODY = 20 * 1024 * 1024
#: Whether the server answers at all, and whether it takes requests; for anybody on this machine.
HEALTH, READY = f"{PATH}/health", f"{PATH}/ready"
#: How many seconds requests that have come in have to be answered when the server stops. Containers
#: are killed ten seconds after SIGTERM, and the account is to be saved before that.
PATIENCE = 5.0


def require_sockets() -> None:
    """Pass where a program can listen for requests.

    Raises:
        SandboxError: it cannot, since this Python runs in a browser.
    """
    if sys.platform == "emscripten":
        raise SandboxError(
            "Python in a browser cannot listen for requests, so the sandbox cannot be served from "
            "here: call it with boto3, or run `python -m refusal serve` on a computer."
        )


class Server:
    """An HTTP server for a running sandbox, on the loopback address.

    It listens as soon as it is created. ``serve`` answers requests until ``close`` is called.

    Args:
        sandbox: a sandbox that has been started. The server does not stop it.
        port: a TCP port from 1 to 65535, or 0 for any free one.
        listener: a listening socket to use in place of a port. Requests are then answered one at a
            time, each when ``answer_one`` is called.
        answer: the function that carries out requests on the control channel.

    Attributes:
        url: the server's address, for ``AWS_ENDPOINT_URL`` or ``endpoint_url``.
        token: the token that ``Sandbox.connect`` needs; each server has a new one.
        sandbox: the sandbox.

    Raises:
        SandboxError: the port is in use, is not allowed or is not a port, or this Python runs in a
            browser.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        port: int = 0,
        *,
        listener: socket.socket | None = None,
        answer: Callable[[Sandbox, Any], Any] = control.answer,
    ) -> None:
        require_sockets()
        self.sandbox = sandbox
        self.token = secrets.token_urlsafe(24)
        self._answer = answer
        self._serves = listener is None
        self._requests = _Requests()
        self._handler = Handler.for_a_server()
        self._server = _listen(port, self._application, listener, self._handler)
        self.url = f"http://{HOST}:{self._server.port}"

    def serve(self) -> None:
        """Answer requests until another thread calls ``close``, or until Ctrl-C. Requests are
        accepted side by side, and the sandbox handles one at a time."""
        self._server.serve_forever(poll_interval=0.1)

    def answer_one(self) -> None:
        """Answer one request that has come in; return at once if none has."""
        self._server.timeout = 0
        self._server.handle_request()

    def close(self) -> bool:
        """Stop answering, and free the port.

        Requests that have come in completely are answered first, for at most five seconds. New ones
        are meanwhile refused with status 503.

        Returns:
            Whether all of them were answered.
        """
        answered = self._requests.finish(PATIENCE)
        if self._serves:
            self._server.shutdown()
        self._server.server_close()
        self._handler.close_all()
        return answered

    def _application(self, environ: Any, start_response: Callable[..., Any]) -> Iterable[bytes]:
        request = Request(environ)
        request.max_content_length = MAX_BODY
        taken = False
        try:
            # It has come in when its body has: half a request does not delay a stop.
            if len(request.get_data()) >= MAX_BODY:  # werkzeug cuts a body without a length there.
                raise RequestEntityTooLarge
            taken = self._requests.take()
            response = self._respond(request) if taken else self._stopping(request)
        except HTTPException as error:
            response = _plain(error.code or 400, _cannot_take(error))
        except Exception as error:  # The server outlives whatever one request does.
            response = _plain(500, f"The sandbox failed on this request ({error}).")
        answer = response(environ, start_response)
        return ClosingIterator(answer, self._requests.drop if taken else None)

    def _respond(self, request: Request) -> Response:
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            # A page in the learner's browser can name its own server so that it leads here.
            return _plain(403, f"The sandbox answers to {HOST} and localhost only.")
        if request.path in (HEALTH, READY) and request.method in ("GET", "HEAD"):
            return _status("ok" if request.path == HEALTH else "ready")
        if request.path == PATH:
            return self._control(request)
        prepared = AWSPreparedRequest(
            method=request.method,
            url=f"http://{request.host}{_raw_target(request)}",
            headers=moto_http.header_dict(dict(request.headers)),
            body=request.get_data(),
            stream_output=False,
        )
        status, headers, answer = self.sandbox.handle(prepared)
        kept = {k: v for k, v in headers.items() if k.lower() not in _HOP_HEADERS}
        return Response(answer, status=int(status), headers=kept)

    def _stopping(self, request: Request) -> Response:
        """What is said to a request that comes too late."""
        if request.path == HEALTH:
            return _status("ok")
        return _status("stopping", 503)

    def _control(self, request: Request) -> Response:
        token = request.headers.get(TOKEN_HEADER, "")
        if not hmac.compare_digest(token.encode(), self.token.encode()):
            return _plain(403, "The control channel needs the token that this server printed.")
        if request.method != "POST":
            return _plain(405, "The control channel accepts only POST.")
        try:
            result = self._answer(self.sandbox, json.loads(request.get_data()))
        except (ValueError, RecursionError):
            return _plain(400, "The control channel accepts only JSON, and this is not JSON.")
        except SandboxError as error:
            return _plain(400, str(error))
        return Response(json.dumps(result), mimetype="application/json")


class _Requests:
    """The requests that have come in and are not answered yet."""

    def __init__(self) -> None:
        self._open = 0
        self._stops = False
        self._changed = threading.Condition()

    def take(self) -> bool:
        """Count a request; False if no more are taken."""
        with self._changed:
            self._open += not self._stops
            return not self._stops

    def drop(self) -> None:
        """A request has been answered."""
        with self._changed:
            self._open -= 1
            self._changed.notify_all()

    def finish(self, seconds: float) -> bool:
        """Take no more, and wait until all are answered, but not for ever."""
        with self._changed:
            self._stops = True
            return self._changed.wait_for(lambda: not self._open, seconds)


_HOP_HEADERS = ("content-length", "connection", "transfer-encoding", "date", "server", "status")


def _raw_target(request: Request) -> str:
    """Path and query as they were sent."""
    target = str(request.environ.get("RAW_URI", "/"))
    return target if target.startswith("/") else "/"


def _status(status: str, code: int = 200) -> Response:
    return Response(json.dumps({"status": status}), status=code, mimetype="application/json")


def _plain(status: int, text: str) -> Response:
    return Response(text + "\n", status=status, mimetype="text/plain")


def _cannot_take(error: HTTPException) -> str:
    """What is said to a request whose body cannot be read."""
    why = error.description or error.name
    if isinstance(error, RequestEntityTooLarge):
        why = f"its body has {MAX_BODY >> 20} MiB or more, and AWS takes no such request."
    elif isinstance(error, ClientDisconnected):
        why = "its body is not as long as its header says."
    return f"The sandbox cannot take this request: {why}"


def no_port(text: str) -> SandboxError:
    """What is said to a number that cannot be a port, or to no number at all."""
    return SandboxError(f"`{text[:20]}` is not a port; give one from 1 to 65535, or 0 for any.")


def _listen(
    port: int, application: Any, listener: socket.socket | None, handler: type[Handler]
) -> BaseWSGIServer:
    if not 0 <= port <= 65535:
        raise no_port(str(port))
    try:
        with contextlib.redirect_stderr(io.StringIO()):  # werkzeug has its own words for it.
            return make_server(
                HOST,
                port,
                application,
                threaded=listener is None,
                request_handler=handler,
                fd=None if listener is None else listener.fileno(),
            )
    except (OSError, SystemExit) as error:
        raise SandboxError(
            f"Port {port} on this machine is taken or not allowed; give another with --port."
        ) from error
