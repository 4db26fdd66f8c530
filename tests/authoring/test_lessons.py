"""Lessons as they are written, and what becomes of their cells in each twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring import twins
from authoring.lesson import Lesson, LessonError, Wrong, read, read_all

HEADER = """\
# ---
# jupyter:
#   course:
#     title: Start here
#     promise: A promise.
#     minutes: {reading: 5, exercises: 3}
#     level: Beginner
#     needs: [nothing]
#     outcomes: [know a thing]
#     simulated: all
#     aws: the same
#     cost: nothing
# ---

"""
BODY = """\
# %% [markdown]
# ## Contents
# See [the glossary](../glossary.md), [AWS](https://aws.amazon.com) and [above](#Contents).

# %%
lab = open_lab("00")

# %% [markdown]
# {{exercise 0.1}}

# %% tags=["answer"]
before = 1
### BEGIN SOLUTION
secret = 2
### STUB
...  # Do it.
### END SOLUTION

# %%
check("0.1")

# %% wrong="one too many" says="three" outcome="not attempted"
wrong_one = 3

# %% [markdown] tags=["solution"]
# Only for those who looked.

# %% tags=["blank"]
only_blank = 1
"""

CHECKS = """\
from lessons.author import Exercise, Studio, correct


def world(studio: Studio):
    return {}


def done(evidence):
    return correct("Done.")


