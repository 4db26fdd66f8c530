"""Controls are shown where a front end can have them, and nowhere else."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import IPython
import pytest

from helpers.display import controls
from helpers.display.controls import Control, Field, available


@pytest.fixture
def jupyter(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that Jupyter Server has started."""
    monkeypatch.setattr(IPython, "get_ipython", lambda: SimpleNamespace(kernel=object()))
    for name in ("NBGRADER_EXECUTION", controls.SWITCH, "VSCODE_PID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("JPY_SESSION_NAME", "t.ipynb")


def test_a_notebook_has_controls(jupyter: None) -> None:
    assert available()


@pytest.mark.parametrize(
    ("name", "value"),
    [("NBGRADER_EXECUTION", "autograde"), (controls.SWITCH, "off"), ("JPY_SESSION_NAME", "")],
)
def test_marking_nbclient_and_who_does_not_want_them_have_none(
    jupyter: None, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert not available()


def test_a_plain_ipython_has_none(jupyter: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(IPython, "get_ipython", SimpleNamespace)
    assert not available()
    monkeypatch.setattr(IPython, "get_ipython", lambda: None)
    assert not available()


def test_what_is_answered_takes_the_place_of_what_was_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """And a front end without widgets finds an empty text in place of the control."""
    seen: list[Any] = []
    place = SimpleNamespace(update=lambda shown: seen.append(repr(shown)))

    def display(shown: Any, display_id: bool = False) -> Any:
        seen.append(repr(shown) if display_id else shown._repr_mimebundle_())
        return place

    monkeypatch.setattr(IPython.display, "display", display)
    forms: list[Any] = []
    kind = controls._form_class()
    monkeypatch.setattr(
        controls, "_form_class", lambda: lambda **k: forms.append(kind(**k)) or forms[-1]
    )
    asked = Control(
        [Field("x", "X", "line", "1")], {"go": "Go"}, lambda b, v: f"{b} {v['x']}", title="T"
    )
    asked.show("first")
    assert "first" in seen[0]
    assert seen[1]["text/html"] == seen[1]["text/plain"] == ""
    assert "application/vnd.jupyter.widget-view+json" in seen[1]
    forms[0]._handle_custom_msg({"button": "go", "values": {"x": "2"}}, [])
    assert "go 2" in seen[2] and forms[0].said == [1, "go 2"]
