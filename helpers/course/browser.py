"""What a notebook in a browser must say that one on a computer need not."""

from __future__ import annotations

import sys

from helpers.messages import say


def in_browser() -> bool:
    """Tell whether this Python runs in a browser."""
    return sys.platform == "emscripten"


def explain_shell() -> None:
    """Have ``!aws`` and its like answer in a sentence: a browser has no programs to run."""
    if not in_browser():
        return
    from IPython import get_ipython  # a notebook has imported it already

    shell = get_ipython()
    if shell is not None:
        shell.system = lambda command: print(say("browser.no_programs", command=command))
