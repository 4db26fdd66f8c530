"""What a student wrote in Markdown, as a page of the instructor's may show it."""

from __future__ import annotations

import re
import textwrap

import bleach  # type: ignore[import-untyped]
import mistune

#: What Markdown makes.
_TAGS = frozenset(
    [
        *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre"),
        *("blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
    ]
)
#: MathJax, which the Formgrader loads, leaves out what has these classes: TeX can hold links.
_NO_MATH = "tex2jax_ignore mathjax_ignore"
#: With the lines and the padding of Bootstrap, which the Formgrader loads: without them, the words
#: of two columns run into one.
_TABLE = '<table class="table table-bordered" style="width: auto">'


class _Words(mistune.HTMLRenderer):
    """No links and no pictures, which would lead or ask elsewhere: their addresses as text."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        """The words, and the address."""
        return f"{text} ({mistune.escape(url)})"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """The words, and the address."""
        return self.link(text, url, title)


_markdown = mistune.create_markdown(renderer=_Words(escape=True), plugins=["table"])


def rendered(text: str) -> str:
    """Markdown as HTML that shows a text and does nothing else, whatever the text holds.

    mistune (BSD) and bleach (Apache-2.0) are those of nbconvert. HTML in the text is shown as it
    was typed. The result stands on one line, so that Markdown takes it for one block of HTML.
    """
    html = str(_markdown(text.encode(errors="backslashreplace").decode()))
    safe = bleach.clean(html, tags=_TAGS, attributes={}).replace("<table>", _TABLE)
    return f'<div class="{_NO_MATH}">{safe.strip()}</div>'.replace("\n", "&#10;")


def as_typed(text: str) -> str:
    """Markdown that shows a text as it was typed, and does nothing else."""
    fence = "~" * (3 + max((len(run) for run in re.findall(r"~+", text)), default=0))
    lines = [part for line in text.splitlines() for part in textwrap.wrap(line, 90) or [""]]
    return "\n".join([f"{fence}text", *lines, fence])
