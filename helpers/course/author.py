"""All that a lesson's ``checks.py`` needs, from one place; CONTRIBUTING.md shows how it is used."""

from __future__ import annotations

from .content import Exercise, Verdict, correct, not_attempted, not_yet
from .evidence import Evidence, LearnerError
from .probes import (
    allows,
    at_rest,
    grants_on,
    key_aliases,
    key_metadata,
    key_of,
    key_policy,
    may_decrypt_directly,
    may_manage,
    may_read,
    may_write,
)
from .records import Record, records
from .worlds import Studio

__all__ = ["Evidence", "Exercise", "LearnerError", "Record", "Studio", "Verdict", "allows"]
__all__ += ["at_rest", "correct", "grants_on", "key_aliases", "key_metadata", "key_of"]
__all__ += ["key_policy", "may_decrypt_directly", "may_manage", "may_read", "may_write"]
__all__ += ["not_attempted", "not_yet", "records"]
