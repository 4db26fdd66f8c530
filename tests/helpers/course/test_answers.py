"""Predictions and quizzes answer every answer."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import check, hint, open_lab, predict, quiz
from helpers.course.chapter import Option, Question, chapter, notebooks

NOTEBOOKS = notebooks()
PREDICTIONS = [
    (notebook, number, question)
    for notebook in NOTEBOOKS
    for number, question in chapter(notebook).predictions.items()
]


@pytest.mark.parametrize(("notebook", "number", "question"), PREDICTIONS)
def test_a_prediction_is_noted_and_then_answered(
    notebook: str, number: str, question: Question
) -> None:
    lab = open_lab(notebook)
    assert "No answer yet" in repr(predict(number, ...))
    for letter, option in question.options.items():
        assert "Noted" in repr(predict(number, letter))
        told = repr(predict(number))
        assert option.why in told
        assert question.options[question.answer].why in told
        assert ("and that is right" in told) == (letter == question.answer)
        lab.revealed.clear()
        lab.predictions.clear()


@pytest.mark.parametrize(("notebook", "number", "question"), PREDICTIONS)
def test_nothing_is_shown_before_the_learner_has_answered(
    notebook: str, number: str, question: Question
) -> None:
    """Run All on a blank notebook: each question is asked, and its answer asked for."""
    open_lab(notebook)
    for note in (predict(number, ...), predict(number)):
        said = repr(note) + note._repr_html_()
        assert not [option.why for option in question.options.values() if option.why in said]
    assert "is waiting" in repr(predict(number))


def test_who_skips_is_told_and_has_said_nothing() -> None:
    open_lab("05")
    assert "Skipped" in repr(predict("5.1", "skip"))
    told = repr(predict("5.1"))
    assert "You skipped this one. The answer is d" in told
    assert "your first answer stands: you skipped it" in repr(predict("5.1", "d"))
    assert repr(predict("5.1")) == told


def test_an_answer_may_change_until_the_answer_is_shown() -> None:
    open_lab("05")
    predict("5.1", "a")
    predict("5.1", "b")
    assert "You said b." in repr(predict("5.1"))
    assert 'your first answer stands: "b"' in repr(predict("5.1", "d"))
    assert "You said b." in repr(predict("5.1"))


def test_starting_over_forgets_no_prediction_and_no_hint() -> None:
    open_lab("05")
    predict("5.1", "a")
    hint("5.1")
    lab = open_lab("05")
    assert "You have started over" in repr(lab) and "You have started over" in lab._repr_html_()
    assert "You said a." in repr(predict("5.1"))
    assert "Hint 2" in repr(hint("5.1"))
    assert "started over" not in repr(open_lab("06"))


@pytest.mark.parametrize("answer", ["B", " b ", "b)", '"b"', "b."])
def test_a_letter_is_read_as_a_person_writes_it(answer: str) -> None:
    open_lab("00")
    assert "You say b:" in repr(predict("0.1", answer))


@pytest.mark.parametrize("answers", [(7,), (["b"],), ("x",), ("a", "b", "c"), ("",), (b"b",)])
def test_what_is_no_letter_is_answered_with_the_quotation_marks(answers: tuple[object]) -> None:
    open_lab("00")
    told = repr(predict("0.1", *answers))
    assert '"a", "b", "c" or "d"' in told and "\n" not in told


@pytest.mark.parametrize(
    "call",
    [
        predict,
        quiz,
        lambda: quiz("00", q1="a"),
        check,
        hint,
        lambda: check("0.1", word="x"),
    ],
)
def test_a_call_that_does_not_fit_is_answered_by_one_that_does(call: Any) -> None:
    open_lab("00")
    told = repr(call())
    assert told.startswith("Call it like this: ") and "\n" not in told


def test_noting_gives_nothing_away() -> None:
    open_lab("05")
    question = chapter("05").predictions["5.1"]
    for letter in question.options:
        noted = repr(predict("5.1", letter))
        assert not [x.why for x in question.options.values() if x.why in noted]


def test_an_untouched_prediction_forgets_no_answer() -> None:
    open_lab("05")
    predict("5.1", "A ")
    predict("5.1", ...)
    assert "You said a." in repr(predict("5.1"))
    assert "You say a" in repr(predict("5.1", ...))


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_the_quiz_explains_every_option(notebook: str) -> None:
    open_lab(notebook)
    for name, question in chapter(notebook).quiz.items():
        for letter, option in question.options.items():
            told = repr(quiz(notebook, {name: letter}))
            word = "Right" if letter == question.answer else "Not right"
            assert f"{name} {letter}: {word}. {option.why}" in told


def test_an_untouched_quiz_only_asks() -> None:
    open_lab("05")
    assert "Nothing answered yet" in repr(quiz("05", {"q1": ..., "q2": ...}))


@settings(max_examples=30)
@given(st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=3))
def test_no_answer_breaks_anything(answer: object) -> None:
    if "open" not in _state:
        _state["open"] = open_lab("05")
    for told in (predict("5.1", answer), quiz("05", answer), quiz("05", {"q1": answer})):
        assert repr(told) and told._repr_html_().startswith("<div")


_state: dict[str, object] = {}


def test_a_question_must_have_its_answer_among_its_options() -> None:
    with pytest.raises(ValueError, match="none of its options"):
        Question("?", {"a": Option("yes", "because")}, "b")
