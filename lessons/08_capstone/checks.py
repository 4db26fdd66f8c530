"""The capstone, by requirements. The repository holds no solution of it in the open.

Each check holds its requirement's own words, in full, and counts the parts that are met; what
they look at is in ``lessons/clinic``. In graded coursework the instructor's own criteria decide
in their place (classroom/judge/criteria.py).
"""

from __future__ import annotations

from lessons.clinic.account import world
from lessons.clinic.key import the_key, the_table
from lessons.clinic.leaver import the_leaver
from lessons.clinic.people import the_clerk, the_nurse
from lessons.clinic.trail import the_proof, the_readers

__all__ = ["EXERCISES", "world"]

EXERCISES = [
    the_key,
    the_table,
    the_nurse,
    the_clerk,
    the_leaver,
    the_proof,
    the_readers,
]
