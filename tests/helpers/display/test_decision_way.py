"""What a learner's notebook draws of what ``explain`` gave."""

from __future__ import annotations

import pytest

from helpers import explain
from helpers.display import decision_way
from helpers.display.notes import Note
from refusal.notebook import drawings


@pytest.mark.parametrize("what", ["not-an-id", None, ValueError("none of AWS's")])
def test_where_nothing_can_be_explained_the_note_says_why(what: object) -> None:
    note = explain(what)
    assert isinstance(note, Note) and note.sentence
    assert decision_way(note) is note


def test_the_way_alone_is_the_librarys() -> None:
    assert decision_way() == drawings.decision_way()
