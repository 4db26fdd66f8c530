"""``python -m benchmarks.peers``: measure the sandbox and its peers, and print a table."""

from __future__ import annotations

import datetime
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from .behaviours import BEHAVIOURS, held
from .load import CLIENTS, rate
from .servers import PEERS, Running, install, sandbox, started


class Figures(NamedTuple):
    """What was measured of one emulator."""

    name: str
    rate: float
    megabytes: float
    held: int


def measured(name: str, running: Running) -> Figures:
    """Figures of an emulator that runs."""
    print(f"measuring {name} ...", file=sys.stderr)
    behaviours = len(held(running.world))
    return Figures(name, rate(running.world), running.megabytes, behaviours)


def main() -> int:
    """Print the table; the exit status is 1 if a peer did not run."""
    rows, failed = [], []
    with sandbox() as running:
        rows.append(measured("refusal", running))
    for peer in PEERS:
        with tempfile.TemporaryDirectory() as folder:
            try:
                name = f"{peer.name} {install(peer, Path(folder))}"
                with started(peer, Path(folder)) as running:
                    rows.append(measured(name, running))
            except Exception as error:  # Whatever keeps one from running, the others are measured.
                failed.append(f"{peer.name} did not run: {error}")
    print(table(rows))
    print("\n".join(failed), file=sys.stderr)
    return 1 if failed else 0


def table(rows: list[Figures]) -> str:
    """The table for sandbox/README.md."""
    today = datetime.date.today().isoformat()
    lines = [
        f"This was measured on {today} with {CLIENTS} clients on one machine, and with each "
        "emulator's enforcement of policies turned on.",
        "",
        "| emulator | requests per second | memory afterwards, MB | "
        f"behaviours as on AWS, of {len(BEHAVIOURS)} |",
        "|---|---|---|---|",
    ]
    lines += [f"| {r.name} | {r.rate:,.0f} | {r.megabytes:,.0f} | {r.held} |" for r in rows]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
