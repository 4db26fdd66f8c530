"""How a ratio is measured: two ways of doing the same, in turn, and the medians compared.

Machines are shared and noisy. What slows one way down slows the other, if they take turns.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table.

    Attributes:
        name: what was measured, against what.
        value: the ratio or the rate.
        target: what it has to be.
        at_least: whether more is better.
        unit: after the number; ``×`` for a ratio.
        note: how it was measured.
    """

    name: str
    value: float
    target: float
    at_least: bool = False
    unit: str = "×"
    note: str = ""

    @property
    def met(self) -> bool:
        """Whether the target is met."""
        return self.value >= self.target if self.at_least else self.value <= self.target


def ratio(one: Callable[[], float], other: Callable[[], float], rounds: int) -> float:
    """The median of ``one``'s figures, divided by the median of ``other``'s.

    Args:
        one: gives a figure, such as seconds.
        other: the same, done the other way.
        rounds: how often each is asked, in turn; the first one of each is dropped.
    """
    ones: list[float] = []
    others: list[float] = []
    for number in range(rounds + 1):
        pair = [(one, ones), (other, others)]
        for ask, kept in pair if number % 2 else pair[::-1]:
            kept.append(ask())
    return statistics.median(ones[1:]) / statistics.median(others[1:])


def seconds(work: Callable[[], object], times: int) -> float:
    """The median time that one call takes, in seconds of this process's own work: what others do
    on the machine does not count."""
    taken = []
    for _ in range(times):
        start = time.process_time()
        work()
        taken.append(time.process_time() - start)
    return statistics.median(taken)


def in_a_process(code: str) -> float:
    """The number that a fresh Python prints last."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout.split()[-1])
