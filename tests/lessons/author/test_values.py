"""What a learner hands in is named for what it is, and a choice is read as a person writes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.course.content import Verdict
from lessons.author import (
    choices,
    is_written,
    kind_of,
    listed,
    quoted,
    returned_none,
    uncallable,
    wrong_choices,
)

WORDS = ("at rest", "TLS")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (..., "the dots"),
        (None, "nothing"),
        ([], "a value of type list"),
        (7, "a value of type int"),
    ],
)
def test_a_value_is_named_by_its_kind(value: object, words: str) -> None:
    assert kind_of(value) == words


def test_names_are_listed_as_in_a_sentence() -> None:
    assert [listed("A"), listed("AB"), listed("ABC")] == ["A", "A and B", "A, B and C"]
    assert quoted("x" * 99, 3) == "`xxx`"


@pytest.mark.parametrize(
    ("answer", "outcome", "says"),
    [
        (7, "not yet", "a dictionary of the 2 dangers"),
        ({"a disk": "TLS"}, "not yet", "a dictionary of the 2 dangers. Seen: a dictionary of 1."),
        ({"a": "TLS", "b": "TLS"}, "not yet", "Seen: no entry for `disk`."),
        ({"a disk": ..., "a network": ...}, "not attempted", "The dots are still there"),
        ({"a disk": "at rest", "a network": ...}, "not yet", "dots for “a network”"),
        ({"a disk": "x", "a network": None}, "not yet", "`x` for “a disk”, `None` for “a network”"),
    ],
)
def test_an_answer_that_is_no_choice_is_told_why(answer: Any, outcome: str, says: str) -> None:
    verdict = choices(answer, WORDS, ["disk", "network"], "dangers")
    assert isinstance(verdict, Verdict)
    assert verdict.outcome == outcome and says in verdict.sentence


def test_a_choice_is_read_whatever_its_case() -> None:
    given = {"a disk": " AT REST", "a network": "tls"}
    chosen = choices(given, WORDS, ["disk", "network"], "dangers")
    assert chosen == {"a disk": "at rest", "a network": "TLS"}
    assert wrong_choices(chosen, {"disk": "at rest", "network": "TLS"}) == []
    assert wrong_choices(chosen, {"disk": "TLS"}) == [("a disk", "at rest", "disk")]


@given(st.recursive(st.none() | st.text() | st.just(...), lambda x: st.dictionaries(st.text(), x)))
def test_whatever_is_handed_in_has_an_answer(answer: Any) -> None:
    found = choices(answer, WORDS, [""], "things")
    assert isinstance(found, Verdict) or set(found.values()) <= set(WORDS)


def stub(item: object) -> None: ...  # Write your code here.


def printing(item: object) -> None:
    print(item)


@pytest.mark.parametrize(("function", "outcome"), [(stub, "not attempted"), (printing, "not yet")])
def test_a_stub_is_told_from_a_function_that_prints(
    function: Callable[..., None], outcome: str
) -> None:
    assert returned_none(function, "a text.").outcome == outcome
    assert is_written(function) is (outcome == "not yet")
    assert uncallable(function) is None


def test_a_function_that_prints_nothing_is_not_asked_whether_it_prints() -> None:
    def hiding(item: str) -> str | None:
        try:
            return str(item.x)  # type: ignore[attr-defined]
        except AttributeError:
            return None

    assert "did you print" in returned_none(printing, "a text.").sentence
    assert "does an except hide an error?" in returned_none(hiding, "a text.").sentence


def test_a_function_that_was_called_already_is_named() -> None:
    verdict = uncallable({})
    assert verdict is not None and "without parentheses" in verdict.sentence
    assert "a value of type dict" in verdict.sentence
