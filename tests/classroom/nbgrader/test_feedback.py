"""The feedback that students get: theirs, whole, and nothing hidden."""

from __future__ import annotations

import re

from classroom.messages import say
from helpers.course.misconceptions import misconceptions
from tests.classroom.nbgrader.course import (
    ASSIGNMENT,
)
from tests.classroom.nbgrader.told import (
    EVERYBODY,
    LESSON_COURSE,
    MOST,
    Told,
    feedback_page,
)


def test_feedback_reaches_its_student_and_nobody_else(told: Told) -> None:
    (page,) = told.course.home("ann").glob(f"{ASSIGNMENT}/feedback/*/{ASSIGNMENT}.html")
    text = page.read_text("utf-8")
    assert text == feedback_page(told.course, "ann")
    assert "<h1>" in text and "ann" in text
    assert f"Total: {MOST:g} of {MOST:g} points." in text
    released = list((told.course.exchange / LESSON_COURSE / "feedback").glob("*.html"))
    assert len(released) == 3  # who came by a platform's zip gets the page there


def test_feedback_has_the_truth_and_what_a_person_wrote(told: Told) -> None:
    text = feedback_page(told.course, "bob_0815")
    assert "a denial, but of something other than kms:Decrypt" in text
    assert misconceptions()["any-denial"].truth in text
    assert "&lt;b&gt;which&lt;/b&gt; action is missing?" in text
    assert f"5.b</th><td>0</td><td>3</td><td>{say('class.no_answer')}</td>" in text
    assert f"Total: 0 of {MOST:g} points." in text


def test_feedback_tells_the_title_of_a_hidden_criterion_and_nothing_else(told: Told) -> None:
    for student, met in (("ann", True), ("bob_0815", False)):
        text = feedback_page(told.course, student)
        word = say("grading.met" if met else "grading.not_met")
        assert f"Mira is kept out by the key alone: {word}" in text
        assert "hush" not in text and "secret wish" not in text


def test_feedback_says_what_is_still_open(told: Told) -> None:
    assert "This is no Jupyter notebook" in feedback_page(told.course, "eve")
    assert "Total:" not in feedback_page(told.course, "eve")


def test_feedback_needs_no_network_and_shows_no_code_of_a_check(told: Told) -> None:
    for student in sorted(EVERYBODY):
        text = feedback_page(told.course, student)
        assert not re.search(r"https?://|<script|<link|<img", text)
        assert "evidence" not in text and "check(" not in text
        assert str(told.course.folder) not in text
