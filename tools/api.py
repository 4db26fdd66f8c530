"""Write docs/api.md: the public names of the library `refusal`, from their docstrings.

    python tools/api.py            write it
    python tools/api.py --check    only say whether it is in step

The docstrings are read from the source, without importing it.
"""

from __future__ import annotations

import argparse
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "api.md"
#: The modules whose `__all__` is public, in the order of the page.
MODULES = (
    "refusal",
    "refusal.testing",
    "refusal.explained",
    "refusal.authorization",
    "refusal.services.audit",
    "refusal.services.dynamodb",
    "refusal.serving",
)
#: What each of these has for the library itself: a user gets these objects and makes none.
ONLY = {
    "refusal.services.audit": ("Event", "RemoteEvent", "Trail"),
    "refusal.services.dynamodb": ("AtRest",),
    "refusal.serving": ("Server",),
}
HEADER = (
    "# The library's names\n\n"
    "<!-- Written by tools/api.py from the docstrings in sandbox/refusal: change those, and run "
    "`make api`. -->\n\n"
    "These names of the package `refusal` are public: they, the commands of "
    "`python -m refusal` and the plugin for pytest follow "
    "[semantic versioning](https://semver.org). Everything else may change at any time.\n"
)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it; returns the exit status."""
    parser = argparse.ArgumentParser(description="Write docs/api.md from the docstrings.")
    parser.add_argument("--check", action="store_true", help="write nothing")
    given = parser.parse_args(arguments)
    text = page()
    if given.check:
        same = PAGE.is_file() and PAGE.read_text("utf-8") == text
        print("docs/api.md is in step." if same else "docs/api.md is out of step: `make api`.")
        return 0 if same else 1
    PAGE.write_text(text, "utf-8")
    return 0


def page() -> str:
    """The page as it should be."""
    package = griffe.load(
        "refusal",
        search_paths=[ROOT / "sandbox"],
        docstring_parser=griffe.Parser.google,
        docstring_options={"returns_multiple_items": False, "returns_named_value": False},
    )
    parts = [HEADER]
    for name in MODULES:
        parts += _module(package, name)
    return "\n".join(parts).rstrip() + "\n"


def public(package: Any, module: str) -> list[str]:
    """The public names of a module."""
    found = _found(package, module)
    if module in ONLY:
        return list(ONLY[module])
    exports = found.exports
    names = exports if exports is not None else [n for n in found.members if _is_own(found, n)]
    return sorted((str(name) for name in names), key=str.lower)


def _is_own(module: Any, name: str) -> bool:
    member = module.members[name]
    return not name.startswith("_") and not member.is_alias and not member.is_attribute


def _found(package: Any, module: str) -> Any:
    return package if module == "refusal" else package[module.removeprefix("refusal.")]


def _module(package: Any, name: str) -> Iterator[str]:
    found = _found(package, name)
    yield f"## `{name}`\n"
    summary = (found.docstring.value if found.docstring else "").strip()
    yield _plain(summary.partition("\n\n")[0] if name == "refusal" else summary) + "\n"
    for member in public(package, name):
        thing = found[member]
        # A module hides the function that has its name.
        yield from _member(thing[member] if thing.is_module else thing, member)


def _member(thing: Any, name: str, owner: str = "") -> Iterator[str]:
    target = thing.final_target if thing.is_alias else thing
    level = "####" if owner else "###"
    shown = f"{owner}.{name}" if owner else name
    yield f"{level} `{shown}{_signature(target)}`\n"
    yield from _docstring(target)
    if target.is_class and _bases(target) & _ENUMS:
        listed = [one for one in target.members.values() if one.is_attribute and one.value]
        yield "**Members**\n"
        yield from (f"- `{one.name}`: `{str(one.value).strip(chr(39))}`" for one in listed)
        yield ""
    if target.is_class:
        for each, member in _members(target):
            yield from _member(member, each, name)


def _members(made: Any) -> Iterator[tuple[str, Any]]:
    """The public methods and properties of a class, as they are written."""
    for name, member in made.members.items():
        is_method = member.is_function or "property" in member.labels
        if not name.startswith("_") and is_method:
            yield name, member


def _signature(thing: Any) -> str:
    if thing.is_class:
        init = thing.members.get("__init__")
        if init is None or "dataclass" in thing.labels or _bases(thing) & {"Protocol", *_ENUMS}:
            return ""
        return _parameters(init)
    if thing.is_function and "property" not in thing.labels:
        returns = f" -> {thing.returns}" if thing.returns is not None else ""
        return _parameters(thing) + returns
    return ""


def _bases(made: Any) -> set[str]:
    return {str(base).rpartition(".")[2] for base in made.bases}


def _parameters(function: Any) -> str:
    shown, starred = [], False
    listed = [one for one in function.parameters if one.name not in ("self", "cls")]
    for number, one in enumerate(listed):
        kind = str(one.kind.value)
        if kind == "keyword-only" and not starred:
            shown.append("*")
        starred = starred or kind in ("keyword-only", "variadic positional")
        stars = {"variadic positional": "*", "variadic keyword": "**"}.get(kind, "")
        text = f"{stars}{one.name}"
        text += f": {one.annotation}" if one.annotation is not None else ""
        if one.default is not None and not stars:
            text += f" = {one.default}"
        shown.append(text)
        following = str(listed[number + 1].kind.value) if number + 1 < len(listed) else ""
        if kind == "positional-only" and following != "positional-only":
            shown.append("/")
    return f"({', '.join(shown)})"


def _docstring(thing: Any) -> Iterator[str]:
    if thing.docstring is None:
        return
    for section in thing.docstring.parsed:
        if section.kind is griffe.DocstringSectionKind.text:
            yield _plain(section.value) + "\n"
            continue
        title = _TITLES.get(section.kind)
        if title is None:
            continue
        yield f"**{title}**\n"
        for item in section.value:
            name = getattr(item, "name", "") or ""
            name = str(item.annotation) if section.kind in _BY_TYPE and not name else name
            said = " ".join(_plain(item.description).split())
            yield f"- `{name}`: {said}" if name else f"- {said}"
        yield ""


_ENUMS = {"StrEnum", "IntEnum"}
_TITLES = {
    griffe.DocstringSectionKind.parameters: "Arguments",
    griffe.DocstringSectionKind.attributes: "Attributes",
    griffe.DocstringSectionKind.returns: "Returns",
    griffe.DocstringSectionKind.raises: "Raises",
}
_BY_TYPE = (griffe.DocstringSectionKind.raises,)


def _plain(text: str) -> str:
    """reStructuredText's double backticks as Markdown's, and paragraphs on one line each."""
    return "\n\n".join(_paragraph(one) for one in re.split(r"\n{2,}", text.strip("\n")))


def _paragraph(text: str) -> str:
    if all(line.startswith("    ") for line in text.splitlines()):
        return f"```text\n{textwrap.dedent(text).replace('``', '')}\n```"
    text = re.sub(r"``([^`]+)``", r"`\1`", text.strip())
    return re.sub(r"\n(?!- |\d+\. )\s*", " ", text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
