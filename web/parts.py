"""What the site's Python is made of: the course, its sandbox, and packages from npm and PyPI."""

from __future__ import annotations

import json
import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import jupyterlite_pyodide_kernel
from jupyterlite_pyodide_kernel.constants import (
    PYODIDE_KERNEL_NPM_NAME,
    PYODIDE_PYTHON_VERSION,
    PYODIDE_VERSION,
)
from packaging.utils import canonicalize_name

from web.commands import SiteError, run

ROOT = Path(__file__).parents[1]
HERE = Path(__file__).parent
#: npm's Pyodide, as web/package-lock.json pins it: the interpreter and its standard library.
CORE = HERE / "node_modules" / "pyodide"
LOCK = HERE / "wheels.lock"
#: Where the interpreter looks for packages, so what its tracebacks name.
SITE_PACKAGES = f"/lib/python{PYODIDE_PYTHON_VERSION}/site-packages"
#: The distribution that ``helpers`` and ``lessons`` belong to.
COURSE = "encrypt-data-with-aws-kms"
OWN = {COURSE, "refusal"}
#: The services whose models botocore loads for this course, and moto's own packages behind them.
MODELS = {"kms", "dynamodb", "dynamodbstreams", "iam", "sts", "cloudtrail"}
BACKENDS = {
    *("core", "moto_api", "moto_proxy", "utilities"),
    *("kms", "dynamodb", "dynamodbstreams", "iam", "sts"),
    *("cloudwatch", "events", "s3"),  # moto's core and DynamoDB import them
}
#: The languages that IPython colours, and those that their modules import.
LEXERS = {
    *("__init__", "_mapping", "_css_builtins", "_lilypond_builtins", "_scheme_builtins"),
    *("css", "data", "html", "javascript", "jvm", "lilypond", "lisp", "markup", "perl"),
    *("python", "ruby", "shell", "special"),
}
#: Read by nobody in a browser: it has time zones and certificates of its own, no Django, no windows
#: and no terminal, Python has no lib2to3 and no distutils any more, and the pages' halves of the
#: widgets are JupyterLab's.
UNREAD = (
    *("botocore/cacert.pem", "certifi/cacert.pem"),
    "dateutil/zoneinfo/dateutil-zoneinfo.tar.gz",
    "jedi/third_party/django-stubs",
    *(f"jedi/third_party/typeshed/stdlib/{x}" for x in ("tkinter", "lib2to3", "distutils")),
    *("share", "anywidget/labextension", "anywidget/nbextension"),
    "wcwidth/table_grapheme_overrides/_known_*.py",
    *("certifi/tests", "ipywidgets/tests", "ipywidgets/widgets/tests"),
)
#: What editors, systems and JupyterLab leave behind in a folder: no part of the course.
LEFT_BEHIND = (
    *(".*", "*~", "#*#", "*.bak", "*.orig", "*.rej", "*.tmp", "*.swp"),
    *("Thumbs.db", "desktop.ini", "Untitled*", "__pycache__"),
)
#: Compiled code with a half in Python beside it, which does the same.
HALVES = {"charset-normalizer", "markupsafe", "psygnal", "pyyaml", "wcwidth"}


def core() -> dict[str, Any]:
    """Read the lock of the Pyodide release: which packages it was built with.

    Raises:
        SiteError: Pyodide is absent, or another release than the one that the kernel is for.
    """
    try:
        release = json.loads((CORE / "package.json").read_text("utf-8"))["version"]
    except FileNotFoundError:
        raise SiteError("Pyodide is not installed: run `npm ci --prefix web`.") from None
    if release != PYODIDE_VERSION:
        raise SiteError(
            f"web/package.json has Pyodide {release}, and jupyterlite-pyodide-kernel "
            f"{jupyterlite_pyodide_kernel.__version__} is made for {PYODIDE_VERSION}: pin that one."
        )
    lock: dict[str, Any] = json.loads((CORE / "pyodide-lock.json").read_text("utf-8"))
    return lock


