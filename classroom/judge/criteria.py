"""The instructor's hidden criteria: a Python file that only the grader's side loads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from helpers.course.chapter import Verdict, chapter, notebooks

from ..errors import GradingError


@dataclass(frozen=True, slots=True)
class Criterion:
    """One thing that an answer must hold, beyond what its public check looks at.

    Attributes:
        title: what a student is told of it.
        weight: its part of the exercise's points.
        check: like an exercise's: takes the evidence, then what the notebook passes to the check.
    """

    title: str
    weight: float
    check: Callable[..., Verdict]


Criteria = Mapping[str, Sequence[Criterion]]


def load_criteria(path: Path | None) -> Criteria:
    """The ``CRITERIA`` of an instructor's file.

    Raises:
        GradingError: the file cannot be run, or what it holds is not what is asked for.
    """
    if path is None:
        return {}
    spec = spec_from_file_location("_criteria", path)
    if spec is None or spec.loader is None:
        raise GradingError(
            f"The criteria file {path} is not a Python file; its name must end in .py."
        )
    module = module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        found: Criteria = module.CRITERIA
        _require_sound(found)
    except Exception as error:
        text = f"{type(error).__name__}: {error}"
        raise GradingError(f"The criteria file {path} cannot be used ({text}).") from error
    return found


def _require_sound(criteria: Criteria) -> None:
    known = {number for notebook in notebooks() for number in chapter(notebook).exercises}
    for number, listed in criteria.items():
        if number not in known:
            raise ValueError(f"there is no exercise {number}")
        if not listed or any(criterion.weight <= 0 for criterion in listed):
            raise ValueError(f"{number} needs criteria, each with a weight above 0")
