"""The lock of a site whose genuine wheels are out of a test's reach: stand-ins in their place.

Only entries that point to the other host are answered so. A site that was built with ``--vendor``
has none, and is tested as it is.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any

from web.runtime import HOST

STANDINS = Path(__file__).parent / "standins"


def wheel(name: str, version: str, place: Path) -> Path:
    """Write a wheel of a stand-in; one of a package that has none is empty."""
    path = place / f"{name}-{version}-py3-none-any.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as archive:
        for source in sorted((STANDINS / name).rglob("*.py")):
            archive.write(source, source.relative_to(STANDINS / name).as_posix())
        archive.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\n")
        archive.writestr(f"{info}/RECORD", "")
    return path


def lock(site: Path, place: Path) -> dict[str, Any]:
    """Return the site's lock with stand-ins, whose wheels are written to a folder."""
    made: dict[str, Any] = json.loads((site / "static/pyodide/pyodide-lock.json").read_text())
    for name, entry in made["packages"].items():
        if not entry["file_name"].startswith(HOST):
            continue
        path = wheel(name, entry["version"], place)
        entry |= {
            "file_name": str(path),
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "depends": [],
        }
    return made
