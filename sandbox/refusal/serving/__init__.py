"""A sandbox over HTTP, on the loopback address.

``Server`` answers AWS requests and the control channel; ``control`` is the server's half of that
channel, and ``refusal.remote`` the client's. ``Sandbox.connect`` makes the client.
"""

from . import control
from .server import Server

__all__ = ["Server", "control"]
