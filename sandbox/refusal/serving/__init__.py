"""A sandbox over HTTP, on the loopback address.

``Server`` answers the requests of AWS SDKs. It also answers a control channel, which offers what
the AWS APIs do not: the sandbox's clock, its trail and its stored tables. ``Sandbox.connect``
returns the client of that channel, and ``refusal.serving.control`` is the server's side of it.
"""

from . import control
from .server import Server

__all__ = ["Server", "control"]
