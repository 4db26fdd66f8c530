"""The parts of a notebook that are the same in all: navigation, card, questions, hints.

A lesson asks for them with ``{{name}}`` or ``{{name number}}`` in a markdown cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from helpers.course.chapter import Question

from .lesson import Lesson, LessonError
from .messages import say
from .pictures import PICTURES, architecture

_DIRECTIVE = re.compile(r"\{\{(\w+)(?: (\S+))?\}\}")
#: A markdown link or image to a file of the course: not to a page of the web or of this notebook.
_RELATIVE = re.compile(r"(\]\(|<img src=\")(?!https?:|#|mailto:)([^)#\"]*)")


@dataclass(frozen=True, slots=True)
class Twin:
    """Which of a lesson's two notebooks is being written, and among which lessons."""

    lesson: Lesson
    lessons: list[Lesson]
    solved: bool

    def markdown(self, source: str) -> str:
        """A markdown cell's text with its directives carried out.

        Raises:
            LessonError: an unknown directive, or one that names what is not there.
        """

        def put(match: re.Match[str]) -> str:
            name, number = match.groups()
            try:
                return _DIRECTIVES[name](self, number)
            except KeyError:
                raise LessonError(f"{self.lesson.name}: nothing for {match.group()}") from None

        return self.links(_DIRECTIVE.sub(put, source))

    def links(self, text: str) -> str:
        """Links as they must be seen from the folder of this twin: to twins of the same kind."""
        if not self.solved:
            return text
        files = {f"{lesson.name}.ipynb": self._file(lesson) for lesson in self.lessons}

        def seen(match: re.Match[str]) -> str:
            start, target = match.groups()
            return start + files.get(target, f"../{target}")

        return _RELATIVE.sub(seen, text)

    def navigation(self) -> str:
        """previous | contents | glossary | next, among notebooks of the same kind."""
        at = [lesson.name for lesson in self.lessons].index(self.lesson.name)
        parts = []
        if at > 0:
            parts.append(self._link("notebook.previous", self.lessons[at - 1]))
        contents = f"{self._file(self.lessons[0])}#Contents"
        parts.append(f"[{say('notebook.contents')}]({contents})")
        parts.append(self.links(f"[{say('notebook.glossary')}](../docs/glossary.md)"))
        if at + 1 < len(self.lessons):
            parts.append(self._link("notebook.next", self.lessons[at + 1]))
        return " | ".join(parts)

    def _file(self, lesson: Lesson) -> str:
        """A lesson's notebook of this kind; the only one there is, if it has no solution."""
        if self.solved and lesson.has_solution:
            return f"{lesson.solved_name}.ipynb"
        return f"../{lesson.name}.ipynb" if self.solved else f"{lesson.name}.ipynb"

    def _link(self, key: str, lesson: Lesson) -> str:
        return f"[{say(key, title=f'{lesson.number} {lesson.title}')}]({self._file(lesson)})"

    def card(self) -> str:
        """Title, promise, and what a learner wants to know before starting."""
        card, name = self.lesson.card, self.lesson.name
        twin = "blank_twin" if self.solved else "solved_twin"
        twin = twin if self.lesson.has_solution else "no_twin"
        rows = {
            "time": say("notebook.minutes", **card["minutes"]),
            "level": card["level"],
            "needs": "; ".join(card["needs"]),
            "simulated": card["simulated"],
            "aws": f"{card['aws']} {say('card.ledger', link='../docs/ledger.md')}",
            "cost": card["cost"],
        }
        table = "\n".join(f"| **{say('card.' + key)}** | {text} |" for key, text in rows.items())
        outcomes = "\n".join(f"- {text}" for text in card["outcomes"])
        head = f"# {self.lesson.number} · {self.lesson.title}"
        head = say("notebook.solved_title", title=head) if self.solved else head
        # The one link that leads to the other twin.
        target = f"../{name}.ipynb" if self.solved else f"solutions/{self.lesson.solved_name}.ipynb"
        return (
            f"{head}\n\n{card['promise']}\n\n"
            + self.links(f"{say('card.head')}\n|---|---|\n{table}\n\n")
            + f"**{say('card.outcomes')}**\n\n{self.links(outcomes)}\n\n"
            + say("notebook." + twin, link=target)
        )

    def footer(self) -> str:
        """Where to go on, and where to say that something is wrong."""
        report = self.links(say("notebook.report", link="../docs/report.md"))
        return f"---\n{self.navigation()}\n\n{report}"

    def help(self, number: str) -> str:
        """What to do when stuck in an exercise."""
        if not self.lesson.has_solution:
            return say("notebook.stuck_alone")
        link = f"solutions/{self.lesson.solved_name}.ipynb#{_anchor(number)}"
        return say("notebook.stuck", link=link)

    def _prediction(self, number: str) -> str:
        title = say("notebook.prediction", number=number)
        return f"**{title}** {_asked(self.lesson.chapter.predictions[number])}"

    def _exercise(self, number: str) -> str:
        exercise = self.lesson.chapter.exercises[number]
        title = say("notebook.exercise", number=number)
        points = say("notebook.points", points=exercise.points)
        return f"### {title}\n\n**{exercise.title}** ({points})"

    def _written(self, number: str) -> str:
        title = say("notebook.written", number=number)
        return f"**{title}** {self.lesson.chapter.written[number].text}"

    def _quiz(self, _: str | None) -> str:
        questions = self.lesson.chapter.quiz.items()
        return "\n\n".join(f"**{name}.** {_asked(question)}" for name, question in questions)

    def _answers(self, _: str | None) -> str:
        return "\n\n".join(
            f"**{name}.** {question.text}\n\n{_explained(question)}"
            for name, question in self.lesson.chapter.quiz.items()
        )

    def _architecture(self, _: str | None) -> str:
        picture = architecture(self.lesson.number)
        return f'<img src="images/architecture_{self.lesson.number}.svg" alt="{picture.alt}">'

    def _picture(self, name: str) -> str:
        return f'<img src="images/{name}.svg" alt="{PICTURES[name]().alt}">'

    def _contents(self, _: str | None) -> str:
        rows = [
            f"| [{lesson.number} {lesson.title}]({lesson.name}.ipynb) | {lesson.card['promise']} "
            f"| {sum(lesson.card['minutes'].values())} |"
            for lesson in self.lessons
        ]
        return f"{say('contents.head')}\n|---|---|---|\n" + "\n".join(rows)


_DIRECTIVES: dict[str, Callable[[Twin, str], str]] = {
    "predict": Twin._prediction,
    "exercise": Twin._exercise,
    "quiz": Twin._quiz,
    "written": Twin._written,
    "answers": Twin._answers,
    "architecture": Twin._architecture,
    "picture": Twin._picture,
    "contents": Twin._contents,
}


def _anchor(number: str) -> str:
    """The id that JupyterLab gives to an exercise's heading."""
    return say("notebook.exercise", number=number).replace(" ", "-")


def _asked(question: Question) -> str:
    options = "\n".join(f"- **{key}:** {option.text}" for key, option in question.options.items())
    return f"{question.text}\n\n{options}"


def _explained(question: Question) -> str:
    lines = []
    for key, option in question.options.items():
        word = say("word.right" if key == question.answer else "word.wrong")
        lines.append(f"- **{key}:** {option.text} *{word}:* {option.why}")
    return "\n".join(lines)
