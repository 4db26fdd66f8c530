"""A part of the server that `make lab` starts: where the course is, how to stop, what is unchanged.

Jupyter's own address opens its launcher, which shows no notebook. This one opens the first.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from .lab import HOST, START


def address(port: int, base_url: str, token: str) -> str:
    """Return the address of the course's first notebook, with the token if there is one."""
    page = f"http://{HOST}:{port}{base_url}lab/tree/{quote(START)}"
    return f"{page}?{urlencode({'token': token})}" if token else page


def settle(file: Path) -> None:
    """Have git see that a file which was saved is as it was, if that is so by git's filters.

    Git itself takes each file of another size for a changed one, and asks no filter. That the
    file is added with the content that is there already changes nothing but the size it knows.
    Without git, or in no clone, nothing happens.
    """

    def git(*arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=file.parent, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    try:
        known = git("rev-parse", f":./{file.name}")
        if known == git("hash-object", "--", file.name):
            git("add", "--", file.name)
    except (OSError, subprocess.CalledProcessError):
        return


def _saved(os_path: str, **_: Any) -> None:
    """Called by Jupyter after each file that it saves."""
    if os_path.endswith(".ipynb"):
        settle(Path(os_path))


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter with its ServerApp, before the server listens."""
    server.contents_manager.register_post_save_hook(_saved)
    token = server.identity_provider.token
    server.identity_provider.token_generated = False  # so Jupyter does not show it again

    def say() -> None:
        print("The course is running. To stop it, save your notebooks and press Ctrl+C here.")
        print(f"Open notebook 00: {address(server.port, server.base_url, token)}", flush=True)

    # In the second turn of the loop: in the first the server binds its port, or gives up.
    server.io_loop.add_callback(lambda: server.io_loop.add_callback(say))
