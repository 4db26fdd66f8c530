"""What docs/behaviours says: each behaviour of AWS, with its source and its confidence."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parents[1] / "docs" / "behaviours"
#: What an entry's confidence is said in; the folder's README explains each.
CONFIDENCE = re.compile(r"documented|documents|observed|inferred|assumed|assumption|unknown")
_HEAD = re.compile(r"^### (\S+)$", re.MULTILINE)
_END = re.compile(r"^#", re.MULTILINE)
_SOURCE = re.compile(r"^Source: (.+?)\.? Confidence: (.+)\.$", re.MULTILINE)
_NO_TEST = re.compile(r"\bNo test: ([^|\n]+)")
_ROW = re.compile(r"^\| (F[0-9]+) \|(.+)\|$", re.MULTILINE)
_COLUMNS = 4  # given and asked, answer, rests on, confidence


@dataclass(frozen=True)
class Behaviour:
    """An entry.

    Attributes:
        source: the document or record; for a row of the catalogue, the entries it rests on.
        no_test: why nothing cites it; empty where something does.
    """

    id: str
    page: str
    source: str
    confidence: str
    no_test: str

    @property
    def row(self) -> bool:
        """True for a row of the catalogue, which test marks name by its number."""
        return self.id.startswith("F")


def read(folder: Path = FOLDER) -> dict[str, Behaviour]:
    """The entries by id.

    Raises:
        ValueError: an id that comes twice, or an entry that is not complete.
    """
    found: dict[str, Behaviour] = {}
    for page in sorted(folder.glob("*.md")):
        for entry in _entries(page.name, page.read_text(encoding="utf-8")):
            if entry.id in found:
                raise ValueError(f"{entry.id} is in {found[entry.id].page} and in {page.name}.")
            found[entry.id] = entry
    return found


def _entries(page: str, text: str) -> Iterator[Behaviour]:
    for head in _HEAD.finditer(text):
        end = _END.search(text, head.end())
        body = text[head.end() : end.start() if end else len(text)]
        told = _SOURCE.search(body)
        if told is None or not CONFIDENCE.search(told[2]):
            raise ValueError(f"{head[1]} in {page} needs a line 'Source: ... Confidence: ...'.")
        yield Behaviour(head[1], page, told[1], told[2], _reason(body))
    for row in _ROW.finditer(text):
        cells = [cell.strip() for cell in row[2].split("|")]
        if len(cells) != _COLUMNS or not all(cells) or not CONFIDENCE.search(cells[-1]):
            raise ValueError(f"{row[1]} in {page} needs {_COLUMNS} cells, the last its confidence.")
        yield Behaviour(row[1], page, cells[2], cells[3], _reason(row[2]))


def _reason(text: str) -> str:
    told = _NO_TEST.search(text)
    return told[1].strip() if told else ""


def pages_of_guides(folder: Path = FOLDER) -> set[tuple[str, str]]:
    """The pages of AWS's guides that cases may cite: (short name of the guide, page)."""
    table = (folder / "sources.md").read_text(encoding="utf-8")
    return set(re.findall(r"^\| (KMS|DynamoDB|IAM) \| (\S+) \|$", table, re.MULTILINE))
