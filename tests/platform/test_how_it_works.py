"""docs/how-it-works.md: its drawings show the code as it is, and the names it gives are there."""

from __future__ import annotations

import re
from pathlib import Path

import grimp
import pytest

import classroom

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "how-it-works.md").read_text(encoding="utf-8")
ROOMS = ("refusal", "helpers", "lessons", "authoring", "classroom", "web", "benchmarks")

Arrows = set[tuple[str, str]]


def drawn(mark: str, page: str = PAGE) -> Arrows:
    """The arrows of the drawing that follows a mark, ``<!-- mark -->``."""
    match = re.search(rf"<!-- {mark} -->\n```mermaid\n(.*?)```", page, re.DOTALL)
    assert match, f"the page has no drawing of the {mark}"
    found: Arrows = set()
    for line in match[1].splitlines():
        if arrow := re.fullmatch(r"\s*(\w+) --> ([\w &]+)", line):
            found |= {(arrow[1], target.strip()) for target in arrow[2].split("&")}
    return found


def imported(*packages: str, level: int) -> Arrows:
    """Which room imports which: packages at level 0, what is in a package at level 1."""
    graph = grimp.build_graph(*packages, cache_dir=None)
    found: Arrows = set()
    for module in graph.modules:
        for target in graph.find_modules_directly_imported_by(module):
            ends = [name.split(".") for name in (module, target)]
            if all(len(parts) > level for parts in ends):
                one, other = (parts[level] for parts in ends)
                found |= {(one, other)} if one != other else set()
    return found


def test_the_drawing_of_the_rooms_is_how_they_import_each_other() -> None:
    assert drawn("rooms") == imported(*ROOMS, level=0)


def test_the_drawing_of_the_library_is_how_its_rooms_import_each_other() -> None:
    assert drawn("rooms of refusal") == imported("refusal", level=1)


def test_an_arrow_too_many_is_found() -> None:
    page = PAGE.replace("    web --> authoring\n", "    web --> authoring & classroom\n")
    assert drawn("rooms", page) - imported(*ROOMS, level=0) == {("web", "classroom")}


def test_the_drawing_of_the_processes_names_those_that_the_package_tells_of() -> None:
    match = re.search(r"<!-- processes -->\n```mermaid\n(.*?)```", PAGE, re.DOTALL)
    assert match
    boxes = re.findall(r'\["(.*?)<br/>', match[1])
    assert classroom.__doc__
    tree = classroom.__doc__.partition("::")[2].partition("\n\nThe main road")[0]
    told = [
        re.split(r"\s{2,}", line.strip(" │├└─"))[0] for line in tree.splitlines() if line.strip()
    ]
    assert sorted(boxes) == sorted(told)


#: Where a file's path may begin, as the page gives it.
FOLDERS = ("", "sandbox", "sandbox/refusal", "sandbox/refusal/services", "classroom")
NAMED = sorted(set(re.findall(r"`((?:[\w.]+/)*[\w.]+\.(?:py|toml|md|csv))`", PAGE)) - {"marks.csv"})


@pytest.mark.parametrize("name", NAMED)
def test_a_file_that_the_page_names_is_there(name: str) -> None:
    folders = [*FOLDERS, "sandbox/refusal/services/dynamodb", "lessons/05_denying_access"]
    assert any((ROOT / folder / name).is_file() for folder in folders), name


SOURCES = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("sandbox/refusal", "helpers", "classroom", "authoring")
    for path in (ROOT / room).rglob("*.py")
)
CALLED = sorted(set(re.findall(r"`(?:[A-Z]\w+\.)?([a-z_]+)`", PAGE)))


@pytest.mark.parametrize("name", sorted(set(CALLED) - {"get_item", "players"}))
def test_a_function_that_the_page_names_is_there(name: str) -> None:
    assert re.search(rf"\bdef {name}\b|^\s+{name}: ", SOURCES, re.MULTILINE) or name in ROOMS, name
