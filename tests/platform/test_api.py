"""docs/api.md is what the docstrings say, and every public name of the library has one."""

from __future__ import annotations

import importlib
import inspect
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe
import pytest

from tools import api

PACKAGE = griffe.load("refusal", search_paths=[api.ROOT / "sandbox"])


def test_the_page_is_in_step(
    capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """And no docstring names a parameter that is not there, or leaves it without a type."""
    with caplog.at_level(logging.WARNING):
        assert api.main(["--check"]) == 0, capsys.readouterr().out
    assert caplog.messages == []


def test_a_page_that_is_not_in_step_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(api, "PAGE", tmp_path / "api.md")
    assert api.main(["--check"]) == 1
    assert api.main([]) == 0 and api.main(["--check"]) == 0
    assert "### `Sandbox(seed: int | str = 0)`" in (tmp_path / "api.md").read_text("utf-8")


def public() -> Iterator[tuple[str, Any]]:
    """Each public name with what it stands for."""
    for name in api.MODULES:
        module = importlib.import_module(name)
        for each in api.public(PACKAGE, name):
            yield f"{name}.{each}", getattr(module, each)


PUBLIC = dict(public())


def test_a_function_is_shown_with_its_parameters() -> None:
    """Also where a module has the function's name."""
    page = api.PAGE.read_text("utf-8")
    functions = [name for name, thing in PUBLIC.items() if inspect.isfunction(thing)]
    assert "refusal.authorization.authorize" in functions
    for name in functions:
        assert f"### `{name.rpartition('.')[2]}(" in page, name


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_and_its_methods_are_documented(name: str) -> None:
    thing = PUBLIC[name]
    assert inspect.getdoc(thing), name
    if inspect.isclass(thing):
        undocumented = [
            method
            for method, member in vars(thing).items()
            if not method.startswith("_")
            and (inspect.isfunction(member) or isinstance(member, property | classmethod))
            and not inspect.getdoc(getattr(thing, method) if inspect.isfunction(member) else member)
        ]
        assert undocumented == [], name


def test_what_is_public_is_what_dir_and_all_say() -> None:
    refusal = importlib.import_module("refusal")
    assert set(refusal.__all__) <= set(dir(refusal))
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = refusal.nothing
