"""What grading finds out, as data: kept in the journal, written to marks.csv, shown in pages."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, get_args

from helpers.course.chapter import Outcome, notebook_of


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """One hidden criterion: what the student may be told of it, and its share of the points."""

    title: str
    weight: float
    met: bool


@dataclass(frozen=True, slots=True)
class ExerciseResult:
    """One exercise of one submission.

    Attributes:
        exercise: its number, such as ``"5.1"``.
        outcome: as a check says it.
        points: None where it could not be graded; ``sentence`` then says why.
        out_of: the most that it can earn.
        sentence: for the student: what was expected and seen.
        details: the student's own error, shown short.
        misconception: the key of the claim that the answer shows.
    """

    exercise: str
    outcome: Outcome
    points: float | None
    out_of: float
    sentence: str
    details: str = ""
    misconception: str = ""
    criteria: tuple[CriterionResult, ...] = ()

    @property
    def grade_id(self) -> str:
        """nbgrader's name of the cell that carries the points, such as ``check-05-5-1``."""
        return f"check-{notebook_of(self.exercise)}-{self.exercise.replace('.', '-')}"


@dataclass(frozen=True, slots=True)
class WrittenAnswer:
    """An answer in words, which a person marks.

    Attributes:
        number: such as ``"5.a"``.
        out_of: the points that a person may give.
        text: what the student wrote; empty where nothing was.
    """

    number: str
    out_of: float
    text: str


@dataclass(frozen=True, slots=True)
class SubmissionResult:
    """One submitted notebook.

    Attributes:
        student: the student's id.
        source: where it came from, as a person finds it again.
        digest: SHA-256 of the file.
        notebook: two digits; empty where it is no notebook of this course.
        problem: why nothing of it could be graded; empty where it was.
        notes: what a person should look at; none of them costs a mark.
        claims: the keys of the misconceptions that predictions and quiz show.
        answers: by exercise, the code that was graded: what likeness is looked for in.
        provisional: it ran without isolation, so its marks must not count.
        attempts: how many different files of this student are the same notebook.
    """

    student: str
    source: str
    digest: str = ""
    notebook: str = ""
    problem: str = ""
    exercises: tuple[ExerciseResult, ...] = ()
    written: tuple[WrittenAnswer, ...] = ()
    notes: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    provisional: bool = False
    attempts: int = 1

    @property
    def points(self) -> float | None:
        """What was earned; None where an exercise could not be graded, or nothing could."""
        earned = [exercise.points for exercise in self.exercises]
        if self.problem or None in earned:
            return None
        return sum(points for points in earned if points is not None)

    @property
    def out_of(self) -> float:
        """The most that its exercises can earn; written answers are not among them."""
        return sum(exercise.out_of for exercise in self.exercises)

    @property
    def needs_a_person(self) -> tuple[str, ...]:
        """Why somebody has to look at it; written answers aside."""
        ungraded = [f"{x.exercise}: {x.sentence}" for x in self.exercises if x.points is None]
        return tuple(filter(None, (self.problem, *ungraded, *self.notes)))

    def to_json(self) -> dict[str, Any]:
        """As JSON has it; ``from_json`` takes it back."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> SubmissionResult:
        """The result that ``to_json`` gave.

        Raises:
            TypeError, ValueError, KeyError: it is none.
        """
        return cls(
            **{
                **kept,
                "exercises": tuple(_exercise(one) for one in kept["exercises"]),
                "written": tuple(WrittenAnswer(**one) for one in kept["written"]),
                "notes": tuple(kept["notes"]),
                "claims": tuple(kept["claims"]),
                "answers": tuple((str(number), str(code)) for number, code in kept["answers"]),
            }
        )


def _exercise(kept: dict[str, Any]) -> ExerciseResult:
    if kept["outcome"] not in get_args(Outcome):
        raise ValueError(f"`{kept['outcome']}` is no outcome")
    criteria = tuple(CriterionResult(**one) for one in kept["criteria"])
    return ExerciseResult(**{**kept, "criteria": criteria})
