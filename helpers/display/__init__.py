"""What learners look at: policies, tables, notes, drawings."""

from refusal.notebook import show, table
from refusal.notebook.drawings import key_layers

from .way import decision_way

__all__ = ["decision_way", "key_layers", "show", "table"]
