"""Fetch the wheels that only the Pyodide project publishes: ``python -m web.fetch DIR``.

For a site that serves them itself (``make site VENDOR=DIR``). Each is held against the sha256 of
Pyodide's own lock, which comes with npm's package.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import urllib.error
import urllib.request
from pathlib import Path

from web.commands import SiteError
from web.runtime import genuine_files


def fetch(address: str, digest: str, place: Path) -> Path:
    """Bring a file into a folder, unless the right one is there.

    Raises:
        SiteError: it cannot be fetched, or it is another file than was promised.
    """
    path = place / address.rsplit("/", 1)[1]
    if path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest:
        return path
    try:
        with urllib.request.urlopen(address, timeout=60) as answer:
            data: bytes = answer.read()
    except (urllib.error.URLError, TimeoutError) as error:
        raise SiteError(f"{address} could not be fetched ({error}): try again.") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise SiteError(f"{address} is not the file that Pyodide's lock names; it was not kept.")
    path.write_bytes(data)
    return path


def main() -> None:
    """Fetch them all into a folder, which is made."""
    parser = argparse.ArgumentParser(
        prog="python -m web.fetch", description="Fetch the wheels that a vendored site serves."
    )
    parser.add_argument("place", type=Path, metavar="DIR")
    place = parser.parse_args().place
    place.mkdir(parents=True, exist_ok=True)
    for address, digest in genuine_files():
        print(fetch(address, digest, place), flush=True)


if __name__ == "__main__":
    try:
        main()
    except SiteError as error:
        sys.exit(str(error))
