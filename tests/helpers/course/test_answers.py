"""Predictions and quizzes answer every answer."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import open_lab, predict, quiz
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
    open_lab(notebook)
    assert "You made no prediction" in repr(predict(number))
    assert "No answer yet" in repr(predict(number, ...))
    for letter, option in question.options.items():
        assert "Noted" in repr(predict(number, letter))
        told = repr(predict(number))
        assert option.why in told
        assert question.options[question.answer].why in told
        assert ("that is what happens" in told) == (letter == question.answer)


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
