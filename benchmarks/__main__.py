"""``python -m benchmarks [sandbox …]``: measure, and print one table."""

from __future__ import annotations

import argparse
import sys
from importlib import import_module

from .measure import Line

PARTS = ("sandbox", "course", "grading")
#: Parts that take minutes: measured when they are named.
LONG = ("browser", "opening", "soak")


def shown(line: Line) -> str:
    """One line of the table."""
    sign = "≥" if line.at_least else "≤"
    value, target = f"{line.value:,.2f}{line.unit}", f"{sign} {line.target:,.2f}{line.unit}"
    word = "met" if line.met else "MISSED"
    note = f"  ({line.note})" if line.note else ""
    return f"{line.name:<48} {value:>22} {target:>24}  {word}{note}"


def main(argv: list[str] | None = None) -> int:
    """Print the table; the exit status is 1 if a line misses."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    known = (*PARTS, *LONG)
    what = f"of {', '.join(known)}; all but the last {len(LONG)} if none is given"
    parser.add_argument("part", nargs="*", help=what)
    wanted = parser.parse_args(argv).part or PARTS
    if unknown := set(wanted) - set(known):
        parser.error(f"there is no part {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    missed = 0
    for part in wanted:
        for line in import_module(f"benchmarks.{part}").lines():
            print(shown(line), flush=True)
            missed += not line.met
    print("Every line is met." if not missed else f"Lines that miss: {missed}.")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
