"""Change the code a little, many times, and say which changes a room's own tests do not notice.

A mutant is one small change that cosmic-ray makes, such as `and` for `or`. No file is written: each
mutant runs in a fork that reads the changed text in place of the file's. Only the tests that run
the changed statement run; which those are is kept in build/mutants. The rest is in mutants.toml.
"""

from __future__ import annotations

import argparse
import ast
import faulthandler
import hashlib
import os
import random
import re
import resource
import sys
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib import import_module
from importlib.machinery import SourceFileLoader
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator, operator_names
from coverage import Coverage, CoverageData

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "tools" / "mutants.toml").read_text("utf-8"))
ROOMS: dict[str, Any] = SETTINGS["rooms"]


class Mutant(NamedTuple):
    """A changed file: its path, the changed line before and after, and the whole text after."""

    path: Path
    line: int
    before: str
    after: str
    text: str


def mutants(paths: list[Path], chance: random.Random) -> Iterator[Mutant]:
    """Yields one mutant of each place that can be changed, in an order of chance."""
    used, alone = (re.compile("|".join(SETTINGS[key])) for key in ("operators", "left_alone"))
    operators = [get_operator(name)() for name in operator_names() if used.fullmatch(name)]
    texts = {path: path.read_text("utf-8") for path in paths}
    places: dict[tuple[Path, int, int], list[tuple[Any, int]]] = {}
    for path, text in texts.items():
        counts = dict.fromkeys(operators, 0)
        for node in ast_nodes(get_ast(text)):
            for operator in operators:
                for start, _ in operator.mutation_positions(node):
                    places.setdefault((path, *start), []).append((operator, counts[operator]))
                    counts[operator] += 1
    for path, line, column in chance.sample(sorted(places), len(places)):
        changed = mutate_code(texts[path], *chance.choice(places[path, line, column]))
        lines = zip(texts[path].splitlines(), changed.splitlines(), strict=False)
        before, after = next((old.strip(), new.strip()) for old, new in lines if old != new)
        with suppress(SyntaxError):  # cosmic-ray can write `if not name := value`
            ast.parse(changed)
            if alone.sub("", before) != alone.sub("", after):
                yield Mutant(path, line, before, after, changed)


class Tests:
    """A plugin of pytest: runs some tests only, in their order here; tells coverage which runs."""

    def __init__(self, chosen: list[str] | None, runs: Callable[[str], object] = id) -> None:
        self.chosen, self.runs = chosen, runs

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.chosen or found if test in found]

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self.runs(nodeid)


def in_a_fork(work: Callable[[], int], seconds: int, said: Path = Path(os.devnull)) -> int:
    """Returns the exit status of work in a fork; negative past its time of the processor. What it
    prints goes into a file."""
    faulthandler.cancel_dump_traceback_later()  # pytest's: a fork would wait for its thread
    if (child := os.fork()) == 0:
        try:
            for stream in (1, 2):
                os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), stream)
            resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
            os.environ["CI"] = "true"  # the same examples in every run
            os._exit(work())
        finally:
            os._exit(70)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def run_tests(files: Iterable[str], plugin: Tests) -> int:
    """Returns pytest's exit status. Plain asserts: rewriting them would read past the loader."""
    options = ["-x", "-q", "--assert=plain", "-p", "no:cacheprovider", "-p", "no:xdist"]
    return int(pytest.main([*options, *files], plugins=[plugin]))


def record(test_file: Path, sources: list[Path]) -> CoverageData:
    """Returns which test of a file runs what: from build/mutants unless something has changed."""
    content = b"".join(path.read_bytes() for path in [test_file, *sources])
    kept = ROOT / "build" / "mutants" / f"{hashlib.sha256(content).hexdigest()}.coverage"

    def work() -> int:
        measured = Coverage(data_file=str(kept), include=[str(path) for path in sources])
        with measured.collect():
            status = run_tests([str(test_file)], Tests(None, measured.switch_context))
        if status == 0:
            measured.save()
        return status

    kept.parent.mkdir(parents=True, exist_ok=True)
    said = kept.with_name("said.txt")
    if not kept.exists() and (status := in_a_fork(work, 1800, said)) != 0:
        name = test_file.relative_to(ROOT)
        sys.exit(f"{said.read_text('utf-8')}\n{name} fails with nothing changed ({status}).")
    data = CoverageData(str(kept))
    data.read()
    return data


