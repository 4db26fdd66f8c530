"""Each row of the catalogue in docs/behaviours has a test that carries its number.

The tests' files are read, not run: this finds a row that nobody shows any more.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import behaviours
from tests.citations import marked_in

TESTS = Path(__file__).parents[1]
#: Number of a row -> why it cannot be met, or nothing.
ROWS = {int(row.id[1:]): row.no_test for row in behaviours.read().values() if row.row}


def shown_in(source: str) -> set[int]:
    """The numbers that the tests in a module carry and, as they will run, show."""
    return marked_in(source, unsure=False)


def test_the_catalogue_counts_without_a_gap() -> None:
    assert len(ROWS) >= 105 and sorted(ROWS) == list(range(1, len(ROWS) + 1))


def test_every_behaviour_of_the_catalogue_is_shown() -> None:
    shown: set[int] = set()
    for path in sorted(TESTS.rglob("test_*.py")):
        shown |= shown_in(path.read_text(encoding="utf-8"))
    not_met = {number for number, reason in ROWS.items() if reason}
    assert shown <= set(ROWS), f"no such row: {sorted(shown - set(ROWS))}"
    missing = sorted(set(ROWS) - shown - not_met)
    assert not missing, f"no test carries pytest.mark.behaviour({', '.join(map(str, missing))})"
    met = sorted(shown & not_met)
    assert not met, f"{met} are shown by a test, and have a reason why they are not"


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
