"""What a check may look at: the account and its audit trail; never the learner's variables."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from .records import Record, records

if TYPE_CHECKING:
    from .lab import Lab


class LearnerError(Exception):
    """The learner's own function raised: its error in one line, and where in their code."""

    def __init__(self, error: Exception) -> None:
        super().__init__(str(error))
        self.short = f"{type(error).__name__}: {error}"
        last = traceback.extract_tb(error.__traceback__)[-1]
        self.details = f"line {last.lineno}: {last.line}\n{self.short}"


class Evidence:
    """A lab as a check sees it."""

    def __init__(self, lab: Lab) -> None:
        self.lab = lab

    def unrecorded(self) -> AbstractContextManager[None]:
        """While a check looks, its own calls leave nothing in the audit trail."""
        return self.lab.sandbox.unrecorded()

    def client(self, service: str) -> Any:
        """A boto3 client of the account's administrator."""
        return self.lab.sandbox.session().client(service)

    def records(self, name: str = "", user: str = "") -> list[Record]:
        """The audit trail since the notebook began, oldest first; not what built its world.

        Args:
            name: only events of this name, such as ``Decrypt``.
            user: only those of this IAM user.
        """
        return [
            record
            for record in records(self.lab.trail)
            if record.time >= self.lab.opened
            and name in ("", record.name)
            and user in ("", record.user)
        ]

    def call(self, function: Callable[..., Any], **given: Any) -> Any:
        """What the learner's function returns.

        Raises:
            LearnerError: it raised.
        """
        try:
            return function(**given)
        except Exception as error:
            raise LearnerError(error) from error
