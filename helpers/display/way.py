"""See ``refusal.notebook.drawings``."""

from refusal.notebook.drawings import decision_way as decision_way
