"""One built site for all tests of this room: SITE=dist/site, or built once for a run."""

from __future__ import annotations

import fcntl
import os
import shutil
from pathlib import Path

import pytest

from web.build import MARK, build


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Path:
    """The site that SITE names, or one that is built once for all workers of this run."""
    if given := os.environ.get("SITE"):
        return Path(given).resolve(strict=True)
    place = tmp_path_factory.getbasetemp().parent / f"site-{testrun_uid}"
    with place.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (place / MARK).exists():
            shutil.rmtree(place, ignore_errors=True)
            build(place)
    return place
