"""What the sandbox leans on in moto and botocore, name by name."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

import helpers
from refusal import Sandbox, SandboxError
from refusal.moto import bridge


@pytest.mark.parametrize(("module", "path"), bridge.CONTRACT, ids=lambda part: part)
def test_each_name_of_the_contract_is_there(module: str, path: str) -> None:
    target = import_module(module)
    for name in path.split("."):
        target = getattr(target, name)


def test_a_missing_name_stops_the_start_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = ("moto.core.utils", "a_name_that_is_gone")
    monkeypatch.setattr(bridge, "CONTRACT", (*bridge.CONTRACT, gone))
    with pytest.raises(SandboxError, match=r"no moto\.core\.utils\.a_name_that_is_gone"):
        Sandbox().start()
    monkeypatch.undo()
    with Sandbox():  # The failed start left nothing behind.
        pass


def test_the_contract_names_all_that_the_sandbox_imports_from_moto() -> None:
    """No file but bridge.py and sandbox.py (for ``mock_aws``) imports moto."""
    package = Path(helpers.__file__).parent
    importing = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if any(
            line.lstrip().startswith(("from moto", "import moto"))
            for line in path.read_text().splitlines()
        )
    }
    assert importing == {"sandbox/bridge.py", "sandbox/sandbox.py"}
