"""JupyterLab's page on the site, beyond what JupyterLite's build makes of it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from web.commands import SiteError
from web.lite import ICON, NAME
from web.parts import HERE, ROOT, copy

#: The folder of the drive in which a learner's progress is kept.
PROGRESS = ".encrypt-data-with-aws-kms"
_SCRIPT = "lab.js"
_WORDS = "Loading the course. The first start takes up to a minute."


def finish(site: Path) -> None:
    """Give JupyterLab's page the course's name, icon and script, and what it looks for in vain.

    Args:
        site: the folder that JupyterLite's build has filled.

    Raises:
        SiteError: the page is not as JupyterLite's build made it so far.
    """
    shutil.copyfile(HERE / "templates" / _SCRIPT, site / _SCRIPT)
    _page(site / "lab" / "index.html")
    _pictures(site)
    _progress(site)


def _page(page: Path) -> None:
    html = page.read_text("utf-8")
    # JupyterLab itself sets the icon late, and the browser asks for another one until then.
    head = f'<link rel="icon" href="../{ICON}">\n    <script src="../{_SCRIPT}"></script>'
    for old, new in (
        ("<title>JupyterLite</title>", f"<title>{NAME}</title>\n    {head}"),
        ("Loading JupyterLite...", _WORDS),
        ("JupyterLite requires JavaScript", "The course requires JavaScript"),
        ("<html>", '<html lang="en">'),
    ):
        if html.count(old) != 1:
            raise SiteError(f"JupyterLite's page has not one {old!r}: its layout changed.")
        html = html.replace(old, new)
    page.write_text(html, encoding="utf-8")


def _pictures(site: Path) -> None:
    """Put the notebooks' pictures also where JupyterLab first asks for them.

    It puts a cell into the page before it looks up where the notebook lies, so that the browser
    asks for the picture as seen from the page, a folder below the site's top. That request would
    be answered by an error.
    """
    pictures = ROOT / "notebooks" / "images"
    for place in ("lab/images", "images"):  # of a notebook, and of a solved one
        copy(pictures, site / place)


def _progress(site: Path) -> None:
    """Have the folder of the progress in the drive from the start, empty.

    To make it, JupyterLite would ask the site for another folder, and an answer that there is no
    such file is shown as an error.
    """
    top = site / "api" / "contents" / "all.json"
    listing = json.loads(top.read_text("utf-8"))
    folder = listing | {"name": PROGRESS, "path": PROGRESS, "content": []}
    listing["content"] = [folder | {"content": None}, *listing["content"]]
    (top.parent / PROGRESS).mkdir()
    for path, content in ((top, listing), (top.parent / PROGRESS / top.name, folder)):
        path.write_text(json.dumps(content, indent=1), encoding="utf-8")
