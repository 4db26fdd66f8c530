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


@dataclass(frozen=True)
class Tool:
    """A program that is not a Python package: its possible names, and the line that installs it."""

    names: tuple[str, ...]
    install: str


TOOLS = {
    "chromium": Tool(
        ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable"),
        "apt-get install chromium",
    ),
    "git": Tool(("git",), "apt-get install git"),
    "make": Tool(("make",), "apt-get install make"),
    "node": Tool(("node", "nodejs"), "apt-get install nodejs"),
}
NOT_RUN = "not run: "


def path_of(tool: str) -> str | None:
    """Return the path of a tool of ``TOOLS``, or None where this machine has none."""
    return next(filter(None, map(shutil.which, TOOLS[tool].names)), None)


def absent(tools: Iterable[str]) -> str | None:
    """Return the sentence about the first tool that is absent, None if all are there."""
    for tool in tools:
        if path_of(tool) is None:
            return f"{NOT_RUN}needs {tool}, which this machine lacks. {TOOLS[tool].install}"
    return None


def nothing_may_be_left_out() -> bool:
    """Tell whether this run is one of continuous integration, as its CI variable says."""
    return os.environ.get("CI", "").lower() not in ("", "0", "false")
