"""CONTRIBUTING's table of what a check may ask names the whole vocabulary, and nothing else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import lessons.author as author

PAGE = Path(__file__).parents[3] / "CONTRIBUTING.md"
TABLE = PAGE.read_text("utf-8").partition("### What a check may ask")[2].partition("\n### ")[0]
CODE = " ".join(re.findall(r"`([^`]+)`", TABLE))


def test_the_vocabulary_lists_each_name_once_and_has_it() -> None:
    names = author.__all__
    assert sorted(names) == sorted(set(names))
    assert [name for name in names if not hasattr(author, name)] == []


@pytest.mark.parametrize("name", author.__all__)
def test_the_table_names_it(name: str) -> None:
    assert re.search(rf"(?<![\w.]){name}\b", CODE), f"{name} is not in CONTRIBUTING's table"


@pytest.mark.parametrize("called", sorted(set(re.findall(r"(?<![\w.])(\w+)\(", CODE)) - {"world"}))
def test_what_the_table_calls_exists(called: str) -> None:
    """Functions; methods follow a dot, and ``world`` is a lesson's own."""
    assert called in author.__all__
