"""What peers are asked is what the sandbox, served, holds, and what the catalogue has."""

from __future__ import annotations

import pytest

from benchmarks.peers import __main__ as main
from benchmarks.peers.behaviours import BEHAVIOURS, World, held
from benchmarks.peers.servers import Peer
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


def test_a_peer_that_does_not_run_keeps_no_other_from_being_measured(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    peers = (Peer("absent", "/no/such/package", ("x",)), Peer("broken", "/none", ("y",)))
    monkeypatch.setattr(main, "PEERS", peers)
    figures = main.Figures("refusal", 1000, 80, 40)
    monkeypatch.setattr(main, "measured", lambda name, running: figures)
    assert main.main() == 1
    out, err = capsys.readouterr()
    assert out.splitlines()[-1] == "| refusal | 1,000 | 80 | 40 |"
    assert [line.split(" did not run: ")[0] for line in err.splitlines()[-2:]] == [
        "absent",
        "broken",
    ]
