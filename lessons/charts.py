"""Plots as drawings, each with a text that says what the plot says.

They are drawn in the colours of the course's other drawings, and shown as images as these are: a
notebook that is not trusted shows them, too, in light and in dark. A line is told from another by
its dashes and its name as well as by its colour. The same data gives the same bytes.
"""

from __future__ import annotations

import ast
import csv
import math
from collections.abc import Mapping, Sequence
from pathlib import Path

from refusal.notebook.drawings.drawing import Drawing, frame, words

_TIMINGS = Path(__file__).with_name("recorded_timings.csv")
_WIDTH, _HEIGHT = 680, 360
#: Where the axes meet, how far they reach: left, top, right, bottom.
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 66, 560, 300
#: Each stands out on a light and on a dark background (contrast of 4 to 1 and more).
_LINES = (("#2f7fd1", ""), ("#c8553d", "7 4"), ("#3d8f5f", "2 4"))
_BYTE, _STEP = 13, 15  # pixels: a byte's square, and from one to the next


def recorded_timings() -> dict[str, list[float]]:
    """Lesson 01's timings as they were measured once: the columns ``bytes`` and, in milliseconds,
    one for each cipher. The file says where and how."""
    lines = _TIMINGS.read_text(encoding="utf-8").splitlines()
    head, *rows = csv.reader(line for line in lines if not line.startswith("#"))
    values = (
        [ast.literal_eval(text) for text in column]
        for column in zip(*rows, strict=True)
    )
    return dict(zip(head, values, strict=True))


