"""The sample of hidden criteria that instructors begin from."""

from __future__ import annotations

import shutil
from pathlib import Path

from classroom import Options, Submission, grade
from classroom.judge import sample_criteria

ROOT = Path(__file__).parents[3]


def test_what_nobody_worked_on_earns_nothing(secret: Path, tmp_path: Path) -> None:
    """Much that is asked for holds of itself while the table is open to all."""
    criteria = tmp_path / "mine.py"
    shutil.copy(str(sample_criteria.__file__), criteria)
    blank = Submission("ann", str(ROOT / "notebooks" / "08_capstone.ipynb"))
    (result,) = grade([blank], Options(secret=secret, criteria=criteria))
    hidden = [one for one in result.exercises if one.criteria]
    assert [one.exercise for one in hidden] == list(sample_criteria.CRITERIA)
    assert {one.exercise: one.points for one in result.exercises} == {
        f"8.{n}": 0.0 for n in range(1, 8)
    }
    assert not [one.exercise for one in result.exercises if one.outcome == "correct"]
