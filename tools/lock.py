"""Write the locks from pyproject.toml and web/wheels.in, and environment.yml for learners.

    python tools/lock.py             what pyproject.toml newly asks for; other pins stay
    python tools/lock.py --upgrade   every pin moves to the newest version allowed

The locks hold no address: whoever installs them decides where packages come from, and the hashes
make sure that they are the same files.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LEARNERS = ROOT / "requirements.lock"
GRADING = ROOT / "requirements-grading.lock"
DEVELOPERS = ROOT / "requirements-dev.lock"
ENVIRONMENT = ROOT / "environment.yml"
#: What the site's Python needs, for the one Python that runs in a browser.
SITE = ROOT / "web" / "wheels.lock"
#: repo2docker reads a Python version only if `=` stands straight after the word.
CONDA_PYTHON = "3.12"
HEADER = f"""\
# The course's environment for conda and Binder. Written by tools/lock.py: change pyproject.toml.
# conda brings Python and pip; every package is the one that requirements.lock pins.
name: encrypt-data-with-aws-kms
channels:
  - conda-forge
dependencies:
  - python={CONDA_PYTHON}
  - pip
  - pip:
"""


def compile_lock(output: Path, *options: str) -> None:
    """Resolve pyproject.toml for every system and supported Python into one lock."""
    command = ["uv", "pip", "compile", "pyproject.toml", "--group", "build", *options]
    command += ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-header"]
    # The sandbox is installed from its folder; what it needs is in the lock.
    command += ["--no-emit-package", "refusal"]
    subprocess.run([*command, "--quiet", "--output-file", output.name], cwd=ROOT, check=True)


def compile_site_lock(*options: str) -> None:
    """Resolve web/wheels.in for the browser, at the learners' versions where they have one."""
    command = ["uv", "pip", "compile", "web/wheels.in", "--constraints", LEARNERS.name, *options]
    command += ["--python-version", "3.14", "--python-platform", "wasm32-pyodide2025"]
    command += ["--generate-hashes", "--no-emit-index-url", "--no-header"]
    for name in ("cffi", "cryptography"):  # the Pyodide project compiles these
        command += ["--no-emit-package", name]
    subprocess.run([*command, "--quiet", "--output-file", str(SITE)], cwd=ROOT, check=True)


def pins(lock: str) -> list[str]:
    """Return the requirements of a lock's text, such as ``numpy==2.5.5 ; os_name == 'nt'``."""
    return [line.rstrip("\\ ") for line in lock.splitlines() if re.match(r"[A-Za-z0-9]", line)]


def environment(lock: str) -> str:
    """Return environment.yml for a lock's text: exact pins, without those that no system needs."""
    needed = [pin for pin in pins(lock) if "'never'" not in pin]
    return HEADER + "".join(f'      - "{pin}"\n' for pin in needed)


def main() -> None:
    """Write the locks, one after another, and environment.yml."""
    parser = argparse.ArgumentParser(description="Write the locks and environment.yml.")
    parser.add_argument("--upgrade", action="store_true", help="move every pin")
    upgrade = ["--upgrade"] if parser.parse_args().upgrade else []
    compile_lock(LEARNERS, *upgrade)
    # Each lock holds the one before it, at the same versions.
    grading = ["--group", "grading"]
    compile_lock(GRADING, *grading, "--constraints", LEARNERS.name, *upgrade)
    dev = ["--group", "hub", "--group", "site", "--group", "dev"]
    compile_lock(DEVELOPERS, *grading, *dev, "--constraints", GRADING.name, *upgrade)
    compile_site_lock(*upgrade)
    ENVIRONMENT.write_text(environment(LEARNERS.read_text("utf-8")), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except FileNotFoundError:
        sys.exit("uv is not on PATH: run this as `make lock` or `make upgrade`.")
    except subprocess.CalledProcessError as error:
        sys.exit(f"uv could not resolve pyproject.toml (exit status {error.returncode}).")
