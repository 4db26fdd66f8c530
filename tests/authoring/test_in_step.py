"""The notebooks that are committed are those that the lessons make."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest

from authoring import guide, twins
from authoring.lesson import Lesson
from authoring.pictures import PICTURES, architecture
from tests.cells import LESSONS

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
SOLVED = [lesson for lesson in LESSONS if lesson.has_solution]
ADVICE = "out of step with lessons/: run `make notebooks`"


@each_lesson
def test_the_blank_twin_is_in_step(lesson: Lesson) -> None:
    committed = (NOTEBOOKS / f"{lesson.name}.ipynb").read_text(encoding="utf-8")
    assert twins.text(twins.blank(lesson, LESSONS)) == committed, ADVICE


@pytest.mark.parametrize("lesson", SOLVED, ids=lambda lesson: lesson.name)
def test_the_solved_twin_is_in_step_and_executed(lesson: Lesson) -> None:
    """That its outputs are true is nbval's to say."""
    file = NOTEBOOKS / "solutions" / f"{lesson.solved_name}.ipynb"
    committed = nbformat.read(file, as_version=4)
    assert twins.sources(committed) == twins.sources(twins.solved(lesson, LESSONS)), ADVICE
    code = [cell for cell in committed.cells if cell.cell_type == "code"]
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    assert all(cell.outputs for cell in code if cell.source.startswith("check("))
    assert not [out for cell in code for out in cell.outputs if out.output_type == "error"]


@each_lesson
def test_the_picture_is_in_step(lesson: Lesson) -> None:
    file = NOTEBOOKS / "images" / f"architecture_{lesson.number}.svg"
    assert file.read_text(encoding="utf-8") == architecture(lesson.number).svg, ADVICE


@pytest.mark.parametrize("name", PICTURES)
def test_each_picture_by_name_is_in_step(name: str) -> None:
    file = NOTEBOOKS / "images" / f"{name}.svg"
    assert file.read_text(encoding="utf-8") == PICTURES[name]().svg, ADVICE


@pytest.mark.parametrize(
    ("name", "table"), [("README.md", guide.course_map), ("docs/instructors.md", guide.timings)]
)
def test_the_tables_of_a_page_are_in_step(name: str, table: Callable[..., str]) -> None:
    page = (ROOT / name).read_text(encoding="utf-8")
    assert table(LESSONS) in page, ADVICE


def test_no_notebook_is_left_over() -> None:
    blank = {f"{lesson.name}.ipynb" for lesson in LESSONS}
    solved = {f"{lesson.solved_name}.ipynb" for lesson in SOLVED}
    assert not blank & solved  # two tabs of JupyterLab are told apart by these names
    for folder, names in ((NOTEBOOKS, blank), (NOTEBOOKS / "solutions", solved)):
        assert {file.name for file in folder.glob("*.ipynb")} == names


@pytest.mark.parametrize("folder", [NOTEBOOKS, NOTEBOOKS / "solutions"], ids=lambda f: f.name)
@each_lesson
def test_links_lead_somewhere(lesson: Lesson, folder: Path) -> None:
    name = lesson.solved_name if folder.name == "solutions" else lesson.name
    if folder.name == "solutions" and not lesson.has_solution:
        assert not (folder / f"{name}.ipynb").exists()
        return
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    text = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    targets = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)|src=\"([^\"]+)\"", text)
    local = [a or b for a, b in targets if not (a or b).startswith("http")]
    assert local
    assert [target for target in local if not (folder / target).exists()] == []


@pytest.mark.parametrize("lesson", SOLVED, ids=lambda lesson: lesson.name)
def test_links_of_a_solved_notebook_lead_to_solved_ones(lesson: Lesson) -> None:
    """But for the one link to the notebook to work in, and for what has no solution."""
    file = NOTEBOOKS / "solutions" / f"{lesson.solved_name}.ipynb"
    cells = nbformat.read(file, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    blank = re.findall(r"\]\(\.\./(\w+)\.ipynb[^)]*\)", text)
    alone = {one.name for one in LESSONS if not one.has_solution}
    assert [name for name in blank if name not in alone] == [lesson.name]
    assert f"# {lesson.number} · {lesson.title} (solved)" in text
    # In outputs, progress is about the learner's own notebooks.
    shown = [
        out.data.get("text/html", "")
        for c in cells
        for out in c.get("outputs", [])
        if "data" in out
    ]
    targets = re.findall(r'<a href="([^":#]+)', "\n".join(shown))
    assert targets or not any(cell.source == "progress()" for cell in cells)
    assert [one for one in targets if not (file.parent / one).exists()] == []


@each_lesson
def test_every_picture_has_words(lesson: Lesson) -> None:
    text = (NOTEBOOKS / f"{lesson.name}.ipynb").read_text(encoding="utf-8")
    images = re.findall(r"<img [^>]*>", text.replace('\\"', '"'))
    assert images
    assert all(re.search(r'alt="[^"]{20,}"', image) for image in images)
