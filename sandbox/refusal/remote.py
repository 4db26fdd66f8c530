"""A served sandbox from the client's side, and what every sandbox offers.

The control channel carries what ``Sandbox`` offers beside AWS's own APIs, as JSON over HTTP on
this machine; its server's half is ``refusal.serving.control``. A grader reads evidence over it
that no student's code can reach.
"""

from __future__ import annotations

import datetime
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any, Protocol
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from .errors import SandboxError
from .services.audit import Event, RemoteEvent
from .services.dynamodb import AtRest

PATH = "/_sandbox"
TOKEN_HEADER = "X-Sandbox-Token"
#: The names of this machine for itself.
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class AnyTrail(Protocol):
    """An audit trail, of a sandbox in this process or of a served one."""

    def events(
        self, *, name: str = "", user: str = "", source: str = "", error: str = ""
    ) -> Sequence[Event | RemoteEvent]:
        """The events, oldest first; see ``refusal.services.audit.Trail.events``."""


class AnyClock(Protocol):
    """A sandbox's clock."""

    def now(self) -> datetime.datetime:
        """The present moment there, in UTC."""


class AnySandbox(Protocol):
    """What a sandbox offers wherever it runs: ``Sandbox`` in this process, ``RemoteSandbox`` in
    another one."""

    @property
    def account_id(self) -> str:
        """The account's ID: twelve digits."""

    @property
    def region(self) -> str:
        """The Region that clients use unless told otherwise."""

    @property
    def seed(self) -> int | str:
        """The seed from which the sandbox makes its random numbers."""

    @property
    def clock(self) -> AnyClock:
        """The sandbox's clock; ``clock.now()`` is its time, in UTC."""

    @property
    def trail(self) -> AnyTrail:
        """The audit trail; see ``refusal.services.audit.Trail``."""

    def session(self, account_id: str | None = None) -> boto3.Session:
        """A boto3 session of the user ``admin`` of an account; see ``Sandbox.session``."""

    def advance(self, **duration: float) -> datetime.datetime:
        """Let time pass; see ``Sandbox.advance``."""

    def at_rest(self, table_name: str, account_id: str | None = None) -> AtRest:
        """A table as it is stored; see ``Sandbox.at_rest``."""


class RemoteTrail:
    """The audit trail of a served sandbox."""

    def __init__(self, remote: RemoteSandbox) -> None:
        self._remote = remote

    def events(self, **filters: Any) -> list[RemoteEvent]:
        """The same as ``Trail.events`` in process."""
        return [Event.from_json(event) for event in self._remote.ask("trail", **filters)]


class RemoteClock:
    """The clock of a served sandbox."""

    def __init__(self, remote: RemoteSandbox) -> None:
        self._remote = remote

    def now(self) -> datetime.datetime:
        """The present moment there, in UTC."""
        return datetime.datetime.fromisoformat(self._remote.ask("describe")["time"])


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
    """The client of a served sandbox; ``Sandbox.connect(url, token)`` makes one.

    Args:
        url: the server's address, such as ``http://127.0.0.1:5000``.
        token: the token that the server printed as ``SANDBOX_TOKEN``.

    Attributes:
        account_id: the account's ID: twelve digits.
        region: the Region that clients use unless told otherwise.
        seed: the seed from which the sandbox makes its random numbers.
        trail: the audit trail; its events have no decisions.
        clock: the sandbox's clock.

    Raises:
        SandboxError: the address is not on this machine, nothing answers there, or the token is
            wrong.
    """

    def __init__(self, url: str, token: str) -> None:
        if not _on_this_machine(url):
            raise SandboxError(f"`{url}` is not on this machine; a sandbox is served on loopback.")
        self.url = url.rstrip("/")
        self._token = token
        about = self.ask("describe")
        self.account_id: str = about["account_id"]
        self.region: str = about["region"]
        self.seed: int | str = about["seed"]
        self.trail = RemoteTrail(self)
        self.clock = RemoteClock(self)

    def ask(self, method: str, **arguments: Any) -> Any:
        """Make one request on the control channel.

        Args:
            method: the name of a method: ``describe``, ``advance``, ``at_rest``, ``trail`` or
                ``admin_keys``.
            arguments: its arguments, which must have a form in JSON.

        Returns:
            The answer, made of JSON's types.

        Raises:
            SandboxError: the server refuses the request, or nothing answers.
        """
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
        """A boto3 session of the user ``admin`` of an account; its clients use this sandbox."""
        arguments = {"account_id": account_id} if account_id else {}
        keys = self.ask("admin_keys", **arguments)
        return RemoteSession(self.url, **keys, region_name=self.region)

    def open(self, notebook: str) -> dict[str, Any]:
        """Build a notebook's world in the server. Only the course's own servers do that."""
        return dict(self.ask("open", notebook=notebook))

    def advance(self, **duration: float) -> datetime.datetime:
        """Let time pass in the server, as ``Sandbox.advance`` does."""
        return datetime.datetime.fromisoformat(self.ask("advance", **duration))

    def at_rest(self, table_name: str, account_id: str | None = None) -> AtRest:
        """A table as it is stored, as ``Sandbox.at_rest`` shows it."""
        arguments = {"account_id": account_id} if account_id else {}
        return AtRest.from_json(self.ask("at_rest", table_name=table_name, **arguments))