EXERCISES = [Exercise(title="Do it", points=1, hints=("Begin.",), check=done)]
"""


def lesson(tmp_path: Path, body: str = BODY, name: str = "00_start_here") -> Lesson:
    folder = tmp_path / name
    folder.mkdir(exist_ok=True)
    (folder / "lesson.py").write_text(HEADER + body, encoding="utf-8")
    (folder / "checks.py").write_text(CHECKS, encoding="utf-8")
    (folder / "questions.toml").write_text("", encoding="utf-8")
    return read(folder)


def sources(notebook) -> str:
    return "\n".join(cell.source for cell in notebook.cells)


def test_solutions_are_in_the_solved_twin_only(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    blank, solved = sources(twins.blank(one, [one])), sources(twins.solved(one, [one]))
    assert "before = 1\n...  # Do it." in blank
    assert "before = 1\nsecret = 2" in solved
    for hidden in ("secret", "Only for those", "SOLUTION", "STUB", "wrong_one"):
        assert hidden not in blank
    for hidden in ("# Do it", "only_blank", "SOLUTION", "STUB", "# hint(", "wrong_one"):
        assert hidden not in solved
    assert "Only for those" in solved and "only_blank" in blank


def test_an_answer_without_a_stub_gets_dots(tmp_path: Path) -> None:
    body = "# %%\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n"
    one = lesson(tmp_path, body)
    assert one.cells[0].blank() == "def f():\n    ...  # Write your code here."
    assert one.cells[0].solved() == "def f():\n    return 1"


def test_what_is_generated_keeps_hints_out_of_run_all(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    cells = {cell.id: cell for cell in twins.blank(one, [one]).cells}
    assert cells["hint-0-1"].source == '# hint("0.1")'
    assert "solutions/solved_00_start_here.ipynb#Exercise-0.1" in cells["stuck-0-1"].source


def test_the_solved_twin_keeps_no_progress(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    assert 'open_lab("00", keep_progress=False)' in sources(twins.solved(one, [one]))
    assert 'open_lab("00")' in sources(twins.blank(one, [one]))


def test_links_are_seen_from_each_folder(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    blank, solved = sources(twins.blank(one, [one])), sources(twins.solved(one, [one]))
    assert "](../glossary.md)" in blank and "](../../glossary.md)" in solved
    for text in (blank, solved):
        assert "](https://aws.amazon.com)" in text and "](#Contents)" in text
    assert "](solutions/solved_00_start_here.ipynb)" in blank
    assert "](../00_start_here.ipynb)" in solved


def test_navigation_goes_back_to_the_contents_and_on(tmp_path: Path) -> None:
    first, second, third = (
        lesson(tmp_path, "# %%\nx = 1\n", name)
        for name in ("00_start_here", "05_middle", "06_last")
    )
    bars = [
        twins.blank(one, [first, second, third]).cells[0].source for one in (first, second, third)
    ]
    assert "←" not in bars[0] and "](05_middle.ipynb)" in bars[0]
    assert "](00_start_here.ipynb)" in bars[1] and "](06_last.ipynb)" in bars[1]
    assert "→" not in bars[2]
    assert all("](00_start_here.ipynb#Contents)" in bar for bar in bars)


def test_answers_and_checks_carry_nbgraders_metadata(tmp_path: Path) -> None:
    """Schema version 3, as platform notes 3 has it."""
    one = lesson(tmp_path)
    graded = [cell for cell in twins.blank(one, [one]).cells if "nbgrader" in cell.metadata]
    answer, check = (cell.metadata["nbgrader"] for cell in graded)
    assert answer == {
        **{"schema_version": 3, "grade_id": "answer-00-0-1", "cell_type": "code"},
        **{"solution": True, "grade": False, "locked": False, "task": False},
    }
    assert check == {
        **{"schema_version": 3, "grade_id": "check-00-0-1", "cell_type": "code", "points": 1},
        **{"solution": False, "grade": True, "locked": True, "task": False},
    }
    assert graded[1].metadata["editable"] is False


def test_a_cell_keeps_its_id_when_others_come_before_it(tmp_path: Path) -> None:
    before = [cell.identity for cell in lesson(tmp_path).cells]
    after = [cell.identity for cell in lesson(tmp_path, "# %%\nnew = 1\n\n" + BODY).cells]
    assert after[1:] == before
    assert len(set(after)) == len(after)


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("# %%\n### BEGIN SOLUTION\nx = 1\n", "BEGIN SOLUTION"),
        ("# %%\n### STUB\nx = 1\n### END SOLUTION\n", "STUB"),
    ],
)
def test_solution_marks_that_do_not_match_are_named(tmp_path: Path, body: str, names: str) -> None:
    with pytest.raises(LessonError, match=names):
        lesson(tmp_path, body)


def test_a_directive_for_nothing_is_named(tmp_path: Path) -> None:
    one = lesson(tmp_path, "# %% [markdown]\n# {{predict 0.9}}\n")
    with pytest.raises(LessonError, match=r"\{\{predict 0.9\}\}"):
        twins.blank(one, [one])


def test_a_lesson_without_its_card_is_refused(tmp_path: Path) -> None:
    lesson(tmp_path)
    (tmp_path / "00_start_here" / "lesson.py").write_text("# %%\nx = 1\n", encoding="utf-8")
    with pytest.raises(LessonError, match="front matter lacks"):
        read(tmp_path / "00_start_here")


def test_a_cell_that_fails_is_no_notebook(tmp_path: Path) -> None:
    one = lesson(tmp_path, "# %%\nraise ValueError('boom')\n")
    with pytest.raises(LessonError, match="boom"):
        twins.execute(twins.solved(one, [one]), tmp_path)


def test_a_wrong_answer_belongs_to_the_exercise_above_it(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    assert one.wrong == {"0.1": {"one too many": Wrong("wrong_one = 3", "three", "not attempted")}}
    assert [cell.answer for cell in one.cells if cell.answer] == ["0.1"]


def test_a_wrong_answer_changes_no_identity(tmp_path: Path) -> None:
    cell = '# %% wrong="another" says="x"\nlab = open_lab("00")\n\n# %%\ncheck("0.1")'
    before = [one.identity for one in lesson(tmp_path).cells]
    after = lesson(tmp_path, BODY.replace('# %%\ncheck("0.1")', cell))
    assert [one.identity for one in after.cells] == before
    assert len(after.wrong["0.1"]) == 2


ASKED = "# %% [markdown]\n# {{exercise 0.1}}\n\n"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ('# %% tags=["answer"]\nx = 1\n', "the tag `answer` stands below no {{exercise N}}"),
        ('# %% wrong="a" says="b"\nx = 1\n', "`a` stands below no {{exercise N}}"),
        (ASKED + '# %% wrong="a"\nx = 1\n', "`a` lacks says="),
        (
            ASKED + '# %% wrong="a" says="b" outcome="bad"\nx = 1\n',
            "`bad`, outcome of `a`, is",
        ),
        (ASKED + '# %% wrong="a" says="b" outcome="correct"\nx = 1\n', "is none of not yet"),
        (ASKED + '# %% wrong="a" says="b"\nx = 1\n\n' * 2, "two wrong answers `a`"),
        (ASKED + '# %%\ncheck("0.2")\n', 'check("0.2") stands below {{exercise 0.1}}'),
    ],
)
def test_a_cell_that_belongs_nowhere_is_named(tmp_path: Path, body: str, says: str) -> None:
    with pytest.raises(LessonError, match=r"00_start_here/lesson\.py: ") as caught:
        lesson(tmp_path, body)
    assert says in str(caught.value)


@pytest.mark.parametrize("name", ["start_here", "5_denying", "00_Start"])
def test_a_folder_with_another_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(LessonError, match="called NN_name"):
        lesson(tmp_path, name=name)


def test_a_folder_without_a_lesson_is_refused(tmp_path: Path) -> None:
    (tmp_path / "00_start_here").mkdir()
    with pytest.raises(LessonError, match=r"00_start_here/lesson.py cannot be read"):
        read_all(tmp_path)


def test_what_is_wrong_in_the_questions_is_told_to_the_author(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    (one.folder / "questions.toml").write_text("[quiz.q2]\n", encoding="utf-8")
    with pytest.raises(LessonError, match=r"questions.toml, line 1: expected \[quiz.q1\]"):
        twins.blank(one, [one])
