"""How the grader says no to an instructor: one sentence, no traceback."""

from __future__ import annotations


class GradingError(Exception):
    """Grading cannot begin or go on; the message says why and what to do."""
