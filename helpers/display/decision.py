"""A decision explained: who asked for what, every policy that was weighed, and what decided.

Words and picture say what the decision's own reasons say, and nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from helpers.messages import say
from refusal.authorization import Decision, Effect, Level, Policy, PolicyType, StatementReport


@dataclass(frozen=True, slots=True)
class Step:
    """One permission that a call needed; ``via`` is the service that asked for the caller."""

    decision: Decision
    via: str = ""

    @property
    def sentence(self) -> str:
        """Who asked for what, and what came of it."""
        request = self.decision.request
        return say(
            "explain.asked_via" if self.via else "explain.asked",
            via=self.via,
            name=_short(request.principal),
            action=request.action,
            resource=request.resource,
            outcome=self.outcome,
        )

    @property
    def outcome(self) -> str:
        """Allowed or denied."""
        return say("explain.allowed" if self.decision.allowed else "explain.denied")

    @property
    def rows(self) -> list[Row]:
        """Every statement and grant that was weighed."""
        return list(_rows(self.decision))


@dataclass(frozen=True, slots=True)
class Row:
    """One statement or grant: where it stands, its effect, and whether it applies."""

    policy: str
    statement: str
    effect: str
    applies: str
    decides: bool
    #: The statement is about the whole account.
    left_to_iam: bool = False


@dataclass(frozen=True, slots=True)
class Explanation:
    """The steps of one call; shows itself in a notebook, as a picture and as tables.

    ``note`` says what no policy decided, such as a key that is disabled.
    """

    steps: Sequence[Step]
    note: str = ""

    def __repr__(self) -> str:
        caller = self.steps[0].decision.request.principal
        lines = [say("explain.caller", arn=caller)]
        for number, step in enumerate(self.steps, 1):
            lines.append(f"{number}. {step.sentence}")
            lines += [f"   {_in_words(row)}" for row in step.rows]
            lines.append("   " + say("explain.decided", why=why(step.decision)))
        return "\n".join([*lines, self.note] if self.note else lines)

    def _repr_html_(self) -> str:
        caller = self.steps[0].decision.request.principal
        head = f"<p>{escape(say('explain.caller', arn=caller))}</p>"
        parts = [head, _picture(self.steps), *map(_table, self.steps)]
        parts += [f"<p><strong>{escape(self.note)}</strong></p>"] if self.note else []
        return f'<div style="max-width: 60em">{"".join(parts)}</div>'


def why(decision: Decision) -> str:
    """One sentence: what decided."""
    action = decision.request.action
    if decision.deciding_policy is not None and decision.statement is not None:
        key = "why.statement" if decision.allowed else "why.explicit"
        policy = _policy_name(decision.deciding_policy)
        return say(key, statement=_statement_name(decision.statement.sid, decision), policy=policy)
    if decision.grant is not None:
        return say("why.grant", name=decision.grant.grant_id)
    if decision.allowed or decision.by is None:
        return say("why.root")
    if decision.by is PolicyType.IDENTITY and any(x.left_to_iam for x in _rows(decision)):
        return say("why.identity_key", action=action)
    return say(_LACKING[decision.by], action=action)


_LACKING = {
    PolicyType.IDENTITY: "why.identity",
    PolicyType.RESOURCE: "why.resource",
    PolicyType.BOUNDARY: "why.boundary",
    PolicyType.SESSION: "why.session",
    PolicyType.TRUST: "why.trust",
}


def _rows(decision: Decision) -> Iterator[Row]:
    for report in decision.statements:
        yield Row(
            _policy_name(report.policy),
            report.statement.label,
            report.effect,
            _applies(report),
            report.statement is decision.statement
            or (report.effect == "Deny" and report.matched and _denied(decision)),
            report.matched and report.level is Level.ACCOUNT,
        )
    for grant in decision.grants:
        reason = grant.reason.value
        answer = say("explain.yes") if grant.matched else say("explain.no", reason=reason)
        name = say("explain.grant", name=grant.grant.grant_id)
        yield Row(name, "", "Allow", answer, grant.grant is decision.grant)


def _denied(decision: Decision) -> bool:
    return decision.effect is Effect.EXPLICIT_DENY


def _applies(report: StatementReport) -> str:
    if not report.matched:
        return say("explain.no", reason=report.reason.value)
    return say("explain.yes_account" if report.level is Level.ACCOUNT else "explain.yes")


def _policy_name(policy: Policy) -> str:
    if policy.type is PolicyType.RESOURCE:
        return say("explain.resource_policy", name=policy.name)
    return f"{policy.name} ({policy.type.value})"


def _statement_name(sid: str, decision: Decision) -> str:
    assert decision.statement is not None
    return f"“{sid}”" if sid else f"statement {decision.statement.index}"


def _short(arn: str) -> str:
    return arn.rsplit("/", 1)[-1]


def _in_words(row: Row) -> str:
    mark = f" ({say('explain.deciding')})" if row.decides else ""
    place = f"{row.policy}, {row.statement}" if row.statement else row.policy
    return f"- {place}, {row.effect}: {row.applies}{mark}"


def _table(step: Step) -> str:
    names = ("explain.policy", "explain.statement", "explain.effect", "explain.applies")
    left = 'style="text-align: left"'
    head = "".join(f'<th scope="col" {left}>{escape(say(name))}</th>' for name in names)
    body = "".join(_table_row(row) for row in step.rows)
    return (
        f'<table style="margin: 0.6em 0"><caption {left}>'
        f"{escape(step.sentence)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody>"
        f"</table><p><strong>{escape(say('explain.decided', why=why(step.decision)))}</strong></p>"
    )


def _table_row(row: Row) -> str:
    mark = f" <strong>({escape(say('explain.deciding'))})</strong>" if row.decides else ""
    cells = "".join(
        f'<td style="text-align: left">{escape(text)}</td>'
        for text in (row.policy, row.statement, row.effect)
    )
    return f'<tr>{cells}<td style="text-align: left">{escape(row.applies)}{mark}</td></tr>'


_WIDTH, _GAP = 190, 60


def _picture(steps: Sequence[Step]) -> str:
    """The call as a row of boxes: the caller, then every permission that was asked for."""
    caller = _short(steps[0].decision.request.principal)
    boxes = [_box(0, caller, "", stopped=False)]
    for number, step in enumerate(steps, 1):
        stopped = not step.decision.allowed
        boxes.append(_arrow(number, stopped))
        boxes.append(_box(number, step.decision.request.action, step.outcome, stopped=stopped))
    width = len(steps) * (_WIDTH + _GAP) + _WIDTH + 4
    label = " ".join(step.sentence for step in steps)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escape(label)}" '
        f'width="{width}" height="70" viewBox="0 0 {width} 70" '
        f'style="max-width: 100%; height: auto; color: inherit">{"".join(boxes)}</svg>'
    )


def _box(place: int, name: str, outcome: str, *, stopped: bool) -> str:
    x = place * (_WIDTH + _GAP) + 2
    dash = ' stroke-dasharray="6 4"' if stopped else ""
    middle = x + _WIDTH // 2
    text = (
        f'<text x="{middle}" y="{{}}" text-anchor="middle" fill="currentColor" '
        'font-size="14" font-family="system-ui, sans-serif"{}>{}</text>'
    )
    lines = text.format(30 if outcome else 40, "", escape(name))
    if outcome:
        lines += text.format(50, ' font-weight="bold"', f"{'✗' if stopped else '✓'} {outcome}")
    return (
        f'<rect x="{x}" y="5" width="{_WIDTH}" height="60" rx="6" fill="none" '
        f'stroke="currentColor" stroke-width="{3 if stopped else 1.5}"{dash}/>{lines}'
    )


def _arrow(place: int, stopped: bool) -> str:
    start, end = place * (_WIDTH + _GAP) - _GAP + 6, place * (_WIDTH + _GAP) - 4
    head = f'<path d="M{end - 8} 30 {end} 35 {end - 8} 40" fill="none" stroke="currentColor"/>'
    return (
        f'<line x1="{start}" y1="35" x2="{end}" y2="35" stroke="currentColor" '
        f'stroke-width="1.5"/>{head}'
    )
