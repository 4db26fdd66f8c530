"""System tools that some tests need, and how a person gets them.

A test marked ``@pytest.mark.needs("chromium")`` whose tool is absent is listed as "not run" at
the end of the run, with the line that installs the tool. Where nothing may be left out (CI is
set), it fails instead.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: Where setting up puts what tests/package-lock.json pins, once npm is there.
NODE_MODULES = Path(__file__).parent / "node_modules"
#: Where `make site` puts what web/package-lock.json pins.
WEB_MODULES = Path(__file__).parents[1] / "web" / "node_modules"
FROM_NPM = "apt-get install npm && make setup-dev"


@dataclass(frozen=True)
class Tool:
    """What is not a Python package: its possible names, and the line that installs it.

    A name is a program's, or the path of a file in ``NODE_MODULES`` or ``WEB_MODULES``.
    """

    names: tuple[str, ...]
    install: str


TOOLS = {
    "axe-core": Tool(("axe-core/axe.min.js",), FROM_NPM),
    "chromium": Tool(
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        "apt-get install chromium",
    ),
    "configurable-http-proxy": Tool((".bin/configurable-http-proxy",), FROM_NPM),
    "devcontainer": Tool((".bin/devcontainer",), FROM_NPM),
    "git": Tool(("git",), "apt-get install git"),
    "make": Tool(("make",), "apt-get install make"),
    "node": Tool(("node", "nodejs"), "apt-get install nodejs"),
    "npm": Tool(("npm",), "apt-get install npm"),
    "pyodide": Tool(("pyodide/pyodide.mjs",), "npm ci --prefix web"),
}
NOT_RUN = "not run: "


def path_of(tool: str) -> str | None:
    """Return the path of a tool of ``TOOLS``, or None where this machine has none."""
    return next(filter(None, map(_found, TOOLS[tool].names)), None)


def _found(name: str) -> str | None:
    if "/" not in name:
        return shutil.which(name)
    files = (folder / name for folder in (NODE_MODULES, WEB_MODULES))
    return next((str(file) for file in files if file.exists()), None)


def absent(tools: Iterable[str]) -> str | None:
    """Return the sentence about the first tool that is absent, None if all are there."""
    for tool in tools:
        if path_of(tool) is None:
            return f"{NOT_RUN}needs {tool}, which this machine lacks. {TOOLS[tool].install}"
    return None


def nothing_may_be_left_out() -> bool:
    """Tell whether this run is one of continuous integration, as its CI variable says."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
