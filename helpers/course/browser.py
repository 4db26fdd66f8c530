"""What a notebook in a browser must say that one on a computer need not."""

from __future__ import annotations

import sys

from helpers.messages import say


def in_browser() -> bool:
    """Tell whether this Python runs in a browser."""
    return sys.platform == "emscripten"


def explain_shell() -> None:
    """Have ``!aws``, ``%%bash`` and their like answer in a sentence: no programs in a browser."""
    if not in_browser():
        return
    from IPython import get_ipython  # a notebook has imported it already

    if (shell := get_ipython()) is not None:
        scripts = shell.magics_manager.registry["ScriptMagics"]
        shell.system = shell.getoutput = scripts.shebang = lambda command, *_, **__: print(
            say("browser.no_programs", command=command)
        )
