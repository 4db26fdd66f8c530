"""What drawings are made of: boxes, arrows and words, in light and in dark.

A drawing is shown as an image. So its styles and names stay its own, it follows the theme of the
page, and JupyterLab shows it in a notebook that is not trusted, too: there inline SVG is left out.
"""

from __future__ import annotations

import textwrap
from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

#: A line through points (x, y), from its beginning to its head.
Points = Sequence[tuple[int, int]]
#: The width of a letter at most on average, in pixels, in the widest of usual fonts (DejaVu Sans).
BOLD, SMALL = 9.4, 7.2
#: The free space inside of a box, left and right.
INSET = 12
#: The picture brings its own background, so that it can be read whatever the page's theme is.
_STYLE = Path(__file__).with_suffix(".css").read_text(encoding="utf-8").strip()
_TIP = (
    '<marker id="{0}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="12" markerHeight="12" '
    'markerUnits="userSpaceOnUse" orient="auto"><path class="{0}" d="M0 0 8 4 0 8z"/></marker>'
)
_HEADS = (
    f"<defs>{_TIP.format('tip')}{_TIP.format('tip-new')}"
    '<marker id="tip-no" viewBox="0 0 10 10" refX="5" refY="5" markerWidth="18" markerHeight="18" '
    'markerUnits="userSpaceOnUse"><path class="tip-no" d="M1 1 9 9M9 1 1 9"/></marker></defs>\n'
)


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture and what it says in words; shows itself in a notebook.

    Attributes:
        alt: everything that is drawn, in one paragraph.
    """

    svg: str
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_html_(self) -> str:
        return self.svg


@dataclass(frozen=True, slots=True, repr=False)
class Drawing(Picture):
    """A picture that is shown as an image, and has its words in lines as well."""

    words: str

    def __repr__(self) -> str:
        return self.words

    def _repr_html_(self) -> str:
        return image(self)


def image(picture: Picture) -> str:
    """The picture as an element of HTML that holds everything it needs."""
    data = b64encode(picture.svg.encode()).decode()
    return (
        f'<img src="data:image/svg+xml;base64,{data}" alt="{escape(picture.alt)}" '
        'style="max-width: 100%; height: auto">'
    )


def frame(title: str, size: Sequence[int], alt: str, drawn: Iterable[str]) -> str:
    """An SVG with these colours and what is drawn in it.

    Args:
        size: width and height in pixels.
    """
    width, height = size
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'width="{width}" height="{height}" aria-labelledby="t d">\n'
        f'<title id="t">{escape(title)}</title>\n<desc id="d">{escape(alt)}</desc>\n'
        f"<style>{_STYLE}</style>\n{_HEADS}"
        f'<rect class="page" width="{width}" height="{height}" rx="8"/>\n'
        f'<text x="20" y="30" class="name">{escape(fitted(title, width))}</text>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def box(
    place: Sequence[int],
    name: str,
    text: Sequence[str],
    look: str,
    note: str = "",
    *,
    wrap: bool = True,
) -> str:
    """A box with its name and its text, wrapped to the box's width or line by line as it is.

    Args:
        place: x, y, width, height.
        look: ``lit``, ``new``, ``no`` or ``later``.
        note: words above the box, for what its look says.
    """
    x, y, width, height = place
    later = " later-text" if look == "later" else ""
    parts = [f'<rect class="{look}" x="{x}" y="{y}" width="{width}" height="{height}" rx="6"/>']
    parts += [words(x + INSET, y + 26, fitted(name, width), f"name{later}")]
    if note:  # In words as well as in colour.
        parts += [words(x + 2, y - 7, note, "small")]
    for number, line in enumerate(wrapped(text, width) if wrap else text):
        parts += [words(x + INSET, y + 46 + 18 * number, line, f"small{later}")]
    return "\n".join(parts)


def arrow(path: Points, look: str = "") -> str:
    """A line with a head; one that is refused (``no``) ends in a cross."""
    points = " ".join(f"{x},{y}" for x, y in path)
    kind = look.partition(" ")[0]
    head = f"tip-{kind}" if kind in ("new", "no") else "tip"
    style = f"line {look}".rstrip()
    return f'<polyline class="{style}" points="{points}" marker-end="url(#{head})"/>'


def words(x: int, y: int, text: str, style: str = "small", anchor: str = "") -> str:
    """A line of words; ``y`` is their baseline, ``anchor`` SVG's, such as ``middle``."""
    at = f' text-anchor="{anchor}"' if anchor else ""
    return f'<text x="{x}" y="{y}"{at} class="{style}">{escape(text)}</text>'


def wrapped(text: Sequence[str], width: int) -> list[str]:
    """Paragraphs as the lines that fit into a box of this width."""
    most = max(1, int((width - 2 * INSET) / SMALL))
    fitting = (" ".join(fitted(word, width, SMALL) for word in part.split()) for part in text)
    return [line for part in fitting for line in textwrap.wrap(part, most)]


def fitted(name: str, width: int, letter: float = BOLD) -> str:
    """A name that fits into a box of this width: what is too long loses its middle."""
    most = max(3, int((width - 2 * INSET) / letter))
    if len(name) <= most:
        return name
    return f"{name[: most // 2]}…{name[len(name) - (most - most // 2 - 1) :]}"
