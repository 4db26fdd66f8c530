"""The capstone, by requirements. The repository holds no solution of it in the open.

Each check holds its requirement's own words, in full, and counts the parts that are met; what
they look at is in ``lessons/clinic``. In graded coursework the instructor's own criteria decide
in their place (classroom/judge/criteria.py).
"""

from __future__ import annotations

from lessons.author import Exercise
from lessons.clinic.account import world
from lessons.clinic.key import the_key, the_table
from lessons.clinic.people import the_clerk, the_leaver, the_nurse
from lessons.clinic.trail import the_proof, the_readers

__all__ = ["EXERCISES", "world"]

EXERCISES = [
    Exercise(
        title="A key for the visits",
        points=20,
        hints=(
            "Notebook 06 writes a key policy for a key that leaves nothing to IAM policies. "
            "Notebook 02 switches on rotation.",
            "Go through your key policy statement by statement: whom does it let in, and could an "
            "IAM policy make use of it?",
        ),
        check=the_key,
    ),
    Exercise(
        title="The visits under that key",
        points=10,
        hints=(
            "Notebook 03 moves a table from one key to another, and waits until it is over.",
        ),
        check=the_table,
    ),
    Exercise(
        title="The nurse",
        points=20,
        hints=(
            "Notebook 06 compares three ways to let somebody use a key. Which of them does task 1 "
            "leave?",
            "The conditions of notebook 06 work in every policy.",
        ),
        check=the_nurse,
    ),
    Exercise(
        title="The clerk",
        points=15,
        hints=(
            "Notebook 06 writes an IAM policy for one key.",
            "Which keys does your policy name: those of today, or also those of tomorrow?",
        ),
        check=the_clerk,
    ),
    Exercise(
        title="The one who has left",
        points=10,
        hints=(
            "Notebook 07 cleans up after a user.",
            "Think of everything that could let Max in. Which of it belongs to the user, and which "
            "to the key?",
        ),
        check=the_leaver,
    ),
    Exercise(
        title="The proof",
        points=15,
        hints=(
            "Notebook 05, exercise 5.2: which denial proves what?",
            "If a session doesn't work any more because you have deleted its access key, run the "
            "set-up cell and the cells after it again.",
        ),
        check=the_proof,
        given="proof",
    ),
    Exercise(
        title="A report for the auditor",
        points=10,
        hints=(
            "Notebook 04, exercise 4.3, asks a question like this one.",
            "Look at whole events of your own before you write the function: one of each kind that "
            "must be in the list, and one of each kind that must not.",
        ),
        check=the_readers,
        given="readers",
    ),
]
