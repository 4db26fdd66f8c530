"""A learner always knows where they are: what is done, what is next, and a page that says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpers import open_lab, progress
from helpers.course.chapter import chapter, notebooks
from helpers.course.progress import _save
from helpers.course.whereabouts import Place, title_of
from tests.cells import LESSONS

ALL = {item for notebook in notebooks() for item in Place(notebook, frozenset()).items}


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda one: one.name)
def test_a_notebook_is_called_what_its_lesson_is(lesson: object) -> None:
    assert title_of(lesson.number) == lesson.title  # type: ignore[attr-defined]


def test_a_lab_says_what_is_done_and_next() -> None:
    assert "The first thing to do: exercise 5.1." in repr(open_lab("05"))
    _save({"5.1"})
    told = open_lab("05")
    assert "Next here: exercise 5.2." in repr(told) and "exercise 5.2." in told._repr_html_()
    _save({*Place("05", frozenset()).items})
    assert "Everything here is done." in repr(open_lab("05"))
    assert "exercise" not in repr(open_lab("05", keep_progress=False))


@pytest.mark.parametrize("notebook", notebooks())
def test_what_is_next_is_the_first_thing_left(notebook: str) -> None:
    items = Place(notebook, frozenset()).items
    for number, item in enumerate(items):
        place = Place(notebook, frozenset(items[:number]))
        wanted = "the quiz" if item.endswith("quiz") else f"exercise {item}"
        assert (place.next, place.count) == (wanted, (number, len(items)))
    assert Place(notebook, frozenset(items)).next == ""


def test_the_whole_course_is_listed_with_bars_and_links() -> None:
    _save({*Place("00", frozenset()).items, "1.1"})
    told, page = repr(progress()), progress()._repr_html_()
    assert "Go on with 01 Encryption concepts: exercise 1.2." in told
    assert f"of {len(ALL)} done" in told
    assert told.count("▰▰▰▰▰▰▰▰") == 1
    assert page.count('<a href="0') == len(notebooks()) and 'href="01_' in page
    _save(ALL)
    assert f"all {len(ALL)} done" in repr(progress())


def test_every_notebook_that_has_no_quiz_asks_for_none() -> None:
    for notebook in notebooks():
        asks = "quiz" in Place(notebook, frozenset()).words
        assert asks == bool(chapter(notebook).quiz)


def test_a_page_to_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    _save({"5.1"})
    told = progress(name="  Ada <b>Lovelace</b> & Ö ")
    (page,) = tmp_path.glob("*.html")
    assert str(page) in repr(told)
    assert page.name == "progress-ada-b-lovelace-b-o.html"
    text = page.read_text("utf-8")
    assert "Ada &lt;b&gt;Lovelace&lt;/b&gt; &amp; Ö" in text and "<b>" not in text
    assert f"has done 1 of {len(ALL)} exercises" in text
    _save(ALL)
    progress(name="林")
    assert "has done the whole course" in (tmp_path / "progress-page.html").read_text("utf-8")


def test_where_nothing_can_be_written_the_home_takes_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, here = tmp_path / "home", tmp_path / "here"
    home.mkdir()
    here.mkdir()
    (here / "progress-ada.html").mkdir()  # As good as read-only, also for root.
    monkeypatch.chdir(here)
    monkeypatch.setattr(Path, "home", lambda: home)
    assert str(home / "progress-ada.html") in repr(progress(name="Ada"))
    (home / "progress-bea.html").mkdir()
    (here / "progress-bea.html").mkdir()
    assert "could not be written" in repr(progress(name="Bea"))


@pytest.mark.parametrize("name", ["", "  ", 7, "x" * 101, "a\x00b", ["Ada"]])
def test_a_name_that_is_none_is_asked_for_again(name: object) -> None:
    assert "Give your name" in repr(progress(name=name))  # type: ignore[arg-type]
