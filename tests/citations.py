"""Finds what files cite of docs/behaviours: in prose, in cases and in pytest's marks."""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

#: A test with one of these may not run, so it shows nothing.
UNSURE = {"skip", "skipif", "xfail", "needs"}
_ID = r"(?:[A-H][0-9]{1,3}|R[0-9](?:\.[0-9]{1,2})?)"
_SPAN = rf"{_ID}(?:-{_ID})?"
_LOOSE = re.compile(rf"(?<![\w.\"'#%-]){_SPAN}(?![\w\"'])")
#: In text that is not about code only what stands in parentheses, or is called a behaviour.
_STRICT = re.compile(rf"\({_SPAN}(?:[,;] {_SPAN})*\)|\bbehaviours? {_SPAN}(?:(?:, | and ){_SPAN})*")
_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
_NOQA = re.compile(r"#\s*noqa\b.*")
_TOML_COMMENT = re.compile(r"(?:^|\s)#\s.*")
#: Directories that hold nothing of the project's own.
_FOREIGN = {"node_modules", "build", "dist", "__pycache__"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files_of(root: Path, *suffixes: str) -> list[Path]:
    """The project's files with one of these suffixes; hidden folders are not looked into."""
    found: list[Path] = []
    for path in sorted(root.iterdir()):
        if path.name.startswith(".") or path.name in _FOREIGN:
            continue
        if path.is_dir():
            found += files_of(path, *suffixes)
        elif path.suffix in suffixes:
            found.append(path)
    return found


def cited_in(path: Path) -> set[str]:
    """The ids that a file cites, each of a range, as it writes them."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return _of_python(text) | {f"F{number}" for number in marked_in(text)}
    if path.suffix == ".md":
        return _loose(_FENCED.sub("", text))
    if path.suffix == ".toml":
        comments = "\n".join(_TOML_COMMENT.findall(text))
        return _loose(_NOQA.sub("", comments)) | _strict(text)
    if path.suffix == ".json":
        return {name for cite in cites_in(path) for name in _loose(cite)}
    raise ValueError(f"{path.name} is of a kind that is not read for citations.")


def cites_in(path: Path) -> list[str]:
    """The members ``cite`` of a JSON file."""
    return list(_members(json.loads(path.read_text(encoding="utf-8"))))


def _members(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("cite"), str):
            yield value["cite"]
        value = list(value.values())
    for part in value if isinstance(value, list) else ():
        yield from _members(part)


def expand(span: str) -> Iterator[str]:
    """The ids of a citation: ``D7-D9`` is three, of a range that is none the two ends."""
    first, _, last = span.partition("-")
    head, low = re.fullmatch(r"(.*?)([0-9]+)", first).groups()  # type: ignore[union-attr]
    end = re.fullmatch(re.escape(head) + r"([0-9]+)", last)
    if end is None or int(end[1]) <= int(low):
        yield from filter(None, (first, last))
        return
    for number in range(int(low), int(end[1]) + 1):
        yield f"{head}{number}"


def _loose(text: str) -> set[str]:
    return {name for span in _LOOSE.findall(text) for name in expand(span)}


def _strict(text: str) -> set[str]:
    found = (span for place in _STRICT.findall(text) for span in re.findall(_SPAN, place))
    return {name for span in found for name in expand(span)}


def _of_python(source: str) -> set[str]:
    """Comments and docstrings are about the code; another string may be anything."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    comments = [token.string for token in tokens if token.type == tokenize.COMMENT]
    found = {name for comment in comments for name in _loose(_NOQA.sub("", comment))}
    module = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            found |= (_loose if id(node) in docs else _strict)(node.value)
    return found


def marks_of(nodes: Iterable[ast.AST], aliases: dict[str, str]) -> Iterator[tuple[str, list[int]]]:
    """The names of pytest's marks in expressions, and the numbers that they are called with.

    Args:
        aliases: name -> mark, for modules that say ``A = pytest.mark.behaviour``.
    """
    for node in nodes:
        for part in ast.walk(node):
            called = part.func if isinstance(part, ast.Call) else part
            if isinstance(called, ast.Attribute) and ast.unparse(called.value) == "pytest.mark":
                name = called.attr
            elif isinstance(called, ast.Name) and called.id in aliases:
                name = aliases[called.id]
            else:
                continue
            arguments = part.args if isinstance(part, ast.Call) else []
            given = [a.value for a in arguments if isinstance(a, ast.Constant)]
            yield name, [value for value in given if isinstance(value, int)]


def marked_in(source: str, unsure: bool = True) -> set[int]:
    """The numbers that the tests in a module carry.

    Args:
        unsure: count also the tests that may not run.
    """
    module = ast.parse(source)
    aliases: dict[str, str] = {}
    shared: list[ast.AST] = []
    for node in module.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            if node.targets[0].id == "pytestmark":
                shared.append(node.value)
            elif isinstance(node.value, ast.Attribute):
                for name, _ in marks_of([node.value], {}):
                    aliases[node.targets[0].id] = name
    numbers: set[int] = set()
    for test in functions_of(module.body):
        marks = list(marks_of([*test.decorator_list, *shared], aliases))
        if unsure or not UNSURE & {name for name, _ in marks}:
            numbers.update(n for name, given in marks if name == "behaviour" for n in given)
    return numbers


def functions_of(body: list[ast.stmt]) -> Iterator[Function]:
    """The functions that pytest runs, also those of classes."""
    for node in body:
        if isinstance(node, Function) and node.name.startswith("test"):
            yield node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield from functions_of(node.body)
