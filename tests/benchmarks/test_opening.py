"""What opening a notebook costs, beside an earlier revision."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import opening
from helpers.paths import ROOT


def test_a_revision_that_is_not_there_stops_it(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SINCE", "no-such-revision")
    with pytest.raises(SystemExit, match=r"no revision no-such-revision .* in SINCE"):
        next(opening.lines())
    assert "fatal" not in capfd.readouterr().err


@pytest.mark.parametrize("file", sorted(Path(ROOT, "notebooks").glob("[0-9]*.ipynb")))
def test_the_set_up_ends_with_the_cell_that_opens_the_lab(file: Path) -> None:
    *before, last = opening._set_up(file)
    assert "open_lab(" in last
    assert not any("open_lab(" in source for source in before)


def test_what_a_kernel_takes_is_seen(tmp_path: Path) -> None:
    notebook = "00_start_here.ipynb"
    cost = opening._opened(ROOT, notebook, tmp_path)
    assert 0.1 < cost.seconds < 60
    assert 20e6 < cost.memory < 2e9
