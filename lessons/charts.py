"""Plots as small SVG, each with a text that says what the plot says.

Text and axes take the colour of the page's text, so they can be read in light and dark themes; a
line is told from another by its dashes and its name as well as by its colour. The same data gives
the same bytes. The pictures hold no ``<style>``: in a notebook it would apply to the whole page.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from refusal.notebook.drawings import Picture

_TIMINGS = Path(__file__).with_name("recorded_timings.csv")
_WIDTH, _HEIGHT = 680, 360
#: Where the axes meet, how far they reach: left, top, right, bottom.
_LEFT, _TOP, _RIGHT, _BOTTOM = 80, 50, 560, 300
#: Each stands out on white and on black (contrast of 4 to 1 and more).
_LINES = (("#2f7fd1", ""), ("#c8553d", "7 4"), ("#3d8f5f", "2 4"))
_CHANGED = "#c8553d"
_BYTE, _STEP = 13, 15  # pixels: a byte's square, and from one to the next


def recorded_timings() -> Any:
    """Lesson 01's timings as they were measured once: a pandas table with the columns ``bytes``
    and, in milliseconds, one for each cipher. The file says where and how."""
    import pandas  # Not needed for a plot.

    return pandas.read_csv(_TIMINGS, comment="#")


def line_chart(
    title: str,
    lines: Mapping[str, Sequence[tuple[float, float]]],
    *,
    x: str,
    y: str,
) -> Picture:
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
    drawn = [
        _text(_LEFT, 24, title, weight="bold"),
        _text((_LEFT + _RIGHT) / 2, 346, x, "middle"),
    ]
    drawn += [_text(_LEFT, _TOP - 8, y, size=12)]
    for power in decades:
        level = heights(10.0**power)
        drawn += [_line(_LEFT, level, _RIGHT, level, opacity=0.25)]
        drawn += [
            _text(_LEFT - 8, level + 4, _number(10.0**power), "end", size=12)
        ]
    for value in sorted(set(across)):
        drawn += [
            _text(places(value), _BOTTOM + 20, _number(value), "middle", size=12)
        ]
    drawn += [_line(_LEFT, _BOTTOM, _RIGHT, _BOTTOM)]
    for (name, line), (colour, dashes) in zip(
        lines.items(), _LINES, strict=False
    ):
        drawn += _curve(
            name, [(places(a), heights(b)) for a, b in line], colour, dashes
        )
    return _picture(drawn, _in_words(title, lines, x, y), _WIDTH, _HEIGHT)


def byte_grid(
    title: str, parts: Mapping[str, int], before: bytes, after: bytes
) -> Picture:
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
    drawn, words = [_text(12, 24, title, weight="bold")], []
    start, top = 0, 44
    for name, length in parts.items():
        inside = [place for place in changed if start <= place < start + length]
        drawn += [_text(12, top + 11, f"{name}: {length} bytes", size=13)]
        for place in range(start, start + length):
            drawn += _square(180 + (place - start) * _STEP, top, place in inside)
        words.append(f"{name}, {length} bytes, {_changed(inside, start)}")
        start, top = start + length, top + 30
    width = 192 + max(parts.values()) * _STEP
    return _picture(drawn, f"{title}. {'; '.join(words)}.", width, top + 4)


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


def _picture(drawn: list[str], alt: str, width: int, height: int) -> Picture:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(alt)}" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="system-ui, sans-serif" fill="currentColor" '
        'style="max-width: 100%; height: auto; color: inherit">\n'
        + "\n".join(drawn)
        + "\n</svg>"
    )
    return Picture(svg, alt)


def _text(
    x: float,
    y: float,
    text: str,
    anchor: str = "start",
    *,
    size: int = 14,
    weight: str = "normal",
) -> str:
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" '
        f'font-weight="{weight}">{escape(text)}</text>'
    )


def _line(
    x1: float, y1: float, x2: float, y2: float, *, opacity: float = 1
) -> str:
    place = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
    return f'<line {place} stroke="currentColor" stroke-opacity="{opacity:g}"/>'


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
    return [line, *dots, _text(points[-1][0] + 10, points[-1][1] + 5, name)]


def _square(x: int, y: int, changed: bool) -> list[str]:
    stroke = _CHANGED if changed else "currentColor"
    square = (
        f'<rect x="{x}" y="{y}" width="{_BYTE}" height="{_BYTE}" fill="none" stroke="{stroke}" '
        f'stroke-width="{2.5 if changed else 1}" stroke-opacity="{1 if changed else 0.6}"/>'
    )
    if not changed:
        return [square]
    end = f"M{x} {y}l{_BYTE} {_BYTE}M{x + _BYTE} {y}l-{_BYTE} {_BYTE}"
    return [square, f'<path d="{end}" stroke="{_CHANGED}" stroke-width="2.5"/>']
