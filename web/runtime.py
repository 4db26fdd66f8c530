"""The site's Python: Pyodide, wheels, and the lock that says which file is which."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jupyterlite_pyodide_kernel.constants import PYODIDE_VERSION
from packaging.utils import canonicalize_name

from web import parts, started
from web.commands import SiteError, run
from web.wheels import Wheel, write_all

#: The one other host: where the Pyodide project publishes the wheels that it compiles.
HOST = "https://cdn.jsdelivr.net"
RELEASE = f"{HOST}/pyodide/v{PYODIDE_VERSION}/full/"
#: Compiled for the browser by the Pyodide project, and in no registry.
GENUINE = ("cffi", "cryptography", "numpy", "pandas")
#: What the kernel imports before the first cell.
PRELOAD = ["micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython"]
#: Asked for by the course, and loaded only when a cell imports them.
LATE = {"pandas"}
#: Asked for by the course where it is installed; here the page and its kernel do their work.
NOT_HERE = {"ipykernel", "ipython", "jupyterlab", "nbformat"}
#: Top-level packages whose tracebacks show their lines.
SOURCES_KEPT = ("helpers", "lessons", "refusal")
#: Imported at every start, and only by a kernel in a browser.
KERNEL = ("micropip", "ipykernel", "piplite", "pyodide_kernel")
_CORE_FILES = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")


def write(place: Path, work: Path, vendor: Path | None = None) -> None:
    """Write the folder that the kernel loads Python from.

    Args:
        place: the folder, which is made.
        work: a folder for what is only needed on the way.
        vendor: a folder that holds the genuine wheels; the site then serves them itself.

    Raises:
        SiteError: something is missing, or a vendored wheel is not the one of Pyodide's lock.
    """
    release = _core(place)
    compiled = {name: genuine(release["packages"][name], place, vendor) for name in GENUINE}
    installed = work / "installed"
    parts.install(installed)
    _compile(installed, work)
    wheels = write_all(installed, place, {"lessons": parts.COURSE})
    entries = {wheel.name: _entry(wheel) for wheel in wheels} | compiled
    for entry in entries.values():
        late = LATE | NOT_HERE if entry["name"] == parts.COURSE else set()
        entry["depends"] = sorted(set(entry["depends"]) - late)
        if missing := set(entry["depends"]) - set(entries):
            raise SiteError(
                f"{entry['name']} needs {', '.join(sorted(missing))}, which the site has not: "
                "name it in web/wheels.in, and run `make lock`."
            )
    _lock(place, release, entries)


def write_bare(place: Path, work: Path) -> None:
    """Write the folder of a Python that has its kernel and nothing else, as it is published.

    Args:
        place: the folder, which is made.
        work: a folder for what is only needed on the way.

    Raises:
        SiteError: something is missing.
    """
    release = _core(place)
    parts.fetch(work / "installed")
    entries = {wheel.name: _entry(wheel) for wheel in write_all(work / "installed", place, {})}
    needed: dict[str, dict[str, Any]] = {}
    todo = list(PRELOAD)
    while todo:
        name = todo.pop()
        if name not in needed:
            needed[name] = entries[name]
            todo += entries[name]["depends"]
    _lock(place, release, needed)


def _core(place: Path) -> dict[str, Any]:
    """Copy the interpreter into a folder, which is made; returns its release's lock."""
    release = parts.core()
    place.mkdir(parents=True)
    for name in _CORE_FILES:
        shutil.copyfile(parts.CORE / name, place / name)
    return release


def _lock(place: Path, release: dict[str, Any], entries: dict[str, dict[str, Any]]) -> None:
    lock = {"info": release["info"], "packages": dict(sorted(entries.items()))}
    (place / "pyodide-lock.json").write_text(json.dumps(lock, indent=1), encoding="utf-8")


def _compile(installed: Path, work: Path) -> None:
    plan = {
        "imported": started.imported(work / "home"),
        "whole": KERNEL,
        "kept": SOURCES_KEPT,
    }
    (work / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
    run(
        *("node", str(parts.HERE / "bytecode.mjs"), str(parts.CORE), str(installed)),
        *(parts.SITE_PACKAGES, str(work / "plan.json")),
        failed="Pyodide could not compile the packages:",
        missing="Node.js is not installed (Debian: apt-get install nodejs).",
    )


def _entry(wheel: Wheel) -> dict[str, Any]:
    """A wheel of the site, as pyodide-lock.json describes it."""
    return {
        "name": wheel.name,
        "version": wheel.version,
        "file_name": wheel.path.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(wheel.path.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": list(wheel.imports),
        "depends": list(wheel.needs),
        "unvendored_tests": False,
    }


def genuine(locked: dict[str, Any], place: Path, vendor: Path | None) -> dict[str, Any]:
    """Return the site's entry for a wheel of the Pyodide project.

    Args:
        locked: its entry in Pyodide's own lock.
        place: the site's folder with Python, to which it is copied if it is vendored.
        vendor: a folder that holds it; without one, the entry names the project's host.

    Raises:
        SiteError: the folder has no such file, or another one of its name.
    """
    entry = {**locked, "depends": [canonicalize_name(name) for name in locked["depends"]]}
    if vendor is None:
        return {**entry, "file_name": RELEASE + locked["file_name"]}
    source = vendor / locked["file_name"]
    if not source.is_file():
        raise SiteError(f"{vendor} has no {locked['file_name']}: fetch it from {RELEASE}.")
    if hashlib.sha256(source.read_bytes()).hexdigest() != locked["sha256"]:
        raise SiteError(f"{source} is not the file that Pyodide's lock names: fetch it anew.")
    shutil.copyfile(source, place / source.name)
    return entry


def genuine_files(names: Iterable[str] = GENUINE) -> list[tuple[str, str]]:
    """Return the address and sha256 of each wheel that only the Pyodide project publishes."""
    packages = parts.core()["packages"]
    return [(RELEASE + packages[n]["file_name"], packages[n]["sha256"]) for n in names]
