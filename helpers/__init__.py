"""Helpers of the course *Encrypt data with AWS KMS*.

All names that a learner needs are here. Each is imported when it is first used, so that
``import helpers`` itself costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from refusal import Sandbox

    from .course import (
        check,
        explain,
        follow,
        hint,
        open_lab,
        policy_lab,
        predict,
        progress,
        quiz,
        refused,
    )

__all__ = [
    "Sandbox", "check", "explain", "follow", "hint", "open_lab", "policy_lab", "predict",
    "progress", "quiz", "refused",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module `helpers` has no `{name}`; it has {', '.join(__all__)}")
    module = import_module("refusal" if name == "Sandbox" else ".course", __name__)
    return getattr(module, name)


def __dir__() -> list[str]:
    return __all__