def line_chart(
    title: str,
    lines: Mapping[str, Sequence[tuple[float, float]]],
    *,
    x: str,
    y: str,
) -> Drawing:
    """Up to three lines between two logarithmic axes.

    Args:
        lines: by name, the points (x, y), all above zero; the same x in each.
        x: what is on the horizontal axis, with its unit.
        y: what is on the vertical axis, with its unit.

    Raises:
        ValueError: no lines or more than three, or a point that has no logarithm.
    """
    points = [point for line in lines.values() for point in line]
    if not 0 < len(lines) <= len(_LINES) or not all(lines.values()):
        raise ValueError(
            f"a chart has one to {len(_LINES)} lines with points, not {len(lines)}"
        )
    if min(min(point) for point in points) <= 0:
        raise ValueError("a logarithmic axis begins above zero")
    across, up = [p[0] for p in points], [p[1] for p in points]
    places = _Axis(min(across), max(across), _LEFT + 30, _RIGHT - 30)
    decades = range(
        math.floor(math.log10(min(up))), math.ceil(math.log10(max(up))) + 1
    )
    heights = _Axis(
        10.0 ** decades[0],
        10.0 ** max(decades[-1], decades[0] + 1),
        _BOTTOM,
        _TOP,
    )
    drawn = [words((_LEFT + _RIGHT) // 2, 346, x, "", "middle")]
    drawn += [words(_LEFT, _TOP - 8, y)]
    for power in decades:
        level = heights(10.0**power)
        drawn += [_line(_LEFT, level, _RIGHT, level, opacity=0.25)]
        drawn += [
            words(_LEFT - 8, round(level) + 4, _number(10.0**power), anchor="end")
        ]
    for value in sorted(set(across)):
        under = round(places(value))
        drawn += [words(under, _BOTTOM + 20, _number(value), anchor="middle")]
    drawn += [_line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM)]
    for (name, line), (colour, dashes) in zip(
        lines.items(), _LINES, strict=False
    ):
        drawn += _curve(
            name, [(places(a), heights(b)) for a, b in line], colour, dashes
        )
    return _drawing(
        title, (_WIDTH, _HEIGHT), _in_words(title, lines, x, y), drawn
    )


def byte_grid(
    title: str, parts: Mapping[str, int], before: bytes, after: bytes
) -> Drawing:
    """A message byte by byte, a square for each, with those that were changed crossed out.

    Args:
        parts: what the message is made of, in order: a name, and how many bytes; a row each.
        before: the message as it was.
        after: the message as it is, of the same length.

    Raises:
        ValueError: the lengths do not agree.
    """
    if not len(before) == len(after) == sum(parts.values()):
        lengths = f"{sum(parts.values())}, {len(before)} and {len(after)}"
        raise ValueError(
            f"parts, before and after must be of one length, not {lengths}"
        )
    changed = [
        place for place in range(len(before)) if before[place] != after[place]
    ]
    drawn: list[str] = []
    told: list[str] = []
    start, top = 0, 44
    for name, length in parts.items():
        inside = [place for place in changed if start <= place < start + length]
        drawn += [words(20, top + 11, f"{name}: {length} bytes")]
        for place in range(start, start + length):
            drawn += _square(180 + (place - start) * _STEP, top, place in inside)
        told.append(f"{name}, {length} bytes, {_changed(inside, start)}")
        start, top = start + length, top + 30
    width = 192 + max(parts.values()) * _STEP
    alt = f"{title}. {'; '.join(told)}."
    return _drawing(title, (width, top + 4), alt, drawn)


class _Axis:
    """A logarithmic scale from values to pixels."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self._low, self._span = (
            math.log10(low),
            math.log10(high) - math.log10(low) or 1.0,
        )
        self._start, self._length = start, end - start

    def __call__(self, value: float) -> float:
        share = (math.log10(value) - self._low) / self._span
        return round(self._start + share * self._length, 1)


def _number(value: float) -> str:
    """With at most three digits that count, and no exponent."""
    digits = max(0, 2 - math.floor(math.log10(value)))
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _in_words(
    title: str, lines: Mapping[str, Sequence[tuple[float, float]]], x: str, y: str
) -> str:
    sentences = [
        f"{title}. {y[:1].upper()}{y[1:]} by {x}, both axes logarithmic."
    ]
    for name, line in lines.items():
        values = ", ".join(f"{_number(b)} at {_number(a)}" for a, b in line)
        sentences.append(f"{name}: {values}.")
    last = {name: line[-1][1] for name, line in lines.items()}
    most, least = max(last, key=last.__getitem__), min(last, key=last.__getitem__)
    if most != least:
        times = _number(float(f"{last[most] / last[least]:.2g}"))
        sentences.append(f"At the end {most} is about {times} times {least}.")
    return " ".join(sentences)


def _changed(places: list[int], start: int) -> str:
    if not places:
        return "unchanged"
    return (
        f"changed at byte {', '.join(str(place - start + 1) for place in places)}"
    )


def _drawing(
    title: str, size: tuple[int, int], alt: str, drawn: list[str]
) -> Drawing:
    return Drawing(frame(title, size, alt, drawn), alt, alt)


def _line(
    x1: float, y1: float, x2: float, y2: float, *, opacity: float = 1
) -> str:
    place = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
    return f'<line class="line" {place} stroke-opacity="{opacity:g}"/>'


def _curve(
    name: str, points: list[tuple[float, float]], colour: str, dashes: str
) -> list[str]:
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    dots = [
        f'<circle cx="{x:g}" cy="{y:g}" r="4" fill="{colour}"/>'
        for x, y in points
    ]
    line = (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5" '
        f'stroke-dasharray="{dashes or "none"}"/>'
    )
    x, y = points[-1]
    return [line, *dots, words(round(x) + 10, round(y) + 5, name, "")]


def _square(x: int, y: int, changed: bool) -> list[str]:
    look = "line no" if changed else "line"
    size = f'x="{x}" y="{y}" width="{_BYTE}" height="{_BYTE}"'
    square = f'<rect class="{look}" {size}/>'
    if not changed:
        return [square]
    end = f"M{x} {y}l{_BYTE} {_BYTE}M{x + _BYTE} {y}l-{_BYTE} {_BYTE}"
    return [square, f'<path class="{look}" d="{end}"/>']
