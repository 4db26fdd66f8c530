"""Opening a notebook's world, and running every notebook as a test."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError

from helpers.course.chapter import chapter, notebooks
from helpers.course.content import PLAIN_SEED
from helpers.course.opening import open_lab
from refusal import Sandbox

from .measure import ROOT, Line, ratio, seconds
from .sandbox import bare

SOLVED = ROOT / "notebooks" / "solutions"


def _world_here(notebook: str) -> Callable[[], float]:
    def once() -> float:
        taken = seconds(lambda: open_lab(notebook), 1)
        running = Sandbox.running()
        if running is not None:
            running.stop()
        return taken

    return once


def _world_on_moto(notebook: str) -> Callable[[], float]:
    def build() -> None:
        try:
            with bare():
                chapter(notebook).world(boto3.Session(region_name="us-east-1"), PLAIN_SEED)
        except ClientError:  # It attaches AWS managed policies, which bare moto has on demand.
            with bare(managed_policies=True):
                chapter(notebook).world(boto3.Session(region_name="us-east-1"), PLAIN_SEED)

    return lambda: seconds(build, 1)


def _worlds() -> Iterator[Line]:
    for notebook in notebooks():
        value = ratio(_world_here(notebook), _world_on_moto(notebook), 5)
        yield Line(f"Opening the world of {notebook}, sandbox / moto", value, 1.3)


def _imports_alone(notebook: dict[str, Any]) -> dict[str, Any]:
    """A notebook of one cell: what the first code cell imports."""
    code = next(cell for cell in notebook["cells"] if cell["cell_type"] == "code")
    lines = "".join(code["source"]).split("\n")
    kept = [line for line in lines if line.startswith(("import ", "from "))]
    names = "\nhelpers_used = (check, open_lab, predict)"
    cell = {**code, "source": "\n".join(kept) + names, "outputs": [], "execution_count": None}
    return {**notebook, "cells": [cell]}


def _under_nbval(folder: Path) -> float:
    """Seconds of work that nbval, its kernels and all, needs for a folder of notebooks."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q"]
    command += ["-p", "no:cacheprovider", "-c", str(folder / "pytest.ini"), str(folder)]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)


def _suite() -> Line:
    with tempfile.TemporaryDirectory() as place:
        whole, floor = Path(place, "whole"), Path(place, "floor")
        shutil.copytree(SOLVED, whole)
        floor.mkdir()
        for file in SOLVED.glob("*.ipynb"):
            notebook = json.loads(file.read_text(encoding="utf-8"))
            (floor / file.name).write_text(json.dumps(_imports_alone(notebook)), encoding="utf-8")
        for folder in (whole, floor):
            (folder / "pytest.ini").write_text("[pytest]\n")
        value = ratio(lambda: _under_nbval(whole), lambda: _under_nbval(floor), 2)
    note = "the floor starts the kernels and imports the libraries"
    return Line("Every notebook under nbval / its floor", value, 2, note=note)


def lines() -> Iterator[Line]:
    """Every line, each as soon as it is measured."""
    yield from _worlds()
    yield _suite()
