"""Say for each thing the course needs whether it works here: one line each, OK or FAIL.

    make check

The exit status is 1 if a line says FAIL.
"""

from __future__ import annotations

import importlib.metadata
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("boto3", "moto", "pandas", "cryptography", "jupyterlab", "ipykernel")


def python() -> str:
    """The version of Python."""
    if sys.version_info < (3, 11):
        raise RuntimeError(f"Python {sys.version.split()[0]} is too old; the course needs 3.11")
    return sys.version.split()[0]


def packages() -> str:
    """The packages of the lock."""
    return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES)


def sandbox() -> str:
    """A key, a table, a denial."""
    code = (
        "import boto3\n"
        "from botocore.exceptions import ClientError\n"
        "from helpers import open_lab\n"
        "lab = open_lab('05')\n"
        "boto3.client('iam').create_user(UserName='mira')\n"
        "try: lab.as_user('mira').client('kms').encrypt(KeyId=lab.key_arn, Plaintext=b'x')\n"
        "except ClientError as error: print(error.response['Error']['Code'])\n"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.stdout.strip() != "AccessDeniedException":
        raise RuntimeError((done.stderr.strip() or done.stdout).split("\n")[-1])
    return "it denies a caller without permission"


def kernel() -> str:
    """The kernel that the notebooks name."""
    command = [sys.executable, "-m", "jupyter", "kernelspec", "list", "--json"]
    with tempfile.TemporaryDirectory() as own:  # Jupyter wants to write, if only to list
        names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
        told = os.environ | dict.fromkeys(names, own)
        done = subprocess.run(command, env=told, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.strip().split("\n")[-1] or f"status {done.returncode}")
    found = json.loads(done.stdout)["kernelspecs"]
    if "python3" not in found:
        raise RuntimeError(f"Jupyter has no kernel `python3`; it has {', '.join(found) or 'none'}")
    return "python3"


def notebooks() -> str:
    """The notebooks."""
    found = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))
    if not found:
        raise RuntimeError("there are none; restore them with `git checkout notebooks`")
    for notebook in found:
        json.loads(notebook.read_text(encoding="utf-8"))
    return f"{len(found)} can be read"


LOOKS: dict[str, Callable[[], str]] = {
    "Python": python,
    "Packages": packages,
    "Sandbox": sandbox,
    "Jupyter's kernel": kernel,
    "Notebooks": notebooks,
}


def main() -> int:
    """Look at each; returns the exit status."""
    status = 0
    for name, look in LOOKS.items():
        try:
            print(f"OK    {name}: {look()}", flush=True)
        except Exception as error:  # whatever is wrong, the other lines are wanted as well
            print(f"FAIL  {name}: {error}", flush=True)
            status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
