"""What a learner has done: kept in a small file, and carried from place to place by a code.

The file is written whole or not at all, so a crash in mid-write leaves the one before it. The
code is its version and, in base 32, what was done and two bytes of checksum. ``KMS1`` has two bytes
for each notebook that something was done in: its number, and a bit for each of seven exercises and
for the quiz. ``KMS2`` has two bytes for each notebook from 00 on: a bit for each of 15 exercises,
and the highest for the quiz. It is written where the first has no room.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import json
import os
import re
import tempfile
from pathlib import Path
from typing import Any

from helpers.messages import say

from .browser import in_browser
from .chapter import chapter, notebook_of
from .content import MOST_EXERCISES
from .errors import CourseError
from .lab import current_lab

#: The bit of the quiz in each version of the code; exercise n has bit n - 1.
_QUIZ_BITS = {"KMS1": 7, "KMS2": MOST_EXERCISES}
_QUIZ = "quiz"
#: In a browser, the folder that outlives a kernel: JupyterLite keeps it in the browser's storage.
_DRIVE = Path("/drive")
#: The name under which an exercise or a quiz is kept: of a notebook from 0 to 99.
_ITEM = re.compile(rf"(\d|[1-9]\d)\.({'|'.join(map(str, range(1, MOST_EXERCISES + 1)))}|{_QUIZ})")
#: What was done in notebooks that keep nothing, or where nothing can be written.
_unsaved: set[str] = set()


def path() -> Path:
    """Where progress is kept: ``COURSE_PROGRESS``, or a file in the home folder or the drive."""
    if given := os.environ.get("COURSE_PROGRESS"):
        return Path(given)
    home = _DRIVE if in_browser() and _DRIVE.is_dir() else Path.home()
    return home / ".encrypt-data-with-aws-kms" / "progress.json"


def _forgetful() -> str:
    """A sentence where no file outlives the kernel: in a browser that gives the page no storage."""
    if not in_browser() or path().is_relative_to(_DRIVE):
        return ""
    return say("progress.forgetful")


def code_of(code: str | None = None) -> str:
    """What carries the progress elsewhere, in sentences.

    Args:
        code: one that was shown elsewhere; what it says is added to what is here.

    Raises:
        CourseError: it is no code of this course.
    """
    done, trouble = _load()
    sentence = ""
    if code is not None:
        new = _decode(code) - done
        trouble = _save(done | new) or trouble
        done |= new
        sentence = say("progress.taken", count=len(new)) + " "
    sentence += say("progress.code", code=_encode(done))
    return f"{trouble or _forgetful()} {sentence}".strip()


def record(item: str) -> str:
    """An exercise such as ``5.1`` or a quiz, ``5.quiz``, is done; returns a sentence if that could
    not be kept."""
    done, trouble = _load()
    kept = item in done and item not in _unsaved
    return trouble if kept else _save(done | {item}) or trouble or _forgetful()


def _items(notebook: str) -> list[str]:
    return [*chapter(notebook).exercises, f"{int(notebook)}.{_QUIZ}"]


def _load() -> tuple[set[str], str]:
    """What is kept, and a sentence if the file was no good."""
    lab = current_lab()
    if lab is not None and not lab.keeps_progress:
        return set(lab.done), ""
    file = path()
    if not os.path.isfile(file):  # Nothing yet; or a folder or a device, not ours to move.
        return set(_unsaved), ""
    try:
        kept = json.loads(file.read_text(encoding="utf-8"))["done"]
        if not isinstance(kept, list) or not all(_ITEM.fullmatch(item) for item in kept):
            raise ValueError("not a list of names")
    except (OSError, ValueError, KeyError, TypeError):
        aside = file.with_suffix(".damaged")
        with contextlib.suppress(OSError):
            file.replace(aside)
        return set(_unsaved), say("progress.damaged", aside=aside)
    return set(kept) | _unsaved, ""


def _save(done: set[str]) -> str:
    """Write all or nothing; returns a sentence if that failed."""
    lab = current_lab()
    if lab is not None and not lab.keeps_progress:
        lab.done.update(done)
        return ""
    file = path()
    content = json.dumps({"version": 1, "done": sorted(done)}, indent=1)
    temporary = ""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and not file.is_file():
            raise FileExistsError(None, "it is not a file")
        with tempfile.NamedTemporaryFile(
            "w", dir=file.parent, prefix=file.name, delete=False, encoding="utf-8"
        ) as stream:
            temporary = stream.name
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).replace(file)
    except OSError as error:
        if temporary:
            Path(temporary).unlink(missing_ok=True)
        _unsaved.update(done)
        return say("progress.not_saved", path=file, error=error.strerror)
    _unsaved.clear()
    return ""


def _encode(done: set[str]) -> str:
    items = [item.split(".") for item in done]
    first = all(tail == _QUIZ or int(tail) <= _QUIZ_BITS["KMS1"] for _, tail in items)
    version = "KMS1" if first else "KMS2"
    masks: dict[int, int] = {}
    for head, tail in items:
        bit = _QUIZ_BITS[version] if tail == _QUIZ else int(tail) - 1
        masks[int(head)] = masks.get(int(head), 0) | 1 << bit
    if first:
        payload = b"".join(bytes(pair) for pair in sorted(masks.items()))
    else:
        payload = b"".join(masks.get(n, 0).to_bytes(2, "big") for n in range(max(masks) + 1))
    text = base64.b32encode(payload + _checksum(version, payload)).decode().rstrip("=")
    return f"{version}-{text}"


def _decode(code: Any) -> set[str]:
    """The items of a code, of its first version too.

    Raises:
        CourseError: it is no code of this course.
    """
    match = re.fullmatch(r"(KMS[12])-([A-Z2-7]+)", re.sub(r"\s", "", str(code)).upper())
    try:
        version, text = match.groups() if match else ("", "")
        data = base64.b32decode(text + "=" * (-len(text) % 8))
        payload, checksum = data[:-2], data[-2:]
        if len(data) < 2 or len(payload) % 2 or _checksum(version, payload) != checksum:
            raise ValueError("checksum")
        pairs = list(zip(payload[::2], payload[1::2], strict=True))
        if version == "KMS2":
            pairs = [(head, high << 8 | low) for head, (high, low) in enumerate(pairs)]
        quiz = _QUIZ_BITS[version]
        return {item for head, mask in pairs for item in _unmask(head, mask, quiz)}
    except (binascii.Error, ValueError, CourseError):
        raise CourseError(say("progress.bad_code", code=str(code)[:60])) from None


def _unmask(head: int, mask: int, quiz: int) -> set[str]:
    """The items of one notebook; those that the course no longer has are left out."""
    bits = [bit for bit in range(quiz + 1) if mask >> bit & 1]
    items = {f"{head}.{_QUIZ if bit == quiz else bit + 1}" for bit in bits}
    return items & set(_items(notebook_of(f"{head:02}"))) if items else set()


def _checksum(version: str, payload: bytes) -> bytes:
    return binascii.crc_hqx(version.encode() + payload, 0).to_bytes(2, "big")
