"""The capstone's account, for each test anew."""

from __future__ import annotations

import pytest

from tests.lessons.capstone.clinic import Clinic
from tests.lessons.conftest import place

__all__ = ["clinic", "place"]


@pytest.fixture
def clinic() -> Clinic:
    """The account as the notebook finds it."""
    return Clinic()
