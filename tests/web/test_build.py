"""The built site: whole, the same bytes each time, and nothing in it but what it names."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.cells import LESSONS
from web import lite, parts
from web.build import build
from web.commands import SiteError
from web.lite import METADATA
from web.runtime import GENUINE, RELEASE, genuine

pytestmark = pytest.mark.needs("node", "pyodide")
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def lock(site: Path) -> dict[str, Any]:
    """What the site's Python finds its packages by."""
    found: dict[str, Any] = json.loads((site / "static/pyodide/pyodide-lock.json").read_text())
    return found["packages"]


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_same_sources_give_the_same_bytes(site: Path, tmp_path: Path) -> None:
    vendor = os.environ.get("VENDOR")  # as `make site` was told
    build(tmp_path / "again", Path(vendor) if vendor else None, os.environ.get("SOURCE", ""))
    first, second = digests(site), digests(tmp_path / "again")
    differ = {name for name in first.keys() | second.keys() if first.get(name) != second.get(name)}
    assert not differ
    assert [path.name for path in tmp_path.iterdir()] == ["again"]  # nothing is left beside it


def test_each_wheel_is_the_one_that_the_lock_names(site: Path, lock: dict[str, Any]) -> None:
    for name, entry in lock.items():
        path = site / "static/pyodide" / entry["file_name"]
        if path.exists():
            assert hashlib.sha256(path.read_bytes()).hexdigest() == entry["sha256"], name
        else:
            assert name in GENUINE and entry["file_name"].startswith(RELEASE)
        assert set(entry["depends"]) <= set(lock), name


def test_the_genuine_wheels_are_those_of_pyodides_release(lock: dict[str, Any]) -> None:
    release = parts.core()["packages"]
    for name in GENUINE:
        assert lock[name]["sha256"] == release[name]["sha256"]
        assert lock[name]["version"] == release[name]["version"]


def test_importing_helpers_brings_the_sandbox_and_no_table(lock: dict[str, Any]) -> None:
    reached, todo = set(), [parts.COURSE]
    while todo:
        if (name := todo.pop()) not in reached:
            reached.add(name)
            todo += lock[name]["depends"]
    assert {"refusal", "boto3", "moto", "cryptography"} <= reached
    assert not {"pandas", "numpy"} & reached


def test_the_course_is_whole_and_has_its_sources(site: Path, lock: dict[str, Any]) -> None:
    names: set[str] = set()
    for one in parts.OWN:
        with zipfile.ZipFile(site / "static/pyodide" / lock[one]["file_name"]) as wheel:
            names |= set(wheel.namelist())
    for folder, at in (("helpers", ROOT), ("lessons", ROOT), ("refusal", ROOT / "sandbox")):
        for path in (at / folder).rglob("*"):
            name = path.relative_to(at).as_posix()
            if path.is_file() and not re.search(r"(^|/)(\.|__pycache__)|~$", name):
                assert name in names
    assert "helpers/__pycache__/__init__.cpython-314.pyc" in names


def test_jupyterlab_has_the_settings_of_a_lab_at_home_and_follows_light_and_dark(
    site: Path,
) -> None:
    data = json.loads((site / "jupyter-lite.json").read_text("utf-8"))["jupyter-config-data"]
    shipped = data["settingsOverrides"]
    home = json.loads((ROOT / ".jupyter/labconfig/default_setting_overrides.json").read_text())
    assert home.items() <= shipped.items()
    assert shipped["@jupyterlab/apputils-extension:themes"] == {"adaptive-theme": True}
    known = {
        one["id"]: one["schema"]
        for one in json.loads((site / "build/schemas/all.json").read_text("utf-8"))
    }
    for plugin in shipped.keys() - home.keys():
        assert shipped[plugin].keys() <= known[plugin]["properties"].keys()


def test_no_compiled_code_of_another_system_is_shipped(site: Path) -> None:
    for path in (site / "static/pyodide").glob("*-none-any.whl"):
        with zipfile.ZipFile(path) as wheel:
            assert not [name for name in wheel.namelist() if re.search(r"\.(so|pyd|dylib)$", name)]


def test_every_notebook_is_there_as_it_is_in_this_folder(site: Path) -> None:
    solved = [f"solutions/{one.solved_name}.ipynb" for one in LESSONS if one.has_solution]
    for name in [*(f"{one.name}.ipynb" for one in LESSONS), *solved]:
        notebook = json.loads((ROOT / "notebooks" / name).read_bytes())
        notebook["metadata"] |= METADATA  # for the site's kernel
        assert json.loads((site / "files/notebooks" / name).read_bytes()) == notebook
    for path in (ROOT / "notebooks/images").glob("*.svg"):
        for place in ("files/notebooks/images", "lab/images", "images"):
            assert (site / place / path.name).read_bytes() == path.read_bytes()


def test_what_lies_around_in_the_folders_is_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def contents(place: Path) -> dict[str, str]:
        lite.contents(place)
        return digests(place)

    expected = contents(tmp_path / "expected")
    for folder in ("notebooks", "docs", "lessons"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    for left in (
        *("notebooks/.DS_Store", "notebooks/.ipynb_checkpoints/00_start_here-checkpoint.ipynb"),
        *("notebooks/my_trial.ipynb", "notebooks/solutions/solved_draft.ipynb"),
        *("notebooks/Untitled.ipynb", "notebooks/00_start_here.ipynb.bak"),
        *("notebooks/images/.ipynb_checkpoints/envelope.svg", "docs/ledger.md~", "docs/.note.swp"),
        *("docs/__pycache__/x.pyc", "docs/Thumbs.db"),
    ):
        (tmp_path / left).parent.mkdir(exist_ok=True)
        (tmp_path / left).write_text("{}")
    monkeypatch.setattr(lite, "ROOT", tmp_path)
    assert contents(tmp_path / "found") == expected


def test_vendored_wheels_are_held_against_the_lock(tmp_path: Path) -> None:
    with pytest.raises(SiteError, match=r"has no cffi-.*: fetch it from https://"):
        build(tmp_path / "out", tmp_path)
    for name in GENUINE:
        (tmp_path / parts.core()["packages"][name]["file_name"]).write_bytes(b"another file")
    with pytest.raises(SiteError, match=r"cffi-.* is not the file that Pyodide's lock names"):
        build(tmp_path / "out", tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_vendored_wheel_is_served_by_the_site_itself(tmp_path: Path) -> None:
    name = "cffi-2.0.0-cp314-cp314-pyemscripten_2026_0_wasm32.whl"
    (tmp_path / name).write_bytes(b"compiled")
    locked = {"file_name": name, "sha256": hashlib.sha256(b"compiled").hexdigest()}
    (tmp_path / "site").mkdir()
    entry = genuine({**locked, "depends": ["PyCParser"]}, tmp_path / "site", tmp_path)
    assert (tmp_path / "site" / name).read_bytes() == b"compiled"
    assert entry == {**locked, "depends": ["pycparser"]}


def test_no_other_folder_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(SiteError, match="holds something else than a site"):
        build(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "three years of work"
