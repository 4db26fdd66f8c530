"""Progress outlives kernels and crashes, and a code carries it elsewhere."""

from __future__ import annotations

import itertools
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import helpers.course.progress  # noqa: F401  (the module, beside the function of its name)
from helpers import open_lab, progress, quiz
from helpers.course import progress as module_function
from helpers.course.chapter import chapter, notebooks
from helpers.course.content import MOST_EXERCISES

module = sys.modules["helpers.course.progress"]
assert module_function is progress
ALL = sorted(
    {f"{int(n)}.quiz" for n in notebooks()}
    | {number for n in notebooks() for number in chapter(n).exercises}
)
OF_05 = len(chapter("05").exercises)
RIGHT = {n: {name: q.answer for name, q in chapter(n).quiz.items()} for n in ("00", "05")}


def code_of(note) -> str:
    return repr(note).split('progress("')[1].split('"')[0]


def kept(place: Path) -> list[str]:
    return json.loads((place / "progress.json").read_text())["done"]


def test_what_is_done_is_kept(place: Path) -> None:
    open_lab("05")
    quiz("05", RIGHT["05"])
    assert kept(place) == ["5.quiz"]
    open_lab("00")
    quiz("00", RIGHT["00"])
    assert kept(place) == ["0.quiz", "5.quiz"]
    assert f"05 Denying access: Begun. 0 of {OF_05} exercises; quiz done." in repr(progress())


def test_a_half_right_quiz_is_not_done(place: Path) -> None:
    open_lab("05")
    quiz("05", {**RIGHT["05"], "q1": "a"})
    assert not (place / "progress.json").exists()


def test_a_solved_notebook_keeps_nothing(place: Path) -> None:
    open_lab("05", keep_progress=False)
    quiz("05", RIGHT["05"])
    assert f"05 Denying access: Begun. 0 of {OF_05} exercises; quiz done." in repr(progress())
    assert not (place / "progress.json").exists()
    open_lab("05", keep_progress=False)
    assert "quiz done" not in repr(progress())


@settings(max_examples=60)
@given(st.sets(st.sampled_from(ALL)))
def test_a_code_carries_everything(done: set[str]) -> None:
    code = module._encode(done)
    assert len(code) <= 50
    assert module._decode(code) == done
    assert module._decode(f"  {code.lower()}\n") == done


#: What the course may come to hold: each exercise that a notebook has room for, and its quiz.
ROOM = [f"{n}.{item}" for n in range(13) for item in (*range(1, MOST_EXERCISES + 1), "quiz")]


