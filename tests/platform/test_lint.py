"""Format, style and types are the tools' work; here they are asked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: The tools that the lock pins, beside this Python.
BIN = Path(sys.executable).parent


@pytest.mark.parametrize(
    "tool",
    [
        ["ruff", "format", "--check", "."],
        ["ruff", "check", "."],
        ["python", "tools/check_types.py"],
        ["typos", "--format", "brief", "."],
    ],
    ids=["format", "style", "types", "spelling"],
)
def test_the_code_is_clean(tool: list[str]) -> None:
    done = subprocess.run(
        [BIN / tool[0], *tool[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
