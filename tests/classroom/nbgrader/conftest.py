"""The class of ``told``, made once for all that ask about it."""

from __future__ import annotations

import pytest

from tests.classroom.nbgrader.told import Told, through_all_steps


@pytest.fixture(scope="session")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """The class, after all steps."""
    return through_all_steps(tmp_path_factory.mktemp("class"))
