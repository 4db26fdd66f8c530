"""The words and signs of an expression (H75)."""

from __future__ import annotations

import re
from typing import NamedTuple

from ....errors import AwsError, validation

#: The words of the language, in any case.
KEYWORDS = frozenset(["AND", "OR", "NOT", "BETWEEN", "IN", "SET", "REMOVE", "ADD", "DELETE"])
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<word>[A-Za-z]\w*)|(?P<name>#\w+)|(?P<value>:\w+)|(?P<place>0|[1-9]\d*)"
    r"|(?P<sign><>|<=|>=|[=<>()\[\],.+-])|(?P<bad>\S)|\Z)",
    re.ASCII,
)


class Token(NamedTuple):
    """A word or a sign.

    Attributes:
        kind: ``word``, ``name`` (a placeholder), ``value`` (likewise), ``place`` (in a list),
            ``bad`` for what no expression has, ``end``; a keyword in capitals, or a sign.
        text: as it is written.
        start: where it is.
        end: where it ends.
    """

    kind: str
    text: str
    start: int
    end: int


def tokens_of(text: str) -> tuple[Token, ...]:
    """All tokens of an expression; the last has the kind ``end``."""
    found, at = [], 0
    while (match := _TOKEN.match(text, at)) is not None and match.lastgroup is not None:
        kind, (start, at) = match.lastgroup, match.span(match.lastgroup)
        word = match[kind]
        if kind == "sign" or (kind == "word" and word.upper() in KEYWORDS):
            kind = word.upper()
        found.append(Token(kind, word, start, at))
    last = found[-1].end if found else 0
    return (*found, Token("end", "<EOF>", last, last))


def syntax_error(text: str, tokens: tuple[Token, ...], at: int) -> AwsError:
    """What DynamoDB says of a token that cannot be here: it is shown between its neighbours."""
    start = tokens[max(at - 1, 0)].start
    end = tokens[min(at + 1, len(tokens) - 1)].end
    return validation(f'Syntax error; token: "{tokens[at].text}", near: "{text[start:end]}"')
