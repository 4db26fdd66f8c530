"""A built site on the loopback address, and a page of Chromium that notes what it asks for."""

from __future__ import annotations

import json
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlsplit

from tests.web.standing_in import lock


class _Site(SimpleHTTPRequestHandler):
    """Serves a folder; the stand-ins' lock and wheels in the place of the site's own lock."""

    extensions_map: ClassVar = {
        **SimpleHTTPRequestHandler.extensions_map,
        ".mjs": "text/javascript",
    }

    def __init__(self, *given: Any, standins: Path, **named: Any) -> None:
        self.standins = standins
        super().__init__(*given, **named)

    def translate_path(self, path: str) -> str:
        """Look among the stand-ins first."""
        at = urlsplit(path).path
        if at.startswith("/static/pyodide/"):
            file = self.standins / at.rsplit("/", 1)[1]
            if file.is_file():
                return str(file)
        return super().translate_path(path)

    def end_headers(self) -> None:
        """Have a browser ask anew each time, as it does once a host's time limit is over."""
        self.send_header("Cache-Control", "no-cache")
        super().end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def served(site: Path) -> Iterator[str]:
    """Serve a site with stand-ins for what it does not hold itself; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        standins = Path(folder)
        changed = lock(site, standins)
        for entry in changed["packages"].values():
            entry["file_name"] = Path(entry["file_name"]).name
        (standins / "pyodide-lock.json").write_text(json.dumps(changed))
        handler = partial(_Site, directory=str(site), standins=standins)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            thread = threading.Thread(target=server.serve_forever, daemon=True)
            thread.start()
            try:
                yield f"http://127.0.0.1:{server.server_port}"
            finally:
                server.shutdown()
                thread.join()


def strangers(page: Any, address: str) -> list[str]:
    """Stop every request that leaves a site, and return the list in which they are noted.

    A worker's requests are noted as well: the page's whole browser is listened to.
    """
    noted: list[str] = []

    def judge(route: Any) -> None:
        url = route.request.url
        if url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            noted.append(url)
            route.abort()

    page.context.route("**/*", judge)
    return noted
