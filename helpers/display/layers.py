"""See ``refusal.notebook.drawings``."""

from refusal.notebook.drawings import key_layers as key_layers
