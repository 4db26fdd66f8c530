"""What an author writes down about a notebook: its questions and its exercises, as data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import boto3

from helpers.messages import say

from .misconceptions import misconceptions

World = Callable[[boto3.Session, str], dict[str, str]]
Outcome = Literal["correct", "not yet", "not attempted", "raised", "not checked"]
#: The seed of the public course, whose names are the plain ones.
PLAIN_SEED = "0"
#: What a notebook may hold: as many as the progress code has room for.
MOST_EXERCISES = 15


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to a question, and what to say to a learner who chooses it.

    ``misconception`` names the claim behind a wrong answer, by its key in
    ``lessons/misconceptions.toml``.

    Raises:
        ValueError: there is no such misconception.
    """

    text: str
    why: str
    misconception: str = ""

    def __post_init__(self) -> None:
        _require_known(self.misconception)


def _require_known(misconception: str) -> None:
    if misconception and misconception not in misconceptions():
        raise ValueError(f"`{misconception}` is not in lessons/misconceptions.toml")


@dataclass(frozen=True, slots=True)
class Question:
    """A prediction or a quiz question: exactly one option is right.

    Raises:
        ValueError: the answer is none of the options.
    """

    text: str
    options: Mapping[str, Option]
    answer: str

    def __post_init__(self) -> None:
        if self.answer not in self.options:
            raise ValueError(f"`{self.answer}` answers `{self.text}` but is none of its options")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: an outcome, one sentence, and details if they help."""

    outcome: Outcome
    sentence: str
    details: str = ""
    misconception: str = ""

    def __post_init__(self) -> None:
        _require_known(self.misconception)


def correct(why: str) -> Verdict:
    """The exercise is done; ``why`` is one sentence."""
    return Verdict("correct", why)


def not_yet(expected: str, seen: str, misconception: str = "") -> Verdict:
    """Something was done, and it is not what was asked.

    Args:
        misconception: the claim that this answer shows; its truth is added to the sentence.
    """
    sentence = say("check.expected_seen", expected=expected, seen=seen)
    if misconception:
        sentence = f"{sentence} {misconceptions()[misconception].truth}"
    return Verdict("not yet", sentence, misconception=misconception)


def not_attempted(what: str) -> Verdict:
    """Nothing was done yet; ``what`` says where to begin."""
    return Verdict("not attempted", what)


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise. ``check`` takes the evidence, then what the notebook passes to it."""

    title: str
    points: int
    hints: tuple[str, ...]
    check: Callable[..., Verdict]
    #: What ``check`` is called with beside the evidence, as the notebook writes it.
    given: str = ""


@dataclass(frozen=True, slots=True)
class Written:
    """A question to answer in words. Nothing checks it here; in graded coursework a person marks
    it, by ``key``: what an answer must say, a point each. ``model`` is one good answer."""

    text: str
    key: tuple[str, ...]
    model: str


@dataclass(frozen=True, slots=True)
class Chapter:
    """All that belongs to one notebook, by the number that learners type (``"5.1"``, ``"q1"``).

    ``world`` takes a session of the administrator and the sandbox's seed. It builds the account as
    it stands when the notebook begins, and returns what its things are called: each name is an
    attribute of the lab.

    Raises:
        ValueError: the exercises are more than a notebook may hold, or their numbers are not the
            whole numbers from 1, in this order.
    """

    world: World
    predictions: Mapping[str, Question] = field(default_factory=dict)
    exercises: Mapping[str, Exercise] = field(default_factory=dict)
    quiz: Mapping[str, Question] = field(default_factory=dict)
    #: By the number that the notebook shows, such as ``"5.a"``.
    written: Mapping[str, Written] = field(default_factory=dict)

    def __post_init__(self) -> None:
        head = next(iter(self.exercises), "").partition(".")[0]
        count = len(self.exercises)
        if list(self.exercises) != [f"{head}.{n}" for n in range(1, count + 1)]:
            found = ", ".join(self.exercises)
            raise ValueError(f"exercises are numbered {head}.1, {head}.2 and so on, not {found}")
        if count > MOST_EXERCISES:
            raise ValueError(f"{count} exercises; a notebook holds at most {MOST_EXERCISES}")
