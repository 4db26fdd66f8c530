"""What a mark depends on, in a few letters: a change in any of it means grading again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from classroom import GradingError, Limits, Options, new_secret


@pytest.fixture
def options(tmp_path: Path, secret: Path) -> Options:
    """With criteria and official notebooks that a test may change."""
    criteria = tmp_path / "hidden.py"
    criteria.write_text("CRITERIA = {}\n")
    release = tmp_path / "release"
    release.mkdir()
    shutil.copy(next(Options.release.glob("05_*.ipynb")), release)
    return Options(secret, criteria=criteria, release=release)


def test_the_same_way_of_grading_has_the_same_fingerprint(options: Options) -> None:
    assert options.fingerprint() == replace(options, jobs=options.jobs + 1).fingerprint()


def test_each_thing_that_a_mark_depends_on_changes_it(options: Options, tmp_path: Path) -> None:
    other = tmp_path / "other.secret"
    new_secret(other)
    ways = [
        options,
        replace(options, secret=other),
        replace(options, criteria=None),
        replace(options, unisolated=True),
        replace(options, seconds=1),
        replace(options, limits=Limits(seconds=1)),
        replace(options, limits=Limits(memory=1)),
        replace(options, limits=Limits(processor=1)),
    ]
    found = [way.fingerprint() for way in ways]
    assert options.criteria is not None
    options.criteria.write_text("CRITERIA = dict()\n")
    found.append(options.fingerprint())
    (notebook,) = options.release.iterdir()
    notebook.write_text(notebook.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found.append(options.fingerprint())
    assert len(set(found)) == len(found)


def test_criteria_that_are_not_there_are_said_in_one_sentence(options: Options) -> None:
    assert options.criteria is not None
    options.criteria.unlink()
    with pytest.raises(GradingError, match=r"hidden\.py cannot be read: No such file"):
        options.fingerprint()
