"""The shell that answers run in: what works in JupyterLab works here, and shows nobody anything.

What the machine that marks lacks, such as a file of the student's or a command that is not
installed, is told apart from an answer's own error: it is for a person to see, and no zero.
"""

from __future__ import annotations

import contextlib
import errno
import os
import re
import subprocess
import urllib.error
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.error import StdinNotImplementedError, UsageError
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

#: What a shell's exit status says of a command: it may not be run, or there is none (POSIX, 2.8.2).
_NO_COMMAND = (126, 127)
#: What an error of the operating system says that there is not, where it names no file.
_MISSING = {
    **dict.fromkeys((errno.ENOENT, errno.ENODEV, errno.ENXIO), "a file or device"),
    **dict.fromkeys((errno.EACCES, errno.EPERM), "the permission for that"),
    **dict.fromkeys((errno.EROFS, errno.ENOSPC), "a place to write that to"),
    **dict.fromkeys((errno.ENETUNREACH, errno.EHOSTUNREACH), "an address outside"),
    errno.EAFNOSUPPORT: "a network of that kind",
    errno.ENOTTY: "a terminal",
}
_LIMITS = (errno.EAGAIN, errno.EMFILE, errno.ENFILE, errno.ENOMEM)
#: Errors of libraries, by name: here nobody has to import these to know them.
_BY_NAME = {
    "BdbQuit": "somebody at the keyboard",
    "ProfileNotFound": "an AWS profile",
    "EndpointConnectionError": "an address outside",
    "ConnectTimeoutError": "an address outside",
    "gaierror": "an address outside",
    "TclError": "a display",
    "ZoneInfoNotFoundError": "a time zone",
}
_BY_WORDS = {
    "no running event loop": "a running event loop",
    "recognised GUI loop or backend": "a backend for plots",
    "getpwuid": "a user's name",
    "getpwnam": "a user's name",
    "getgrgid": "a group's name",
    "getgrnam": "a group's name",
    "unsupported locale setting": "a locale",
    "unable to open database file": "a database's file",
    "cannot open shared object file": "a library",
    "Inappropriate ioctl": "a terminal",
    "no stored variable": "a variable that %store has kept",
    "Environment does not have key": "an environment variable",
    "was not found in history, as a file": "a file for %load",
}
#: `%run` of a file that is not there.
_NO_SCRIPT = re.compile(r"File `(.+)` not found")
#: Libraries that ask other machines, and what their errors are called if these cannot be reached.
_CLIENTS = ("requests", "urllib3", "httpx", "httpcore", "aiohttp")
_UNREACHED = re.compile("Connect|Resolution|Timeout|MaxRetry|Proxy|SSL")


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
    #: Variables that `%store -r` was to bring back, and could not.
    not_stored: set[str]

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)  # type: ignore[no-untyped-call]  # IPython's own
        self.no_commands, self.not_stored = [], set()
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

    def run_line_magic(self, magic_name: str, line: str, _stack_depth: int = 1) -> Any:
        """IPython's, which says of a variable that is not stored no more than a line of output."""
        said = super().run_line_magic(magic_name, line, _stack_depth + 1)
        option, *names = line.split() or [""]
        if magic_name == "store" and option == "-r":
            self.not_stored |= set(names) - set(self.user_ns)
        return said

    def _format_exception_for_storage(self, *_: Any, **__: Any) -> dict[str, object]:
        """Nothing: nobody asks for an error that a history would show. IPython formats each for it,
        which takes some milliseconds for each call on the way, and for a recursion half a minute.
        """
        return {}

    def lacks(self, error: BaseException) -> str:
        """What the machine lacks that an error of a cell complains of; empty if nothing."""
        if isinstance(error, NameError) and error.name in self.not_stored:
            return f"the variable {error.name} that %store has kept elsewhere"
        return lacks(error)

    def enable_gui(self, gui: Any = None) -> None:
        """``%matplotlib inline`` asks for no window system."""

    def ask_exit(self) -> None:
        """``exit`` and ``quit()`` end a notebook's kernel only after the cell; here no cell's."""

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
    if isinstance(error, subprocess.CalledProcessError):
        return f"what a command needs ({error})"
    if found := _by_name(error) or _by_words(str(error)) or _variable(error):
        return found
    if isinstance(error, OSError) and error.errno in _MISSING:
        return f"{error.filename}" if error.filename else _MISSING[error.errno]
    return lacks(error.__cause__) if error.__cause__ is not None else ""


def _by_name(error: BaseException) -> str:
    kinds = type(error).__mro__
    asks = any(kind.__module__.partition(".")[0] in _CLIENTS for kind in kinds)
    if asks and any(_UNREACHED.search(kind.__name__) for kind in kinds):
        return "an address outside"
    return next((_BY_NAME[kind.__name__] for kind in kinds if kind.__name__ in _BY_NAME), "")


def _by_words(text: str) -> str:
    if script := _NO_SCRIPT.search(text):
        return script[1].strip("'")
    return next((what for words, what in _BY_WORDS.items() if words in text), "")


def _variable(error: BaseException) -> str:
    """The name of an environment variable that ``os.environ`` was asked for in vain."""
    at = error.__traceback__
    while at is not None and at.tb_next is not None:
        at = at.tb_next
    if isinstance(error, KeyError) and at and at.tb_frame.f_globals.get("__name__") == "os":
        return f"the environment variable {error.args[0]}"
    return ""


def exceeds(error: BaseException) -> str:
    """Which limit of the machine an error complains of; empty if none."""
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno in _LIMITS:
        return os.strerror(error.errno)
    return "threads" if "can't start new thread" in str(error) else ""
