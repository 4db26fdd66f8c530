"""What learners look at: policies, tables, notes, drawings."""

from refusal.notebook import show, table
from refusal.notebook.drawings import decision_way, key_layers

__all__ = ["decision_way", "key_layers", "show", "table"]
