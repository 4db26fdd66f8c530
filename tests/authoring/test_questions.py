"""Questions are checked before a notebook is written; a mistake is said with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring.questions import check, check_misconceptions
from helpers.course import questions
from helpers.course.content import Exercise, Option, Question, Written
from helpers.course.errors import CourseError

GOOD = """\
# A comment.

[exercise.1]
title = "Do it"
points = 2
given = "answer"
hints = [
    "Begin.",
    \"\"\"
Go
on.\"\"\",
]

[prediction.1]
text = \"\"\"
What happens? [quiz.q9]
why = of no meaning here

Think first.\"\"\"
answer = "b"

[prediction.1.a]
text = "Nothing."
why = "Something does."
misconception = "any-denial"

[prediction.1.b]
text = 'She is "refused".'
why = "KMS said no."

[quiz.q1]
text = "Why?"
answer = "a"

[quiz.q1.a]
text = "So."
why = "Yes."

[quiz.q1.b]
text = "Else."
why = "No."

[written.a]
text = "Say it."
key = [
    "One point.",
    "Another.",
]
model = "Said."
"""


def read(tmp_path: Path, text: str) -> questions.Questions:
    file = tmp_path / "questions.toml"
    file.write_text(text, encoding="utf-8")
    check(file)
    return questions.read(file, 5)


def test_a_file_is_read_in_its_order(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    options = {
        "a": Option("Nothing.", "Something does.", "any-denial"),
        "b": Option('She is "refused".', "KMS said no."),
    }
    text = "What happens? [quiz.q9] why = of no meaning here\n\nThink first."
    assert found.predictions == {"5.1": Question(text, options, "b")}
    quiz = Question("Why?", {"a": Option("So.", "Yes."), "b": Option("Else.", "No.")}, "a")
    assert found.quiz == {"q1": quiz}
    made = found.exercises["5.1"](check=len)
    assert made == Exercise("Do it", 2, ("Begin.", "Go on."), len, "answer")
    assert found.written == {"5.a": Written("Say it.", ("One point.", "Another."), "Said.")}


def test_a_file_may_hold_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "") == ({}, {}, {}, {})


#: Of each: what stands in place of what, the line that is named, and how.
MISTAKES = {
    "no TOML": ("[quiz.q1]", "[quiz.q1", "[quiz.q1", "this is not TOML"),
    "a table twice": ("[quiz.q1.b]", "[quiz.q1.a]", "[quiz.q1.a]", "this is not TOML. Cannot"),
    "a key twice": ('why = "No."', 'why = "No."\nwhy = 1', "why = 1", "this is not TOML. Cannot"),
    "no end": ('model = "Said."', 'model = """\nEnd', "End", "this is not TOML"),
    "another kind": ("[written.a]", "[essay.a]", "[essay.a]", "expected: `exercise`, `prediction`"),
    "another key": ('answer = "a"', "reply = 1", "reply = 1", "`reply` is not known here"),
    "an option's key": ('why = "No."', "because = 1", "because = 1", "`because` is not known"),
    "no text": ('text = "Why?"\n', "", "[quiz.q1]", "[quiz.q1] lacks `text`"),
    "no answer": ('answer = "a"\n', "", "[quiz.q1]", "[quiz.q1] lacks `answer`"),
    "no why": ('why = "Yes."\n', "", "[quiz.q1.a]", "[quiz.q1.a] lacks `why`"),
    "an empty why": ('why = "Yes."', 'why = " "', 'why = " "', "which cannot be empty"),
    "a number": ('text = "So."', "text = 7", "text = 7", "`text` is a text"),
    "no option's letter": (
        'answer = "a"',
        'answer = "c"',
        'answer = "c"',
        "none of the options a, b",
    ),
    "an unknown claim": (
        *("any-denial", "flat-earth", 'misconception = "flat-earth"'),
        "`flat-earth` is not in lessons/misconceptions.toml",
    ),
    "a claim of the right answer": (
        *('why = "KMS said no."', 'why = "No."\nmisconception = "security-groups"'),
        'misconception = "security-groups"',
        "the right answer shows no misconception",
    ),
    "one option": ('[quiz.q1.b]\ntext = "Else."\nwhy = "No."', "", "[quiz.q1]", "are two or more"),
    "a letter left out": ("[quiz.q1.b]", "[quiz.q1.c]", "[quiz.q1]", "[quiz.q1.b] and so on"),
    "an option that is none": (
        '[quiz.q1.a]\ntext = "So."\nwhy = "Yes."\n\n[quiz.q1.b]\ntext = "Else."\nwhy = "No."',
        *("a = 1\nb = 1", "a = 1", "`a` is a table, written [quiz.q1.a]"),
    ),
    "a number left out": ("prediction.1", "prediction.2", "[prediction.2]", "[prediction.1] here"),
    "another name": ("quiz.q1", "quiz.one", "[quiz.one]", "expected [quiz.q1] here"),
    "a letter too far": ("[written.a]", "[written.b]", "[written.b]", "expected [written.a] here"),
    "no name": ("[written.a]", "[written]", 'text = "Say it."', "expected [written.a] here"),
    "no key": (
        'key = [\n    "One point.",\n    "Another.",\n]',
        "",
        "[written.a]",
        "`key` is a list",
    ),
    "no title": ('title = "Do it"\n', "", "[exercise.1]", "[exercise.1] lacks `title`"),
    "no points": ("points = 2\n", "", "[exercise.1]", "`points` is a whole number"),
    "half a point": ("points = 2", "points = 0.5", "points = 0.5", "`points` is a whole number"),
    "no hints": ('    "Begin.",\n', '"", "", "",\n', "hints = [", "`hints` is a list of one to"),
    "an exercise's key": ('given = "answer"', "takes = 1", "takes = 1", "`takes` is not known"),
    "an exercise left out": ("exercise.1", "exercise.2", "[exercise.2]", "[exercise.1] here"),
    "a point that is no text": ('"One point.",', "1,", "key = [", "`key` is a text"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_named_with_file_and_line(tmp_path: Path, mistake: str) -> None:
    before, after, at, says = MISTAKES[mistake]
    assert before in GOOD
    text = GOOD.replace(before, after)
    # A table that is there twice is named where it is the second time.
    line = max(n for n, one in enumerate(text.split("\n"), 1) if one == at)
    with pytest.raises(CourseError) as caught:
        read(tmp_path, text)
    told = str(caught.value)
    assert f"questions.toml, line {line}: " in told
    assert says in told
    assert told.endswith(".") and "\n" not in told


def test_a_file_that_is_no_text_is_named(tmp_path: Path) -> None:
    (tmp_path / "questions.toml").write_bytes(b"\xff")
    with pytest.raises(CourseError, match=r"questions\.toml cannot be read"):
        check(tmp_path / "questions.toml")


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ('[a]\nclaim = "x"\n', 1, r"\[a\] lacks `truth`"),
        ('[a]\nclaim = "x"\ntruth = "y"\nsource = "z"\n', 4, "`source` is not known here"),
        ('a = "x"\n', 1, r"`a` is a table, written \[a\]"),
    ],
)
def test_a_mistake_in_the_misconceptions_is_named(
    tmp_path: Path, text: str, line: int, says: str
) -> None:
    file = tmp_path / "misconceptions.toml"
    file.write_text(text)
    with pytest.raises(CourseError, match=rf"misconceptions.toml, line {line}: {says}"):
        check_misconceptions(file)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_a_learner_has_reads_it_or_says_that_it_cannot(tmp_path: Path, mistake: str) -> None:
    """Without a check of its own: a mistake is a sentence that names the file, or does no harm."""
    before, after, *_ = MISTAKES[mistake]
    file = tmp_path / "questions.toml"
    file.write_text(GOOD.replace(before, after))
    try:
        questions.read(file, 5)
    except CourseError as error:
        assert "questions.toml cannot be used" in str(error) and "\n" not in str(error)


@pytest.mark.parametrize("text", ["[quiz.q1", "quiz = 1", "[quiz]\nq1 = 1", "[quiz.q1]\na = 1"])
def test_a_file_that_cannot_be_read_at_all_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "questions.toml").write_text(text)
    with pytest.raises(CourseError, match=r"questions\.toml cannot be used"):
        questions.read(tmp_path / "questions.toml", 5)
