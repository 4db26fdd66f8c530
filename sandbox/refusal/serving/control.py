"""The server's half of the control channel: what ``Sandbox`` offers beside AWS's own APIs.

Each method takes and gives JSON. The client's half is ``refusal.remote``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..errors import SandboxError
from ..sandbox import Sandbox


def answer(sandbox: Sandbox, asked: Any) -> Any:
    """Carry out ``{"method": name, "with": {…}}``.

    Raises:
        SandboxError: no such request, an unknown method, or arguments that the method refuses.
    """
    if not isinstance(asked, dict) or not isinstance(asked.get("with", {}), dict):
        raise SandboxError('A control request is JSON such as {"method": "describe", "with": {}}.')
    name = str(asked.get("method"))
    if name not in _METHODS:
        raise SandboxError(f"`{name}` is not a control method; there are {', '.join(_METHODS)}.")
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
