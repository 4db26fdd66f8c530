"""Wildcards and policy variables (authorization.md 1, "Variables" and "Matching").

A text of a policy becomes a tuple of pieces: literal strings, ``ANY`` for ``*``, ``ONE`` for
``?``. What a variable is replaced with is always literal, also where it holds a ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .errors import PolicyError

ANY, ONE = 0, 1
Pieces = tuple[str | int, ...]
#: Condition key, in lower case -> its value; several values for a multivalued key.
Context = Mapping[str, str | Sequence[str]]

_TOKEN = re.compile(r"\$\{([^}]*)\}|\$\{|[*?]")
_VARIABLE = re.compile(r"\s*([^\s,'{}$*?]+)\s*(?:,\s*'([^']*)'\s*)?")
_LITERALS = ("*", "?", "$")
_WILDCARDS = {"*": ANY, "?": ONE}


@dataclass(frozen=True, slots=True)
class Variable:
    """``${key}`` or ``${key, 'default'}``."""

    key: str
    default: str | None


@dataclass(frozen=True, slots=True)
class Template:
    """A text of a policy, read once."""

    parts: tuple[str | int | Variable, ...]

    @property
    def fixed(self) -> Pieces | None:
        """The pieces, None if they depend on the request."""
        pieces = tuple(part for part in self.parts if not isinstance(part, Variable))
        return pieces if len(pieces) == len(self.parts) else None

    def fill(self, context: Context) -> Pieces | None:
        """The pieces for a request; None if a variable has no value and no default, or is a
        multivalued key (authorization.md 1)."""
        pieces: list[str | int] = []
        for part in self.parts:
            if isinstance(part, Variable):
                value = context.get(part.key, part.default)
                if not isinstance(value, str):
                    return None
                pieces.append(value)
            else:
                pieces.append(part)
        return tuple(pieces)


def read(text: str, *, variables: bool, skip: int = 0) -> Template:
    """Read a text with wildcards.

    Args:
        variables: whether ``${...}`` means something: Version 2012-10-17 only.
        skip: how many characters at the start hold no variables.

    Raises:
        PolicyError: a variable is not well formed.
    """
    parts: list[str | int | Variable] = []
    end = 0
    for token in _TOKEN.finditer(text):
        wildcard = token[0] in _WILDCARDS
        if not wildcard and not (variables and token.start() >= skip):
            parts += _plain(text[end : token.end()])
        else:
            parts.append(text[end : token.start()])
            parts.append(_WILDCARDS[token[0]] if wildcard else _variable(token, text))
        end = token.end()
    parts.append(text[end:])
    return Template(tuple(part for part in parts if part != ""))


def _plain(text: str) -> list[str | int]:
    """A text that holds wildcards, but no variables."""
    return [_WILDCARDS.get(part, part) for part in re.split(r"([*?])", text)]


def _variable(token: re.Match[str], text: str) -> str | Variable:
    inner = token[1]
    if inner in _LITERALS:
        return str(inner)
    match = _VARIABLE.fullmatch(inner or "")
    if match is None:
        raise PolicyError(
            f"The policy variable in {quote(text)} is not well formed: write ${{key}}, "
            "${key, 'default'}, or ${$} for a dollar sign."
        )
    return Variable(match[1].lower(), match[2])


def quote(text: object) -> str:
    """A value for an error message, cut to a readable length."""
    try:
        shown = repr(text)
    except (RecursionError, ValueError):  # Nested too deeply, or a number of thousands of digits.
        return f"a {type(text).__name__} that is too large"
    return shown if len(shown) <= 80 else shown[:77] + "..."


def literal(pieces: Pieces) -> str:
    """The pieces as a text in which ``*`` and ``?`` are characters like any other."""
    return "".join(p if isinstance(p, str) else "*?"[p] for p in pieces)


def expression(pieces: Pieces) -> str:
    """A regular expression for a glob; atomic groups keep it from backtracking, so that no
    policy can make matching slow."""
    chunks: list[str] = [""]
    for piece in pieces:
        if piece == ANY:
            chunks.append("")
        else:
            chunks[-1] += "." if piece == ONE else re.escape(str(piece))
    if len(chunks) == 1:
        return chunks[0]
    middle = "".join(f"(?>.*?{chunk})" for chunk in chunks[1:-1] if chunk)
    return f"{chunks[0]}{middle}.*{chunks[-1]}"


Match = Callable[[str], object]


@lru_cache(maxsize=4096)
def matcher(*globs: Pieces) -> Match:
    """A function that is true for texts which match one of the globs, over the whole text."""
    joined = "|".join(f"(?:{expression(glob)})" for glob in globs)
    return re.compile(joined, re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class Patterns:
    """An Action, NotAction, Resource or NotResource element."""

    texts: tuple[str, ...]
    negated: bool
    #: None where a pattern matches everything.
    _match: Match | None
    _templates: tuple[Template, ...]

    @classmethod
    def compile(
        cls, texts: Iterable[str], templates: Iterable[Template], negated: bool
    ) -> Patterns:
        """Patterns as written, and as read."""
        listed = tuple(templates)
        fixed = [pieces for t in listed if (pieces := t.fixed) is not None]
        everything = any(set(pieces) == {ANY} for pieces in fixed)
        return cls(
            tuple(texts),
            negated,
            None if everything else matcher(*fixed) if fixed else _nothing,
            tuple(t for t in listed if t.fixed is None),
        )

    def matches(self, value: str, context: Context) -> bool:
        """Whether the element applies to an action or a resource."""
        match = self._match
        if match is None or match(value):
            return not self.negated
        for template in self._templates:
            pieces = template.fill(context)
            if pieces is not None and matcher(pieces)(value):
                return not self.negated
        return self.negated


def _nothing(value: str) -> object:
    return None
