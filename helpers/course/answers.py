"""Predictions and the quiz: the learner commits to an answer, and each answer gets its reply."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import EllipsisType
from typing import Any

from helpers.display.controls import Control, Field
from helpers.display.notes import Line, Note
from helpers.messages import say

from .calling import called_like
from .chapter import Question, chapter, item_of, notebook_of
from .errors import CourseError
from .lab import Lab, lab_of
from .progress import record

_REVEAL = object()
#: What a learner writes in place of a letter to see the answer without one of their own.
SKIP = "skip"


@called_like('predict("5.1", "b")')
def predict(number: Any, answer: Any = _REVEAL, *more: Any) -> Note:
    """Say beforehand what will happen.

    Args:
        number: of the prediction, such as ``"5.1"``.
        answer: a letter commits to that option; ``"skip"`` does without one; ``...`` only asks.
            Left out, it tells the answer and what the learner's answer says about it, once
            there is an answer.
        more: nothing; for whoever writes all letters.
    """
    try:
        lab, question = lab_of(number), prediction(number)
    except CourseError as error:
        return Note(str(error))
    item, letters = item_of(number), quoted(question.options)
    if answer is _REVEAL:
        return _revealed(lab, item, question)
    if isinstance(answer, EllipsisType) or answer is None:
        given = lab.predictions.get(item)
        control = _asking(number, question, given) if lab.controls else None
        ask = say("control.ask") if control else say("predict.ask", letters=letters)
        return Note(_noted(question, given) if given else ask, control=control)
    chosen = _letter(answer)
    if more or chosen not in (*question.options, SKIP):
        shown = ", ".join(map(repr, (answer, *more)))[:60]
        return Note(say("predict.no_option", answer=shown, letters=letters))
    first = lab.predictions.get(item)
    if item in lab.revealed and chosen != first:
        said = say("predict.a_skip") if first in (None, SKIP) else f'"{first}"'
        return Note(say("predict.stands", answer=said))
    lab.predictions[item] = chosen
    return Note(_noted(question, chosen))


def prediction(number: Any) -> Question:
    """The prediction of a number.

    Raises:
        CourseError: there is none.
    """
    notebook, item = notebook_of(number), item_of(number)
    known = chapter(notebook).predictions
    if item not in known:
        text = say("course.no_prediction", notebook=notebook, number=item, known=", ".join(known))
        raise CourseError(text)
    return known[item]


def quoted(letters: Iterable[str]) -> str:
    """``"a", "b" or "c"``: so that nobody takes the letters for names, or gives all of them."""
    *some, last = (f'"{letter}"' for letter in letters)
    return f"{', '.join(some)} or {last}" if some else last


def _noted(question: Question, chosen: str) -> str:
    if chosen == SKIP:
        return say("predict.skipped")
    return say("predict.noted", answer=chosen, text=question.options[chosen].text)


def _revealed(lab: Lab, item: str, question: Question) -> Note:
    answer = lab.predictions.get(item)
    if answer is None:
        key = "control.waiting" if lab.controls else "predict.waiting"
        return Note(say(key, number=item, letters=quoted(question.options)))
    lab.revealed.add(item)
    right = question.options[question.answer]
    if answer == question.answer:
        return Note(say("predict.right", answer=answer, why=right.why))
    truth = {"right": question.answer, "right_text": right.text, "right_why": right.why}
    if answer == SKIP:
        return Note(say("predict.none", **truth))
    return Note(say("predict.wrong", answer=answer, why=question.options[answer].why, **truth))


def _asking(number: Any, question: Question, given: str | None) -> Control:
    """Options to choose, for a front end that has controls."""

    def answered(button: str, values: Mapping[str, str]) -> Note:
        chosen = SKIP if button == SKIP else values.get("answer", "")
        return predict(number, chosen) if chosen else Note(say("control.choose"))

    title = say("predict.title", number=item_of(number))
    field = _choice("letters", "answer", f"{title} {_plain(question.text)}", question, given)
    buttons = {"answer": say("control.answer"), SKIP: say("control.skip")}
    return Control([field], buttons, answered, title=title, first=True)


def _choice(kind: str, name: str, label: str, asked: Question, given: str | None = None) -> Field:
    options = {letter: f"{letter}: {_plain(one.text)}" for letter, one in asked.options.items()}
    return Field(name, label, kind, given if given in options else "", options)


def _plain(text: str) -> str:
    """A text of a lesson without markdown's marks for code."""
    return text.replace("`", "")


@called_like('quiz("05", {"q1": "b"})')
def quiz(notebook: Any, answers: Any = None) -> Note:
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
    if isinstance(answers, EllipsisType) or (answers is None and lab.controls):
        answers = {}
    if not isinstance(answers, Mapping):
        return Note(say("quiz.shape"))
    if odd := set(map(str, answers)) - set(questions):
        names, known = ", ".join(sorted(odd)), ", ".join(questions)
        return Note(say("quiz.unknown", names=names, known=known))
    given = {name: _letter(answers.get(name)) for name in questions}
    if not any(given.values()):
        control = _quizzing(lab.notebook, questions) if lab.controls and questions else None
        return Note(say("control.ask_all" if control else "quiz.ask"), control=control)
    lines = [_replied(name, questions[name], letter) for name, letter in given.items()]
    right = sum(question.answer == given[name] for name, question in questions.items())
    told = record(f"{int(lab.notebook)}.quiz") if right == len(questions) else ""
    return Note(f"{say('quiz.score', right=right, total=len(questions))} {told}".strip(), lines)


def _quizzing(notebook: str, questions: Mapping[str, Question]) -> Control:
    def answered(_: str, values: Mapping[str, str]) -> Note:
        return quiz(notebook, {name: values.get(name) or None for name in questions})

    asked = questions.items()
    fields = [_choice("choice", name, f"{name}. {_plain(q.text)}", q) for name, q in asked]
    title = say("control.quiz", notebook=notebook)
    return Control(fields, {"answer": say("control.answers")}, answered, title=title, first=True)


def _letter(answer: Any) -> str:
    """A letter as a person writes it: ``"B"``, ``" b "``, ``"b)"``."""
    if not isinstance(answer, str):
        return "" if answer is None or isinstance(answer, EllipsisType) else repr(answer)
    return answer.strip().strip("\"'().:").strip().lower()


def _replied(name: str, question: Question, letter: str) -> Line:
    if not letter:
        return Line(name, say("word.open"), say("quiz.open"))
    if letter not in question.options:
        letters = quoted(question.options)
        told = say("predict.no_option", answer=letter[:60], letters=letters)
        return Line(name, say("word.open"), told)
    word = say("word.right" if letter == question.answer else "word.wrong")
    return Line(f"{name} {letter}", word, question.options[letter].why)
