"""A note for a learner: as text, as HTML, and as a screen reader says it."""

from __future__ import annotations

from helpers.display.notes import Line, Note


def test_what_is_in_backticks_is_code_and_the_text_keeps_them() -> None:
    note = Note("Seen: `<x>`.", [Line("q1", "Not right", "It is `y`.")], word="Not yet")
    assert "Seen: <code>&lt;x&gt;</code>." in note._repr_html_()
    assert "It is <code>y</code>.</li>" in note._repr_html_()
    assert repr(note) == "Not yet: Seen: `<x>`.\nq1: Not right. It is `y`."
    assert note.aloud == "Not yet. Seen: <x>. q1: Not right. It is y."
