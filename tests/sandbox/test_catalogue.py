"""Each of the 105 behaviours of AWS in the catalogue has a test that carries its number.

The tests' files are read, not run: this finds a row that nobody shows any more.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
ROWS = range(1, 106)
#: Rows of the catalogue that cannot be met, each with the reason.
NOT_MET: dict[int, str] = {}
#: A test with one of these may not run, so it shows nothing.
UNSURE = {"skip", "skipif", "xfail", "needs"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def marks_of(nodes: Iterable[ast.AST], aliases: dict[str, str]) -> Iterator[tuple[str, list[int]]]:
    """The names of pytest's marks in expressions, and the numbers that they are called with.

    Args:
        aliases: name -> mark, for modules that say ``A = pytest.mark.behaviour``.
    """
    for node in nodes:
        for part in ast.walk(node):
            called = part.func if isinstance(part, ast.Call) else part
            if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "pytest.mark":
                name = called.attr
            elif isinstance(called, ast.Name) and called.id in aliases:
                name = aliases[called.id]
            else:
                continue
            arguments = part.args if isinstance(part, ast.Call) else []
            yield name, [a.value for a in arguments if isinstance(a, ast.Constant)]


def shown_in(source: str) -> set[int]:
    """The numbers that the tests in a module carry."""
    module = ast.parse(source)
    aliases: dict[str, str] = {}
    shared: list[ast.AST] = []
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id == "pytestmark":
                shared.append(node.value)
            elif isinstance(node.value, ast.Attribute):
                for name, _ in marks_of([node.value], {}):
                    aliases[node.targets[0].id] = name
    numbers: set[int] = set()
    for test in functions_of(module.body):
        marks = list(marks_of([*test.decorator_list, *shared], aliases))
        if not UNSURE & {name for name, _ in marks}:
            numbers.update(n for name, given in marks if name == "behaviour" for n in given)
    return numbers


def functions_of(body: list[ast.stmt]) -> Iterator[Function]:
    """The functions that pytest runs, also those of classes."""
    for node in body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from functions_of(node.body)


def test_every_behaviour_of_the_catalogue_is_shown() -> None:
    shown: set[int] = set()
    for path in sorted(TESTS.rglob("test_*.py")):
        shown |= shown_in(path.read_text(encoding="utf-8"))
    assert shown <= set(ROWS), f"no such row: {sorted(shown - set(ROWS))}"
    missing = sorted(set(ROWS) - shown - set(NOT_MET))
    assert not missing, f"no test carries pytest.mark.behaviour({', '.join(map(str, missing))})"
    met = sorted(shown & set(NOT_MET))
    assert not met, f"{met} are shown by a test, and listed as not met"
    assert all(NOT_MET.values()), "say why a row cannot be met"


@pytest.mark.parametrize(
    ("source", "numbers"),
    [
        ("@pytest.mark.behaviour(1, 2)\ndef test_a(): ...", {1, 2}),
        ("A = pytest.mark.behaviour\n@A(3)\n@B(4)\ndef test_a(): ...", {3}),
        ("@pytest.mark.parametrize('x', [4])\ndef test_a(x): ...", set()),
        ("pytestmark = [pytest.mark.behaviour(5)]\ndef test_a(): ...", {5}),
        ("pytestmark = pytest.mark.behaviour(5)", set()),
        ("class TestIt:\n    @pytest.mark.behaviour(6)\n    def test_a(self): ...", {6}),
        ("@pytest.mark.behaviour(7)\ndef helper(): ...", set()),
        ("# @pytest.mark.behaviour(8)\ndef test_a(): 'pytest.mark.behaviour(8)'", set()),
        ("@pytest.mark.skip\n@pytest.mark.behaviour(9)\ndef test_a(): ...", set()),
        ("@pytest.mark.needs('chromium')\n@pytest.mark.behaviour(9)\ndef test_a(): ...", set()),
    ],
)  # fmt: skip
def test_what_counts_as_shown(source: str, numbers: set[int]) -> None:
    assert shown_in(source) == numbers
