"""No term of the glossary is used before the paragraph that introduces it.

A term is introduced where it is emphasised (``*key policy*``) or linked to the glossary. Looked at
is the prose of the blank notebooks, in the course's order: text, questions and exercises, but not
what stands at the head and foot of each notebook, nor the list of key terms at its end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from authoring import twins
from tests.cells import LESSONS

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"
#: Written by authoring around each lesson; the contents and promises name what is yet to come.
_AROUND = re.compile(r"navigation|card|footer|stuck-.*")
_NO_PROSE = ("#", "<img", "**Key terms", "| [")
_FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
_CODE = re.compile(r"`[^`]*`")
_EMPHASISED = re.compile(
    r"(?<!\*)\*{1,2}(?!\s|\*)[^*]+\*{1,2}|\[[^\]]*\]\([^)]*glossary\.md[^)]*\)"
)


@dataclass(frozen=True)
class Paragraph:
    """One line of a page's prose, and where it stands."""

    notebook: str
    section: str
    text: str


def terms_of(glossary: str) -> list[str]:
    """The glossary's terms, each name of a row with several."""
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|", glossary, re.MULTILINE)
    return [term for row in rows for term in row.split(", ")]


def prose(notebook: str, cells: Iterable[tuple[str, str]]) -> Iterator[Paragraph]:
    """The paragraphs of a notebook's text cells, (id, source) of each, in order."""
    section = ""
    for identity, source in cells:
        if _AROUND.fullmatch(identity):
            continue
        for line in _FENCED.sub("", source).split("\n"):
            if line.startswith("## "):
                section = line[3:]
            if line and not line.startswith(_NO_PROSE):
                yield Paragraph(notebook, section, _CODE.sub("``", line))


def used_early(paragraphs: Iterable[Paragraph], terms: Iterable[str]) -> dict[str, Paragraph]:
    """The terms whose first paragraph does not introduce them, with that paragraph."""
    # The longest first, so that an "access key" is no "key".
    ordered = sorted(terms, key=len, reverse=True)
    names = {f"t{n}": term for n, term in enumerate(ordered)}
    either = "|".join(f"(?P<{name}>{_plural(term)})" for name, term in names.items())
    pattern = re.compile(rf"(?<![\w/.:-])(?:{either})(?![\w-])", re.IGNORECASE)
    first: dict[str, Paragraph | None] = {}
    for paragraph in paragraphs:
        spans = [match.span() for match in _EMPHASISED.finditer(paragraph.text)]
        used: dict[str, bool] = {}
        for match in pattern.finditer(paragraph.text):
            term = names[match.lastgroup or ""]
            marked = any(start <= match.start() and match.end() <= end for start, end in spans)
            used[term] = used.get(term, False) or marked
        for term, introduced in used.items():
            first.setdefault(term, None if introduced else paragraph)
    return {term: place for term, place in first.items() if place is not None}


def _plural(term: str) -> str:
    if term.endswith("y"):
        return re.escape(term[:-1]) + "(?:y|ys|ies)"
    return re.escape(term) + "(?:s|es)?"


def course() -> Iterator[Paragraph]:
    """All prose of all blank notebooks."""
    for lesson in LESSONS:
        cells = twins.blank(lesson, LESSONS).cells
        texts = [(cell.id, cell.source) for cell in cells if cell.cell_type == "markdown"]
        yield from prose(lesson.number, texts)


def test_every_term_is_introduced_where_it_is_first_used() -> None:
    early = used_early(course(), terms_of(GLOSSARY.read_text(encoding="utf-8")))
    told = [f"{p.notebook}, {p.section}: {term}: {p.text}" for term, p in early.items()]
    assert not told, "\n".join(told)


def test_the_course_uses_the_terms_of_its_glossary() -> None:
    """Else the test above would look at nothing."""
    terms = terms_of(GLOSSARY.read_text(encoding="utf-8"))
    text = "\n".join(paragraph.text for paragraph in course()).lower()
    assert len(terms) == len(set(terms)) > 50
    assert sum(term.lower() in text for term in terms) > len(terms) * 0.7


@pytest.mark.parametrize(
    ("text", "early"),
    [
        ("An *access key* signs. The access key is hers.", []),
        ("Two *access keys* sign.", []),
        ("An **access key** signs.", []),
        ("Her [access key](../docs/glossary.md) signs.", []),
        ("An *AWS access key* signs.", []),
        ("Her [access key](https://docs.aws.amazon.com) signs.", ["access key"]),
        ("An access key signs. An *access key* is a pair.\n", []),
        ("Her access key signs.\nAn *access key* is a pair.", ["access key"]),
        ("Her key.", ["key"]),
        ("Two *policies*, and a key: a *key*.", []),
        ("Two policies apply.", ["policy"]),
        ("An action called kms:key.", []),
        ("`key` is a variable, and `policy` another.", []),
        ("```python\nkey = policy\n```", []),
        ("**Key terms**: key, policy.", []),
        ("It is *not* a key.", ["key"]),
        ("The monkey, the key-ring and the keyboard.", []),
    ],
)
def test_what_counts_as_an_introduction(text: str, early: list[str]) -> None:
    found = used_early(prose("00", [("a", text)]), ["key", "access key", "policy"])
    assert sorted(found) == early


def test_the_head_of_a_notebook_may_promise_what_is_to_come() -> None:
    cells = [("card", "You make a key."), ("stuck-0-1", "A key."), ("b", "## 1. A key\nA *key*.")]
    assert used_early(prose("00", cells), ["key"]) == {}
