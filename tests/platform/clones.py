"""Clones of a small house, as learners have them: notebooks, and what deals with them in git."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from tools import lab

ROOT = Path(__file__).resolve().parents[2]
START = "notebooks/00_start_here.ipynb"
SOLVED = "notebooks/solutions/solved_00_start_here.ipynb"
FILES = (START, SOLVED, ".gitattributes", ".gitignore", "README.md", "Makefile")
NAMED = {
    **{f"GIT_{who}_NAME": "A Person" for who in ("AUTHOR", "COMMITTER")},
    **{f"GIT_{who}_EMAIL": "person@example.com" for who in ("AUTHOR", "COMMITTER")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}


def git(where: Path, *arguments: str) -> str:
    """Run git in a folder, for a person without settings; return what it says."""
    done = subprocess.run(
        ["git", *arguments],
        cwd=where,
        env=os.environ | NAMED,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def commit(where: Path) -> None:
    """Commit all that is there."""
    git(where, "add", "--all")
    git(where, "commit", "--quiet", "--message", "A version")


def house(where: Path) -> Path:
    """A repository with the notebook 00, its solved twin and the tools."""
    for name in FILES:
        (where / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, where / name)
    shutil.copytree(ROOT / "notebooks/images", where / "notebooks/images")
    shutil.copytree(ROOT / "tools", where / "tools", ignore=shutil.ignore_patterns("__pycache__"))
    git(where, "init", "--quiet", "--initial-branch=main")
    commit(where)
    return where


def clone(origin: Path, where: Path, patch: Any) -> Path:
    """A learner's clone, of which `make lab` has told git."""
    git(origin.parent, "clone", "--quiet", str(origin), str(where))
    patch.setattr(lab, "ROOT", where)
    lab.tell_git()
    return where
