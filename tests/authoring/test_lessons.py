"""Lessons as they are written, and what becomes of their cells in each twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from authoring import twins
from authoring.lesson import Lesson, LessonError, read, read_all

ROOT = Path(__file__).parents[2]
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

# %% answer="0.1"
before = 1
### BEGIN SOLUTION
secret = 2
### STUB
...  # Do it.
### END SOLUTION

# %%
check("0.1")

# %% [markdown] tags=["solution"]
# Only for those who looked.

# %% tags=["blank"]
only_blank = 1
"""


def lesson(tmp_path: Path, body: str = BODY, name: str = "00_start_here") -> Lesson:
    file = tmp_path / f"{name}.py"
    file.write_text(HEADER + body, encoding="utf-8")
    return read(file)


def sources(notebook) -> str:
    return "\n".join(cell.source for cell in notebook.cells)


def test_solutions_are_in_the_solved_twin_only(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    blank, solved = sources(twins.blank(one, [one])), sources(twins.solved(one, [one]))
    assert "before = 1\n...  # Do it." in blank
    assert "before = 1\nsecret = 2" in solved
    for hidden in ("secret", "Only for those", "SOLUTION", "STUB"):
        assert hidden not in blank
    for hidden in ("Do it", "only_blank", "SOLUTION", "STUB", "# hint("):
        assert hidden not in solved
    assert "Only for those" in solved and "only_blank" in blank


def test_an_answer_without_a_stub_gets_dots(tmp_path: Path) -> None:
    body = (
        '# %% answer="0.1"\ndef f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION\n'
    )
    one = lesson(tmp_path, body)
    assert one.cells[0].blank() == "def f():\n    ...  # Write your code here."
    assert one.cells[0].solved() == "def f():\n    return 1"


def test_what_is_generated_keeps_hints_out_of_run_all(tmp_path: Path) -> None:
    one = lesson(tmp_path)
    cells = {cell.id: cell for cell in twins.blank(one, [one]).cells}
    assert cells["hint-0-1"].source == '# hint("0.1")'
    assert "solutions/00_start_here.ipynb#Exercise-0.1" in cells["stuck-0-1"].source


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
    assert "](solutions/00_start_here.ipynb)" in blank
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
    file = tmp_path / "00_start_here.py"
    file.write_text("# %%\nx = 1\n", encoding="utf-8")
    with pytest.raises(LessonError, match="front matter lacks"):
        read(file)


def test_a_cell_that_fails_is_no_notebook(tmp_path: Path) -> None:
    one = lesson(tmp_path, "# %%\nraise ValueError('boom')\n")
    with pytest.raises(LessonError, match="boom"):
        twins.execute(twins.solved(one, [one]), tmp_path)


LESSONS = read_all(ROOT / "lessons")


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_code_cells_are_small(one: Lesson) -> None:
    """The craft: code cells under 13 lines."""
    long = [cell.source for cell in one.cells if len(cell.solved().split("\n")) > 12]
    assert [text for text in long if cell_is_code(one, text)] == []


def cell_is_code(one: Lesson, text: str) -> bool:
    return any(cell.source == text and cell.kind == "code" for cell in one.cells)


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_each_exercise_has_one_answer_and_one_check(one: Lesson) -> None:
    blank = twins.blank(one, LESSONS)
    ids = [c.metadata["nbgrader"]["grade_id"] for c in blank.cells if "nbgrader" in c.metadata]
    wanted = [
        f"{kind}-{one.number}-{number.replace('.', '-')}"
        for number in one.chapter.exercises
        for kind in ("answer", "check")
    ]
    written = [f"{one.number}-written-{n.replace('.', '-')}" for n in one.chapter.written]
    assert [i for i in ids if "written" not in i] == wanted
    assert [i for i in ids if "written" in i] == written


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.name)
def test_every_question_is_asked_and_answered(one: Lesson) -> None:
    text = "\n".join(cell.source for cell in one.cells)
    for number, question in one.chapter.predictions.items():
        assert f"{{{{predict {number}}}}}" in text
        assert not one.has_solution or f'predict("{number}", "{question.answer}")' in text
        assert f'predict("{number}", ...)' in text
        assert f'predict("{number}")' in text
    answers = ", ".join(f'"{name}": "{q.answer}"' for name, q in one.chapter.quiz.items())
    assert not one.has_solution or f'quiz("{one.number}", {{{answers}}})' in text
    dots = ", ".join(f'"{name}": ...' for name in one.chapter.quiz)
    assert f'quiz("{one.number}", {{{dots}}})' in text
