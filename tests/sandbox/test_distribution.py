"""The library as others get it: a wheel and an sdist, each tried where nothing else is installed.

Both are built as any front end builds them (PEP 517), and installed by uv with its dependencies
held against what is there. No package is fetched: what the wheel asks for is linked from the
environment that runs the tests, and nothing else of it.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterable
from importlib.metadata import Distribution, PathDistribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "sandbox"
PROJECT = tomllib.loads((LIBRARY / "pyproject.toml").read_text("utf-8"))["project"]
VERSION = PROJECT["version"]
ABOUT = ("METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE")
README = (LIBRARY / "README.md").read_text("utf-8")
#: Of notebooks, of the course, and of its tests: none of it may be needed.
ELSEWHERE = (
    *("IPython", "ipykernel", "jupyter_client", "jupyter_core", "nbformat", "traitlets"),
    *("matplotlib", "numpy", "pandas", "pytest"),
    *("helpers", "authoring", "classroom", "benchmarks", "tests", "tools"),
)


def uv(*arguments: str | Path) -> None:
    """Run the uv of this environment, which may not use the network."""
    program = Path(sys.executable).parent / "uv"
    command = [program, *arguments, "--offline", "--no-config", "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist, and in `again/` the wheel made from the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    # What builds it, flit-core, is locked and installed with the rest.
    here = ("--no-build-isolation", "--python", sys.executable)
    uv("build", "--sdist", "--wheel", "--out-dir", folder, *here, LIBRARY)
    sdist = folder / f"refusal-{VERSION}.tar.gz"
    uv("build", "--wheel", "--out-dir", folder / "again", *here, sdist)
    return folder


def wheel_of(folder: Path) -> Path:
    """The wheel in a folder; its name says that it suits every Python 3 and every system."""
    return folder / f"refusal-{VERSION}-py3-none-any.whl"


def metadata_of(wheel: Path) -> Distribution:
    """What an installer reads of a wheel."""
    return PathDistribution(zipfile.Path(wheel, f"refusal-{VERSION}.dist-info/"))


def files(wheel: Path) -> dict[str, bytes]:
    """Name -> content of what is in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def package() -> set[str]:
    """The files of the package in the checkout."""
    found = (path for path in (LIBRARY / "refusal").rglob("*") if path.is_file())
    return {str(path.relative_to(LIBRARY)) for path in found if "__pycache__" not in path.parts}


def test_the_wheel_has_the_package_its_types_and_its_licence(built: Path) -> None:
    inside = files(wheel_of(built))
    info = f"refusal-{VERSION}.dist-info"
    about = {f"{info}/{name}" for name in ABOUT}
    assert set(inside) == package() | about
    assert "refusal/py.typed" in inside
    assert inside[f"{info}/licenses/LICENSE"] == (LIBRARY / "LICENSE").read_bytes()


def test_the_sdist_has_what_the_wheel_is_made_of_and_the_pages(built: Path) -> None:
    with tarfile.open(built / f"refusal-{VERSION}.tar.gz") as archive:
        names = {member.name for member in archive.getmembers() if member.isfile()}
    pages = {"LICENSE", "README.md", "CHANGELOG.md", "pyproject.toml", "PKG-INFO"}
    assert names == {f"refusal-{VERSION}/{name}" for name in package() | pages}


def test_the_sdist_makes_the_same_wheel(built: Path) -> None:
    assert files(wheel_of(built / "again")) == files(wheel_of(built))


def test_the_metadata_say_what_it_is_and_what_it_needs(built: Path) -> None:
    about = metadata_of(wheel_of(built))
    assert (about.name, about.version) == ("refusal", VERSION)
    assert about.metadata["License-Expression"] == "MIT"
    assert about.metadata["Requires-Python"] == PROJECT["requires-python"]
    assert about.metadata["Description-Content-Type"] == "text/markdown"
    assert (about.read_text("METADATA") or "").rstrip().endswith(README.rstrip())
    asked = {Requirement(text) for text in about.requires or []}
    extras = {
        Requirement(f'{text} ; extra == "{extra}"')
        for extra, needed in PROJECT["optional-dependencies"].items()
        for text in needed
    }
    assert asked == {Requirement(text) for text in PROJECT["dependencies"]} | extras
    (plugin,) = about.entry_points.select(group="pytest11")
    assert plugin.value == "refusal.pytest_plugin"


