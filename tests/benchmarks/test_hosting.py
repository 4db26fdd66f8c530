"""The benchmark's host compresses, answers a second visit with nothing new, and counts."""

from __future__ import annotations

import gzip
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from benchmarks.browser.hosting import Host, serving


def ask(host: Host, path: str, **headers: str) -> tuple[bytes, dict[str, str], int]:
    """Return an answer's body, its headers, and how many bytes the host counted for it."""
    before = host.sent
    request = urllib.request.Request(host.address + path, headers=headers)
    with urllib.request.urlopen(request) as answer:
        return answer.read(), dict(answer.headers), host.sent - before


def test_what_is_sent_is_compressed_and_counted(tmp_path: Path) -> None:
    text = b"the same words again and again " * 1000
    (tmp_path / "page.js").write_bytes(text)
    (tmp_path / "one.whl").write_bytes(text)  # as if it were packed already
    with serving(tmp_path) as host:
        body, headers, counted = ask(host, "/page.js")
        assert (headers["Content-Encoding"], gzip.decompress(body)) == ("gzip", text)
        assert len(body) < counted < len(body) + 400
        packed, _, counted = ask(host, "/one.whl?version=1")
        assert packed == text and len(text) < counted < len(text) + 400
        with pytest.raises(urllib.error.HTTPError, match="304"):
            ask(host, "/page.js", **{"If-None-Match": headers["ETag"]})
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(host, "/absent.js")
