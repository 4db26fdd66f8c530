"""A TOML file that an author edits: whatever is wrong in it is said with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any

from helpers.course.errors import CourseError
from helpers.paths import shown

#: Where in a file: the names of the tables around a key, and the key.
Place = tuple[str, ...]
_TABLE = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


class TomlFile:
    """A file and what it holds.

    Raises:
        CourseError: it is not there, or is no TOML.
    """

    def __init__(self, path: Path) -> None:
        self.name = shown(path)
        self.content: dict[str, Any]
        try:
            self._text = path.read_text(encoding="utf-8")
            self.content = tomllib.loads(self._text)
        except (OSError, UnicodeDecodeError) as error:
            raise CourseError(f"{self.name} cannot be read ({error}).") from None
        except tomllib.TOMLDecodeError as error:
            what = re.sub(r" \(at .*\)$", "", str(error))
            found = re.search(r"\(at line (\d+)", str(error))
            line = int(found[1]) if found else self._text.count("\n")
            raise CourseError(f"{self.name}, line {line}: this is not TOML. {what}.") from None

    def error(self, place: Place, what: str) -> CourseError:
        """What is wrong at a place, in one sentence."""
        return CourseError(f"{self.name}, line {self._line(place)}: {what}")

    def table(self, place: Place, content: Any, known: Sequence[str] = ()) -> dict[str, Any]:
        """What stands at a place: a table, with no other keys than those known, if any are."""
        if not isinstance(content, dict):
            raise self.error(place, f"`{place[-1]}` is a table, written [{'.'.join(place)}].")
        for odd in sorted(content.keys() - set(known)) if known else ():
            expected = ", ".join(f"`{name}`" for name in known)
            raise self.error((*place, odd), f"`{odd}` is not known here; expected: {expected}.")
        return content

    def string(self, place: Place, table: dict[str, Any], needed: bool = True) -> str:
        """A key's text, which must not be empty.

        Args:
            place: of the key in ``table``.
            needed: otherwise it may be left out, and is empty.
        """
        key = place[-1]
        if key not in table and not needed:
            return ""
        if key not in table:
            raise self.error(place[:-1], f"[{'.'.join(place[:-1])}] lacks `{key}`.")
        return self.text(place, table[key])

    def text(self, place: Place, value: Any) -> str:
        """A value that must be a text which is not empty."""
        if not isinstance(value, str) or not value.strip():
            raise self.error(place, f"`{place[-1]}` is a text, which cannot be empty.")
        return value.strip()

    def _line(self, place: Place) -> int:
        """Where a table or key begins; of one that is not there, the table around it.

        Tables are found by their headers, whatever looks like one inside of a text.
        """
        table: Place = ()
        inside, best, found = "", 0, 1
        for number, line in enumerate(self._text.split("\n"), 1):
            if not inside and (match := _TABLE.match(line) or _KEY.match(line)):
                if match.re is _TABLE:
                    table = here = tuple(part.strip("\"' ") for part in match[1].split("."))
                else:
                    here = (*table, match[1])
                same = takewhile(lambda pair: pair[0] == pair[1], zip(here, place, strict=False))
                if (common := len(list(same))) > best:
                    best, found = common, number
            for quotes in re.findall(r'"""|\'\'\'', line):
                inside = quotes if not inside else "" if inside == quotes else inside
        return found
