"""moto, made to behave like AWS: it denies access, and it encrypts at rest.

Here are the names for users: ``Sandbox`` and its error; ``RemoteSandbox``, a served one;
``AnySandbox``, what both offer; and for tests ``sandboxed`` and ``denied``. Some packages have
public names of their own: ``refusal.authorization`` (from policies and a request to a decision with
its reasons), ``refusal.testing`` (what tests use), ``refusal.explained`` (why a request was allowed
or denied), ``refusal.serving`` (a sandbox over HTTP) and ``refusal.services`` (the types that a
sandbox's trail and ``at_rest`` give back). Everything else is internal.

Its rooms, each importing only from those before it:

- ``errors``: errors as AWS answers them.
- ``authorization``: the decision. It knows nothing of the rest.
- ``moto``: all that knows moto. ``world``: clock, randomness, environment variables.
- ``requests``: the way in: reading a request, and who signed it.
- ``gate``: every request passes it: who calls, may they, act, write down.
- ``services``: AWS KMS, Amazon DynamoDB, IAM, AWS STS and AWS CloudTrail.
- ``explained``: decisions, as text and as JSON.
- ``remote`` and ``sandbox``: what a user holds in hand.
- ``testing``: for tests; ``pytest_plugin`` gives it to pytest.
- ``serving``: the way out.
- ``commands``: what ``python -m refusal`` does.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import SandboxError
    from .remote import AnySandbox, RemoteSandbox
    from .sandbox import Sandbox
    from .testing import denied, sandboxed

__all__ = [
    "AnySandbox",
    "RemoteSandbox",
    "Sandbox",
    "SandboxError",
    "denied",
    "sandboxed",
]

#: Where each name lives. A name is fetched when it is first asked for: boto3 and moto take a second
#: to import, and pytest loads this package's plugin also for tests that use neither.
_HOMES = {
    "AnySandbox": "remote",
    "RemoteSandbox": "remote",
    "Sandbox": "sandbox",
    "SandboxError": "errors",
    "denied": "testing",
    "sandboxed": "testing",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f".{_HOMES[name]}", __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
