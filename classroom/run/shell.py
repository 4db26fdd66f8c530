"""The shell that answers run in: what works in JupyterLab works here, and shows nobody anything.

What the machine that marks lacks, such as a file of the student's or a command that is not
installed, is told apart from an answer's own error: it is for a person to see, and no zero.
"""

from __future__ import annotations

import contextlib
import errno
import os
import subprocess
import urllib.error
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

#: What a shell's exit status says of a command: it may not be run, or there is none (POSIX, 2.8.2).
_NO_COMMAND = (126, 127)
_MISSING = (
    *(errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.ENOTTY),
    *(errno.ENODEV, errno.ENXIO, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EAFNOSUPPORT),
)
_LIMITS = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
#: Errors of libraries, by name: here nobody has to import these to know them.
_BY_NAME = {
    "ProfileNotFound": "an AWS profile",
    "EndpointConnectionError": "an address outside",
    "ConnectTimeoutError": "an address outside",
    "gaierror": "an address outside",
}
_BY_WORDS = {
    "no running event loop": "a running event loop",
    "recognised GUI loop or backend": "a backend for plots",
    "getpwuid": "a user's name",
    "getpwnam": "a user's name",
    "getgrgid": "a group's name",
    "getgrnam": "a group's name",
}


class _Quiet(DisplayHook):
    """Keeps a cell's last value in ``_`` and ``Out``, as in a notebook; shows it to nobody."""

    def compute_format_data(self, result: Any) -> tuple[dict[str, str], dict[str, object]]:
        """Nothing: what a value looks like is not asked for."""
        return {}, {}

    def start_displayhook(self) -> None:
        """No prompt."""

    def write_output_prompt(self) -> None:
        """No prompt."""

    def finish_displayhook(self) -> None:
        """No end of a line."""


class Shell(InteractiveShell):
    """IPython's shell, with a notebook's habits."""

    #: What commands of the last cell were not there to be run.
    no_commands: list[str]

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)  # type: ignore[no-untyped-call]  # IPython's own
        self.no_commands = []
        for name in ("showtraceback", "showsyntaxerror", "showindentationerror"):
            setattr(self, name, lambda *_, **__: None)
        with contextlib.suppress(ImportError):  # %autosave and what else Jupyter's kernel adds
            from ipykernel.zmqshell import KernelMagics

            self.register_magics(KernelMagics)

    def system(self, cmd: str) -> None:
        """``!cmd``: without a terminal, of which there is none here."""
        command = str(self.var_expand(cmd, depth=1))  # type: ignore[no-untyped-call]
        status = subprocess.run(command, shell=True, stdin=subprocess.DEVNULL, check=False)
        if status.returncode in _NO_COMMAND:
            self.no_commands.append(command.split(maxsplit=1)[0] if command.split() else command)
        self.user_ns["_exit_code"] = status.returncode

    def enable_gui(self, gui: Any = None) -> None:
        """``%matplotlib inline`` asks for no window system."""

    def make_place(self) -> None:
        """Make the folder that ``%store`` writes to, which is in ``/tmp``."""
        with contextlib.suppress(AttributeError, OSError):
            os.makedirs(str(self.db.root), exist_ok=True)


def make_shell() -> Shell:
    """The one shell of this process; it keeps no history on disk, and starts no thread."""
    quiet = {"displayhook_class": _Quiet, "colors": "nocolor"}
    settings = Config(HistoryManager={"enabled": False}, InteractiveShell=quiet)
    shell: Shell = Shell.instance(config=settings)
    shell.run_line_magic("load_ext", "storemagic")  # As IPython's applications do.
    return shell


def lacks(error: BaseException) -> str:
    """What the machine lacks that an error complains of; empty if it is the answer's own error."""
    if isinstance(error, StdinNotImplementedError | EOFError):
        return "somebody at the keyboard"
    if isinstance(error, ImportError) and "cannot import name" not in str(error):
        return f"the module {error.name}" if error.name else "a module"
    if isinstance(error, UsageError) and "not found" in str(error):
        return "a magic command"
    if isinstance(error, AttributeError) and error.name == "kernel":
        return "a Jupyter kernel"
    if isinstance(error, urllib.error.URLError) and not isinstance(error, urllib.error.HTTPError):
        return "an address outside"
    named = (_BY_NAME[each.__name__] for each in type(error).__mro__ if each.__name__ in _BY_NAME)
    worded = (what for words, what in _BY_WORDS.items() if words in str(error))
    if found := next(named, "") or next(worded, ""):
        return found
    if isinstance(error, OSError) and error.errno in _MISSING:
        return f"{error.filename}" if error.filename else os.strerror(error.errno)
    return lacks(error.__cause__) if error.__cause__ is not None else ""


def exceeds(error: BaseException) -> str:
    """Which limit of the machine an error complains of; empty if none."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno in _LIMITS:
        return os.strerror(error.errno)
    return "threads" if "can't start new thread" in str(error) else ""