def labextension(name: str) -> Path:
    """Return the folder of an extension of JupyterLab's pages that is installed beside Python.

    The site's own kernel is where tools/setup.py puts it, out of JupyterLab's sight.
    """
    share = Path(sys.prefix, "share")
    places = [share / jupyter / "labextensions" / name for jupyter in ("jupyterlite", "jupyter")]
    return next(filter(Path.is_dir, places), places[-1])


def install(target: Path) -> None:
    """Put all that the site's Python imports into a folder, without what no browser reads.

    Raises:
        SiteError: a package could not be fetched, or has no half in Python.
    """
    fetch(target)
    _uv(target, "--no-build-isolation", "--no-binary", ":all:", str(ROOT / "sandbox"), str(ROOT))
    _slim(target)
    copy(ROOT / "lessons", target / "lessons")
    for package in ("helpers", "refusal"):  # the installer took what lay there
        (target / package).rename(target / f"{package}-installed")
        copy(target / f"{package}-installed", target / package)
        shutil.rmtree(target / f"{package}-installed")


def copy(folder: Path, place: Path) -> None:
    """Copy a folder of the course, without what others left behind in it."""
    shutil.copytree(folder, place, ignore=shutil.ignore_patterns(*LEFT_BEHIND))


def fetch(target: Path) -> None:
    """Put the packages of npm and PyPI into a folder, as an installer would.

    Native wheels are asked for one fixed system, so that every machine builds the same; their
    compiled halves are of no use in a browser and are removed.

    Raises:
        SiteError: a package could not be fetched, or has no half in Python.
    """
    kernel = labextension(PYODIDE_KERNEL_NPM_NAME) / "static" / "pypi"
    # Stands in for ipywidgets' pages, for an older release of it.
    wheels = [path for path in kernel.glob("*.whl") if "widgetsnbextension-3" not in path.name]
    system = ["--python-version", PYODIDE_PYTHON_VERSION, "--python-platform"]
    system += ["x86_64-manylinux_2_28", "--only-binary", ":all:"]
    _uv(target, *system, "--require-hashes", "-r", str(LOCK))
    _uv(target, *system, *map(str, sorted(wheels)))
    _drop_compiled(target)


def _uv(target: Path, *what: str) -> None:
    run(
        *("uv", "pip", "install", "--quiet", "--no-deps", "--link-mode", "copy"),
        *("--target", str(target), *what),
        failed="A package of the site could not be installed:",
        missing="uv is not on PATH: build the site with `make site`.",
    )


def _drop_compiled(target: Path) -> None:
    owners = {
        str(file): canonicalize_name(one.name)
        for one in distributions(path=[str(target)])
        for file in one.files or ()
    }
    for path in sorted(target.rglob("*.so")):
        file = str(path.relative_to(target))
        package = owners.get(file, "its package")
        if package not in HALVES:
            raise SiteError(
                f"{file} is compiled for another system, and {package} is not known to do without "
                "it: look, and name it in web/parts.py."
            )
        path.unlink()


def _slim(target: Path) -> None:
    """Remove what a browser would fetch for nothing: services that the course does not use, and
    what completion knows of packages that are not here."""
    stubs = target / "jedi" / "third_party" / "typeshed" / "stubs"
    shipped = {canonicalize_name(one.name) for one in distributions(path=[str(target)])}
    described = {path.name for path in stubs.iterdir() if canonicalize_name(path.name) in shipped}
    keep = {target / "botocore" / "data": MODELS, target / "moto": BACKENDS, stubs: described}
    for folder, kept in keep.items():
        for path in folder.iterdir():
            if path.is_dir() and path.name not in kept:
                shutil.rmtree(path)
    for path in (target / "pygments" / "lexers").glob("*.py"):
        if path.stem not in LEXERS:
            path.unlink()
    for pattern in UNREAD:
        found = list(target.glob(pattern))
        if not found:
            raise SiteError(f"{pattern} is no longer among the packages: see web/parts.py.")
        for path in found:
            shutil.rmtree(path) if path.is_dir() else path.unlink()
