"""One submission's answers, run and judged.

The official notebook runs from top to bottom with the student's answers in their places. Each check
is asked where it stands, in a copy of the grader's process (fork(2)): whatever it does to the
account, the answers that follow find it as the student left it. An answer that ends its process
costs only itself: the rest runs again, in a new process and a fresh account, without it. So does
one that leaves something behind which keeps Python from answering. All runs together have a budget:
when it is spent, what has been found counts, and the rest is for a person.

Hidden criteria that look at the account alone are asked where the check stands: nothing of the
student's runs meanwhile. Those that may call a student's function are asked last of all, after
the same cells have run once more in a process that ends with them. Whatever the function learns
there, it can tell nobody: no later check, no later answer, and no error of it is shown.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import Any

from helpers.course.chapter import Exercise, Verdict
from helpers.course.checks import judge

from ..hand_in.notebook import Submitted
from ..hand_in.official import Official, Step
from ..messages import say
from ..options import Limits
from ..results import CriterionResult, ExerciseResult
from ..run import channel
from ..run.grader_side import Died, Student, World
from ..run.zygote import Zygote
from .aside import in_a_copy
from .called import Raised, RemoteEvidence
from .criteria import Criteria
from .verdicts import as_message, better, ending, fields, label, stopped, unless_machine

#: Seconds that a check may take on top of what a student's function may.
_CHECK_SECONDS = 60
_NOT_AGAIN = "The answers did not run a second time as they did the first time."


@dataclass(slots=True)
class Marking:
    """The marking of one notebook of one student.

    Attributes:
        seed: of the student's marking world.
        criteria: the instructor's, by exercise.
        students: forks the student's processes.
        isolated: whether these are shut into namespaces.
        until: when the submission's time is up, by ``time.monotonic``.
        notes: what a person should know of the run.
    """

    official: Official
    submitted: Submitted
    seed: str
    criteria: Criteria
    students: Zygote
    limits: Limits
    isolated: bool
    until: float
    notes: list[str] = field(default_factory=list)
    _found: dict[str, ExerciseResult] = field(default_factory=dict)
    _errors: dict[str, dict[str, str]] = field(default_factory=dict)
    _lacks: dict[str, str] = field(default_factory=dict)
    _ran: list[tuple[str, float | None]] = field(default_factory=list)
    _later: dict[str, list[tuple[int, Verdict]]] = field(default_factory=dict)
    _silent: bool = False
    _world: World = field(init=False)
    _student: Student = field(init=False)

    def results(self) -> tuple[ExerciseResult, ...]:
        """The exercises' results, in the notebook's order.

        Raises:
            GradingError: answers cannot be isolated on this machine.
        """
        found = self._pass(extras=False)
        wrong = any(x.outcome != "correct" for x in found.values())
        if self.submitted.extras and wrong and self._left() > 0:
            # What a student added may matter, such as an import, or spoil what went well.
            again = self._pass(extras=True)
            found = {number: better(one, again[number]) for number, one in found.items()}
        return tuple(found.values())

    def _pass(self, *, extras: bool) -> dict[str, ExerciseResult]:
        """Run as often as it takes for each answer to have had its turn."""
        self._found, self._errors, self._lacks = {}, {}, {}
        dropped: set[str] = set()
        while True:
            culprit, why = self._run(dropped, extras)
            if not why:
                break
            self._note(f"{culprit or 'The course'}: {ending(why, self.limits)}")
            if not culprit or culprit in dropped or self._left() <= 0:
                break
            self._silent = self._silent or why == channel.SILENT
            dropped.add(culprit)
            self._alone(culprit)
        unasked = say("grading.not_reached" if self._left() > 0 else "grading.budget")
        return {
            number: self._found.get(number)
            or self._result(number, Verdict("not checked", unasked), [])
            for number in self.official.exercises
        }

    def _alone(self, culprit: str) -> None:
        """An answer whose process ended may have been ended by an earlier one, such as by a timer:
        it has another turn, with no other answer, and the better of the two counts."""
        exercise = culprit.partition(" ")[0]
        others = {
            label(number, at)
            for number, answers in self.submitted.answers.items()
            for at in range(len(answers))
            if number != exercise
        }
        if exercise not in self.official.chapter.exercises or not others:
            return
        known, errors = self._found, dict(self._errors)
        before = known.get(exercise) or self._result(exercise, Verdict("not checked", ""), [])
        self._found = {n: before for n in self.official.exercises if n != exercise}
        self._errors.pop(exercise, None)
        if not self._run(others, extras=False)[1]:
            self._note(f"{culprit}: alone it came to its end; an earlier answer may have ended it.")
        known[exercise] = better(before, self._found.get(exercise, before))
        self._found, self._errors = known, errors

    def _note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def _run(self, dropped: set[str], extras: bool) -> tuple[str, str]:
        """Run from top to bottom; returns what ended it too early and why, if something did."""
        self._begin()
        self._ran, self._later = [], {}
        culprit = asked = ""
        try:
            for at, step in enumerate(self.official.steps):
                for name, source in self._own(at, step, extras):
                    if name not in dropped:
                        culprit = name
                        self._answer(step, name, source)
                        if asked:
                            self._judge_again(asked)
                asked = asked if step.comment else ""
                if step.kind == "answer" and not self._runs(step, dropped):
                    self._cell(step.source)
                elif step.kind == "guided":
                    self._guided(step, culprit)
                elif step.kind == "check":
                    asked = step.exercise
                    died = "" if asked in self._found else self._judge(asked)
                    if died:
                        return self._last(asked, dropped) or culprit, died
        except Died as death:
            self._judge_the_dead(culprit, death.why)
            return culprit, death.why
        finally:
            self._student.close()
            for exercise, places in self._later.items():
                self._ask_criteria(exercise, places)
        return "", ""

    def _begin(self) -> None:
        """A fresh account, and a student's process for it."""
        self._world = World(self.official.number, self.seed)
        limits = self.limits.for_process(isolated=self.isolated, until=self.until)
        patience = self.limits.seconds if self._silent else self.limits.patience
        self._student = Student(self.students, self._world, limits, patience)

    def _left(self) -> float:
        """Seconds that this submission still has."""
        return self.until - time.monotonic()

    def _cell(self, source: str, seconds: float | None = None) -> dict[str, Any]:
        """Run a cell in the student's process, and remember that it ran."""
        reply = self._student.ask("cell", source=source, seconds=seconds)
        self._ran.append((source, seconds))
        return reply

    def _own(self, at: int, step: Step, extras: bool) -> list[tuple[str, str]]:
        """The student's cells at a step: what each is called in notes, and its source."""
        own = []
        if extras:
            added = self.submitted.extras.get(at, [])
            own = [(f"added cell {at}.{n + 1}", source) for n, source in enumerate(added)]
        if step.kind == "answer":
            answers = self.submitted.answers.get(step.exercise, [])
            own += [(label(step.exercise, n), source) for n, source in enumerate(answers)]
        return own

    def _runs(self, step: Step, dropped: set[str]) -> bool:
        return self._last(step.exercise, dropped) != ""

    def _last(self, exercise: str, dropped: set[str]) -> str:
        """The last cell that answers an exercise and has not been left out."""
        count = len(self.submitted.answers.get(exercise, []))
        labels = [label(exercise, n) for n in range(count)]
        return next((x for x in reversed(labels) if x not in dropped), "")

    def _answer(self, step: Step, culprit: str, source: str) -> None:
        reply = self._cell(source, self.limits.seconds)
        error = channel.error_of(reply)
        if left := self._student.sweep():
            self._note(f"{culprit}: it left {left} processes running, which were ended.")
        if step.kind == "answer":
            self._heed(step.exercise, reply)
            if error:
                self._errors.setdefault(step.exercise, error)

    def _heed(self, exercise: str, reply: dict[str, Any]) -> None:
        """What may be the machine's fault: an exercise without its points is then for a person."""
        if lacks := channel.about_machine(reply, "lacks"):
            self._lacks.setdefault(exercise, lacks)
        if exceeds := channel.about_machine(reply, "exceeds"):
            self._note(f"{exercise}: it came to a limit of the grader's ({exceeds}).")

    def _guided(self, step: Step, culprit: str) -> None:
        error = channel.error_of(self._cell(step.source))
        if error:
            after = f"After {culprit}, a" if culprit else "A"
            self._note(f"{after} cell of the course stopped with {error['short']}.")

    def _judge(self, exercise: str) -> str:
        """Ask an exercise's checks; returns why the student's process ended, if it did."""
        known = self.official.chapter.exercises[exercise]
        verdict, died, lacks = self._aside(exercise, known)
        if lacks:
            self._lacks.setdefault(exercise, lacks)
        criteria = self.criteria.get(exercise, ())
        if criteria and known.given:
            self._later.setdefault(exercise, []).append((len(self._ran), verdict))
            self._found[exercise] = self._result(exercise, verdict, [])
            return died
        verdicts = [self._aside(exercise, replace(known, check=x.check))[0] for x in criteria]
        self._found[exercise] = self._weighed(exercise, verdict, verdicts)
        return died

    def _judge_again(self, exercise: str) -> None:
        """After a cell that a student added right below a check: who gets "not yet" may well try
        on there, and ask the check above once more."""
        before = self._found[exercise]
        if before.outcome != "correct" or exercise in self._later:
            self._judge(exercise)
            self._found[exercise] = better(before, self._found[exercise])

    def _weighed(self, exercise: str, public: Verdict, verdicts: list[Verdict]) -> ExerciseResult:
        """What the public check says, and the points that the criteria give."""
        met: list[CriterionResult] = []
        for criterion, one in zip(self.criteria.get(exercise, ()), verdicts, strict=True):
            if one.outcome == "not checked":  # What went wrong is not for the student.
                self._note(f"{exercise}, criterion “{criterion.title}”: {one.sentence}")
                public = Verdict("not checked", say("grading.criterion_failed"))
                break
            met.append(CriterionResult(criterion.title, criterion.weight, one.outcome == "correct"))
        return self._result(exercise, public, met)

    def _ask_criteria(self, exercise: str, places: list[tuple[int, Verdict]]) -> None:
        """Ask what may call a student's function, where the check stands and, if that is not all,
        below the last cell that the student added there.

        Args:
            places: after how many of the cells that ran, and what the public check said there.
        """
        found: ExerciseResult | None = None
        for count, public in (places[0], *places[1:][-1:]):
            verdicts = self._apart(exercise, self._ran[:count])
            one = self._weighed(exercise, public, verdicts)
            found = one if found is None else better(found, one)
            if found.points == found.out_of:
                break
        if found is not None:
            self._found[exercise] = found

    def _apart(self, exercise: str, ran: list[tuple[str, float | None]]) -> list[Verdict]:
        """What an exercise's criteria say in a student's process that has no other use."""
        known = self.official.chapter.exercises[exercise]
        criteria = self.criteria[exercise]

        def look() -> dict[str, Any]:
            self._begin()
            try:
                for source, seconds in ran:
                    self._student.ask("cell", source=source, seconds=seconds)
                asked = [self._aside(exercise, replace(known, check=x.check)) for x in criteria]
            except Died:
                return {"verdicts": []}
            finally:
                self._student.close()
            return {"verdicts": [fields(unless_machine(*one)) for one in asked]}

        wait = len(criteria) * self._patience + sum(
            seconds or self.limits.patience for _, seconds in ran
        )
        said = in_a_copy(look, min(wait, self._left())).get("verdicts", [])
        if len(said) != len(criteria):
            return [Verdict("not checked", _NOT_AGAIN)] * len(criteria)
        return [Verdict(**one) for one in said]

    def _judge_the_dead(self, culprit: str, why: str) -> None:
        """The answer that ended its process: what it did until then may be right all the same."""
        exercise = culprit.partition(" ")[0]
        if exercise not in self.official.chapter.exercises or exercise in self._found:
            return
        if why == channel.BUDGET:  # Not the answer's own time.
            return
        how = ending(why, self.limits)
        self._errors[exercise] = {"ending": how}
        if self.official.chapter.exercises[exercise].given:
            self._found[exercise] = self._result(exercise, Verdict("raised", how), [])
        else:
            self._judge(exercise)

    def _result(self, number: str, verdict: Verdict, met: list[CriterionResult]) -> ExerciseResult:
        out_of = self.official.chapter.exercises[number].points
        outcome, sentence, details = verdict.outcome, verdict.sentence, verdict.details
        error = self._errors.get(number)
        if error and outcome in ("not attempted", "not yet"):
            outcome, details = "raised", error.get("details", "")
            how = error.get("ending") or say("check.learner_error", error=error["short"])
            sentence = f"{how} {sentence}"
        points = float(out_of if outcome == "correct" else 0)
        if met and outcome != "not checked":
            parts = sum(one.weight for one in met)
            points = round(out_of * sum(one.weight for one in met if one.met) / parts, 2)
            full = points == out_of
            outcome = "correct" if full else "not yet" if outcome == "correct" else outcome
        if (lacks := self._lacks.get(number)) and points < out_of:
            outcome = "not checked"
            sentence = f"{say('grading.lacks', what=lacks)} {sentence}"
        given = None if outcome == "not checked" else points
        return ExerciseResult(
            number, outcome, given, out_of, sentence, details, verdict.misconception, tuple(met)
        )

    def _look(self, number: str, exercise: Exercise) -> dict[str, Any]:
        """One check, in a copy of this process."""
        self._world.judged = True
        died = lacks = ""

        def ask(name: str, given: dict[str, Any]) -> Any:
            nonlocal died, lacks
            sent = {key: channel.encode(value) for key, value in given.items()}
            try:
                seconds = self.limits.seconds
                reply = self._student.ask("call", seconds=seconds, name=name, given=sent)
            except Died as death:
                died = death.why
                raise Raised(ending(died, self.limits)) from None
            error = channel.error_of(reply)
            if error:
                lacks = lacks or channel.about_machine(reply, "lacks")
                raise Raised(error["short"], error["details"])
            return channel.decode(reply.get("value"), ask)

        names = [name.strip() for name in exercise.given.split(",") if name.strip()]
        try:
            sent = self._student.ask("give", names=names).get("given") if names else {}
        except Died as death:
            return as_message(stopped(death.why, self.limits), death.why)
        sent = sent if isinstance(sent, dict) else {}
        given = {name: channel.decode(value, ask) for name, value in sent.items()}
        missing = [name for name in names if name not in given]
        if missing:
            return as_message(Verdict("not attempted", say("grading.no_name", name=missing[0])))
        evidence = RemoteEvidence(self._world.lab)
        verdict = judge(exercise, number, evidence, tuple(given[name] for name in names))
        if died and verdict.outcome == "raised":
            verdict = stopped(died, self.limits)
        return as_message(verdict, died, lacks)

    def _aside(self, number: str, exercise: Exercise) -> tuple[Verdict, str, str]:
        """What a check says in a copy of this process, why the student's process ended, and what
        the machine lacks for the student's function."""
        said = in_a_copy(lambda: self._look(number, exercise), min(self._patience, self._left()))
        if not said and self._left() <= 0:
            return Verdict("not checked", say("grading.budget")), "", ""
        if not said:
            return Verdict("not checked", say("check.our_fault", error="no answer")), "", ""
        return Verdict(**said["verdict"]), str(said["died"]), str(said["lacks"])

    @property
    def _patience(self) -> float:
        """Seconds for one check, with the student's functions that it calls."""
        return _CHECK_SECONDS + 3 * self.limits.seconds
