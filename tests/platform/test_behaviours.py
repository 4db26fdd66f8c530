"""The evidence: what is cited is there, and what is there is shown or says why not.

Negative controls write made-up citations into files of their own. They put them together from
parts, so that this file cites nothing itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests import behaviours
from tests.behaviours import Behaviour
from tests.citations import cited_in, cites_in, expand, files_of

ROOT = Path(__file__).resolve().parents[2]
KNOWN = behaviours.read()
KINDS = (".py", ".md", ".toml", ".json")
#: For learners: what stands here is no evidence that a behaviour is shown.
PROSE = {"docs", "lessons", "notebooks"}
#: The one page that names files of other repositories.
ELSEWHERE = behaviours.FOLDER / "sources.md"
#: Ways to speak of a document that is not here.
_ABSENT = re.compile(r"\bcatalogue (?:F\b|[0-9])|\bpart [A-H]\b|\bmoto-notes\b|\bdossier\b")
_DOCUMENT = re.compile(r"(?<![\w*{}/.-])[\w./-]*?([\w-]+\.md)\b")


def unresolved(cited: Iterable[str], known: Iterable[str]) -> list[str]:
    """The ids that are nowhere. A part, such as R1, is there if one of its rules is."""
    there = {*known, *(name.partition(".")[0] for name in known)}
    return sorted(set(cited) - there)


def strangers(path: Path, text: str, names: set[str]) -> list[str]:
    """The documents that a file names and that are not among the names."""
    found = {name for name in _DOCUMENT.findall(text) if name not in names}
    return sorted(found | set(_ABSENT.findall(text))) if path != ELSEWHERE else []


def open_ends(known: dict[str, Behaviour], cited: set[str]) -> list[str]:
    """The entries that nothing shows and that give no reason, and those whose reason is stale.

    An entry is held if code or a test cites it, or if a row of the catalogue rests on it; that
    each row has a test is for the catalogue's own check to say.
    """
    rows = [entry for entry in known.values() if entry.row and not entry.no_test]
    held = cited | {name for row in rows for name in row.source.split(", ")}
    bare = [n for n, entry in known.items() if not (entry.row or entry.no_test or n in held)]
    stale = [n for n, entry in known.items() if entry.no_test and n in cited]
    return [f"{n}: no test, no reason" for n in bare] + [f"{n}: cited after all" for n in stale]


def evidence(root: Path) -> set[str]:
    """What code and tests cite."""
    paths = files_of(root, ".py", ".json")
    return {n for p in paths if p.relative_to(root).parts[0] not in PROSE for n in cited_in(p)}


@pytest.mark.parametrize("kind", KINDS)
def test_every_citation_leads_to_an_entry(kind: str) -> None:
    for path in files_of(ROOT, kind):
        assert not unresolved(cited_in(path), KNOWN), path.relative_to(ROOT)


def test_cases_cite_entries_or_listed_pages_of_aws_guides() -> None:
    pages = behaviours.pages_of_guides()
    cites = {cite for path in files_of(ROOT, ".json") for cite in cites_in(path)}
    assert len(cites) > 30
    wrong = {cite for cite in cites if not _good_cite(cite, pages)}
    assert not wrong


def _good_cite(cite: str, pages: set[tuple[str, str]]) -> bool:
    if cite in KNOWN:
        return True
    guide, _, named = cite.partition(" ")
    return all((guide, page) in pages for page in named.split(" / "))


@pytest.mark.parametrize("kind", KINDS)
def test_no_file_names_a_document_that_is_not_here(kind: str) -> None:
    names = {path.name for path in files_of(ROOT, ".md")}
    for path in files_of(ROOT, kind):
        text = path.read_text(encoding="utf-8")
        assert not strangers(path, text, names), path.relative_to(ROOT)


def test_every_entry_is_shown_or_says_why_not() -> None:
    cited = evidence(ROOT)
    assert len(cited) > 100
    assert not open_ends(KNOWN, cited)


def test_the_rows_of_the_catalogue_rest_on_entries() -> None:
    rests = {name for entry in KNOWN.values() if entry.row for name in entry.source.split(", ")}
    assert not unresolved(rests, KNOWN)


@pytest.mark.parametrize("page", sorted(behaviours.FOLDER.glob("*.md")), ids=lambda page: page.name)
def test_a_page_is_short_and_listed(page: Path) -> None:
    assert len(page.read_text(encoding="utf-8").splitlines()) < 400
    listed = (behaviours.FOLDER / "README.md").read_text(encoding="utf-8")
    assert page.name == "README.md" or f"({page.name})" in listed


def in_parentheses(*ids: str) -> str:
    return f"({', '.join(ids)})"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("docstring.py", '"""A rule {}."""'),
        ("attribute.py", 'A = 1\n"""Of {}, so to say."""'),
        ("comment.py", "A = 1  # As seen {}."),
        ("string.py", "A = 'As seen {}.'"),
        ("README.md", "So it is {}."),
        ("comment.toml", "a = 1  # so it is {}"),
        ("string.toml", "why = 'So it is {}.'"),
        ("cases.json", '[{{"cases": [{{"cite": "{}"}}]}}]'),
    ],
)
def test_a_made_up_citation_is_found(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_text(text.format(in_parentheses("A1", "B99", "R2.3")), encoding="utf-8")
    assert unresolved(cited_in(path), KNOWN) == ["B99"]


def test_a_made_up_mark_is_found(tmp_path: Path) -> None:
    path = tmp_path / "test_it.py"
    path.write_text("@pytest.mark.skip\n@pytest.mark.behaviour(1, 999)\ndef test_a(): ...")
    assert unresolved(cited_in(path), KNOWN) == ["F999"]


@pytest.mark.parametrize(
    "text", ["A = ['E501', 'C4']", "A = 1  # noqa: F401", "A = '#A10'", "A = '%ED%A0%80'"]
)
def test_what_is_no_citation(tmp_path: Path, text: str) -> None:
    path = tmp_path / "it.py"
    path.write_text(text)
    assert cited_in(path) == set()


@pytest.mark.parametrize(
    ("span", "ids"),
    [
        ("B14", ["B14"]),
        ("D7-D9", ["D7", "D8", "D9"]),
        ("R1.9-R1.11", ["R1.9", "R1.10", "R1.11"]),
        ("A2-B3", ["A2", "B3"]),
        ("D9-D7", ["D9", "D7"]),
        ("R1", ["R1"]),
    ],
)
def test_a_range_cites_all_between(span: str, ids: list[str]) -> None:
    assert list(expand(span)) == ids


@pytest.mark.parametrize("cite", ["IAM no-such-page", "KMS grants / no-such-page", "B99", "KMS"])
def test_a_made_up_page_is_found(cite: str) -> None:
    assert not _good_cite(cite, behaviours.pages_of_guides())


@pytest.mark.parametrize(
    "text", ["see {}.md 2", "({}.md, B17)", "`docs/{}.md`", "[it]({}.md#rules)", "catalogue {}"]
)
def test_a_document_that_is_not_here_is_found(text: str) -> None:
    word = "77-81" if text.startswith("catalogue") else "absent-notes"
    assert strangers(Path("it.py"), text.format(word), {"ledger.md"})


def entry(name: str, no_test: str = "") -> dict[str, Behaviour]:
    return {name: Behaviour(name, "README.md", "A1", "documented", no_test)}


@pytest.mark.parametrize(
    ("known", "cited", "wrong"),
    [
        (entry("A1"), set(), ["A1: no test, no reason"]),
        (entry("A1"), {"A1"}, []),
        (entry("A1", "Because."), set(), []),
        (entry("A1", "Because."), {"A1"}, ["A1: cited after all"]),
        (entry("A1") | entry("F1"), set(), []),
        (entry("A1") | entry("F1", "Because."), set(), ["A1: no test, no reason"]),
        (entry("R1.2"), {"R1"}, ["R1.2: no test, no reason"]),
    ],
)
def test_an_entry_without_test_or_reason_is_found(
    known: dict[str, Behaviour], cited: set[str], wrong: list[str]
) -> None:
    assert open_ends(known, cited) == wrong


@pytest.mark.parametrize(
    "text",
    [
        "### A1\nText.\n",
        "### A1\nText.\n\nSource: It. Confidence: certain.\n",
        "| F1 | asked | answer | A1 |\n",
        "| F1 | asked | answer | A1 | certain |\n",
        "### A1\n\nSource: It. Confidence: observed.\n\n" * 2,
    ],
)
def test_an_entry_that_is_not_complete_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "README.md").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=r"^[AF]1 (?:in|is in) .*README\.md"):
        behaviours.read(tmp_path)
