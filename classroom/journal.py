"""What is graded is written down before the next thing begins: a killed run goes on where it was.

One line of JSON for each submission, only ever added to. A line that a kill cut short is dropped.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from .errors import GradingError
from .files import open_private
from .hand_in.submissions import Submission, read_content
from .results import SubmissionResult


class Journal:
    """An open journal, which nobody else may write to.

    Args:
        stream: the file; None keeps nothing.
        fingerprint: of how submissions are graded now; what was graded in another way is graded
            again.
    """

    def __init__(self, stream: BinaryIO | None, fingerprint: str) -> None:
        self._stream = stream
        self._fingerprint = fingerprint
        self._known: dict[tuple[str, str, str], SubmissionResult] = {}
        self._latest: dict[tuple[str, str, str], SubmissionResult] = {}
        for line in self._whole_lines():
            with contextlib.suppress(ValueError, KeyError, TypeError):
                entry = json.loads(line)
                result = SubmissionResult.from_json(entry["result"])
                self._latest[result.student, result.source, result.digest] = result
                if entry["fingerprint"] == fingerprint:
                    self._known[result.student, result.source, result.digest] = result

    def _whole_lines(self) -> Iterator[bytes]:
        if self._stream is None:
            return
        self._stream.seek(0)
        end = 0
        for line in self._stream:
            if not line.endswith(b"\n"):
                break
            end += len(line)
            yield line
        self._stream.truncate(end)
        self._stream.seek(end)

    def known(self, submission: Submission) -> SubmissionResult | None:
        """The result of a submission that is as it was; None if it must be graded."""
        if not self._known:
            return None
        try:
            digest = read_content(submission)[1]
        except GradingError:
            digest = ""
        return self._known.get((submission.student, submission.source, digest))

    def latest(self, result: SubmissionResult) -> SubmissionResult | None:
        """What was found last of the same file, however it was graded."""
        return self._latest.get((result.student, result.source, result.digest))

    def add(self, result: SubmissionResult) -> None:
        """Write a result down; it is on the disk when this returns."""
        if self._stream is not None:
            entry = {"fingerprint": self._fingerprint, "result": result.to_json()}
            self._stream.write(json.dumps(entry).encode() + b"\n")
            self._stream.flush()
            os.fsync(self._stream.fileno())


@contextlib.contextmanager
def open_journal(path: Path | None, fingerprint: str) -> Iterator[Journal]:
    """The journal at a path, made if it is not there.

    Args:
        path: None for one that keeps nothing.
        fingerprint: see ``Journal``.

    Raises:
        GradingError: another run has it open, or it cannot be written.
    """
    if path is None:
        yield Journal(None, fingerprint)
        return
    import fcntl  # Only here: elsewhere than on Linux the command must still say so.

    with contextlib.ExitStack() as stack:
        try:
            stream = stack.enter_context(open(path, "a+b", opener=open_private))
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GradingError(f"Another run is writing to {path}; wait for its end.") from None
        except OSError as error:
            raise GradingError(f"{path} cannot be written: {error.strerror}.") from None
        yield Journal(stream, fingerprint)
