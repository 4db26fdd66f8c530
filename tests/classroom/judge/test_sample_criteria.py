"""The sample of hidden criteria that instructors begin from."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classroom import Options, Submission, grade
from classroom.judge import sample_criteria
from classroom.judge.aside import in_a_copy
from helpers.course.evidence import Evidence
from tests.lessons.capstone import test_leaver as leaver
from tests.lessons.capstone import test_people as people
from tests.lessons.capstone import test_trail as trail
from tests.lessons.capstone.clinic import Clinic
from tests.lessons.capstone.conftest import clinic, place
from tests.lessons.capstone.test_key import ALL, IDA, OPEN, RIGHT, TOO_WIDE

__all__ = ["clinic", "place"]
ROOT = Path(__file__).parents[3]


def unmet(clinic: Clinic, number: str, *given: Any) -> list[str]:
    """The criteria of an exercise that are not met, each asked in a copy of its own."""

    def asked(check: Callable[..., Any]) -> dict[str, Any]:
        evidence = Evidence(clinic.lab)
        with evidence.unrecorded():
            return {"outcome": check(evidence, *given).outcome}

    return [
        criterion.title
        for criterion in sample_criteria.CRITERIA[number]
        if in_a_copy(lambda check=criterion.check: asked(check), 60)["outcome"] != "correct"
    ]


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


@pytest.mark.parametrize("lines", RIGHT.values(), ids=RIGHT)
def test_a_right_key_policy_earns_all(clinic: Clinic, lines: list[str]) -> None:
    clinic.move(clinic.key(*lines))
    assert (unmet(clinic, "8.1"), unmet(clinic, "8.3")) == ([], [])


@pytest.mark.parametrize(("lines", "says"), OPEN.values(), ids=OPEN)
def test_an_open_key_does_not(clinic: Clinic, lines: list[str], says: str) -> None:
    clinic.key(*lines)
    assert unmet(clinic, "8.1")


@pytest.mark.parametrize(("lines", "says"), TOO_WIDE.values(), ids=TOO_WIDE)
def test_a_wide_key_policy_does_not(clinic: Clinic, lines: list[str], says: str) -> None:
    clinic.move(clinic.key(*lines))
    assert unmet(clinic, "8.3") and not unmet(clinic, "8.1")


def test_a_grant_for_the_nurse_does_not(clinic: Clinic) -> None:
    key = clinic.key(ALL)
    clinic.move(key)
    clinic.grant("ida", key, clinic.visits)
    assert unmet(clinic, "8.1") and unmet(clinic, "8.3")


@pytest.mark.parametrize("steps", people.RIGHT.values(), ids=people.RIGHT)
def test_every_narrow_way_for_the_clerk_earns_all(clinic: Clinic, steps: people.Steps) -> None:
    steps(clinic)
    assert unmet(clinic, "8.4") == []


@pytest.mark.parametrize(("steps", "says"), people.WRONG.values(), ids=people.WRONG)
def test_no_other_way_does(clinic: Clinic, steps: people.Steps, says: str) -> None:
    steps(clinic)
    assert unmet(clinic, "8.4")


def test_the_leaver(clinic: Clinic) -> None:
    keys, rest = (one.title for one in sample_criteria.CRITERIA["8.5"])
    assert unmet(clinic, "8.5") == [keys, rest]
    leaver.revoked(clinic)
    leaver.key_off(clinic)
    assert unmet(clinic, "8.5") == [rest]
    leaver.detached(clinic)
    assert unmet(clinic, "8.5") == []
    leaver.all_revoked(clinic)
    assert unmet(clinic, "8.5") == [rest]


def test_the_proof(clinic: Clinic) -> None:
    clinic.move(clinic.key(ALL, IDA))
    event, left = (one.title for one in sample_criteria.CRITERIA["8.6"])
    elsewhere = trail.by_kms_itself(clinic)
    assert not clinic.reads("bo", clinic.visits)
    proof = trail.newest(clinic, "Decrypt")
    assert unmet(clinic, "8.6", elsewhere) == [event, left]
    assert unmet(clinic, "8.6", proof) == [left]
    trail.keys_deleted(clinic)
    assert unmet(clinic, "8.6", proof) == []
    assert unmet(clinic, "8.6", elsewhere) == [event]


@pytest.mark.parametrize("name", trail.NAMES.values(), ids=trail.NAMES)
def test_a_right_function_earns_all(clinic: Clinic, name: Callable[..., str]) -> None:
    assert unmet(clinic, "8.7", trail.readers(trail.KEEPS, name)) == []


@pytest.mark.parametrize("lacks", trail.KEEPS)
def test_a_function_that_leaves_one_out_does_not(clinic: Clinic, lacks: str) -> None:
    keeps = {name: keep for name, keep in trail.KEEPS.items() if name != lacks}
    assert unmet(clinic, "8.7", trail.readers(keeps))


def test_a_function_that_knows_the_public_check_does_not(clinic: Clinic) -> None:
    def learnt(events: list[trail.Event], table: str) -> list[str]:
        known = ["admin", "bo", "kim" if table.endswith("archive") else "max"]
        return known if table in str(events) else []

    assert clinic.says("8.7", learnt).points
    assert unmet(clinic, "8.7", learnt)
