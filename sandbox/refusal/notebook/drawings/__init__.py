"""Drawings of what the library knows: keys, requests and decisions; each says itself in words, too.

``drawing`` has what they are made of, for drawings of one's own.
"""

from .drawing import Drawing, Picture
from .layers import key_layers
from .moves import request_steps
from .steps import Move, RequestSteps
from .way import decision_way

__all__ = [
    "Drawing", "Move", "Picture", "RequestSteps", "decision_way", "key_layers", "request_steps",
]  # fmt: skip