def closure(asked: Iterable[str]) -> dict[str, Distribution]:
    """Name -> installed distribution, of these requirements and of all that they need in turn."""
    found: dict[str, Distribution] = {}
    seen: set[tuple[str, str]] = set()
    waiting = [(Requirement(text), "") for text in asked]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        name = canonicalize_name(requirement.name)
        found.setdefault(name, distribution(name))
        for wanted in {"", *requirement.extras}:
            if (name, wanted) not in seen:
                seen.add((name, wanted))
                waiting += [(Requirement(text), wanted) for text in found[name].requires or []]
    return found


def link(installed: Distribution, site: Path) -> None:
    """Put a distribution into another environment, file by file; its programs are left out."""
    for file in installed.files or []:
        if ".." not in file.parts and "__pycache__" not in file.parts:
            (site / file).parent.mkdir(parents=True, exist_ok=True)
            (site / file).symlink_to(Path(str(file.locate())))


@pytest.fixture(scope="module", params=["wheel", "sdist"])
def python(
    request: pytest.FixtureRequest, built: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """The Python of an environment with nothing but the library, from this kind of archive."""
    folder = tmp_path_factory.mktemp(request.param)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    # Not resolved: this is a link to the Python that all environments share.
    program: Path = folder / "venv" / "bin" / "python"
    (site,) = folder.glob("venv/lib/python*/site-packages")
    wheel = wheel_of(built if request.param == "wheel" else built / "again")
    for installed in closure(metadata_of(wheel).requires or []).values():
        link(installed, site)
    uv("pip", "install", "--no-index", "--python", program, wheel)
    uv("pip", "check", "--python", program)
    return program


def run(python: Path, *arguments: str) -> str:
    """Run that Python, with nothing of this checkout in reach; return what it printed.

    It must succeed, and warn of nothing.
    """
    done = subprocess.run(
        [python, "-I", "-W", "error", *arguments],
        cwd=python.parent,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_nothing_else_is_in_reach(python: Path) -> None:
    find = "import importlib.util as u, sys; print([n for n in sys.argv[1:] if u.find_spec(n)]);"
    find += "import refusal; print(refusal.__file__); print(*sys.path, sep='\\n')"
    found, file, *path = run(python, "-c", find, *ELSEWHERE).splitlines()
    assert found == "[]"
    assert Path(file).is_relative_to(python.parents[1])
    assert not [entry for entry in path if Path(entry).is_relative_to(ROOT)]


DENIAL = """
import boto3
from refusal import Sandbox, SandboxError

with Sandbox() as sandbox:
    key = boto3.client("kms").create_key()["KeyMetadata"]["Arn"]
    iam = boto3.client("iam")
    iam.create_user(UserName="mira")
    made = iam.create_access_key(UserName="mira")["AccessKey"]
    names = {"aws_access_key_id": "AccessKeyId", "aws_secret_access_key": "SecretAccessKey"}
    mira = boto3.client("kms", **{name: made[theirs] for name, theirs in names.items()})
    sealed = boto3.client("kms").encrypt(KeyId=key, Plaintext=b"secret")["CiphertextBlob"]
    try:
        mira.decrypt(CiphertextBlob=sealed)
    except mira.exceptions.ClientError as error:
        print(error.response["Error"]["Code"])
    print(boto3.client("kms").decrypt(CiphertextBlob=sealed)["Plaintext"])
"""


def test_it_denies_there(python: Path) -> None:
    assert run(python, "-c", DENIAL).splitlines() == ["AccessDeniedException", "b'secret'"]


def test_its_commands_speak_there(python: Path) -> None:
    assert run(python, "-m", "refusal", "--help").startswith("usage: python -m refusal [-h]")
    authorization = run(python, "-m", "refusal.authorization", "--help")
    assert authorization.startswith("usage: python -m refusal.authorization CASES.json")


#: A block of Python, and the text that it prints where a block of text follows.
BLOCKS = re.findall(
    r"^```python\n(.*?)^```\n(?:\n(?:[^\n`]+\n\n)?^```text\n(.*?)^```\n)?",
    README,
    re.DOTALL | re.MULTILINE,
)


def test_the_readme_shows_code() -> None:
    assert len(BLOCKS) == README.count("```python\n") > 0
    assert PLAIN


#: Blocks for pytest, which the library does not bring, are run in tests/sandbox/test_readme.py.
PLAIN = [(code, printed) for code, printed in BLOCKS if "import pytest" not in code]


@pytest.mark.parametrize(("code", "printed"), PLAIN)
def test_the_readmes_code_runs_there(python: Path, code: str, printed: str) -> None:
    said = run(python, "-c", code)
    if printed:
        assert said == printed
