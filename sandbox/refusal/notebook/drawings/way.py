"""The way of a decision about a KMS key, drawn: five questions, and which of them a request met."""

from __future__ import annotations

from collections.abc import Mapping

from ...authorization import Decision
from ...authorization.way import Answer, Question, is_about_key, way
from ...explain import Explanation, why
from .drawing import Drawing, arrow, box, frame, words
from .sentences import say

#: The answer that ends the way at a question.
_ENDS = dict(zip(Question, ("yes", "yes", "no", "no", "no"), strict=True))
_LEFT, _WIDE, _RIGHT, _NARROW = 44, 404, 520, 190
_TOP, _HEIGHT, _STEP = 52, 80, 110
_SIZE = (724, 676)
_ALLOWED, _DENIED = say("way.allowed"), say("way.denied")


def decision_way(what: Decision | Explanation | None = None) -> Drawing:
    """The way of a decision, with this request's own way marked.

    Args:
        what: what ``explain`` gives, of which the last decision about a key is drawn; or a
            decision; None for the way alone.

    Raises:
        ValueError: no KMS key of the caller's own account was asked for.
    """
    if what is None:
        return _drawing(say("way.title"), None)
    decisions = [what] if isinstance(what, Decision) else [step.decision for step in what.steps]
    decision = next(filter(is_about_key, reversed(decisions)), None)
    if decision is None and not decisions:
        raise ValueError(say("way.none_asked"))
    if decision is None:
        request = decisions[-1].request
        raise ValueError(say("way.no_key", action=request.action, resource=request.resource))
    name = decision.request.principal.rsplit("/", 1)[-1]
    title = say("way.title_of", action=decision.request.action, name=name)
    return _drawing(title, dict(way(decision)), say("way.decided", why=why(decision)))


def _drawing(title: str, met: Mapping[Question, Answer] | None, decided: str = "") -> Drawing:
    drawn, lines = [], [title]
    for number, question in enumerate(Question):
        answer = None if met is None else met.get(question, "later")
        drawn += _row(number, question, answer)
        where = say(f"way.{question}_where")
        asked = f"{number + 1}. {say(f'way.{question}')} ({where})"
        lines.append(f"{asked} {_told(question, answer)}")
    look = "lit" if met is None else "new" if met.get(Question.LIMITS) == "yes" else "later"
    drawn.append(box((_LEFT, _TOP + 5 * _STEP, _WIDE, 62), _ALLOWED, [say("way.end")], look))
    role = "" if met is None else "new" if met.get(Question.NAMED) == "role" else "later"
    begin, end = (_TOP + n * _STEP + _HEIGHT // 2 for n in (1, 4))
    around = [(_LEFT, begin), (_LEFT - 20, begin), (_LEFT - 20, end), (_LEFT, end)]
    drawn += [arrow(around, role), words(_LEFT - 12, begin + 59, say("way.role"))]
    lines += [decided] if decided else []
    alt = f"{title}. {' '.join(lines[1:])}"
    return Drawing(frame(title, _SIZE, alt, drawn), alt, "\n".join(lines))


def _result(question: Question) -> str:
    return _ALLOWED if question is Question.NAMED else _DENIED


def _told(question: Question, answer: str | None) -> str:
    """What follows from each answer to a question; or this request's answer."""
    ended = f"{_result(question)}, {say(f'way.{question}_end')}"
    if answer == "later":
        return say("way.unasked").capitalize() + "."
    if answer is not None:
        said = say("way.here", answer=say(f"way.{answer}"))
        return f"{said}. {ended}." if answer == _ENDS[question] else f"{said}."
    goes = _ALLOWED if question is Question.LIMITS else say("way.next")
    after = {_ENDS[question]: ended, _other(question): goes}
    after |= {"role": say("way.on")} if question is Question.NAMED else {}
    return " ".join(say("way.if", answer=say(f"way.{x}"), next=y) for x, y in after.items())


def _other(question: Question) -> str:
    return "no" if _ENDS[question] == "yes" else "yes"


def _row(number: int, question: Question, answer: str | None) -> list[str]:
    """A question, where it ends on the right, and the arrow to the next one below.

    Args:
        answer: None if no request is drawn, ``later`` if it did not come so far.
    """
    top, centre = _TOP + number * _STEP, _LEFT + _WIDE // 2
    bottom, middle = top + _HEIGHT, top + _HEIGHT // 2
    end, down = _ENDS[question], _other(question)
    text, plain, look = [say(f"way.{question}_where")], "later", "new"
    if answer in (None, "later"):
        plain, look = ("later", "later") if answer else ("", "lit")
    else:
        text.append(say("way.here", answer=say(f"way.{answer}")))
    # A thick line leads the way; the words `Here: no` say it as well.
    ends, goes = answer == end, answer in (down, "skipped")
    result = "later" if answer not in (None, end) else "lit" if question == "named" else "no"
    stop, place = say(f"way.{question}_end"), (_RIGHT, top, _NARROW, _HEIGHT)
    return [
        arrow([(_LEFT + _WIDE, middle), (_RIGHT, middle)], "new" if ends else plain),
        words(_LEFT + _WIDE + 36, middle - 8, say(f"way.{end}"), anchor="middle"),
        arrow([(centre, bottom), (centre, top + _STEP)], "new" if goes else plain),
        words(centre + 10, bottom + 19, say(f"way.{down}")),
        box((_LEFT, top, _WIDE, _HEIGHT), say(f"way.{question}"), text, look),
        box(place, _result(question), [stop], result),
    ]
