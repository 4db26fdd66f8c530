"""A learner's function in a check: it is stopped in time, and cannot end Python."""

from __future__ import annotations

import itertools
import sys
import threading
import time
from typing import Any

import pytest

from helpers import check, open_lab
from helpers.course import checks, limits
from helpers.course.chapter import Exercise, Verdict, correct
from helpers.course.errors import CourseError, Interrupted


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "SECONDS", 0.2)


def loops() -> None:
    for _ in itertools.count():
        pass


def sleeps() -> None:
    time.sleep(60)


def leaves() -> None:
    sys.exit()


def run(function: Any) -> Any:
    return limits.limited(function, {}, __file__)


def tries_again() -> None:
    while True:
        try:
            time.sleep(60)
        except Exception:
            continue


@pytest.mark.parametrize("function", [loops, sleeps, tries_again])
def test_a_function_that_does_not_end_is_stopped(function: Any) -> None:
    with pytest.raises(limits.TooLong, match=r"more than 0\.2 seconds"):
        run(function)
    time.sleep(0.3)  # No alarm is left.
    assert limits.limited(int, {}, "") == 0


def test_where_there_is_no_alarm_its_lines_look_at_the_clock() -> None:
    caught: list[BaseException] = []
    before = threading.gettrace()

    def work() -> None:
        try:
            run(loops)
        except limits.TooLong as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(10)
    assert len(caught) == 1 and threading.gettrace() is before


def exercise_of(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exercise 5.1 is now one that calls this function."""

    def look(evidence: Any) -> Verdict:
        evidence.call(function)
        return correct("It is done.")

    one = Exercise("t", 1, ("h",), look)
    monkeypatch.setattr(checks, "_exercise", lambda _: one)


@pytest.mark.parametrize(
    ("function", "sentence", "line"),
    [
        (loops, "Your function ran for more than 0.2 seconds", "line 2"),
        (leaves, "Your function ended Python itself", "sys.exit()"),
        (lambda: 1 / 0, "It stopped with ZeroDivisionError", "1 / 0"),
    ],
)
def test_the_check_says_so_with_the_learners_line(
    function: Any, sentence: str, line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    open_lab("05")
    exercise_of(function, monkeypatch)
    note = check("5.1")
    assert note.word == "Your code raised an error" and note.points == 0
    assert sentence in note.sentence and line in note.details


def test_an_interrupted_check_says_nothing_of_the_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def stops() -> None:
        raise KeyboardInterrupt

    open_lab("05")
    exercise_of(stops, monkeypatch)
    with pytest.raises(Interrupted, match="says nothing about your answer") as caught:
        check("5.1")
    assert isinstance(caught.value, CourseError) and isinstance(caught.value, KeyboardInterrupt)


@pytest.mark.parametrize("number", ["5.99", "9.9", "1,2", "1.1", "", None])
def test_what_the_learner_can_mend_is_never_the_courses_fault(number: Any) -> None:
    open_lab("05")
    assert check(number).word == "Check not run"
    assert "could not be checked" not in repr(check(number)).lower()


def test_a_value_that_is_missing_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    open_lab("05")
    one = Exercise("t", 1, ("h",), lambda *_: correct("x"), given="proof")
    monkeypatch.setattr(checks, "_exercise", lambda _: one)
    for given in ((), (1, 2)):
        note = check("5.1", *given)
        assert (note.word, note.points) == ("Check not run", 0)
        assert note.sentence == 'It needs proof: call it as check("5.1", proof).'
    assert check("5.1", 1).word == "Correct"


def test_only_a_fault_of_a_check_could_not_be_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    open_lab("05")
    one = Exercise("t", 1, ("h",), lambda _: {}["x"])  # type: ignore[arg-type,return-value]
    monkeypatch.setattr(checks, "_exercise", lambda _: one)
    assert check("5.1").word == "Could not be checked"