def choose(mutant: Mutant, runs: list[CoverageData]) -> list[str]:
    """Returns the tests that run the changed statement; all of them where it runs at import."""
    tests = [test for data in runs for test in sorted(data.measured_contexts()) if test]
    span = range(mutant.line, mutant.line + 1)
    for node in ast.walk(ast.parse(mutant.path.read_text("utf-8"))):
        if isinstance(node, ast.stmt):  # the innermost comes last; of a compound one, its head
            body = getattr(node, "body", None)
            end = max(node.lineno, body[0].lineno - 1 if body else node.end_lineno or 0)
            span = range(node.lineno, end + 1) if node.lineno <= mutant.line <= end else span
    lines = [data.contexts_by_lineno(str(mutant.path)) for data in runs]
    own = {test for ran in lines for line in span for test in ran.get(line, ())}
    near = {test for ran in lines for found in ran.values() for test in found}
    return sorted(own - {""}) or sorted(tests if own else (), key=lambda test: test not in near)


def noticed(mutant: Mutant, tests: list[str], seconds: int) -> str:
    """Returns whether a test fails, or takes too long, with the mutant in its file's place."""
    real = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, name: str) -> Any:
        if loader.path == str(mutant.path):
            return compile(mutant.text, loader.path, "exec", dont_inherit=True)
        return real(loader, name)

    def work() -> int:
        SourceFileLoader.get_code = get_code  # type: ignore[assignment, method-assign]
        named = [test for test in tests if "::" in test]
        return run_tests({test.partition("::")[0]: 0 for test in tests}, Tests(named))

    unnoticed = (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return "noticed" if tests and in_a_fork(work, seconds) not in unnoticed else "not noticed"


def examine(name: str, asked: argparse.Namespace) -> bool:
    """Tries a sample of a room's mutants; returns whether enough of them were noticed."""
    room = ROOMS[name]
    sources = sorted(path for code in room["code"] for path in ROOT.glob(code))
    lines = {line.strip() for path in sources for line in path.read_text("utf-8").splitlines()}
    if stale := {entry["before"] for entry in room["accepted"]} - lines:
        sys.exit(f"tools/mutants.toml: no file of {name} has the line {stale.pop()!r} now.")
    files = [path for tests in room["tests"] for path in sorted(ROOT.glob(tests))]
    runs = [] if "group" in room else [record(path, sources) for path in files]
    count = dict.fromkeys(("noticed", "not noticed", "accepted"), 0)
    for mutant in islice(mutants(sources, random.Random(asked.seed)), asked.sample):
        change = {"before": mutant.before, "after": mutant.after, "why": ...}
        result = "accepted"
        if not any({**one, "why": ...}.items() <= change.items() for one in room["accepted"]):
            group = re.search(room.get("group", "$."), str(mutant.path))
            named = [*map(str, files), *(["-k", f"[{int(group[1])}."] if group else [])]
            chosen = choose(mutant, runs) if runs else named
            result = noticed(mutant, chosen, room["processor_seconds"])
        count[result] += 1
        print(f"{result}: {mutant.path.relative_to(ROOT)}:{mutant.line}", flush=True)
        if result == "not noticed":
            print(f"  - {mutant.before}\n  + {mutant.after}", flush=True)
    print(f"{name}: {', '.join(f'{many} {word}' for word, many in count.items())}", flush=True)
    return bool(count["noticed"] >= SETTINGS["enough"] * (sum(count.values()) - count["accepted"]))


def main() -> int:
    """Returns in how many rooms too few mutants were noticed."""
    parser = argparse.ArgumentParser(description="Say which small changes no test notices.")
    parser.add_argument("rooms", nargs="*", choices=ROOMS, default=list(ROOMS), metavar="ROOM")
    parser.add_argument("--sample", type=int, default=40, help="how many mutants of each room")
    parser.add_argument("--seed", default="1", help="another seed draws other mutants")
    asked = parser.parse_args()
    os.chdir(ROOT)
    for name in SETTINGS["preloaded"]:
        import_module(name)
    return sum(not examine(name, asked) for name in asked.rooms)


if __name__ == "__main__":
    sys.exit(main())
