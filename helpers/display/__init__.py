"""What learners look at: policies, tables, notes, drawings."""

from __future__ import annotations

from helpers.messages import say
from refusal.authorization import Decision
from refusal.explain import Explanation
from refusal.notebook import drawings, show, table
from refusal.notebook.drawings import key_layers
from refusal.notebook.drawings.drawing import Drawing

from .notes import Note

__all__ = ["decision_way", "key_layers", "show", "table"]


def decision_way(what: Decision | Explanation | Note | None = None) -> Drawing | Note:
    """The way of a decision, drawn, with this request's own way marked.

    Args:
        what: what ``explain`` gives, of which the last decision about a key is drawn (a note
            comes back as it is); or a decision; None for the way alone.
    """
    if not isinstance(what, Decision | Explanation | None):
        return what if isinstance(what, Note) else Note(say("explain.drawn"))
    try:
        return drawings.decision_way(what)
    except ValueError as error:  # No KMS key of the caller's own account was asked for.
        return Note(str(error))
