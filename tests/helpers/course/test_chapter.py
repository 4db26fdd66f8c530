"""A lesson's folder is found and read; what is wrong in it is said in a sentence that names it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.course import chapter as module
from helpers.course.chapter import Chapter, Exercise, chapter, correct, notebooks
from helpers.course.errors import CourseError
from helpers.paths import ROOT

CHECKS = """\
from lessons.author import Exercise, Studio, correct


def world(studio: Studio):
    return {}


def done(evidence):
    return correct("Done.")


EXERCISES = [
    Exercise(title=title, points=1, hints=("Begin.",), check=done) for title in ("One", "Two")
]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A lesson of two exercises without questions."""
    made = tmp_path / "07_a_lesson"
    made.mkdir()
    (made / "checks.py").write_text(CHECKS)
    (made / "questions.toml").write_text("")
    return made


def test_numbers_follow_from_the_folder_and_the_order(folder: Path) -> None:
    found = module.read(folder).exercises
    assert {number: one.title for number, one in found.items()} == {"7.1": "One", "7.2": "Two"}


WORDS = '[exercise.1]\ntitle = "One"\npoints = 2\nhints = ["Begin."]\ngiven = "x"\n'


def test_a_check_gets_the_words_of_its_exercise(folder: Path) -> None:
    (folder / "checks.py").write_text(CHECKS.partition("EXERCISES")[0] + "EXERCISES = [done]\n")
    (folder / "questions.toml").write_text(WORDS)
    one = module.read(folder).exercises["7.1"]
    assert (one.title, one.points, one.hints, one.given) == ("One", 2, ("Begin.",), "x")
    assert one.check.__name__ == "done"


@pytest.mark.parametrize(
    ("listed", "words", "says"),
    [
        ("[done]", "", r"questions.toml has no \[exercise.1\]"),
        ("[done, done]", WORDS, r"questions.toml has no \[exercise.2\]"),
        ("[]", WORDS, "EXERCISES has no check for 7.1"),
        ("[7]", WORDS, "7 is neither a check nor an Exercise"),
        ("[done]", WORDS.replace("given", "gives"), "gives"),
    ],
)
def test_checks_and_words_must_be_as_many(folder: Path, listed: str, words: str, says: str) -> None:
    (folder / "checks.py").write_text(CHECKS.partition("EXERCISES")[0] + f"EXERCISES = {listed}\n")
    (folder / "questions.toml").write_text(words)
    with pytest.raises(CourseError, match=says):
        module.read(folder)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        ("def done", "def done(", "line 8: SyntaxError"),
        ('correct("Done.")\n', 'correct("Done.")\n\n\nundefined\n', "line 12: NameError"),
        ("import Exercise,", "import Exercises,", "line 1: ImportError"),
        ("EXERCISES =", "EXERCISE =", "no attribute 'EXERCISES'"),
        ("def world", "def worlds", "no attribute 'world'"),
        ("studio: Studio", "studio", "`world` is written `def world(studio: Studio)`"),
        ("studio: Studio", "", "`world` is written `def world(studio: Studio)`"),
        ("EXERCISES = [", "world = EXERCISES = [", "`world` is no function"),
        (
            'Exercise(title=title, points=1, hints=("Begin.",), check=done)',
            "title",
            "'One' is neither a check nor",
        ),
        ('("One", "Two")', '("One",) * 16', "16 exercises; a notebook holds at most 15"),
    ],
)
def test_a_mistake_in_the_checks_is_named(folder: Path, before: str, after: str, says: str) -> None:
    assert before in CHECKS
    (folder / "checks.py").write_text(CHECKS.replace(before, after))
    with pytest.raises(CourseError, match=r"07_a_lesson/checks\.py") as caught:
        module.read(folder)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("file", ["checks.py", "questions.toml"])
def test_a_file_that_is_not_there_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()
    with pytest.raises(CourseError, match=rf"07_a_lesson/{file}.*No such file"):
        module.read(folder)


@pytest.mark.parametrize(
    "numbers", [["5.2"], ["5.1", "5.3"], ["5.2", "5.1"], ["5.1", "6.2"], ["5.a"], ["5.0", "5.1"]]
)
def test_exercises_are_numbered_from_one_without_a_gap(numbers: list[str]) -> None:
    one = Exercise("A title", 1, ("A hint.",), lambda _: correct("Done."))
    with pytest.raises(ValueError, match="exercises are numbered"):
        Chapter(lambda _: {}, exercises=dict.fromkeys(numbers, one))


def test_lessons_that_are_nowhere_are_missed_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LESSONS", tmp_path / "lessons")
    module._folders.cache_clear()
    try:
        with pytest.raises(CourseError, match="lessons, cannot be read: No such file"):
            notebooks()
    finally:
        module._folders.cache_clear()


def test_two_lessons_of_one_number_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("05_one", "05_two"):
        (tmp_path / name).mkdir()
    monkeypatch.setattr(module, "_LESSONS", tmp_path)
    module._folders.cache_clear()
    try:
        with pytest.raises(CourseError, match="05_one and 05_two have the same number"):
            notebooks()
    finally:
        module._folders.cache_clear()


def test_opening_a_notebook_reads_no_other_lesson() -> None:
    """And lessons lie beside helpers: nothing but these two folders is asked for them."""
    code = (
        "import sys\n"
        "read = []\n"
        "sys.addaudithook(lambda e, a: read.append(str(a[0])) if e == 'open' else None)\n"
        "from helpers import check, hint, open_lab, predict, quiz\n"
        "open_lab('05'), predict('5.1', 'a'), check('5.1'), hint('5.1'), quiz('05', {'q1': 'a'})\n"
        "print(*read, sep='\\n')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    paths = [Path(line) for line in done.stdout.splitlines()]
    lessons = ROOT / "lessons"
    read = {path.relative_to(lessons).parts[0] for path in paths if lessons in path.parents}
    read -= {"__pycache__", "__init__.py"}  # Of the room itself, compiled or not.
    assert read == {"05_denying_access", "misconceptions.toml", "author"}


def test_a_chapter_is_read_once() -> None:
    assert chapter("05") is chapter("05")
