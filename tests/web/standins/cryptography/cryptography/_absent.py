"""Names that are imported, and not used by any notebook."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def absent(module: str) -> Callable[[str], Any]:
    """Return a module's ``__getattr__``: each name is a class, and what is done with it fails.

    An instance may be made of nothing, as the sandbox does of curves when it is imported.
    """

    def find(name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)

        def refuse(*_: Any, **__: Any) -> Any:
            raise NotImplementedError(f"{module}.{name} is not part of the tests' stand-in")

        def begin(self: Any, *given: Any, **named: Any) -> None:
            if given or named:
                refuse()

        methods = {
            "__init__": begin,
            "generate": staticmethod(refuse),
            "sign": refuse,
            "verify": refuse,
        }
        return type(name, (), methods)

    return find
