"""What peers are asked is what the sandbox, served, holds, and what the catalogue has."""

from __future__ import annotations

import pytest

from benchmarks.peers.behaviours import BEHAVIOURS, World, held
from tests import behaviours
from tests.sandbox.serving.served import serve


def test_the_sandbox_holds_every_behaviour_that_peers_are_asked() -> None:
    with serve() as served:
        exports = served.exports
        world = World(served.url, exports["AWS_ACCESS_KEY_ID"], exports["AWS_SECRET_ACCESS_KEY"])
        assert held(world) == list(BEHAVIOURS)


@pytest.mark.parametrize("number", BEHAVIOURS)
def test_each_is_a_row_of_the_catalogue(number: int) -> None:
    assert behaviours.read()[f"F{number}"].row
