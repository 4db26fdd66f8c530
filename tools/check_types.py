"""mypy, in strict mode, over all that has types: the rooms, and what each lesson checks.

No ``import`` statement can name a lesson's folder, so mypy gives each ``checks.py`` the same name.
Each is therefore a run of its own, in this one process.
"""

from __future__ import annotations

import sys
from pathlib import Path

from mypy import api

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    """Returns the exit status."""
    status = 0
    checks = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("lessons/*/checks.py"))
    for files in ([], *([path] for path in checks)):
        told, trouble, failed = api.run(files)
        status = status or failed
        if failed or not files:
            sys.stdout.write(told)
        sys.stderr.write(trouble)
    return status


if __name__ == "__main__":
    sys.exit(main())
