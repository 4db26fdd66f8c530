"""How the sandbox shows itself in a notebook: refusals, errors, policies, decisions, drawings.

None of it needs Jupyter: each thing has a text, and HTML for whoever can show it.
"""

from .policy_lab import PolicyLab, policy_lab
from .refused import NotRefused, refused
from .shown import Shown, show, table

__all__ = ["NotRefused", "PolicyLab", "Shown", "policy_lab", "refused", "show", "table"]
