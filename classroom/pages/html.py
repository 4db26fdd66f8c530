"""Pages of plain HTML that need nothing but a browser: no scripts, no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ..messages import say

_STYLE = """
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem;
  color: #1b1f24; background: #ffffff; }
table { border-collapse: collapse; margin: 0.5rem 0; }
caption { text-align: left; font-weight: 600; padding: 0.3rem 0; }
th, td { border: 1px solid #8b949e; padding: 0.3rem 0.6rem; text-align: left; }
td.number { text-align: right; }
.outcome { border-left: 0.4rem solid #57606a; padding: 0.1rem 0.8rem; }
.good { border-color: #1a7f37; } .bad { border-color: #b35900; }
.notice { border: 2px solid #b35900; padding: 0.4rem 0.8rem; }
pre { overflow-x: auto; padding: 0.5rem; background: #f0f3f6; white-space: pre-wrap; }
.scroll { overflow-x: auto; } svg { max-width: 100%; height: auto; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
@media (prefers-color-scheme: dark) {
  body { color: #f0f3f6; background: #14181d; } pre { background: #262c33; }
  a { color: #79b8ff; } .good { border-color: #56d364; }
  .bad, .notice { border-color: #ffb068; }
}
""".strip()


def html_page(title: str, parts: Iterable[str]) -> str:
    """A whole page; ``parts`` are its HTML."""
    body = "\n".join(parts)
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{_STYLE}
</style>
</head>
<body>
<a class="skip" href="#content">{say("grading.skip")}</a>
<main id="content">
<h1>{escape(title)}</h1>
{body}
</main>
</body>
</html>
"""


def heading(level: int, text: str) -> str:
    """A heading."""
    return f"<h{level}>{escape(text)}</h{level}>"


def paragraph(text: str, kind: str = "") -> str:
    """A paragraph; ``kind`` is a class of the page's style."""
    return f'<p class="{kind}">{escape(text)}</p>' if kind else f"<p>{escape(text)}</p>"


def table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table whose first column names its rows; it scrolls by itself where it is too wide."""
    columns = "".join(f'<th scope="col">{escape(text)}</th>' for text in head)
    lines = "\n".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{escape(text)}</td>" for text in rest)
        + "</tr>"
        for first, *rest in rows
    )
    name = escape(caption, quote=True)
    return (
        f'<div class="scroll" role="region" aria-label="{name}" tabindex="0">\n<table>'
        f"<caption>{escape(caption)}</caption>\n<thead><tr>{columns}</tr></thead>\n"
        f"<tbody>\n{lines}\n</tbody></table>\n</div>"
    )


def format_points(points: float) -> str:
    """Points as a person writes them: ``2`` and not ``2.0``."""
    return f"{points:g}"
