"""The programs that build the site, and one clear sentence where one fails."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


class SiteError(Exception):
    """The site cannot be built; the sentence says what is wrong, and what to do."""


def run(*command: str, failed: str, missing: str, at: Path | None = None, **extra: str) -> None:
    """Run a program to its end.

    Args:
        failed: the sentence for a run that fails; the program's own last words follow it.
        missing: the sentence where there is no such program.
        at: the folder to run it in.
        extra: further variables of its environment.

    Raises:
        SiteError: it failed, or is missing.
    """
    # The programs of this Python's own environment come first, as under `make`.
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    environment = {**os.environ, "PATH": path, **extra}
    try:
        done = subprocess.run(
            command, cwd=at, env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        raise SiteError(missing) from None
    if done.returncode:
        raise SiteError(f"{failed}\n{(done.stdout + done.stderr).strip()[-3000:]}")


def output(*command: str, failed: str, environment: dict[str, str]) -> str:
    """Run a program to its end, and return what it prints.

    Args:
        failed: the sentence for a run that fails; the program's own last words follow it.
        environment: all of its variables.

    Raises:
        SiteError: it failed.
    """
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SiteError(f"{failed}\n{done.stderr.strip()[-3000:]}")
    return done.stdout
