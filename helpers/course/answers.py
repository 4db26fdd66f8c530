"""Predictions and the quiz: the learner commits to an answer, and each answer gets its reply."""

from __future__ import annotations

from collections.abc import Mapping
from types import EllipsisType
from typing import Any

from helpers.display.notes import Line, Note
from helpers.messages import say

from .chapter import Question, chapter, item_of, notebook_of
from .errors import CourseError
from .lab import lab_of
from .progress import record_quiz

_REVEAL = object()


def predict(number: str, answer: Any = _REVEAL) -> Note:
    """Say beforehand what will happen.

    Args:
        number: of the prediction, such as ``"5.1"``.
        answer: a letter commits to that option; ``...`` only asks; left out, it tells what
            happens, and what the learner's answer says about it.
    """
    try:
        lab, question = lab_of(number), _prediction(number)
    except CourseError as error:
        return Note(str(error))
    item, letters = item_of(number), ", ".join(question.options)
    if answer is _REVEAL:
        return Note(_revealed(question, lab.predictions.get(item)))
    if isinstance(answer, EllipsisType) or answer is None:
        return Note(say("predict.ask", letters=letters))
    chosen = str(answer).strip().lower()
    if chosen not in question.options:
        return Note(say("predict.no_option", answer=answer, letters=letters))
    lab.predictions[item] = chosen
    return Note(say("predict.noted", answer=chosen, text=question.options[chosen].text))


def _prediction(number: str) -> Question:
    notebook, item = notebook_of(number), item_of(number)
    known = chapter(notebook).predictions
    if item not in known:
        text = say("course.no_prediction", notebook=notebook, number=item, known=", ".join(known))
        raise CourseError(text)
    return known[item]


def _revealed(question: Question, answer: str | None) -> str:
    right = question.options[question.answer]
    if answer == question.answer:
        return say("predict.right", answer=answer, why=right.why)
    truth = {"right": question.answer, "right_text": right.text, "right_why": right.why}
    if answer is None:
        return say("predict.none", **truth)
    return say("predict.wrong", answer=answer, why=question.options[answer].why, **truth)


def quiz(notebook: str, answers: Any = None) -> Note:
    """Answer the questions at a notebook's end.

    Args:
        notebook: two digits.
        answers: a letter for each question, such as ``{"q1": "b"}``; ``...`` leaves one open.
    """
    try:
        lab = lab_of(notebook)
    except CourseError as error:
        return Note(str(error))
    questions = chapter(lab.notebook).quiz
    if not isinstance(answers, Mapping):
        return Note(say("quiz.shape"))
    if odd := set(map(str, answers)) - set(questions):
        names, known = ", ".join(sorted(odd)), ", ".join(questions)
        return Note(say("quiz.unknown", names=names, known=known))
    given = {name: _letter(answers.get(name)) for name in questions}
    if not any(given.values()):
        return Note(say("quiz.ask"))
    lines = [_replied(name, questions[name], letter) for name, letter in given.items()]
    right = sum(question.answer == given[name] for name, question in questions.items())
    if right == len(questions):
        record_quiz(lab)
    return Note(say("quiz.score", right=right, total=len(questions)), lines)


def _letter(answer: Any) -> str:
    return "" if answer is None or isinstance(answer, EllipsisType) else str(answer).strip().lower()


def _replied(name: str, question: Question, letter: str) -> Line:
    if not letter:
        return Line(name, say("word.open"), say("quiz.open"))
    if letter not in question.options:
        letters = ", ".join(question.options)
        return Line(
            name, say("word.open"), say("predict.no_option", answer=letter, letters=letters)
        )
    word = say("word.right" if letter == question.answer else "word.wrong")
    return Line(f"{name} {letter}", word, question.options[letter].why)
