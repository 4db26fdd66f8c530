"""What a learner's notebook draws of what ``explain`` gave."""

from __future__ import annotations

import pytest

from helpers import explain
from helpers.display import decision_way
from helpers.display.notes import Note
from refusal.explain import what_if
from refusal.notebook import drawings, refused


@pytest.mark.parametrize("what", ["not-an-id", None, ValueError("none of AWS's")])
def test_where_nothing_can_be_explained_the_note_says_why(what: object) -> None:
    note = explain(what)
    assert isinstance(note, Note) and note.sentence
    assert decision_way(note) is note


@pytest.mark.parametrize("what", [refused("AccessDenied"), "denial", {}, ValueError("x")])
def test_what_explain_has_not_given_is_answered_with_the_call_that_would_do(what: object) -> None:
    assert "decision_way(explain(denial))" in repr(decision_way(what))  # type: ignore[arg-type]


def test_a_decision_about_no_key_is_a_sentence() -> None:
    decision = what_if(principal="arn:aws:iam::123456789012:user/mira", action="iam:ListUsers")
    note = decision_way(decision.explanation)
    assert isinstance(note, Note) and "iam:ListUsers" in note.sentence


def test_the_way_alone_is_the_librarys() -> None:
    assert decision_way() == drawings.decision_way()
