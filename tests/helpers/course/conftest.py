"""A learner's place: progress of its own, nothing said before, and no sandbox left running."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.course import lab
from refusal import Sandbox


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder that the progress file is in."""
    monkeypatch.setenv("COURSE_PROGRESS", str(tmp_path / "progress.json"))
    lab._kept.clear()
    yield tmp_path
    running = Sandbox.running()
    if running is not None:
        running.stop()
