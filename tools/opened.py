"""A part of the server that `make lab` starts: it says where the course is, and how to stop.

Jupyter's own address opens its launcher, which shows no notebook. This one opens the first.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from .lab import HOST, START


def address(port: int, base_url: str, token: str) -> str:
    """Return the address of the course's first notebook, with the token if there is one."""
    page = f"http://{HOST}:{port}{base_url}lab/tree/{quote(START)}"
    return f"{page}?{urlencode({'token': token})}" if token else page


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter with its ServerApp, before the server listens."""
    token = server.identity_provider.token
    server.identity_provider.token_generated = False  # so Jupyter does not show it again

    def say() -> None:
        print("The course is running. To stop it, save your notebooks and press Ctrl+C here.")
        print(f"Open notebook 00: {address(server.port, server.base_url, token)}", flush=True)

    # In the second turn of the loop: in the first the server binds its port, or gives up.
    server.io_loop.add_callback(lambda: server.io_loop.add_callback(say))
