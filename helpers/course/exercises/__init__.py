"""One module per notebook, named by its number; each has a ``CHAPTER``."""
