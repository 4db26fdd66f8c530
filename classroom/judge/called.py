"""A student's function that a check calls: it runs, and may raise, in the student's process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.course.evidence import Evidence, LearnerError


class Raised(Exception):
    """A student's function raised, over there."""

    def __init__(self, short: str, details: str = "") -> None:
        super().__init__(short)
        self.short, self.details = short, details


class RemoteEvidence(Evidence):
    """Evidence whose ``call`` calls a function in the student's process."""

    def call(self, function: Callable[..., Any], **given: Any) -> Any:
        """As ``Evidence.call``, with the error as the student's process tells it."""
        try:
            return super().call(function, **given)
        except LearnerError as error:
            if isinstance(error.__cause__, Raised):
                error.short, error.details = error.__cause__.short, error.__cause__.details
            raise
