"""Wildcards and policy variables (R1.13-R1.17).

A text of a policy becomes a tuple of pieces: literal strings, ``ANY`` for ``*``, ``ONE`` for
``?``. What a variable is replaced with is always literal, also where it holds a ``*``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .errors import PolicyError, quote

ANY, ONE = 0, 1
_WILDCARDS = {"*": ANY, "?": ONE}
_TOKEN = re.compile(r"\$\{([^}]*)\}|\$\{|[*?]")
_VARIABLE = re.compile(r"\s*([^\s,'{}$*?]+)\s*(?:,\s*'([^']*)'\s*)?")


@dataclass(frozen=True, slots=True)
class Variable:
    """``${key}`` or ``${key, 'default'}``."""

    key: str
    default: str | None


Pieces = tuple[str | int, ...]
Template = tuple[str | int | Variable, ...]
#: Condition key, in lower case -> its value; several values for a multivalued key.
Context = Mapping[str, str | Sequence[str]]
Match = Callable[[str], object]


def read(text: str, *, variables: bool, skip: int = 0) -> Template:
    """Read a text with wildcards, and with variables if there are any in this version of the
    language; the first ``skip`` characters hold none.

    Raises:
        PolicyError: a variable is not well formed.
    """
    parts: list[str | int | Variable] = []
    end = 0
    for token in _TOKEN.finditer(text):
        wildcard = token[0] in _WILDCARDS
        if wildcard or (variables and token.start() >= skip):
            parts.append(text[end : token.start()])
            parts.append(_WILDCARDS[token[0]] if wildcard else _variable(token[1] or "", text))
        else:
            parts += (_WILDCARDS.get(p, p) for p in re.split("([*?])", text[end : token.end()]))
        end = token.end()
    return tuple(part for part in (*parts, text[end:]) if part != "")


def _variable(inner: str, text: str) -> str | Variable:
    if inner in ("*", "?", "$"):
        return inner
    if match := _VARIABLE.fullmatch(inner):
        return Variable(match[1].lower(), match[2])
    raise PolicyError(
        f"The policy variable in {quote(text)} is not well formed: write ${{key}}, "
        "${key, 'default'}, or ${$} for a dollar sign."
    )


def is_fixed(template: Template) -> bool:
    """Whether a text has no variables."""
    return not any(isinstance(part, Variable) for part in template)


def fill(template: Template, context: Context) -> Pieces | None:
    """The pieces for a request; None if a variable has no value and no default, or is a
    multivalued key (R1.14, R1.15)."""
    pieces: list[str | int] = []
    for part in template:
        value = context.get(part.key, part.default) if isinstance(part, Variable) else part
        if not isinstance(value, (str, int)):
            return None
        pieces.append(value)
    return tuple(pieces)


def literal(pieces: Pieces) -> str:
    """The pieces as a text in which ``*`` and ``?`` are characters like any other."""
    return "".join(piece if isinstance(piece, str) else "*?"[piece] for piece in pieces)


def _expression(pieces: Pieces) -> str:
    """A regular expression; atomic groups keep it from backtracking, so that no policy can make
    matching slow."""
    chunks = [""]
    for piece in pieces:
        if piece == ANY:
            chunks.append("")
        else:
            chunks[-1] += "." if piece == ONE else re.escape(str(piece))
    first, *middle, last = chunks if len(chunks) > 1 else (*chunks, None)
    searched = "".join(f"(?>.*?{chunk})" for chunk in middle if chunk)
    return str(first) if last is None else f"{first}{searched}.*{last}"


@lru_cache(maxsize=4096)
def matcher(*globs: Pieces) -> Match:
    """A function that is true for texts which match one of the globs as a whole."""
    joined = "|".join(f"(?:{_expression(glob)})" for glob in globs)
    return re.compile(joined, re.DOTALL).fullmatch


@dataclass(frozen=True, slots=True)
class Patterns:
    """An Action, NotAction, Resource or NotResource element: as written, and as read."""

    texts: tuple[str, ...]
    negated: bool
    templates: tuple[Template, ...]
    #: For the texts without variables; None where one of them matches everything.
    fixed: Match | None

    @classmethod
    def compile(
        cls, texts: Sequence[str], templates: Sequence[Template], negated: bool
    ) -> Patterns:
        """Read once, so that deciding is fast."""
        fixed = [t for template in templates if is_fixed(template) and (t := fill(template, {}))]
        match = None if any(set(pieces) == {ANY} for pieces in fixed) else matcher(*fixed)
        open_ = tuple(template for template in templates if not is_fixed(template))
        return cls(tuple(texts), negated, open_, match if fixed else _nothing)

    def matches(self, value: str, context: Context) -> bool:
        """Whether the element applies to an action or a resource."""
        found = self.fixed is None or bool(self.fixed(value))
        for template in self.templates:
            pieces = None if found else fill(template, context)
            found = found or (pieces is not None and bool(matcher(pieces)(value)))
        return found != self.negated


def _nothing(value: str) -> object:
    return None
