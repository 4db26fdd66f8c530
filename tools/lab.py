"""Open the course in JupyterLab: on this machine only, on a port that is free.

    python tools/lab.py [--no-browser ...]     further options go to JupyterLab

The environment variable PORT asks for a port; without it, the first free one from 8888 on is taken.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START = "notebooks/00_start_here.ipynb"
HOST = "127.0.0.1"
FIRST_PORT = 8888


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of the loopback address."""
    with socket.socket() as probe:
        if os.name == "posix":  # as the server does: a port just left is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def choose_port(asked: str) -> int:
    """Return the port to use.

    Raises:
        SystemExit: the port that was asked for is no port or is busy, or every port tried is busy.
    """
    if asked:
        if not asked.isdecimal() or not 1024 <= int(asked) <= 65535:
            sys.exit(f"PORT={asked} is not a port: give a number from 1024 to 65535.")
        if not is_free(int(asked)):
            sys.exit(f"Port {asked} is busy: give another PORT, or stop what uses it.")
        return int(asked)
    port = next(filter(is_free, range(FIRST_PORT, FIRST_PORT + 50)), None)
    if port is None:
        sys.exit(f"Ports {FIRST_PORT} to {FIRST_PORT + 49} are busy: stop a server, or give PORT.")
    if port != FIRST_PORT:
        print(f"Port {FIRST_PORT} is busy, so the course opens on port {port}.", flush=True)
    return port


def command(port: int, options: list[str]) -> list[str]:
    """Return the command that starts JupyterLab on the course's first page."""
    lab = [sys.executable, "-m", "jupyterlab", START, f"--ip={HOST}", f"--port={port}"]
    lab += ["--ServerApp.port_retries=0", f"--ServerApp.root_dir={ROOT}"]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        lab.append("--allow-root")  # containers; the server is on loopback and asks for its token
    return [*lab, *options]


def main(options: list[str]) -> int:
    """Run JupyterLab until it is stopped. Returns its exit status."""
    if not (ROOT / START).is_file():
        sys.exit(f"{START} is missing: get it back with `git checkout notebooks`.")
    # Beside the person's own settings, which stay as they are: no pop-up that asks about news.
    paths = [str(ROOT / ".jupyter"), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    environment = dict(os.environ, JUPYTER_CONFIG_PATH=os.pathsep.join(filter(None, paths)))
    lab = command(choose_port(os.environ.get("PORT", "")), options)
    os.chdir(ROOT)
    if os.name == "posix":  # become it, so that who stops this process stops JupyterLab
        os.execve(lab[0], lab, environment)
    return subprocess.call(lab, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
