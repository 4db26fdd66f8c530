"""The words of a PartiQL statement."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ....errors import AwsError, not_in_sandbox, validation

_TOKEN = re.compile(
    r"""
      (?P<blank>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?(?![\w]))
    | (?P<text>'(?:[^']|'')*')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<name>[A-Za-z_$][\w$]*)
    | (?P<sign><<|>>|<=|>=|<>|!=|\|\||[-+*/%=<>(){}\[\],.:?;])
    """,
    re.X | re.S | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """A word; ``kind`` is number, text, quoted, name, sign or end."""

    kind: str
    text: str


END = Token("end", "")


def malformed(detail: str) -> AwsError:
    """What DynamoDB says of a statement that it cannot read. The first words are AWS's; the
    detail is AWS's where it is sourced (H22), and the sandbox's assumption else."""
    return validation(f"Statement wasn't well formed, can't be processed: {detail}")


def lacking(what: str) -> AwsError:
    """The refusal of what this PartiQL has not."""
    return not_in_sandbox(f"PartiQL's {what}", "AWS may take it or refuse it.")


def split(statement: str) -> list[Token]:
    """The words of a statement. Comments are blanks (H22).

    Raises:
        AwsError: something in it is no word.
    """
    found, at = [], 0
    while at < len(statement):
        match = _TOKEN.match(statement, at)
        if match is None:
            raise malformed(f"Unexpected character at {at}")
        at = match.end()
        kind, text = match.lastgroup or "", match.group()
        if kind == "text":
            text = text[1:-1].replace("''", "'")
        elif kind == "quoted":
            text = text[1:-1].replace('""', '"')
        if kind != "blank":
            found.append(Token(kind, text))
    return found
