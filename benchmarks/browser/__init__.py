"""What the course costs beyond an empty notebook: in a browser, and in JupyterLab at home.

In a browser it is the built site against a bare JupyterLite of the same release, made here with
the same Pyodide and packages as they are published. Both are served by one server of this
machine, in turn, to a Chromium that has never been there.
"""

from __future__ import annotations

import os
import statistics
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from ..measure import ROOT, Line
from . import bare, home
from .hosting import serving
from .visits import Visit, first_visit, two_visits

ROUNDS = 3
#: How often the first answer of a notebook may take the time of an empty notebook's.
SLOWER = {"00_start_here": 1.25, "05_denying_access": 1.35}
AT_HOME = 1.3
MEMORY = 1.5
FIRST_MB, SECOND_MB = 21, 2
#: Pyodide's wheels of cryptography and cffi, compressed, in MB, where stand-ins take their place.
GENUINE_MB = 2.35


def lines() -> Iterator[Line]:
    """Every line, each as soon as it is measured."""
    with tempfile.TemporaryDirectory() as folder:
        yield from _in_a_browser(Path(folder))
    for name in SLOWER:
        yield Line(f"JupyterLab, first answer of {name[:2]} / empty", home.ratio(name), AT_HOME)


def _in_a_browser(work: Path) -> Iterator[Line]:
    site = Path(os.environ.get("SITE", ROOT / "dist" / "site"))
    if not (site / "index.html").is_file():
        raise SystemExit(f"There is no site in {site}: run `make site` first.")
    standing_in = bare.complete(site, work / "course")
    bare.build(work / "bare")
    empty: list[Visit] = []
    visits: dict[str, list[Visit]] = {name: [] for name in SLOWER}
    with serving(work / "bare") as plain, serving(work / "course") as course:
        for _ in range(ROUNDS):
            empty.append(first_visit(plain, f"{bare.EMPTY}.ipynb"))
            for name, seen in visits.items():
                seen.append(first_visit(course, f"notebooks/{name}.ipynb"))
        first, second = two_visits(course, "notebooks/00_start_here.ipynb")
        whole = first_visit(
            course, "notebooks/solutions/solved_05_denying_access.ipynb", whole=True
        )
    yield from _seconds(empty, visits)
    yield from _sizes(empty[0], first, second, standing_in)
    yield from _memory(empty, visits["05_denying_access"], whole)


def _seconds(empty: list[Visit], visits: Mapping[str, list[Visit]]) -> Iterator[Line]:
    base = _median(empty, "seconds")
    for name, seen in visits.items():
        value = _median(seen, "seconds") / base
        note = f"{_median(seen, 'seconds'):.1f} s and {base:.1f} s"
        yield Line(f"Browser, first answer of {name[:2]} / empty", value, SLOWER[name], note=note)


def _sizes(empty: Visit, first: Visit, second: Visit, standing_in: bool) -> Iterator[Line]:
    added, note = 0.0, f"a bare JupyterLite: {empty.sent / 1e6:.1f} MB"
    if standing_in:
        added, note = GENUINE_MB, f"{note}; {GENUINE_MB} of it genuine wheels not fetched here"
    value = first.sent / 1e6 + added
    yield Line("Browser, first visit, compressed", value, FIRST_MB, unit=" MB", note=note)
    value = second.sent / 1e6
    note = "each file asked for anew, as a day later"
    yield Line("Browser, second visit", value, SECOND_MB, unit=" MB", note=note)


def _memory(empty: list[Visit], seen: list[Visit], whole: Visit) -> Iterator[Line]:
    memory = _median(empty, "memory")
    value = _median(seen, "memory") / memory
    note = f"{_median(seen, 'memory') / 1e6:.0f} MB and {memory / 1e6:.0f} MB"
    yield Line("Browser, the tab's memory with 05 open / empty", value, MEMORY, note=note)
    value, note = whole.memory / memory, f"{whole.memory / 1e6:.0f} MB"
    yield Line("Browser, the tab's memory, all of 05 run / empty", value, MEMORY, note=note)


def _median(visits: list[Visit], name: str) -> float:
    return float(statistics.median(getattr(visit, name) for visit in visits))
