"""The seeds of a student's worlds: one to practise in, one that marks are given in.

The practice seed follows from the student's id alone; the marking seed from a secret of the class
too (HMAC-SHA256, RFC 2104), so that nobody can know beforehand what things will be called, and a
literal that was copied from the practice world, or from a neighbour, is wrong.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import stat
from pathlib import Path

from .errors import GradingError

_SHORTEST = 16


def practice_seed(student: str) -> str:
    """The seed of the world that a student practises in, for ``COURSE_SEED``."""
    return f"practice/{student}"


def marking_seed(secret: bytes, student: str, notebook: str) -> str:
    """The seed of the world that a student's notebook, such as ``"05"``, is marked in."""
    return hmac.new(secret, f"{student}\n{notebook}".encode(), hashlib.sha256).hexdigest()


def new_secret(path: Path) -> None:
    """Make a class secret that only the file's owner can read.

    Raises:
        GradingError: there is such a file already, or it cannot be written.
    """
    try:
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise GradingError(f"No secret can be made at {path}: {error.strerror}.") from None
    with os.fdopen(number, "w") as stream:
        stream.write(secrets.token_hex(32) + "\n")


def read_secret(path: Path) -> bytes:
    """The class secret.

    Raises:
        GradingError: it is not there, others can read it, or it is too short to be one.
    """
    try:
        mode = path.stat().st_mode
        secret = path.read_bytes().strip()
    except OSError as error:
        raise GradingError(
            f"The class secret {path} cannot be read ({error.strerror}); make one with "
            f"`python -m classroom --new-secret {path}`."
        ) from None
    if stat.S_IMODE(mode) & 0o077:
        raise GradingError(f"Others can read the class secret; run `chmod 600 {path}` first.")
    if len(secret) < _SHORTEST:
        raise GradingError(f"The class secret {path} is shorter than {_SHORTEST} characters.")
    return secret
