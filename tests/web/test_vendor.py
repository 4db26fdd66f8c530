"""``--vendor DIR``: the site serves every wheel itself, held against Pyodide's lock by SHA-256."""

from __future__ import annotations

import copy
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from tests.web.standing_in import wheel
from tests.web.test_notebooks import run, write
from web import parts, runtime
from web.runtime import GENUINE, HOST

pytestmark = pytest.mark.needs("node", "pyodide")


@pytest.fixture
def vendor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels under the genuine names, and a release whose lock has their digests."""
    folder = tmp_path / "vendor"
    folder.mkdir()
    release: dict[str, Any] = copy.deepcopy(parts.core())
    for name in GENUINE:
        entry = release["packages"][name]
        made = wheel(name, entry["version"], folder).rename(folder / entry["file_name"])
        entry["sha256"] = hashlib.sha256(made.read_bytes()).hexdigest()
    monkeypatch.setattr(parts, "core", lambda: release)
    return folder


def test_a_vendored_site_needs_no_other_host_and_runs(vendor: Path, tmp_path: Path) -> None:
    place = tmp_path / "site" / "static" / "pyodide"
    runtime.write(place, tmp_path / "parts", vendor)
    text = (place / "pyodide-lock.json").read_text("utf-8")
    assert HOST not in text
    for name, entry in json.loads(text)["packages"].items():
        data = (place / entry["file_name"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], name
    drive = tmp_path / "drive"
    drive.mkdir()
    source = (
        "import pandas\nfrom helpers import open_lab\nlab = open_lab('01')\nprint(lab.notebook)"
    )
    name = write(drive, "one.ipynb", source)
    (tmp_path / "node").mkdir()
    # The tests' stand-ins replace only what another host would serve: nothing, here.
    (cell,) = run(tmp_path / "site", tmp_path / "node", name, drive=drive)[name]
    assert (cell["error"], cell["outputs"]) == (None, [["stdout", "01\n"]])
    assert [path.name for path in (tmp_path / "node").iterdir()] == ["lock.json"]
