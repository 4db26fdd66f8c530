"""Open the course in JupyterLab: on this machine only, on a port that is free.

    python tools/lab.py [--no-browser ...]     further options go to JupyterLab

The environment variable PORT asks for a port; without it, the first free one from 8888 on is taken.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

ROOT = Path(__file__).resolve().parent.parent
START = "notebooks/00_start_here.ipynb"
HOST = "127.0.0.1"
FIRST_PORT = 8888
PORTS = 50
#: Where Jupyter and IPython write, by the variable that names another folder, under the home.
FOLDERS = {
    "JUPYTER_CONFIG_DIR": ".jupyter",
    "JUPYTER_DATA_DIR": ".local/share/jupyter",
    "IPYTHONDIR": ".ipython",
}
#: And where Jupyter still looks for what is in the folder that was replaced.
SEARCHED = {"JUPYTER_CONFIG_DIR": "JUPYTER_CONFIG_PATH", "JUPYTER_DATA_DIR": "JUPYTER_PATH"}


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


def is_ours(port: int) -> bool:
    """Tell whether no other course has chosen this port; from now on none will.

    The server binds the port seconds later, and another `make lab` may ask in between. The note
    that a port is taken is a locked file, which the system lets go of when the server ends. Where
    there are no such locks, Jupyter itself still tries the next port.
    """
    if fcntl is None:
        return True
    name = f"encrypt-data-with-aws-kms-{os.getuid()}-{port}.lock"
    try:
        note = os.open(Path(tempfile.gettempdir()) / name, os.O_CREAT | os.O_RDWR, 0o600)
        os.set_inheritable(note, True)  # this process becomes the server
        fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(note)
        return False
    except OSError:  # nowhere to write a note
        return True
    return True


def choose_port(asked: str) -> int:
    """Return the port to use.

    Raises:
        SystemExit: the port that was asked for is no port or is busy, or every port tried is busy.
    """
    if asked:
        if not asked.isdecimal() or not 1024 <= int(asked) <= 65535:
            sys.exit(f"PORT={asked} is not a port: give a number from 1024 to 65535.")
        if not (is_free(int(asked)) and is_ours(int(asked))):
            sys.exit(f"Port {asked} is busy: give another PORT, or stop what uses it.")
        return int(asked)
    ports = range(FIRST_PORT, FIRST_PORT + PORTS)
    port = next((one for one in ports if is_free(one) and is_ours(one)), None)
    if port is None:
        sys.exit(f"Ports {ports[0]} to {ports[-1]} are busy: stop a server, or give PORT.")
    if port != FIRST_PORT:
        print(f"Port {FIRST_PORT} is busy, so the course opens on port {port}.", flush=True)
    return port


def folders() -> dict[str, str]:
    """Return what Jupyter must be told where it cannot write in its own folders, and say so.

    Returns:
        Variables of the environment: they name folders for this session, and the ones replaced.

    Raises:
        SystemExit: there is no place for such folders either.
    """
    home = Path.home()
    places = {name: Path(os.environ.get(name) or home / usual) for name, usual in FOLDERS.items()}
    closed = {name: place for name, place in places.items() if not can_write(place)}
    if not closed:
        return {}
    try:
        session = Path(tempfile.mkdtemp(prefix="encrypt-data-with-aws-kms-"))
    except OSError as error:
        sys.exit(
            f"JupyterLab can write neither in {home} nor in a temporary folder "
            f"({error.strerror}): set HOME to a folder that it can write in."
        )
    told = {name: str(session / FOLDERS[name]) for name in closed}
    for name in closed.keys() & SEARCHED.keys():
        path = [str(closed[name]), os.environ.get(SEARCHED[name], "")]
        told[SEARCHED[name]] = os.pathsep.join(filter(None, path))
    if "JUPYTER_DATA_DIR" in closed and "JUPYTER_RUNTIME_DIR" not in os.environ:
        told["JUPYTER_RUNTIME_DIR"] = str(session / "runtime")
    print(_said(closed, session, home), flush=True)
    return told


def _said(closed: "dict[str, Path]", session: Path, home: Path) -> str:
    names = " and ".join(str(place) for place in closed.values())
    said = f"Nothing can be written in {names}, so JupyterLab uses {session} this time."
    if can_write(home) or os.environ.get("COURSE_PROGRESS"):
        return said
    return said + (
        f" Your progress cannot be kept in {home} either: before you stop the course, copy "
        "the code that progress() shows."
    )


def can_write(folder: Path) -> bool:
    """Tell whether files can be written in a folder, which is made if it is not there."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def tell_git() -> None:
    """Have git see notebooks without what opening and running them leaves, in this clone alone.

    See `.gitattributes` and `tools/clean_notebook.py`. Without git there is nothing to tell.
    """
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        return
    python = shlex.quote(Path(sys.executable).as_posix())
    script = "tools/clean_notebook.py"
    for kind in ("blank", "solved"):
        # Where either is gone, the file goes through as it is.
        clean = (
            f"if test -x {python} && test -f {script}; then {python} {script} {kind}; else cat; fi"
        )
        setting = ["git", "config", "--local", f"filter.{kind}-notebook.clean", clean]
        subprocess.run(setting, cwd=ROOT, capture_output=True, check=False)


def command(port: int, options: list[str]) -> list[str]:
    """Return the command that starts JupyterLab on the course's first page."""
    lab = [sys.executable, "-m", "jupyterlab", START, f"--ip={HOST}", f"--port={port}"]
    # Somebody who asks for a port gets that one or a sentence.
    retries = 0 if os.environ.get("PORT") else PORTS
    lab += [f"--ServerApp.port_retries={retries}", f"--ServerApp.root_dir={ROOT}"]
    # In place of Jupyter's own words on the terminal: one address, of the first notebook.
    lab += ["--ServerApp.jpserver_extensions=tools.opened=True"]
    lab += ["--ServerApp.log_level=WARN", "--LabApp.log_level=WARN"]
    lab += ["--ServerApp.answer_yes=True"]  # Ctrl+C stops it, as the terminal says
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        lab.append("--allow-root")  # containers; the server is on loopback and asks for its token
    return [*lab, *options]


def main(options: list[str]) -> int:
    """Run JupyterLab until it is stopped. Returns its exit status."""
    if not (ROOT / START).is_file():
        sys.exit(f"{START} is missing: restore it with `git checkout notebooks`.")
    environment = dict(os.environ) | folders()
    tell_git()
    # Beside the person's own settings, which stay as they are: no pop-up that asks about news.
    paths = [str(ROOT / ".jupyter"), environment.get("JUPYTER_CONFIG_PATH", "")]
    environment["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, paths))
    lab = command(choose_port(os.environ.get("PORT", "")), options)
    print("Starting JupyterLab ...", flush=True)
    os.chdir(ROOT)
    if os.name == "posix":  # become it, so that who stops this process stops JupyterLab
        os.execve(lab[0], lab, environment)
    return subprocess.call(lab, env=environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
