"""Build the site: ``python -m web dist/site``."""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

from web.build import build
from web.commands import SiteError


def main() -> None:
    """Build it, and say how large it is and how long it took."""
    parser = argparse.ArgumentParser(
        prog="python -m web", description="Build the course as a site that runs in a browser."
    )
    parser.add_argument("out", type=Path, help="the site's folder")
    parser.add_argument(
        "--vendor",
        type=Path,
        metavar="DIR",
        help="serve the wheels that the Pyodide project compiled from the site, out of DIR",
    )
    parser.add_argument(
        "--source", default="", metavar="URL", help="the repository's address, for links to it"
    )
    args = parser.parse_args()
    start = time.monotonic()
    build(args.out, args.vendor, args.source)
    files = [path for path in args.out.rglob("*") if path.is_file()]
    size = sum(path.stat().st_size for path in files) / 1e6
    took = time.monotonic() - start
    print(f"{args.out}: {len(files)} files, {size:.1f} MB, in {took:.0f} s.")


if __name__ == "__main__":
    try:
        main()
    except SiteError as error:
        sys.exit(str(error))
