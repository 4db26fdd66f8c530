"""All that a lesson's ``checks.py`` needs, from one place; CONTRIBUTING.md shows how it is used."""

from __future__ import annotations

from refusal import SandboxError

from .content import Exercise, Verdict, correct, not_attempted, not_yet
from .evidence import Evidence, LearnerError
from .probes import may_read
from .records import Record, records
from .worlds import Studio

__all__ = ["Evidence", "Exercise", "LearnerError", "Record", "SandboxError", "Studio", "Verdict"]
__all__ += ["correct", "may_read", "not_attempted", "not_yet", "records"]
