"""`make mutants`: a changed text is tried in a file's place, and what is accepted is still there.

The command itself takes minutes, and is run by hand.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

import pytest

from tools import mutants

ROOT = Path(__file__).resolve().parents[2]

CODE = """\
from dataclasses import dataclass

@dataclass(frozen=True)
class Door:
    open: bool = False

def may(age: int) -> bool:
    assert age > 0
    return age >= 18
"""
TESTS = """\
import gate

def test_a_child_may_not():
    assert not gate.may(12)

def test_a_grown_up_may():
    assert gate.may(18)
"""


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a module, and a test file that imports it."""
    (tmp_path / "gate.py").write_text(CODE, "utf-8")
    (tmp_path / "test_gate.py").write_text(TESTS, "utf-8")
    (tmp_path / "pytest.ini").write_text("[pytest]\n", "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    return tmp_path


def changed(room: Path, after: str) -> mutants.Mutant:
    """A mutant whose last line is another one."""
    before = CODE.splitlines()[-1]
    text = CODE.replace(before, after)
    return mutants.Mutant(room / "gate.py", CODE.count("\n"), before.strip(), after.strip(), text)


@pytest.mark.parametrize(
    ("after", "result"),
    [
        ("    return age > 18", "noticed"),
        ("    return age > 17", "not noticed"),
        ("    while True: pass", "noticed"),
    ],
    ids=["another answer", "the same answers", "no end"],
)
def test_a_mutant_is_noticed_where_a_test_fails(room: Path, after: str, result: str) -> None:
    tests = ["test_gate.py::test_a_child_may_not", "test_gate.py::test_a_grown_up_may"]
    assert mutants.noticed(changed(room, after), tests, 4) == result
    assert (room / "gate.py").read_text("utf-8") == CODE


def test_only_the_tests_that_are_named_count(room: Path) -> None:
    mutant = changed(room, "    return age > 18")
    assert mutants.noticed(mutant, ["test_gate.py::test_a_child_may_not"], 4) == "not noticed"


def test_a_mutant_is_another_program_and_no_guard_is_mutated(room: Path) -> None:
    found = list(mutants.mutants([room / "gate.py"], random.Random(1)))
    assert {mutant.before for mutant in found} == {"return age >= 18", "open: bool = False"}
    assert all(mutant.text != CODE and mutant.after in mutant.text for mutant in found)
    again = list(mutants.mutants([room / "gate.py"], random.Random(1)))
    assert again == found


@pytest.mark.parametrize("name", mutants.ROOMS)
def test_what_is_accepted_is_there_and_has_a_reason(name: str) -> None:
    room = mutants.ROOMS[name]
    sources = [path for code in room["code"] for path in ROOT.glob(code)]
    lines = {line.strip() for path in sources for line in path.read_text("utf-8").splitlines()}
    for entry in room["accepted"]:
        assert entry["before"] in lines
        assert len(entry["why"]) > 20
    assert sources and all(list(ROOT.glob(tests)) for tests in room["tests"])
