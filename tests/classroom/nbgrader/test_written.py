"""A student's words in the instructor's page: rendered, and nothing else happens."""

from __future__ import annotations

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbconvert.filters.markdown import markdown2html

from classroom.nbgrader.written import rendered

HARMLESS = {
    *("div", "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "em", "strong", "code", "pre"),
    *("blockquote", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td"),
}
ANSWER = """\
## Why it fails

She may *read the table*, but **not** use the key:

1. DynamoDB asks KMS
2. KMS refuses

| who | may |
|---|---|
| Mira | x < y |

```python
print("one")

print("two")
```
"""
#: What a student may hope that the instructor's browser does while reading.
HOPES = (
    "<img src=x onerror=pay()>",
    "<script>pay()</script>",
    "[click](javascript:pay())",
    "[click](https://example.com/grades)",
    "![seen](https://example.com/seen.png)",
    "</div><script>pay()</script>",
    "\n\n</div>\n\n<svg/onload=pay()>",
    "<!-- --!><img src=x onerror=pay()>",
    "$$\\href{javascript:pay()}{marks}$$",
    "\\begin{align}</div><script>pay()</script>\\end{align}",
    '```"onclick=x\npay()\n```',
    "<https://example.com>",
    "a\n\n$$\n<b>\n$$",
    '<div class="tex2jax_process">$x$',
    "&lt;script&gt;pay()&lt;/script&gt;",
    "\ud800 \0 \x1b[31m",
)


class Page(HTMLParser):
    """What a browser would make of a page: its tags, their attributes, its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


NO_MATH = ("class", "tex2jax_ignore mathjax_ignore")
#: Of each table, and of nothing else: Bootstrap's, which keep its columns apart.
TABLE = [("class", "table table-bordered"), ("style", "width: auto")]


def as_formgrader_shows(text: str) -> Page:
    """nbgrader's template renders a cell as Markdown, with the HTML in it."""
    return Page(str(markdown2html(rendered(text))))  # type: ignore[no-untyped-call]


def test_what_markdown_makes_is_shown() -> None:
    page = as_formgrader_shows(ANSWER)
    assert {"h2", "em", "strong", "ol", "li", "table", "td", "pre"} <= set(page.tags)
    assert page.attributes == [NO_MATH, *TABLE]
    assert 'print("one")\n\nprint("two")' in page.words
    assert "x < y" in page.words


@pytest.mark.parametrize("text", HOPES)
def test_what_a_browser_would_run_is_words(text: str) -> None:
    page = as_formgrader_shows(text)
    assert set(page.tags) <= HARMLESS
    assert page.attributes == [NO_MATH]
    assert page.tags[0] == "div" and page.tags.count("div") == 1
    for word in ("pay()", "example.com"):
        assert (word in text) == (word in page.words), "nothing is lost"


@given(st.lists(st.one_of(st.sampled_from([*HOPES, *ANSWER.splitlines()]), st.text())))
def test_no_text_whatever_does_more(parts: list[str]) -> None:
    page = as_formgrader_shows("\n".join(parts))
    assert set(page.tags) <= HARMLESS
    assert page.attributes == [NO_MATH, *TABLE * page.tags.count("table")]
