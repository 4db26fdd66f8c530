"""What the sandbox leans on in moto and botocore, name by name, and in one folder only."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

from refusal import Sandbox, SandboxError
from refusal.moto import contract

ROOT = Path(__file__).parents[3]
REFUSAL = ROOT / "sandbox" / "refusal"
DOOR = REFUSAL / "moto"
DOTTED = re.compile(r"moto(\.\w+)+")
#: Everything but what compares the sandbox with bare moto: benchmarks and tests.
ROOMS = (REFUSAL, *(ROOT / room for room in ("helpers", "lessons", "authoring", "classroom")))


@pytest.mark.parametrize(("module", "path"), contract.CONTRACT, ids=lambda part: part)
def test_each_name_of_the_contract_is_there(module: str, path: str) -> None:
    target = import_module(module)
    for name in path.split("."):
        target = getattr(target, name)


def test_a_missing_name_stops_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = ("moto.core.utils", "a_name_that_is_gone")
    monkeypatch.setattr(contract, "CONTRACT", (*contract.CONTRACT, gone))
    with pytest.raises(SandboxError, match=r"no moto\.core\.utils\.a_name_that_is_gone"):
        Sandbox().start()
    monkeypatch.undo()
    with Sandbox():  # The failed start left nothing behind.
        pass


def imported(source: str) -> Iterator[str]:
    """What a module imports, dotted; a relative import begins with its dots."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            dot = "." if node.module else ""
            yield from (f"{start}{dot}{alias.name}" for alias in node.names)


def is_moto(name: str) -> bool:
    return name.split(".")[0] == "moto"


def modules(room: Path) -> list[Path]:
    found = sorted(room.rglob("*.py"))
    assert found, room
    return found


def test_no_module_outside_the_folder_imports_moto() -> None:
    outside = [path for room in ROOMS for path in modules(room) if DOOR not in path.parents]
    guilty = [str(path) for path in outside if any(map(is_moto, imported(path.read_text())))]
    assert guilty == []


@pytest.mark.parametrize(
    "line", ["import moto", "from moto import mock_aws", "import moto.core as c"]
)
def test_an_import_of_moto_is_noticed_wherever_it_stands(line: str) -> None:
    assert any(map(is_moto, imported(f"def late():\n    {line}\n")))
    assert not any(map(is_moto, imported("from ..moto import iam\nimport motor")))


def test_the_folder_leans_on_errors_and_authorization_alone() -> None:
    upward = {name for path in modules(DOOR) for name in imported(path.read_text())}
    rooms = {name.removeprefix("..").split(".")[0] for name in upward if name.startswith("..")}
    assert rooms <= {"errors", "authorization"}


def used(source: str) -> Iterator[str]:
    """Names of moto that a module uses, dotted: imported ones, and attributes of modules."""
    yield from filter(is_moto, imported(source))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and DOTTED.fullmatch(name := ast.unparse(node)):
            yield name


def test_the_contract_names_all_that_the_folder_uses_of_moto() -> None:
    named = [f"{module}.{path}" for module, path in contract.CONTRACT]
    names = {name for path in modules(DOOR) for name in used(path.read_text())}
    assert len(names) > 30
    unnamed = {name for name in names if not any(f"{it}.".startswith(f"{name}.") for it in named)}
    assert unnamed == set()
