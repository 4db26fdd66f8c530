"""``open_lab``: from a notebook's number to its lab."""

from __future__ import annotations

import os

from refusal import Sandbox

from . import mishaps
from .browser import explain_shell
from .calling import called_like
from .chapter import notebook_of
from .content import PLAIN_SEED
from .lab import SERVED, Lab, current_lab, keep
from .whereabouts import standing


@called_like('open_lab("05")', raises=True)
def open_lab(notebook: str, *, seed: int | str | None = None, keep_progress: bool = True) -> Lab:
    """Build the world of a notebook anew; whatever ran before in this process is stopped.

    Args:
        notebook: two digits, such as ``"05"``.
        seed: another seed gives another world; ``COURSE_SEED`` or 0 if left out.
        keep_progress: whether checks that are passed count as the learner's progress.

    Raises:
        CourseError: there is no such notebook.
    """
    number = notebook_of(notebook)
    explain_shell()
    if served := os.environ.get(SERVED):
        remote = Sandbox.connect(*served.split())
        lab = Lab(number, remote, keeps_progress=False, built=remote.open(number))
        keep(lab)
        return lab
    running = Sandbox.running()
    if running is not None:
        running.stop()
    keep(None)
    if seed is None:
        seed = os.environ.get("COURSE_SEED", PLAIN_SEED)
    told = standing if keep_progress else None
    lab = Lab(number, Sandbox(seed=seed).start(), keeps_progress=keep_progress, standing=told)
    keep(lab)
    lab.remember()
    mishaps.install(lambda: None if (now := current_lab()) is None else now.started_over)
    return lab
