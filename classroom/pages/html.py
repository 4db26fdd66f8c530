"""Pages of plain HTML that need nothing but a browser, and no network.

One page has a script of our own, to sort and search a long table; without scripts it is a table.
"""

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
th[scope="row"] { max-width: 16rem; overflow-wrap: anywhere; }
.legend { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; padding: 0; list-style: none; }
.legend span { display: inline-block; width: 0.9rem; height: 0.9rem; margin-right: 0.4rem;
  vertical-align: -0.1rem; }
.long .scroll { max-height: 36rem; } .long thead th { position: sticky; top: 0; }
.long th button { font: inherit; font-weight: 600; color: inherit; background: none; border: 0;
  padding: 0; cursor: pointer; text-decoration: underline; }
.long thead th { background: #f0f3f6; }
.scroll { overflow: auto; } svg { max-width: 100%; height: auto; }
.skip { position: absolute; left: -100rem; } .skip:focus { position: static; }
@media (prefers-color-scheme: dark) {
  body { color: #f0f3f6; background: #14181d; } pre { background: #262c33; }
  .long thead th { background: #262c33; }
  a { color: #79b8ff; } .good { border-color: #56d364; }
  .bad, .notice { border-color: #ffb068; }
}
""".strip()

#: Makes the columns of a ``sortable`` table buttons, and its search field find rows.
SORT_AND_SEARCH = """
for (const place of document.querySelectorAll(".long")) {
  const body = place.querySelector("tbody"), field = place.querySelector("input");
  const key = (row, at) => row.children[at] ? row.children[at].textContent : "";
  place.querySelector("label").hidden = false;
  field.addEventListener("input", () => {
    for (const row of body.rows) {
      row.hidden = !key(row, 0).toLowerCase().includes(field.value.toLowerCase());
    }
  });
  place.querySelectorAll("thead th").forEach((head, at) => {
    const button = document.createElement("button");
    button.textContent = head.textContent;
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      const up = head.getAttribute("aria-sort") !== "ascending";
      for (const other of place.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", up ? "ascending" : "descending");
      // Points are decimal fractions, which the collation would take for two numbers.
      const order = (a, b) => at && parseFloat(key(a, at)) - parseFloat(key(b, at)) ||
        key(a, at).localeCompare(key(b, at), "en", {numeric: true});
      body.append(...[...body.rows].sort((a, b) => up ? order(a, b) : order(b, a)));
    });
  });
}
""".strip()


def sortable(html: str, label: str) -> str:
    """A table that ``SORT_AND_SEARCH`` makes handy; ``label`` is what its search is called."""
    field = f'<label hidden>{escape(label)} <input type="search"></label>'
    return f'<div class="long">\n{field}\n{html}\n</div>'


def html_page(title: str, parts: Iterable[str], script: str = "") -> str:
    """A whole page; ``parts`` are its HTML, ``script`` one of ours."""
    body = "\n".join(parts)
    ending = f"\n<script>\n{script}\n</script>" if script else ""
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
</main>{ending}
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
