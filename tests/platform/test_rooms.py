"""The rooms' order: imports run one way, and no two modules need each other.

pyproject.toml has the order, `[tool.importlinter]`; import-linter holds the code against it.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import grimp
import pytest

ROOT = Path(__file__).resolve().parents[2]
LAW = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
CONTRACTS = {contract["id"]: contract for contract in LAW["contracts"]}
#: From the room that all others may use to the one that none may.
ROOMS = CONTRACTS["rooms"]["layers"][::-1]


def test_every_package_has_its_place() -> None:
    packages = {path.parent for path in [*ROOT.glob("*/__init__.py"), *ROOT.glob("sandbox/*/*.py")]}
    assert {package.name for package in packages} == set(ROOMS) == set(LAW["root_packages"])
    assert CONTRACTS["circles"]["ancestors"] == LAW["root_packages"]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_imports_run_one_way(contract: str) -> None:
    linter = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [linter, "--no-cache", "--no-logo", "--contract", contract],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout.partition("Broken contracts")[2] or done.stderr
    assert "Contracts: 1 kept, 0 broken." in done.stdout


def circle(*packages: str) -> list[str] | None:
    """Return modules that import each other in a ring, the first also last; None without one.

    Other than import-linter's contract this also sees a package and a module inside it.
    """
    graph = grimp.build_graph(*packages, cache_dir=None)
    needs = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        TopologicalSorter(needs).prepare()
    except CycleError as error:
        ring: list[str] = error.args[1]
        return ring[::-1]
    return None


@pytest.mark.parametrize("room", ROOMS)
def test_no_two_modules_need_each_other(room: str) -> None:
    assert circle(room) is None


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"__init__": "", "one": "from . import two", "two": ""}, None),
        ({"__init__": "", "one": "from . import two", "two": "from .one import x"}, {"one", "two"}),
        (
            {
                "__init__": "from .one import One",
                "one": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from . import One",
            },
            {"", "one"},
        ),
        ({"__init__": "", "one": "def late():\n    from . import one"}, {"one"}),
    ],
    ids=["none", "two modules", "a package and its module, for types alone", "in a function"],
)
def test_a_circle_is_seen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str], found: set[str] | None
) -> None:
    name = f"ring_{abs(hash(tmp_path))}"
    (tmp_path / name).mkdir()
    for module, text in files.items():
        (tmp_path / name / f"{module}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    ring = circle(name)
    assert (ring and {module.removeprefix(name).strip(".") for module in ring}) == found


def used(path: Path) -> Iterator[str]:
    """The packages that a file imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize(
    ("folder", "allowed"),
    [
        ("tools", set()),
        ("lessons", {"refusal", "helpers", "lessons"}),
        ("authoring/class_files", {"refusal", "helpers", "authoring"}),
        ("classroom/hub", {"refusal", "helpers", "authoring", "classroom"}),
    ],
)
def test_scripts_that_are_in_no_package_keep_the_order_too(folder: str, allowed: set[str]) -> None:
    scripts = list((ROOT / folder).rglob("*.py"))
    assert scripts
    for script in scripts:
        assert not (set(used(script)) & {*ROOMS, "tests"}) - allowed, script
