"""The file of an account: one JSON object, written as a whole or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ..errors import SandboxError

FORMAT = "refusal account"
#: Of the file's layout. What is inside follows from the versions of the library and of moto.
VERSION = 1


def write(path: str | os.PathLike[str], account: Any) -> None:
    """Put an account into a file; what was there stays until the new file is complete.

    Raises:
        SandboxError: the file cannot be written.
    """
    target = _target(path)
    text = _text(account)
    header = {
        "format": FORMAT,
        "version": VERSION,
        "refusal": version("refusal"),
        "moto": version("moto"),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    whole = f'{json.dumps(header)[:-1]},\n"account": {text}}}\n'
    temporary = ""
    try:
        # In the same folder, so that it can take the old one's place in one step. Only the owner
        # may read it, as with any file of keys.
        number, temporary = tempfile.mkstemp(prefix=".refusal-", dir=target.parent)
        with os.fdopen(number, "w", encoding="utf-8") as file:
            file.write(whole)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except OSError as error:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise SandboxError(
            f"The account cannot be saved to {target} ({error.strerror}); the file is unchanged."
        ) from None


def check(path: str | os.PathLike[str]) -> None:
    """Try whether an account can be written to a file, and leave everything as it was: better said
    before there is an account to lose.

    Raises:
        SandboxError: it cannot.
    """
    target = _target(path)
    try:
        os.lstat(target)  # A name that is too long, or no name at all.
    except FileNotFoundError:
        pass
    except OSError as error:
        raise _cannot_write(path, error.strerror) from None
    try:
        with tempfile.TemporaryFile(prefix=".refusal-", dir=target.parent):
            pass
    except FileNotFoundError:
        raise _cannot_write(path, "there is no such folder") from None
    except OSError as error:
        raise _cannot_write(path, error.strerror) from None


def _target(path: str | os.PathLike[str]) -> Path:
    """The file that is to be replaced; behind a link, the one that it leads to.

    Raises:
        SandboxError: what is there is no file, such as a folder or a device.
    """
    if not os.fspath(path):
        raise SandboxError("The name of the file to save to is empty.")
    target = Path(os.path.realpath(path))
    if os.path.isdir(target):
        raise _cannot_write(path, "it is a folder")
    if os.path.exists(target) and not os.path.isfile(target):
        raise _cannot_write(path, "it is not a regular file")
    return target


def _cannot_write(path: str | os.PathLike[str], why: str | None) -> SandboxError:
    return SandboxError(f"{os.fspath(path)} cannot be written: {why}.")


def read(path: str | os.PathLike[str]) -> Any:
    """The account that is in a file, as JSON has it.

    Raises:
        SandboxError: the file cannot be read, is no account's, was changed since it was saved, or
            is of other versions.
    """
    try:
        whole = json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise SandboxError(f"{path} cannot be read: {error.strerror}.") from None
    except (ValueError, RecursionError):
        whole = None
    if not isinstance(whole, dict) or whole.get("format") != FORMAT:
        raise SandboxError(f"{path} is not an account that Sandbox.save wrote, or not all of it.")
    here = {"version": VERSION, "refusal": version("refusal"), "moto": version("moto")}
    for name, wanted in here.items():
        there = whole.get(name)
        if there != wanted or type(there) is not type(wanted):
            said = f"the layout {there!r:.40}" if name == "version" else f"{name} {there!s:.40}"
            raise SandboxError(
                f"{path} was saved with {said}, and here is {wanted}: "
                "what an account is made of may differ. Use the same versions, or make the account "
                "anew."
            )
    text = _text(whole.get("account"))
    if hashlib.sha256(text.encode()).hexdigest() != whole.get("sha256"):
        raise SandboxError(f"{path} is damaged: it was changed after it was saved.")
    return whole["account"]


def _text(account: Any) -> str:
    """The same text for the same account: the digest is of it."""
    return json.dumps(account, separators=(",", ":"))
