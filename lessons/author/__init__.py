"""All that a lesson's ``checks.py`` needs, from one place; CONTRIBUTING.md shows how it is used."""

from __future__ import annotations

from helpers.course.content import Exercise, Verdict, correct, not_attempted, not_yet
from helpers.course.evidence import Evidence, LearnerError
from helpers.course.records import Record, records

from . import (
    administrators,
    attempts,
    attributes,
    hand_made,
    leftovers,
    parts,
    policies,
    probes,
    refusals,
    sealed,
    trials,
    values,
)
from .administrators import *  # noqa: F403 - the vocabulary, as each module lists it
from .attempts import *  # noqa: F403
from .attributes import *  # noqa: F403
from .hand_made import *  # noqa: F403
from .leftovers import *  # noqa: F403
from .parts import *  # noqa: F403
from .policies import *  # noqa: F403
from .probes import *  # noqa: F403
from .refusals import *  # noqa: F403
from .sealed import *  # noqa: F403
from .trials import *  # noqa: F403
from .values import *  # noqa: F403
from .worlds import Studio

__all__ = ["Evidence", "Exercise", "LearnerError", "Record", "Studio", "Verdict", "correct"]
__all__ += ["not_attempted", "not_yet", "records"]
__all__ += administrators.__all__
__all__ += attempts.__all__
__all__ += attributes.__all__
__all__ += hand_made.__all__
__all__ += leftovers.__all__
__all__ += parts.__all__
__all__ += policies.__all__
__all__ += probes.__all__
__all__ += refusals.__all__
__all__ += sealed.__all__
__all__ += trials.__all__
__all__ += values.__all__
