"""Where a learner stands: what is done in a notebook and in all, what is next, a page to print."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from helpers.display.notes import Note
from helpers.messages import say

from .calling import called_like
from .chapter import chapter, folder_of, notebooks
from .errors import CourseError
from .lab import current_lab
from .progress import _items, _load, code_of

_BLOCKS = 8
_LONGEST_NAME = 100
_TITLE = re.compile(r"^# +title: (.+?) *$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Place:
    """How far a learner has come in one notebook."""

    notebook: str
    done: frozenset[str]

    @property
    def exercises(self) -> list[str]:
        """The numbers of its exercises."""
        return list(chapter(self.notebook).exercises)

    @property
    def has_quiz(self) -> bool:
        """Whether it ends with a quiz."""
        return bool(chapter(self.notebook).quiz)

    @property
    def items(self) -> list[str]:
        """All that there is to do."""
        *exercises, quiz = _items(self.notebook)
        return [*exercises, quiz] if self.has_quiz else exercises

    @property
    def next(self) -> str:
        """What is to be done next, in words; empty if nothing is."""
        left = [item for item in self.items if item not in self.done]
        if not left:
            return ""
        if left[0] in self.exercises:
            return say("progress.exercise", number=left[0])
        return say("progress.quiz")

    @property
    def count(self) -> tuple[int, int]:
        """How many things are done, of how many."""
        return sum(item in self.done for item in self.items), len(self.items)

    @property
    def words(self) -> str:
        """In one clause, exercises and quiz."""
        done = sum(item in self.done for item in self.exercises)
        text = say("progress.exercises", done=done, total=len(self.exercises))
        if not self.has_quiz:
            return text
        quiz_done = self.items[-1] in self.done
        return f"{text}; {say('progress.quiz_done' if quiz_done else 'progress.quiz_open')}"

    @property
    def name(self) -> str:
        """Number and title."""
        return f"{self.notebook} {title_of(self.notebook)}"


@dataclass(frozen=True, slots=True)
class Standing:
    """All notebooks, with bars; shows itself in a notebook.

    Attributes:
        head: sentences above the list.
        code: the sentence under it.
    """

    places: Sequence[Place]
    head: Sequence[str]
    code: str

    def __repr__(self) -> str:
        lines = [f"{_bar(*p.count)} {p.name}: {_word(p)}. {p.words}." for p in self.places]
        return "\n".join([*self.head, *lines, self.code])

    def _repr_html_(self) -> str:
        head = "".join(f"<p>{escape(text)}</p>" for text in self.head)
        rows = "".join(map(self._row, self.places))
        left = 'style="text-align: left"'
        names = ("progress.notebook", "progress.state", "progress.how_far")
        columns = "".join(f'<th scope="col" {left}>{escape(say(name))}</th>' for name in names)
        return (
            f'<div style="max-width: 60em">{head}<table><thead><tr>{columns}</tr></thead>'
            f"<tbody>{rows}</tbody></table><p>{escape(self.code)}</p></div>"
        )

    @staticmethod
    def _row(place: Place) -> str:
        solved = (lab := current_lab()) and not lab.keeps_progress  # in a folder of its own
        file = f"{'../' if solved else ''}{folder_of(place.notebook).name}.ipynb"
        linked = f'<a href="{escape(file)}">{escape(place.name)}</a>'
        state = f'<span aria-hidden="true">{_bar(*place.count)}</span> {escape(_word(place))}'
        cells = (linked, state, escape(place.words))
        shown = "".join(f'<td style="text-align: left">{cell}</td>' for cell in cells)
        return f"<tr>{shown}</tr>"


def standing(notebook: str) -> str:
    """One sentence: what is done in a notebook, and what is next."""
    place = Place(notebook, frozenset(_load()[0]))
    done, total = place.count
    begun = "progress.here" if done else "progress.here_new"
    key = "progress.here_done" if done == total else begun
    return say(key, notebook=notebook, words=place.words, next=place.next)


@called_like('progress() or progress(name="Ada Lovelace")')
def progress(code: str | None = None, *, name: str | None = None) -> Standing | Note:
    """What is done, what is next, and a code that carries it elsewhere.

    Args:
        code: one that ``progress()`` showed elsewhere; what it says is added to what is here.
        name: the learner's; writes a page to print that says what they have done.
    """
    try:
        told = code_of(code)
    except CourseError as error:
        return Note(str(error))
    done = frozenset(_load()[0])
    places = [Place(notebook, done) for notebook in notebooks()]
    if name is not None:
        return _printed(name, places)
    head = [_all(places)]
    if lab := current_lab():
        head.insert(0, standing(lab.notebook))
    return Standing(places, head, told)


def _all(places: Sequence[Place]) -> str:
    """What is done of the whole course, and where to go on."""
    done, total = (sum(place.count[n] for place in places) for n in (0, 1))
    ahead = next((place for place in places if place.next), None)
    if ahead is None:
        return say("progress.all_done", total=total)
    return say("progress.all", done=done, total=total, name=ahead.name, next=ahead.next)


def _word(place: Place) -> str:
    done, total = place.count
    return say("word.done" if done == total else "progress.begun" if done else "word.open")


def _bar(done: int, total: int) -> str:
    filled = done * _BLOCKS // total if total else 0
    filled = max(filled, 1) if done else 0
    return "▰" * filled + "▱" * (_BLOCKS - filled)


@cache
def title_of(notebook: str) -> str:
    """What a notebook is called, as the head of its lesson says: in a browser the notebooks
    themselves are on a drive of their own. Without that, what its folder is called."""
    folder = folder_of(notebook)
    lesson = folder / "lesson.py"
    heading = _TITLE.search(lesson.read_text("utf-8")) if lesson.is_file() else None
    words = folder.name[3:].replace("_", " ")
    return heading[1] if heading else words[:1].upper() + words[1:]


def _printed(name: Any, places: Sequence[Place]) -> Note:
    """Write the page to print, beside the notebook or else in the home folder."""
    shown = " ".join(name.split()) if isinstance(name, str) else ""
    if not shown or len(shown) > _LONGEST_NAME or not shown.isprintable():
        return Note(say("progress.bad_name", longest=_LONGEST_NAME))
    plain = unicodedata.normalize("NFKD", shown).encode("ascii", "ignore").decode().lower()
    file = f"{say('page.file')}-{re.sub(r'[^a-z0-9]+', '-', plain).strip('-') or 'page'}.html"
    page, error = _page(shown, places), ""
    for folder in (Path.cwd(), Path.home()):
        try:
            (folder / file).write_text(page, encoding="utf-8")
            return Note(say("progress.printed", path=folder / file))
        except OSError as problem:
            error = f"{folder}: {problem.strerror}"
    return Note(say("progress.not_printed", error=error))


def _page(name: str, places: Sequence[Place]) -> str:
    date = f"{(today := datetime.date.today()).day} {today:%B %Y}"
    done, total = (sum(place.count[n] for place in places) for n in (0, 1))
    key = "page.all" if done == total else "page.some"
    said = {
        "title": say("page.title"),
        "name": name,
        "done": say(key, done=done, total=total, date=date),
        "notebook": say("progress.notebook"),
        "how_far": say("progress.how_far"),
        "own_word": say("page.own_word"),
    }
    rows = (f"<tr><td>{escape(x.name)}</td><td>{escape(x.words)}</td></tr>" for x in places)
    page = Template(Path(__file__).with_suffix(".html").read_text(encoding="utf-8"))
    return page.substitute({k: escape(v) for k, v in said.items()}, rows="".join(rows))
