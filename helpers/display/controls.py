"""Controls that one clicks or reach by keyboard, above or below what they answer.

The control is HTML of our own (``controls.js``) in an anywidget, which ipywidgets' front ends
show: native radio buttons, buttons and text fields, each with its name, and a live region that
says to a screen reader what has come of a click. What is answered is an ordinary output beside
it, so it stays in the saved notebook. Nothing here is imported until a control is shown.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

#: Set to ``off``, it leaves notebooks without controls, whatever the front end has.
SWITCH = "COURSE_CONTROLS"
_HERE = Path(__file__)


@dataclass(frozen=True, slots=True)
class Field:
    """One thing to fill in: its name, its label, and what is in it.

    Attributes:
        kind: ``choice`` (radio buttons), ``letters`` (the same, where the texts stand above),
            ``line`` (of text, with ``options`` to suggest) or ``text`` (several lines).
    """

    name: str
    label: str
    kind: str
    value: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Control:
    """Fields, buttons, and what answers them.

    Attributes:
        buttons: what each is called, and the words on it. Without buttons, whatever is typed is
            answered at once.
        answer: takes the button (empty if there is none) and the values of all fields; returns
            what to show, with a ``sentence`` for the live region.
        title: what a screen reader calls the whole.
        first: whether the control stands above what it answers.
    """

    fields: Sequence[Field]
    buttons: Mapping[str, str]
    answer: Callable[[str, Mapping[str, str]], Any]
    title: str
    first: bool = False

    def show(self, shown: Any) -> None:
        """Show the control with what there is to say now; clicks put their answers in its place."""
        import IPython.display

        display: Any = IPython.display.display  # Its functions are not typed.
        fields = [asdict(one) for one in self.fields]
        spec = {"title": self.title, "fields": fields, "buttons": dict(self.buttons)}
        form = _form_class()(spec={**spec, "said": _aloud(shown)})
        if self.first:
            display(_Bundle(form))
        place = display(_Bare(shown), display_id=True)

        def message(_: Any, content: Any, __: Any) -> None:
            values = {str(k): str(v) for k, v in dict(content.get("values") or {}).items()}
            answered = self.answer(str(content.get("button", "")), values)
            place.update(_Bare(answered))
            form.said = [form.said[0] + 1, _aloud(answered)]

        form.on_msg(message)
        if not self.first:
            display(_Bundle(form))


def _aloud(shown: Any) -> str:
    return str(getattr(shown, "aloud", shown))


class _Bare:
    """What an object shows, without its own controls."""

    def __init__(self, shown: Any) -> None:
        self._shown = shown

    def __repr__(self) -> str:
        return repr(self._shown)

    def _repr_html_(self) -> Any:
        return self._shown._repr_html_()


class _Bundle:
    """A widget for front ends that have widgets, and nothing at all for others."""

    def __init__(self, form: Any) -> None:
        self._form = form

    def _repr_mimebundle_(self, **_: Any) -> dict[str, Any]:
        found = self._form._repr_mimebundle_()
        data = found[0] if isinstance(found, tuple) else found
        return {**(data or {}), "text/plain": "", "text/html": ""}


@cache
def _form_class() -> Any:
    import anywidget
    import traitlets

    class Form(anywidget.AnyWidget):
        """The control as the front end has it; ``said`` is a count and what to say aloud."""

        _esm = _HERE.with_suffix(".js")
        _css = _HERE.with_suffix(".css")
        spec = traitlets.Dict().tag(sync=True)
        said = traitlets.List(trait=traitlets.Any(), default_value=[0, ""]).tag(sync=True)

    return Form


def available() -> bool:
    """Whether a front end with widgets is likely to be there: a notebook's kernel that Jupyter
    Server, JupyterLite or VS Code started, which is not marking; and ipywidgets can be had."""
    from importlib.util import find_spec

    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if getattr(shell, "kernel", None) is None or os.environ.get(SWITCH, "").lower() == "off":
        return False
    if os.environ.get("NBGRADER_EXECUTION") or find_spec("anywidget") is None:
        return False
    opened = ("JPY_SESSION_NAME", "VSCODE_PID")
    return sys.platform == "emscripten" or any(map(os.environ.get, opened))
