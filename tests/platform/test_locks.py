"""The locks: exact, hashed, without addresses, and complete for what the code imports."""

from __future__ import annotations

import ast
import json
import re
import sys
import tomllib
from importlib.metadata import packages_distributions, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.lock import pins

ROOT = Path(__file__).resolve().parents[2]
#: Each lock, and the dependency groups that it holds; each holds what those before it do.
GROUPS = {
    "requirements.lock": ["build"],
    "requirements-grading.lock": ["build", "grading"],
    "requirements-dev.lock": ["build", "grading", "hub", "site", "dev"],
}
LOCKS = list(GROUPS)
#: What the site's Python needs from PyPI, for one Python only.
SITE_LOCK = "web/wheels.lock"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
SANDBOX = tomllib.loads((ROOT / "sandbox/pyproject.toml").read_text("utf-8"))
#: What is installed from its folder, and imported from there.
OWN = {"authoring", "benchmarks", "classroom", "helpers", "hub", "lessons", "refusal", "tests"}
OWN |= {"tools", "web"}
SUPPORTED = ["3.11.0", "3.12.0", "3.13.0", "3.14.0"]


def locked(name: str, python: str | None = None) -> dict[str, str]:
    """Return name -> version of a lock's pins, here or for a version of Python on Linux."""
    full = {"python_full_version": python, "python_version": python[:4]} if python else None
    wanted = map(Requirement, pins((ROOT / name).read_text("utf-8")))
    return {
        canonicalize_name(pin.name): str(pin.specifier).removeprefix("==")
        for pin in wanted
        if pin.marker is None or pin.marker.evaluate(full)
    }


def declared(*groups: str) -> list[Requirement]:
    """Return what the course and its sandbox ask for, with these groups."""
    asked = [*PROJECT["project"]["dependencies"], *SANDBOX["project"]["dependencies"]]
    asked.remove("refusal")
    for group in groups:
        asked += PROJECT["dependency-groups"][group]
    return list(map(Requirement, asked))


@pytest.mark.parametrize("lock", [*LOCKS, SITE_LOCK])
def test_a_lock_pins_exactly_with_hashes_and_names_no_place(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    for block in re.split(r"\n(?=[a-zA-Z0-9])", text.strip()):
        assert re.match(r"[a-z0-9.\-]+==[^ ]+ ", block), block
        assert re.search(r"^    --hash=sha256:[0-9a-f]{64}", block, re.MULTILINE), block
    assert not re.search(r"://|^\s*-[-a-z]*(index|find|url)|@ |file:|^/", text, re.MULTILINE)


@pytest.mark.parametrize("python", SUPPORTED)
@pytest.mark.parametrize(("lock", "groups"), GROUPS.items(), ids=LOCKS)
def test_a_lock_holds_what_pyproject_asks_for(lock: str, groups: list[str], python: str) -> None:
    found = locked(lock, python)
    for requirement in declared(*groups):
        pin = found.get(canonicalize_name(requirement.name))
        assert pin, f"{requirement} is not in {lock}: run `make lock`"
        assert requirement.specifier.contains(pin), f"{requirement}: {lock} has {pin}"


@pytest.mark.parametrize("python", SUPPORTED)
def test_developers_have_what_instructors_have_and_they_what_learners_have(python: str) -> None:
    learners, instructors, developers = (locked(lock, python) for lock in LOCKS)
    assert learners.items() <= instructors.items() <= developers.items()


def test_the_site_has_the_learners_versions() -> None:
    learners, site = locked("requirements.lock", "3.14.0"), locked(SITE_LOCK)
    assert {name: site[name] for name in site if name in learners} == {
        name: learners[name] for name in site if name in learners
    }
    assert {"boto3", "botocore", "ipython", "moto"} <= set(site) & set(learners)


def test_no_learner_gets_the_tools_of_a_class() -> None:
    assert not {"nbgrader", "nbgitpuller", "jupyterhub"} & set(locked("requirements.lock"))


def test_what_is_installed_is_what_is_locked() -> None:
    wanted = locked("requirements-dev.lock")
    found = {name: version(name) for name in wanted}
    assert found == wanted


def test_the_slow_and_unused_parser_is_left_out() -> None:
    for lock in LOCKS:
        assert "rfc3987-syntax" not in locked(lock)
        assert "lark" not in locked(lock)


def imported(folder: Path) -> set[str]:
    """Return the top-level modules that a folder's code imports, without the standard library."""
    names: set[str] = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names.add(node.module.split(".")[0])
    return names - set(sys.stdlib_module_names) - OWN


@pytest.mark.parametrize(
    ("folder", "groups"),
    [
        ("helpers", []),
        ("lessons", []),
        ("authoring", ["grading"]),
        ("classroom", ["grading"]),
        ("classroom/hub", ["grading", "hub"]),
        ("web", ["site"]),
        ("tests", ["grading", "site", "dev"]),
        ("tools", ["dev"]),
        ("benchmarks", ["grading", "dev"]),
    ],
)
def test_what_is_imported_is_declared(folder: str, groups: list[str]) -> None:
    modules = imported(ROOT / folder)
    if folder == "classroom":  # who only marks needs no hub
        modules -= imported(ROOT / "classroom/hub")
    known = {canonicalize_name(requirement.name) for requirement in declared(*groups)}
    owners = packages_distributions()
    undeclared = {
        module
        for module in modules
        if not known & set(map(canonicalize_name, owners.get(module, [])))
    }
    assert not undeclared, f"name in pyproject.toml what {folder} imports, then `make lock`"


def test_the_sandbox_imports_what_its_own_pyproject_names_and_all_of_it() -> None:
    owners = packages_distributions()
    used = {
        canonicalize_name(owner)
        for module in imported(ROOT / "sandbox/refusal")
        for owner in owners.get(module, [module])
    }
    extras = SANDBOX["project"]["optional-dependencies"].values()
    needed = [*SANDBOX["project"]["dependencies"], *(text for extra in extras for text in extra)]
    asked = {canonicalize_name(Requirement(text).name) for text in needed}
    # moto imports its PartiQL only where it is asked for it, and so names it in an extra.
    assert used == asked - {"py-partiql-parser"}


@pytest.mark.parametrize("folder", ["tests", "web"])
def test_what_comes_from_npm_is_locked_with_hashes_and_names_no_place(folder: str) -> None:
    text = (ROOT / folder / "package-lock.json").read_text("utf-8")
    root, *packages = json.loads(text)["packages"].items()
    asked = json.loads((ROOT / folder / "package.json").read_text("utf-8"))["devDependencies"]
    assert root[1]["devDependencies"] == asked
    assert {f"node_modules/{name}" for name in asked} <= {name for name, _ in packages}
    assert all(package["integrity"].startswith("sha512-") for _, package in packages)
    assert '"resolved"' not in text
