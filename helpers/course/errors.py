"""How the course says no: one sentence, no traceback."""

from __future__ import annotations

from types import TracebackType


class CourseError(Exception):
    """A helper was used in a way that cannot work; the message says what to do instead."""

    def _render_traceback_(
        self, etype: type | None = None, value: object = None, tb: TracebackType | None = None
    ) -> list[str]:
        """IPython shows this in place of a traceback."""
        return [str(self)]


class NoSuchName(CourseError, AttributeError):
    """A lab was asked for a name that it does not have."""


class Interrupted(CourseError, KeyboardInterrupt):
    """The learner has interrupted a check; what was to run after it does not."""
