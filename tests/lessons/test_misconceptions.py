"""Every misconception is met by name, somewhere in the course."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from helpers.course.chapter import Option, Verdict, chapter, not_yet, notebooks
from helpers.course.misconceptions import misconceptions


def options() -> Iterator[tuple[str, Option, bool]]:
    """Every option of every question: where, itself, and whether it is right."""
    for notebook in notebooks():
        found = chapter(notebook)
        for name, question in [*found.predictions.items(), *found.quiz.items()]:
            for letter, option in question.options.items():
                yield f"{notebook} {name} {letter}", option, letter == question.answer


@pytest.mark.parametrize("key", misconceptions())
def test_a_misconception_is_met_by_a_question(key: str) -> None:
    assert [where for where, option, _ in options() if option.misconception == key]


def test_a_right_answer_is_no_misconception() -> None:
    assert not [where for where, option, right in options() if right and option.misconception]


def test_a_check_tells_the_truth_that_belongs_to_the_claim() -> None:
    verdict = not_yet("this.", "that.", "revoking-is-instant")
    assert verdict.sentence.endswith(misconceptions()["revoking-is-instant"].truth)
    assert verdict.misconception == "revoking-is-instant"


def test_an_unknown_misconception_is_refused() -> None:
    with pytest.raises(ValueError, match="is not in"):
        Option("text", "why", "flat-earth")
    with pytest.raises(ValueError, match="is not in"):
        Verdict("not yet", "text", misconception="flat-earth")
