"""Marks that a submission cannot touch.

::

    command                      finds submissions, keeps the journal      folder.py, batch.py
    └─ worker zygote             has course and criteria in memory         run/zygote.py
       ├─ worker                 one for each submission: marks it         judge/worker.py
       │  └─ copy of the worker  one for each check, which may do harm     judge/marking.py
       └─ student zygote         has what lessons import, and no secret    run/student.py
          └─ keeper              makes namespaces and group, ends all      run/isolation.py
             └─ runner           nobody's: here the answers run            run/student.py

The main road is nbgrader's (``make class``, docs/instructors.md); a class without it uses the
command, ``python -m classroom SUBMISSIONS --out marks.csv``. Both mark by the same code.

The answers of a submitted notebook run in a limited process of their own, against a sandbox that
the worker serves to that process alone, in a world made from the student's marking seed. What an
answer is worth is decided in the worker and its copies, from the account and its audit trail, by
the same checks that the learner has. From Python::

    from classroom import Options, Submission, find_submissions, grade, grade_folder

    options = Options(secret=Path("class.secret"), criteria=Path("hidden.py"), jobs=2)
    for result in grade([Submission("ann", Path("submitted/ann/05/05.ipynb"))], options):
        for exercise in result.exercises:
            exercise.grade_id, exercise.points, exercise.out_of, exercise.sentence

    results = grade_folder(Path("submitted"), options, journal=Path("marks.journal"))

``grade`` yields one ``SubmissionResult`` per submission as it is done, in any order;
``grade_folder`` keeps a journal, and gives one result per student and notebook. ``feedback`` and
``class_report`` turn results into pages of HTML; ``write_all`` writes them and marks.csv.
``marking_seed`` and ``practice_seed`` name a student's two worlds.

**Hidden criteria.** A criteria file is the instructor's own Python file, loaded on the grader's
side only. It holds ``CRITERIA``, from the number of an exercise to a list of ``Criterion``::

    from classroom import Criterion
    from helpers.course.chapter import correct, not_yet

    def least_privilege(evidence, *given): ...          # like an Exercise's check

    CRITERIA = {"8.1": [Criterion("The nurse can read", 3, nurse_reads),
                        Criterion("Nobody else can", 5, least_privilege)]}

Where an exercise has criteria, they alone decide: its points are shared out by their weights
(``3`` and ``5`` of eight parts here). Each is asked on its own copy of the account as the student
left it, so that it may try whatever it likes: call, change, delete, let time pass. A student is
told a criterion's title and whether it is met, and nothing else of it. One that may call a
student's function calls it in a process of its own, after all answers have run: what the function
was given comes out by no error, no later check and no later answer. Whether it is met is told, so
a function can learn one yes or no for each criterion and hand-in: let criteria draw their inputs.
"""

from .batch import grade
from .errors import GradingError
from .folder import grade_folder
from .hand_in.submissions import Submission, find_submissions
from .judge.criteria import Criterion
from .options import Limits, Options
from .pages.feedback import feedback
from .pages.report import class_report, write_all
from .results import CriterionResult, ExerciseResult, SubmissionResult, WrittenAnswer
from .seeds import marking_seed, new_secret, practice_seed

__all__ = [
    "Criterion",
    "CriterionResult",
    "ExerciseResult",
    "GradingError",
    "Limits",
    "Options",
    "Submission",
    "SubmissionResult",
    "WrittenAnswer",
    "class_report",
    "feedback",
    "find_submissions",
    "grade",
    "grade_folder",
    "marking_seed",
    "new_secret",
    "practice_seed",
    "write_all",
]
