"""Two worlds for each student: one that follows from the id, one that nobody can foresee."""

from __future__ import annotations

import hashlib
import hmac
import itertools
import stat
from pathlib import Path

import pytest

from classroom import GradingError, marking_seed, new_secret, practice_seed
from classroom.seeds import read_secret
from helpers.course.content import PLAIN_SEED


def test_a_marking_seed_is_the_hmac_of_student_and_notebook() -> None:
    expected = hmac.new(b"secret", b"ann\n05", hashlib.sha256).hexdigest()
    assert marking_seed(b"secret", "ann", "05") == expected


def test_every_student_and_notebook_and_class_has_a_world_of_its_own() -> None:
    names = itertools.product((b"one", b"two"), ("ann", "ben", "ann\n0"), ("05", "5", "06"))
    seeds = [marking_seed(*each) for each in names]
    seeds += [practice_seed(student) for student in ("ann", "ben", "0")]
    assert len(set(seeds)) == len(seeds)
    assert PLAIN_SEED not in seeds


def test_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "class.secret"
    new_secret(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(read_secret(path)) == 64
    before = path.read_bytes()
    with pytest.raises(GradingError):
        new_secret(path)
    assert path.read_bytes() == before
    for mode in (0o640, 0o604, 0o620):
        path.chmod(mode)
        with pytest.raises(GradingError, match="Others can read"):
            read_secret(path)


def test_a_secret_that_is_none_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "class.secret"
    path.write_text("short\n")
    path.chmod(0o600)
    with pytest.raises(GradingError, match="shorter"):
        read_secret(path)
