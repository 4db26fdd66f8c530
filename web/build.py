"""The whole site, from nothing."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from web import entrance, lite, pages, runtime
from web.commands import SiteError

#: Found in every site that this module built, and in no other folder.
MARK = "jupyter-lite.json"


def build(out: Path, vendor: Path | None = None, source: str = "") -> None:
    """Build the site into a folder; an older site there is replaced once the new one is whole.

    Args:
        out: the folder, absent, empty or an older site.
        vendor: a folder with the genuine wheels, to serve them from the site itself.
        source: the address of the repository, which pages link to for what the site has not.

    Raises:
        SiteError: the folder holds something else, or a part of the site is missing.
    """
    if out.exists() and not (out.is_dir() and (not any(out.iterdir()) or (out / MARK).exists())):
        raise SiteError(f"{out} holds something else than a site: name another folder.")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out.parent, prefix=f".{out.name}-") as folder:
        work = Path(folder)
        runtime.write(work / "pyodide", work / "parts", vendor)
        lite.contents(work / "contents")
        lite.build(work / "pyodide", work / "site", work / "lite", work / "contents")
        entrance.finish(work / "site")
        pages.write(pages.Site(work / "site", source.rstrip("/"), vendor is not None))
        shutil.rmtree(out, ignore_errors=True)
        (work / "site").rename(out)
