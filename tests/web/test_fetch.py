"""Genuine wheels are kept only if they are the files that Pyodide's lock names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from web.commands import SiteError
from web.fetch import fetch
from web.runtime import GENUINE, RELEASE, genuine_files

WHEEL = b"a wheel"


@pytest.fixture
def host() -> Iterator[tuple[str, list[str]]]:
    """A host that has one file, and the paths that it was asked for."""
    asked: list[str] = []

    class Host(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200 if self.path == "/one.whl" else 404)
            self.end_headers()
            self.wfile.write(WHEEL)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Host) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()
        thread.join()


def test_the_right_file_is_kept_and_fetched_once(host: Any, tmp_path: Path) -> None:
    address, asked = host
    for _ in range(2):
        path = fetch(f"{address}/one.whl", hashlib.sha256(WHEEL).hexdigest(), tmp_path)
        assert path.read_bytes() == WHEEL
    assert asked == ["/one.whl"]


@pytest.mark.parametrize(
    ("name", "words"), [("one.whl", "is not the file that"), ("two.whl", "404")]
)
def test_another_file_is_not_kept(host: Any, tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(SiteError, match=words):
        fetch(f"{host[0]}/{name}", "0" * 64, tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.needs("pyodide")
def test_each_genuine_wheel_has_an_address_and_a_digest() -> None:
    files = genuine_files()
    assert len(files) == len(GENUINE)
    assert all(address.startswith(RELEASE) and len(digest) == 64 for address, digest in files)
