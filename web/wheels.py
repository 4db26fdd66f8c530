"""Wheels from a folder of installed packages, the same bytes from the same files."""

from __future__ import annotations

import base64
import hashlib
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from importlib.util import cache_from_source
from pathlib import Path, PurePosixPath

from jupyterlite_pyodide_kernel.constants import PYODIDE_PYTHON_VERSION
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: What an installer leaves behind about itself.
_INSTALLER = {
    *("RECORD", "INSTALLER", "REQUESTED", "direct_url.json"),
    *("uv_build.json", "uv_cache.json"),
}
#: The earliest time that a zip archive can hold.
_TIME = (1980, 1, 1, 0, 0, 0)
#: What a requirement's marker is asked about.
_BROWSER = {
    "sys_platform": "emscripten",
    "platform_system": "Emscripten",
    "os_name": "posix",
    "implementation_name": "cpython",
    "platform_python_implementation": "CPython",
    "python_version": PYODIDE_PYTHON_VERSION,
    "python_full_version": f"{PYODIDE_PYTHON_VERSION}.0",
    "extra": "",
}


@dataclass(frozen=True)
class Wheel:
    """A wheel that was written.

    Attributes:
        name: as PyPI normalizes it.
        needs: the names of the packages that it asks for in a browser.
        imports: the top-level modules in it.
    """

    path: Path
    name: str
    version: str
    needs: tuple[str, ...]
    imports: tuple[str, ...]


def write_all(installed: Path, place: Path, extra: dict[str, str]) -> list[Wheel]:
    """Write a wheel for each distribution that is installed in a folder.

    Args:
        installed: the folder, its sources compiled or not.
        place: where the wheels go.
        extra: top-level folders that no installer put there, and the distribution each belongs to.
    """
    found = sorted(distributions(path=[str(installed)]), key=lambda one: one.name.lower())
    wheels = []
    for one in found:
        name = canonicalize_name(one.name)
        files = set(_files(one, installed))
        for folder in (folder for folder, owner in extra.items() if owner == name):
            files |= {path for path in (installed / folder).rglob("*") if path.is_file()}
        relative = {path.relative_to(installed).as_posix(): path for path in files}
        info = next(name.split("/")[0] for name in relative if ".dist-info/" in name)
        path = place / f"{info.removesuffix('.dist-info')}-py3-none-any.whl"
        _write(path, info, {name: file.read_bytes() for name, file in relative.items()})
        wheels.append(Wheel(path, name, one.version, _needs(one), _imports(relative)))
    return wheels


def _files(one: Distribution, installed: Path) -> Iterable[Path]:
    """The files of a distribution that are still there, or what they were compiled to."""
    for recorded in one.files or ():
        if recorded.parts[0] in ("..", "bin") or recorded.name in _INSTALLER:
            continue
        path = installed / recorded
        compiled = (path.with_suffix(".pyc"), Path(cache_from_source(str(path))))
        here = [path]
        if path.suffix == ".py":  # the browser's Python may be newer than the one that builds
            here += [compiled[0], *compiled[1].parent.glob(f"{path.stem}.cpython-*.pyc")]
        yield from filter(Path.is_file, here)


def _needs(one: Distribution) -> tuple[str, ...]:
    asked = map(Requirement, one.requires or ())
    return tuple(
        canonicalize_name(it.name) for it in asked if not it.marker or it.marker.evaluate(_BROWSER)
    )


def _imports(files: Iterable[str]) -> tuple[str, ...]:
    code = [PurePosixPath(name) for name in files if name.endswith((".py", ".pyc"))]
    return tuple(sorted({path.parts[0].split(".")[0] for path in code}))


def _write(path: Path, info: str, files: dict[str, bytes]) -> None:
    record = f"{info}/RECORD"
    rows = []
    for name, data in sorted(files.items()):
        digest = base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
        rows.append(f"{name},sha256={digest},{len(data)}\n")
    files[record] = ("".join(rows) + f"{record},,\n").encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(name, _TIME), data, zipfile.ZIP_DEFLATED, 9)
