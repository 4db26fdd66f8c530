"""What people read in this repository, as Markdown: one text for each place where it is written."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat

ROOT = Path(__file__).parents[1]
PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "sandbox/README.md"]
#: Written from docstrings, which ``make lint`` looks at.
GENERATED = {"api.md"}
_SPAN = re.compile(r"(```.*?```|`[^`]*`|<[^<>\n]*>|\]\([^)\n]*\)|\{\{[^}]*\}\})", re.DOTALL)
#: Code in a sentence: a call, an index, a list or dictionary, a quoted value, a name of a program.
_CODE = re.compile(
    r"(?:[\w.]+\([^()]*\)[\w.\[\]\"]*"
    r"|[\w.\])]*\[[^\]\n]*\](?:\[[^\]\n]*\])*"
    r"|\{[^{}]*(?:\{[^{}]*\}[^{}]*)*\}+"
    r'|(?<!\w)[bf]?"[^"\n]*"'
    r"|[\w.\"'{]*\w[_=:/]+[\w*][^\s,;]*[\w*\"}]"
    r"|\b[a-z][a-z0-9_]*\.[a-z_][a-z0-9_.]*"
    r"|\b[a-z]+[A-Z]\w*"
    r"|\b[A-Z]{3,}[a-z]\w*"
    r"|\b[A-Z]+[a-z]+(?:[A-Z]+[a-z0-9]*)+\b)(?:'s\b)?"
    r"|\b[A-Z]{2,}s?\b(?:'s\b)?"
)


def prose() -> dict[str, str]:
    """Every text by the name of its place, such as ``lessons/05_denying_access/checks.py``."""
    texts = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in _pages()}
    texts |= {"notebooks": "\n\n".join(_paragraphs())}
    for path in sorted((ROOT / "lessons").rglob("*.toml")):
        if path.name in ("questions.toml", "misconceptions.toml"):
            texts[str(path.relative_to(ROOT))] = _said(path)
    texts["helpers/messages.toml"] = _said(ROOT / "helpers" / "messages.toml")
    for path in sorted((ROOT / "lessons").glob("*/*.py")):
        if path.name == "checks.py" or path.parent.name == "clinic":
            said = "\n\n".join(_messages(path.read_text("utf-8")))
            texts |= {str(path.relative_to(ROOT)): said} if said else {}
    return {name: without_code(text) for name, text in texts.items()}


def _pages() -> list[Path]:
    docs = [path for path in sorted((ROOT / "docs").glob("*.md")) if path.name not in GENERATED]
    return [*(ROOT / page for page in PAGES), *docs]


def _paragraphs() -> Iterator[str]:
    """Each text cell of the notebooks, once; blank and solved ones share most of theirs."""
    cells: dict[str, None] = {}
    for path in sorted((ROOT / "notebooks").rglob("*.ipynb")):
        if ".ipynb_checkpoints" not in path.parts:
            found = nbformat.read(path, as_version=4).cells
            cells |= {cell.source: None for cell in found if cell.cell_type == "markdown"}
    yield from cells


def _said(path: Path) -> str:
    """The sentences of a TOML file, a paragraph each."""
    return "\n\n".join(_texts(tomllib.loads(path.read_text("utf-8"))))


def _texts(value: Any, key: str = "") -> Iterator[str]:
    if isinstance(value, str) and key not in ("answer", "given", "misconception"):
        yield value
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from _texts(one, name)


def _messages(source: str) -> Iterator[str]:
    """What a check says; a part of a sentence is shown as it stands after "Seen:"."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        documented = isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Module))
        if documented and ast.get_docstring(node) is not None:
            node.body.pop(0)
    inside = {
        id(part)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
        for part in ast.walk(node)
        if part is not node
    }
    for node in ast.walk(tree):
        text = _text_of(node) if id(node) not in inside else ""
        if " " in text.strip() and re.search(r"[a-z]{2} ", text):
            text = text.strip()
            yield text if text[0].isupper() else f"Seen: {text}"


def _text_of(node: ast.AST) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(_text_of(part) or "`x`" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def without_code(text: str) -> str:
    """A text in which what belongs to a program is marked as code, so that nobody reads it."""
    parts = _SPAN.split(text)
    for at in range(0, len(parts), 2):
        parts[at] = _CODE.sub(lambda found: f"`{found[0]}`".replace("\n", " "), parts[at])
    return "".join(parts)
