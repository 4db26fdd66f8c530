"""What mypy sees of ``author.py``."""

from lessons.author import *  # noqa: F403
from lessons.author.probes import *  # noqa: F403
