"""The course's side of a notebook: its lab, predictions, checks, hints, quiz and progress."""

from refusal.notebook import refused

from .answers import predict, quiz
from .checks import check, hint
from .explanations import explain
from .following import follow
from .lab import Lab
from .opening import open_lab
from .policy_lab import policy_lab
from .whereabouts import progress

__all__ = [
    "Lab", "check", "explain", "follow", "hint", "open_lab", "policy_lab", "predict", "progress",
    "quiz", "refused",
]  # fmt: skip
