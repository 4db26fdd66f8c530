"""A folder of static files, served compressed and with ETags as hosts of such sites do."""

from __future__ import annotations

import gzip
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

#: What a machine's own list of types may lack.
_TYPES = {".mjs": "text/javascript", ".wasm": "application/wasm", ".whl": "application/zip"}
#: Compressed already.
_PACKED = {".whl", ".zip", ".png", ".ico", ".woff", ".woff2", ".gz"}


class Host(ThreadingHTTPServer):
    """Serves a folder, and counts what it sends.

    Attributes:
        folder: the folder.
        sent: bytes of all answers so far, with their headers.
    """

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.folder = folder
        self.sent = 0
        self.counting = threading.Lock()

    @property
    def address(self) -> str:
        """Where it is reached."""
        return f"http://127.0.0.1:{self.server_port}"


class _Answer(SimpleHTTPRequestHandler):
    """One answer: whole, or that nothing has changed since it was asked for last."""

    protocol_version = "HTTP/1.1"
    server: Host

    def do_GET(self) -> None:
        path = self.server.folder / self.path.split("?")[0].lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        status, body, headers = 404, b"", {}
        if path.is_file():
            body, mark = _content(path)
            headers = {"ETag": mark, "Cache-Control": "max-age=0", "Vary": "Accept-Encoding"}
            headers["Content-Type"] = _TYPES.get(path.suffix) or self.guess_type(path)
            status = 200
            if self.headers.get("If-None-Match") == mark:
                status, body = 304, b""
            elif path.suffix not in _PACKED:
                headers["Content-Encoding"] = "gzip"
        headers["Content-Length"] = str(len(body))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        with self.server.counting:
            self.server.sent += len(body) + sum(len(f"{n}: {v}\r\n") for n, v in headers.items())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@cache
def _content(path: Path) -> tuple[bytes, str]:
    data = path.read_bytes()
    mark = f'"{hashlib.sha256(data).hexdigest()[:16]}"'
    return (data if path.suffix in _PACKED else gzip.compress(data, 6, mtime=0)), mark


@contextmanager
def serving(folder: Path) -> Iterator[Host]:
    """Serve a folder while the context lasts."""
    with Host(folder) as host:
        for path in folder.rglob("*"):  # so that no visit waits for the compressing
            if path.is_file():
                _content(path)
        thread = threading.Thread(target=host.serve_forever, daemon=True)
        thread.start()
        try:
            yield host
        finally:
            host.shutdown()
            thread.join()
