"""moto that behaves like AWS: it denies, and it encrypts at rest.

Here are the names for users: ``Sandbox`` and its error; ``RemoteSandbox``, a served one; and
``AnySandbox``, what both offer. Three packages have public names of their own:
``refusal.authorization`` (policies and a request in, a decision with its reasons out),
``refusal.serving`` (a sandbox over HTTP) and ``refusal.services`` (the types that a sandbox's
trail and ``at_rest`` give back). The rest is the inside.

Its rooms, each importing only from those before it:

- ``errors``: errors as AWS answers them.
- ``authorization``: the decision. It knows nothing of the rest.
- ``moto``: all that knows moto. ``world``: clock, randomness, environment variables.
- ``requests``: the way in: reading a request, and who signed it.
- ``gate``: every request passes it: who calls, may they, act, write down.
- ``services``: AWS KMS, Amazon DynamoDB, IAM, AWS STS and AWS CloudTrail.
- ``remote`` and ``sandbox``: what a user holds in hand.
- ``serving``: the way out. ``python -m refusal`` starts it.
"""

from .errors import SandboxError
from .remote import AnySandbox, RemoteSandbox
from .sandbox import Sandbox

__all__ = ["AnySandbox", "RemoteSandbox", "Sandbox", "SandboxError"]
