"""An explanation as HTML: its steps in a row, then each step's statements, opened by a click."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from .steps import Row, Step, folded_words, laid_out, short, shown_json, split, why

#: ARNs and the names of policies have no spaces, and a page may be narrow; headings stay whole.
_LEFT = 'style="text-align: left; vertical-align: top; overflow-wrap: anywhere"'
_HEAD = 'style="text-align: left; vertical-align: top; white-space: nowrap"'


def page(steps: Sequence[Step], note: str = "", caller: str = "") -> str:
    """An explanation, for a notebook: light or dark, its text in the page's own colours.

    Args:
        note: what no policy decided.
        caller: the ARN of who called; empty if that is not known.
    """
    parts = [f"<p>Who called: {escape(caller)}</p>"] if caller else []
    parts += [_way(steps)] if steps else []
    parts += map(_step, steps)
    if note:
        parts.append(f"<p><strong>{escape(note)}</strong></p>")
    return f'<div style="max-width: 60em; overflow-wrap: anywhere">{"".join(parts)}</div>'


def _way(steps: Sequence[Step]) -> str:
    """The call as a row of boxes. It is a list in words, so that it can still be read where a
    notebook that is not trusted loses its drawings."""
    caller = short(steps[0].decision.request.principal)
    boxes = [_box(escape(caller), "solid")]
    for step in steps:
        mark = "✓" if step.decision.allowed else "✗"
        words = f"{escape(step.decision.request.action)}<br/><strong>{mark} {step.outcome}</strong>"
        boxes.append(_box(words, "solid" if step.decision.allowed else "dashed"))
    arrow = '<span style="align-self: center; padding: 0 0.5em" aria-hidden="true">→</span>'
    label = escape(" ".join(step.sentence for step in steps))
    return (
        f'<div role="img" aria-label="{label}" style="display: flex; flex-wrap: wrap; '
        f'margin: 0.6em 0">{arrow.join(boxes)}</div>'
    )


def _box(words: str, border: str) -> str:
    width = 3 if border == "dashed" else 1
    style = (
        f"border: {width}px {border} currentColor; border-radius: 6px; padding: 0.5em 1.4em; "
        "text-align: center; align-self: center"
    )
    return f'<span style="{style}">{words}</span>'


def _step(step: Step) -> str:
    shown, folded = split(step.rows)
    listed = _table(shown, step.sentence) if shown else f"<p>{escape(step.sentence)}</p>"
    hidden = ""
    if folded:
        rows = _table(folded, "")
        hidden = f"<details><summary>{escape(folded_words(folded))}</summary>{rows}</details>"
    decided = f"<p><strong>What decided: {escape(why(step.decision))}</strong></p>"
    return f"{listed}{hidden}{decided}"


def _table(rows: Sequence[Row], caption: str) -> str:
    names = ("Policy", "Statement", "Effect", "Does it apply?")
    head = "".join(f'<th scope="col" {_HEAD}>{name}</th>' for name in names)
    named = f"<caption {_LEFT}>{escape(caption)}</caption>" if caption else ""
    return (
        f'<table style="margin: 0.6em 0">{named}<thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(map(_row, rows))}</tbody></table>"
    )


def _row(row: Row) -> str:
    name = row.statement or "the grant"
    source = f'<pre style="white-space: pre-wrap; text-align: left">{_marked(row)}</pre>'
    opened = f"<details><summary>{escape(name)}</summary>{source}</details>"
    mark = " <strong>(decides)</strong>" if row.state == "decides" else ""
    cells = [escape(row.policy), opened, row.effect, escape(row.applies) + mark]
    return f"<tr>{''.join(f'<td {_LEFT}>{cell}</td>' for cell in cells)}</tr>"


def _marked(row: Row) -> str:
    """A statement's JSON, with the elements that do not fit the request marked, and why."""
    if not row.failing:
        return escape(shown_json(row.source))
    lines = []
    members = list(row.source.items())
    for number, (name, value) in enumerate(members):
        text = laid_out({name: value})[2:-2]
        comma = "," if number + 1 < len(members) else ""
        lines.append(_element(row, name, escape(text) + comma))
    missing = [x.element for x in row.failing if x.element not in row.source]
    lines += [f"  <mark>← {escape(name)} is missing</mark>" for name in missing]
    return "\n".join(["{", *lines, "}"])


def _element(row: Row, name: str, text: str) -> str:
    failing = [element for element in row.failing if element.element == name]
    if not failing:
        return text
    said = []
    for element in failing:
        given = element.actual if element.actual is not None else "nothing"
        given = given if isinstance(given, str) else ", ".join(given)
        key = f"{element.key}: " if element.key else ""
        said.append(f"  ← {key}{element.reason.value}; the request has {given or 'nothing'}")
    return f"<mark>{text}\n{escape(chr(10).join(said))}</mark>"
