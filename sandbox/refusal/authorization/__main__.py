"""``python -m refusal.authorization CASES.json``: one JSON line with the decision of each case."""

from __future__ import annotations

import json
import os
import sys

from .cases import decide_case, read_cases
from .errors import AuthorizationError

_USAGE = "usage: python -m refusal.authorization CASES.json"


def main(arguments: list[str]) -> int:
    """Print the decisions.

    Returns:
        The exit status: 0, also when the reader stops early; or 2 with one line on stderr for a
        file or a case that is malformed.
    """
    if arguments in (["-h"], ["--help"]):
        print(f"{_USAGE}\n\nDecide each case of a file; print one JSON line for each.")
        return 0
    if len(arguments) != 1:
        print(_USAGE, file=sys.stderr)
        return 2
    try:
        decided = [(case["id"], decide_case(case)) for case in read_cases(arguments[0])]
    except AuthorizationError as error:
        print(str(error).replace("\n", " "), file=sys.stderr)
        return 2
    try:
        for name, decision in decided:
            line = {"id": name, "decision": decision.effect, "by": decision.by}
            print(json.dumps(line), flush=True)
    except BrokenPipeError:  # The reader has seen enough, as `head -1` does.
        # Python writes what is left at exit, and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
