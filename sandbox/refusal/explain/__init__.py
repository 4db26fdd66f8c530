"""A decision explained: who asked for what, every policy that was weighed, and what decided.

As data, as text and as HTML. All say what the decision's own reasons say, and nothing more.
"""

from .account import key_of, policies_of
from .explanation import Explanation
from .steps import Row, Step, why
from .what_if import WhatIf, what_if

__all__ = ["Explanation", "Row", "Step", "WhatIf", "key_of", "policies_of", "what_if", "why"]
