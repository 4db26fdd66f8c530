"""The course's side of a notebook: its lab, predictions, checks, hints, quiz and progress."""

from .answers import predict, quiz
from .checks import check, hint
from .explanations import explain
from .lab import Lab, open_lab
from .progress import progress

__all__ = ["Lab", "check", "explain", "hint", "open_lab", "predict", "progress", "quiz"]
