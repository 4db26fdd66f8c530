"""Take the newest version of the course, and keep one's own answers.

    make update

The notebooks as they are go into the folder `kept` first, so that nothing can be lost. Git then
brings the new version, and what the learner had written is put into the new notebooks: into each
cell that is still the same there, and into each exercise that still asks the same. What has no
place any more is named.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KEPT = "kept"

Cell = dict[str, Any]


class UpdateError(Exception):
    """Why the new version was not taken, and what to do: one sentence."""


def git(*arguments: str) -> str:
    """Return what a git command says.

    Raises:
        UpdateError: it failed, with git's own words.
    """
    done = subprocess.run(
        ["git", *arguments], cwd=ROOT, capture_output=True, encoding="utf-8", check=False
    )
    if done.returncode:
        lines = (done.stderr.strip() or done.stdout.strip()).splitlines()
        words = " ".join(line.strip() for line in lines if not line.startswith("hint:"))
        raise UpdateError(f"git {arguments[0]} failed: {words or 'it gives no reason'}")
    return done.stdout


def source(cell: Cell) -> str:
    """Return a cell's source as one text."""
    return "".join(cell["source"])


def graded(cell: Cell) -> str:
    """Return the id of a cell that holds an answer; empty for any other."""
    grader = cell["metadata"].get("nbgrader", {})
    return str(grader.get("grade_id", "")) if grader.get("solution") else ""


def key(cell: Cell) -> str:
    """Return what tells a cell from the others, in each version: an answer's id stays."""
    return graded(cell) or str(cell.get("id", ""))


def exercises(cells: list[Cell]) -> dict[str, str]:
    """Return for each answer the heading and the title above it."""
    found, above = {}, ""
    for cell in cells:
        if cell["cell_type"] == "markdown" and "### " in source(cell):
            lines = source(cell).partition("### ")[2].splitlines()
            above = ": ".join(line.strip("* ") for line in lines[:3] if line)
        if graded(cell):
            found[graded(cell)] = above
    return found


def carry(old: list[Cell], mine: list[Cell], new: list[Cell]) -> tuple[int, list[str]]:
    """Put what a learner has written into the new version of a notebook's cells.

    Args:
        old: the cells that the learner began with.
        mine: the cells as the learner left them.
        new: the cells of the new version; changed in place.

    Returns:
        How many cells were carried over, and what was not, in words.
    """
    before = {key(cell): source(cell) for cell in old}
    places = {key(cell): cell for cell in new}
    asked, asks = exercises(old), exercises(new)
    carried, left, last = 0, [], ""
    for cell in mine:
        name, text = key(cell), source(cell)
        if name not in before:
            at = next((n for n, one in enumerate(new) if key(one) == last), -1)
            new.insert(at + 1, {**cell, "id": f"kept-{carried}-{time.time_ns():x}"[:64]})
            name, carried = key(new[at + 1]), carried + 1
        elif text != before[name]:
            place = places.get(name)
            same = place is not None and source(place) == before[name]
            if place is not None and same and asked.get(name) == asks.get(name):
                place["source"], carried = cell["source"], carried + 1
            else:
                left.append(asked.get(name) or f"the cell that begins `{text[:40]}`")
        last = name if name in places or name.startswith("kept-") else last
    return carried, left


def newest() -> str:
    """Return the newest version's commit, after fetching it; empty if it is here already.

    Raises:
        UpdateError: it cannot be fetched, or this folder cannot follow it.
    """
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        raise UpdateError(
            "This folder was not made by `git clone`: get the new version into a folder of its "
            "own, and copy your answers from the notebooks here."
        )
    git("fetch", "--quiet")
    here, there = git("rev-parse", "HEAD").strip(), git("rev-parse", "@{upstream}").strip()
    base = git("merge-base", here, there).strip()
    if base == there:
        return ""
    if base != here:
        raise UpdateError(
            "This folder has commits of its own, so the new version does not simply follow: "
            "run `git pull` yourself, and settle what differs."
        )
    return there


def changed(there: str) -> list[str]:
    """Return the notebooks that the learner has changed.

    Raises:
        UpdateError: another file was changed that the new version changes, too.
    """
    here = set(filter(None, git("diff", "--name-only", "-z", "HEAD").split("\0")))
    ours = {path for path in here if path.startswith("notebooks/") and path.endswith(".ipynb")}
    # What was only run is no change; but git would not replace it before it has looked.
    touched = set(filter(None, git("ls-files", "--modified", "-z", "notebooks").split("\0")))
    if run := sorted(path for path in touched - here if (ROOT / path).exists()):
        git("add", "--", *run)
    news = set(filter(None, git("diff", "--name-only", "-z", "HEAD", there).split("\0")))
    if both := sorted((here - ours) & news):
        raise UpdateError(
            f"You have changed {', '.join(both)}, and the new version changes that, too: keep a "
            "copy elsewhere, take your change back with `git checkout -- FILE`, and try again."
        )
    return sorted(ours)


def update() -> list[str]:
    """Take the newest version. Returns what to tell the learner, line by line.

    Raises:
        UpdateError: the version is as it was, and so are the notebooks.
    """
    there = newest()
    if not there:
        return ["You already have the newest version."]
    paths = [path for path in changed(there) if (ROOT / path).exists()]
    kept = ROOT / KEPT / time.strftime("%Y-%m-%d_%H%M%S")
    old = {path: json.loads(git("show", f"HEAD:{path}"))["cells"] for path in paths}
    for path in paths:
        (kept / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, kept / path)
    try:
        if paths:
            git("checkout", "--quiet", "HEAD", "--", *paths)
        git("merge", "--quiet", "--ff-only", there)
    except BaseException:
        for path in paths:
            shutil.copy2(kept / path, ROOT / path)
        raise
    told = ["The course is now the newest version."]
    for path in paths:
        if "/solutions/" not in path:
            told += put_back(path, old[path], kept)
    if paths:
        told.append(f"Your notebooks as they were are in {kept.relative_to(ROOT)}.")
    return told


def put_back(path: str, old: list[Cell], kept: Path) -> list[str]:
    """Put a learner's cells into one new notebook. Returns what to tell."""
    mine = json.loads((kept / path).read_text(encoding="utf-8"))["cells"]
    file = ROOT / path
    if not file.exists():
        return [f"{path}: the new version does not have this notebook."]
    new = json.loads(file.read_text(encoding="utf-8"))
    carried, left = carry(old, mine, new["cells"])
    text = json.dumps(new, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    file.write_text(text, encoding="utf-8", newline="\n")
    told = [f"{path}: {carried} of your cells are in it; run it again to see their results."]
    if left:
        told.append(f"  Changed in the new version, so answer it again: {'; '.join(left)}.")
    return told


def main() -> int:
    """Returns the exit status."""
    try:
        print("\n".join(update()))
    except (UpdateError, OSError, ValueError) as error:
        print(f"The new version was not installed. {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
