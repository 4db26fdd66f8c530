"""Policies and tables as a reader wants them: JSON, aligned left, without Python's own forms."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from refusal.notebook import show, table
from refusal.notebook.shown import marked

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(JSON)
def test_a_policy_is_shown_as_its_json(value: object) -> None:
    assert json.loads(repr(show(json.dumps(value)))) == value
    assert isinstance(value, str) or json.loads(repr(show(value))) == value


def test_what_is_no_json_is_shown_as_it_is() -> None:
    assert repr(show("<no json>")) == "<no json>"
    assert show("<no json>")._repr_html_() == "<pre>&lt;no json&gt;</pre>"


def test_a_table_is_aligned_left_and_has_no_brackets() -> None:
    rows = [["Decrypt", ["a", "b"], True], {"Event": "<x>", "Who": None, "Denied": {"k": "v"}}]
    shown = table(rows, ["Event", "Who", "Denied"])
    assert repr(shown) == 'Event    Who   Denied\nDecrypt  a, b  yes\n<x>            {"k": "v"}'
    html = shown._repr_html_()
    assert "<td style" in html and "&lt;x&gt;" in html and "<x>" not in html
    assert html.count("text-align: left") == 9


def test_an_empty_table_has_its_head() -> None:
    assert repr(table([], ["Event"])) == "Event"


def test_a_row_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="2 values for 1 columns"):
        table([[1, 2]], ["a"])


def test_a_sentence_shows_what_is_in_backticks_as_code() -> None:
    assert marked("Seen: `<a>` and `b`, a ` alone.") == (
        "Seen: <code>&lt;a&gt;</code> and <code>b</code>, a ` alone."
    )
