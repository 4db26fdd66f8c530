"""The control channel: what ``Sandbox`` offers beside AWS's own APIs, over HTTP.

Each method takes and gives JSON. ``answer`` runs on the server's side, ``RemoteSandbox`` on the
other; the grader uses it to read evidence that no student's code can reach.
"""

from __future__ import annotations

import datetime
import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from ..errors import SandboxError
from ..sandbox import Sandbox
from ..services.audit import Event, RemoteEvent
from ..services.dynamodb import AtRest

PATH = "/_sandbox"
TOKEN_HEADER = "X-Sandbox-Token"
#: The names of this machine for itself.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def answer(sandbox: Sandbox, asked: Any) -> Any:
    """Carry out ``{"method": name, "with": {…}}``.

    Raises:
        SandboxError: no such request, an unknown method, or arguments that the method refuses.
    """
    if not isinstance(asked, dict) or not isinstance(asked.get("with", {}), dict):
        raise SandboxError('A control request is JSON such as {"method": "describe", "with": {}}.')
    name = str(asked.get("method"))
    if name not in _METHODS:
        raise SandboxError(f"`{name}` is no control method; there are {', '.join(_METHODS)}.")
    try:
        return _METHODS[name](sandbox, **asked.get("with", {}))
    except (TypeError, ValueError) as error:
        raise SandboxError(f"`{name}` cannot take this: {error}") from None


def _describe(sandbox: Sandbox) -> dict[str, Any]:
    return {
        "account_id": sandbox.account_id,
        "region": sandbox.region,
        "seed": sandbox.seed,
        "time": sandbox.clock.now().isoformat(),
    }


def _admin_keys(sandbox: Sandbox, account_id: str | None = None) -> dict[str, str]:
    credentials = sandbox.session(account_id).get_credentials()
    assert credentials is not None
    return {
        "aws_access_key_id": credentials.access_key,
        "aws_secret_access_key": credentials.secret_key,
    }


_METHODS: dict[str, Callable[..., Any]] = {
    "describe": _describe,
    "advance": lambda box, **kw: box.advance(**kw).isoformat(),
    "at_rest": lambda box, **kw: box.at_rest(**kw).to_json(),
    "trail": lambda box, **kw: [event.to_json() for event in box.trail.events(**kw)],
    "admin_keys": _admin_keys,
}


class RemoteTrail:
    """The audit trail of a served sandbox."""

    def __init__(self, remote: RemoteSandbox) -> None:
        self._remote = remote

    def events(self, **filters: Any) -> list[RemoteEvent]:
        """The same as ``Trail.events`` in process."""
        return [Event.from_json(record) for record in self._remote._ask("trail", **filters)]


class RemoteClock:
    """The clock of a served sandbox."""

    def __init__(self, remote: RemoteSandbox) -> None:
        self._remote = remote

    def now(self) -> datetime.datetime:
        """The present moment there, in UTC."""
        return datetime.datetime.fromisoformat(self._remote._ask("describe")["time"])


class RemoteSession(boto3.Session):  # type: ignore[misc]  # boto3 publishes no types.
    """A boto3 session whose clients talk to a served sandbox, past any proxy."""

    def __init__(self, url: str, **settings: Any) -> None:
        super().__init__(**settings)
        self._url = url

    def client(self, *args: Any, **more: Any) -> Any:
        """As boto3's, with the sandbox as endpoint."""
        if more.get("endpoint_url") is None:
            more["endpoint_url"] = self._url
        direct = Config(proxies={})
        more["config"] = direct.merge(more["config"]) if more.get("config") else direct
        return super().client(*args, **more)


def _on_this_machine(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme == "http" and parts.hostname in LOOPBACK
    except ValueError:
        return False


class RemoteSandbox:
    """A served sandbox; made by ``Sandbox.connect(url, token)``.

    Raises:
        SandboxError: nothing answers at the address, or the token is wrong.
    """

    def __init__(self, url: str, token: str) -> None:
        if not _on_this_machine(url):
            raise SandboxError(f"`{url}` is not on this machine; a sandbox is served on loopback.")
        self.url = url.rstrip("/")
        self._token = token
        about = self._ask("describe")
        self.account_id: str = about["account_id"]
        self.region: str = about["region"]
        self.seed: int | str = about["seed"]
        self.trail = RemoteTrail(self)
        self.clock = RemoteClock(self)

    def _ask(self, method: str, **arguments: Any) -> Any:
        body = json.dumps({"method": method, "with": arguments}, default=str).encode()
        request = urllib.request.Request(
            self.url + PATH, body, {TOKEN_HEADER: self._token}, method="POST"
        )
        # No proxy: the address is on this machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=60) as response:
                return json.load(response)
        except urllib.error.HTTPError as error:
            raise SandboxError(error.read().decode("utf-8", "replace").strip()) from None
        except OSError as error:
            raise SandboxError(
                f"No sandbox answers at {self.url} ({error}); start one with `python -m refusal`."
            ) from None

    def session(self, account_id: str | None = None) -> boto3.Session:
        """A boto3 session of an account's administrator; its clients talk to this sandbox."""
        arguments = {"account_id": account_id} if account_id else {}
        keys = self._ask("admin_keys", **arguments)
        return RemoteSession(self.url, **keys, region_name=self.region)

    def open(self, notebook: str) -> dict[str, Any]:
        """Build the world of a notebook there: only a grader's server does that."""
        return dict(self._ask("open", notebook=notebook))

    def advance(self, **duration: float) -> datetime.datetime:
        """Let time pass there, as ``Sandbox.advance`` does."""
        return datetime.datetime.fromisoformat(self._ask("advance", **duration))

    def at_rest(self, table_name: str, account_id: str | None = None) -> AtRest:
        """What is stored of a table, as ``Sandbox.at_rest`` shows it."""
        arguments = {"account_id": account_id} if account_id else {}
        return AtRest.from_json(self._ask("at_rest", table_name=table_name, **arguments))
