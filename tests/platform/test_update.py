"""`make update`: the newest version of the course, with the learner's own answers in it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.platform.clones import NAMED, SOLVED, START, clone, commit, git, house

ANSWER = 'dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-010"}})'
CELL = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": []}


def load(file: Path) -> Any:
    """A notebook's JSON."""
    return json.loads(file.read_text(encoding="utf-8"))


def store(file: Path, notebook: Any) -> None:
    """Write it as Jupyter does."""
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    file.write_text(text, encoding="utf-8")


def cell_with(notebook: Any, text: str) -> Any:
    """The first cell that has a text."""
    return next(cell for cell in notebook["cells"] if text in "".join(cell["source"]))


def update(where: Path, words: str = "") -> str:
    """Take the newest version; what it says, which must be an error with these words if any."""
    done = subprocess.run(
        [sys.executable, "tools/update.py"],
        cwd=where,
        env=os.environ | NAMED,
        capture_output=True,
        text=True,
    )
    assert "Traceback" not in done.stderr
    assert done.returncode == (1 if words else 0), done.stderr
    assert words in done.stderr
    assert not words or done.stderr.startswith("The new version was not installed. ")
    return done.stdout + done.stderr


@pytest.fixture
def origin(tmp_path: Path) -> Path:
    return house(tmp_path / "origin")


@pytest.fixture
def mine(origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A clone in which a learner has answered, run and added something."""
    where = clone(origin, tmp_path / "mine", monkeypatch)
    notebook = load(where / START)
    cells = notebook["cells"]
    cell_with(notebook, "# Write your call here.")["source"] = ANSWER
    cell_with(notebook, 'predict("0.1", ...)')["source"] = ['predict("0.1", "c")']
    cell_with(notebook, "table_arn = ...")["source"] = ['table_arn = "mine"']
    at = cells.index(cell_with(notebook, "iam = boto3.client"))
    cells.insert(at + 1, {**CELL, "id": "own", "source": ["# a note of mine"]})
    for cell in cells:
        if cell["cell_type"] == "code":
            cell["execution_count"], cell["outputs"] = 7, []
    notebook["metadata"]["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
    store(where / START, notebook)
    return where


def publish(origin: Path, change: Callable[[Any], None]) -> None:
    """A new version, with a changed notebook 00."""
    notebook = load(origin / START)
    change(notebook)
    store(origin / START, notebook)
    with (origin / "README.md").open("a", encoding="utf-8") as page:
        page.write("\nA new line.\n")
    commit(origin)


def reworded(notebook: Any) -> None:
    """Another text, a new cell before the answers, and a new id for what was changed."""
    cell = cell_with(notebook, "## 2. A table")
    cell["source"], cell["id"] = ["A better text.\n", "\n", "## 2. A table"], "reworded"
    new = {**CELL, "execution_count": None, "id": "new", "source": ["# a new cell"]}
    notebook["cells"].insert(3, new)


def test_answers_survive_and_the_new_version_is_there(origin: Path, mine: Path) -> None:
    before = (mine / START).read_text(encoding="utf-8")
    publish(origin, reworded)
    said = update(mine)
    notebook = load(mine / START)
    sources = ["".join(cell["source"]) for cell in notebook["cells"]]
    assert ANSWER in sources and 'predict("0.1", "c")' in sources
    assert 'table_arn = "mine"' in sources
    assert sources[sources.index("# a note of mine") - 1].startswith("iam = boto3.client")
    assert "# a new cell" in sources and any("A better text." in text for text in sources)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(sources)
    assert "A new line." in (mine / "README.md").read_text(encoding="utf-8")
    (kept,) = (mine / "kept").rglob("*.ipynb")
    assert kept.read_text(encoding="utf-8") == before
    assert f"{START}: 4 of your cells are in it" in said and "answer it again" not in said
    assert git(mine, "rev-parse", "HEAD") == git(origin, "rev-parse", "HEAD")
    assert git(mine, "status", "--porcelain") == f" M {START}\n"
    assert update(mine) == "You already have the newest version.\n"
    assert load(mine / START) == notebook


def test_what_an_exercise_no_longer_asks_is_kept_and_named(origin: Path, mine: Path) -> None:
    def change(notebook: Any) -> None:
        title = cell_with(notebook, "The table's full name")
        title["source"] = [line.replace("table's full", "user's") for line in title["source"]]

    publish(origin, change)
    said = update(mine)
    sources = ["".join(cell["source"]) for cell in load(mine / START)["cells"]]
    assert "table_arn = ..." in sources and ANSWER in sources
    assert "answer it again: Exercise 0.2: The table's full name" in said
    (kept,) = (mine / "kept").rglob("*.ipynb")
    assert 'table_arn = "mine"' in kept.read_text(encoding="utf-8").replace('\\"', '"')


def test_what_was_only_run_makes_way(origin: Path, mine: Path) -> None:
    git(mine, "checkout", "--", START)
    for name in (START, SOLVED):
        notebook = load(mine / name)
        notebook["metadata"]["kernelspec"]["display_name"] = "Python 3 (ipykernel)"
        store(mine / name, notebook)
    publish(origin, reworded)
    update(mine)
    assert "# a new cell" in (mine / START).read_text(encoding="utf-8")
    assert git(mine, "status", "--porcelain") == ""


def test_a_change_elsewhere_that_is_in_the_way_is_named(origin: Path, mine: Path) -> None:
    before = (mine / START).read_text(encoding="utf-8")
    (mine / "README.md").write_text("mine", encoding="utf-8")
    publish(origin, reworded)
    update(mine, "You have changed README.md, and the new version changes that, too")
    assert (mine / START).read_text(encoding="utf-8") == before
    assert (mine / "README.md").read_text(encoding="utf-8") == "mine"


def test_a_change_elsewhere_that_is_not_in_the_way_stays(origin: Path, mine: Path) -> None:
    (mine / "Makefile").write_text("mine", encoding="utf-8")
    publish(origin, reworded)
    update(mine)
    assert (mine / "Makefile").read_text(encoding="utf-8") == "mine"


def test_what_git_refuses_leaves_everything_as_it_was(origin: Path, mine: Path) -> None:
    before = (mine / START).read_text(encoding="utf-8")
    (origin / "notes.txt").write_text("theirs", encoding="utf-8")
    publish(origin, reworded)
    (mine / "notes.txt").write_text("mine", encoding="utf-8")
    assert "notes.txt" in update(mine, "git merge failed: error:")
    assert (mine / START).read_text(encoding="utf-8") == before
    assert (mine / "notes.txt").read_text(encoding="utf-8") == "mine"


def test_commits_of_ones_own_are_left_alone(origin: Path, mine: Path) -> None:
    commit(mine)
    publish(origin, reworded)
    update(mine, "This folder has commits of its own")
    assert ANSWER.replace('"', '\\"') in (mine / START).read_text(encoding="utf-8")


def test_without_a_network_nothing_is_touched(origin: Path, mine: Path) -> None:
    before = (mine / START).read_text(encoding="utf-8")
    shutil.rmtree(origin)
    update(mine, "git fetch failed")
    assert (mine / START).read_text(encoding="utf-8") == before


def test_a_folder_that_is_no_clone(mine: Path) -> None:
    shutil.rmtree(mine / ".git")
    update(mine, "This folder was not made by `git clone`")