@settings(max_examples=200)
@given(st.sets(st.sampled_from(ROOM)))
def test_a_code_has_room_for_whatever_a_notebook_may_hold(done: set[str]) -> None:
    """And no two different states have the same code."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_items", lambda _: ROOM)  # Items that the course lacks are dropped.
        patch.setattr(module, "notebook_of", lambda number: number)
        assert module._decode(module._encode(done)) == done


def test_the_eighth_exercise_is_not_the_quiz() -> None:
    assert module._encode({"8.8"}) != module._encode({"8.quiz"})


def test_the_second_code_is_written_where_the_first_has_no_room() -> None:
    """So that what the first can say is read wherever the course was fetched long ago."""
    assert module._encode({"8.7", "8.quiz", "3.1"}).startswith("KMS1-")
    assert module._encode({"8.8", "3.1"}).startswith("KMS2-")
    everything = {f"{n}.{item}" for n in range(9) for item in (*range(1, 16), "quiz")}
    assert len(module._encode(everything)) <= 50


#: Codes as the first version wrote them.
FIRST_CODES = {
    "KMS1-KLQQ": set[str](),
    "KMS1-AUAWUBQ": {"5.1"},
    "KMS1-ACAQKBNMNA": {"0.1", "0.quiz", "5.1", "5.3"},
    "KMS1-AEEAOEAIYBX26": {"1.4", "7.5", "8.7", "8.quiz"},
    "KMS1-ACAADAACQABYABEAAWAANAAHQAEIBMQB": {f"{n}.quiz" for n in range(9)},
}


@pytest.mark.parametrize(("code", "done"), FIRST_CODES.items())
def test_a_code_of_the_first_version_is_still_read(code: str, done: set[str]) -> None:
    assert module._decode(code) == done
    assert module._decode(code.replace("KMS1", "kms1 ")) == done
    assert module._encode(done) == code


def test_a_file_of_the_first_version_is_still_read(place: Path) -> None:
    (place / "progress.json").write_text('{"version": 1, "done": ["0.1", "5.quiz", "8.7"]}')
    told = repr(progress())
    assert f"05 Denying access: Begun. 0 of {OF_05} exercises; quiz done." in told
    assert f"08 Capstone: Begun. 1 of {len(chapter('08').exercises)} exercises; quiz open." in told
    assert module._decode(code_of(progress())) == {"0.1", "5.quiz", "8.7"}


def test_a_code_adds_to_what_is_there(place: Path) -> None:
    assert "1 new entries" in repr(progress(module._encode({"5.1"})))
    assert "1 new entries" in repr(progress(module._encode({"5.1", "5.2"})))
    assert kept(place) == ["5.1", "5.2"]


@pytest.mark.parametrize("more", [set[str](), {"1.9"}])
def test_every_damage_to_a_code_is_noticed(more: set[str]) -> None:
    """One wrong letter, or two that changed places, or a part that is missing; in both versions."""
    code = module._encode({"0.1", "0.quiz", "5.1", "5.3"} | more)
    head, text = code.split("-")
    damaged = {f"{head}-{text[:n]}" for n in range(len(text))}
    for n, letter in itertools.product(range(len(text)), "AQ7"):
        damaged.add(f"{head}-{text[:n]}{letter}{text[n + 1 :]}")
    good = {code}
    for bad in damaged - good:
        try:
            read = module._decode(bad)
        except module.CourseError:
            continue
        # Base 32 leaves bits of the last letter unused: these spell the same.
        assert read == module._decode(code) and bad[:-1] == code[:-1]


@pytest.mark.parametrize(
    "code",
    [
        "",
        "hello",
        "KMS1-",
        "KMS1-!!!",
        "KMS2-KLQQ",
        "KMS1-AUAWUCQ",
        "KMS3-KLQQ",
        7,
        None,
        "K" * 999,
    ],
)
def test_a_foreign_code_gets_one_sentence(code: object, place: Path) -> None:
    if code is None:
        return
    told = repr(progress(code))  # type: ignore[arg-type]
    assert "is not a progress code of this course" in told
    assert "\n" not in told and len(told) < 250
    assert not (place / "progress.json").exists()


def test_a_crash_in_mid_write_leaves_what_was(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    progress(module._encode({"5.1"}))

    def crash(_: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "fsync", crash)
    with pytest.raises(KeyboardInterrupt):
        progress(module._encode({"5.2"}))
    assert kept(place) == ["5.1"]


@pytest.mark.parametrize(
    "content",
    [
        *("", "{", '{"done": 3}', '{"done": [1]}', "[]", "\x00\xff"),
        *(f'{{"done": ["{item}"]}}' for item in ("x", "5.x", "5.0", "5.16", "100.1", "05.1")),
    ],
)
def test_a_damaged_file_is_put_aside(place: Path, content: str) -> None:
    (place / "progress.json").write_bytes(content.encode("latin-1"))
    assert "could not be read" in repr(progress())
    assert (place / "progress.damaged").exists()
    assert "could not be read" not in repr(progress())


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo], ids=["a folder", "a pipe"])
def test_what_is_no_file_is_not_moved_and_not_replaced(
    place: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]
) -> None:
    """As with ``COURSE_PROGRESS=/dev/null``, for somebody who may replace it."""
    monkeypatch.setattr(module, "_unsaved", set())
    make(place / "progress.json")
    before = (place / "progress.json").stat()
    assert "could not be saved" in repr(progress(module._encode({"5.1"})))
    after = (place / "progress.json").stat()
    assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
    assert code_of(progress()) == module._encode({"5.1"})


def test_where_nothing_can_be_written_it_is_said_and_kept_for_now(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(place / "file" / "progress.json"))
    monkeypatch.setattr(module, "_unsaved", set())
    told = repr(progress(module._encode({"5.1"})))
    assert "could not be saved" in told
    assert code_of(progress()) == module._encode({"5.1"})


def test_who_has_done_the_quiz_or_an_exercise_is_told_where_it_cannot_be_saved(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / "file").write_text("")
    monkeypatch.setenv("COURSE_PROGRESS", str(place / "file" / "progress.json"))
    monkeypatch.setattr(module, "_unsaved", set())
    open_lab("05")
    half, done, again = (
        quiz("05", answers) for answers in ({**RIGHT["05"], "q1": "a"}, RIGHT["05"], RIGHT["05"])
    )
    assert "could not be saved" not in repr(half)
    for told in (done, again):  # It is not saved the second time either.
        assert "could not be saved" in repr(told) and "could not be saved" in told._repr_html_()
        assert "could not be saved" in told.aloud
    assert "could not be saved" in module.record("5.1")
    (place / "file").unlink()
    assert "could not be saved" not in repr(quiz("05", RIGHT["05"]))
    assert kept(place / "file") == ["5.1", "5.quiz"]
    assert module._unsaved == set()


@pytest.fixture
def in_browser(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A Python that says it runs in a browser, whose drive would be the returned folder."""
    monkeypatch.delenv("COURSE_PROGRESS", raising=False)
    monkeypatch.setattr(sys, "platform", "emscripten")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(module, "_DRIVE", tmp_path / "drive")
    monkeypatch.setattr(module, "_unsaved", set())
    return tmp_path / "drive"


def test_in_a_browser_it_is_kept_in_the_drive(in_browser: Path) -> None:
    in_browser.mkdir()
    open_lab("00")
    assert module.record("0.1") == ""
    assert kept(in_browser / ".encrypt-data-with-aws-kms") == ["0.1"]
    assert "forgotten" not in repr(progress())


def test_a_browser_that_keeps_nothing_says_so_and_points_to_the_code(in_browser: Path) -> None:
    open_lab("00")
    sentence = "your progress is lost when this kernel stops. Copy the code"
    assert sentence in module.record("0.1")
    assert sentence in repr(progress()) and code_of(progress())
    assert not in_browser.exists()
