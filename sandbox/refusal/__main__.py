"""``python -m refusal``: its commands.

A module is imported when its command is asked for: `allows` needs no emulator.
"""

from __future__ import annotations

import argparse
import sys


def main(argv: list[str] | None = None) -> int:
    """Run a command; returns the exit status. Without a command's name it serves, as it always
    did."""
    given = sys.argv[1:] if argv is None else argv
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help")):
        given = ["serve", *given]
    parser = argparse.ArgumentParser(
        prog="python -m refusal",
        description="An AWS account in memory that denies.",
        epilog="Each command has --help. Without a command it serves.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    from .commands import allows

    allows.add_to(commands)
    if given[0] != "allows":
        from .commands import serve

        serve.add_to(commands)
    arguments = parser.parse_args(given)
    status: int = arguments.run(arguments)
    return status


if __name__ == "__main__":
    sys.exit(main())
