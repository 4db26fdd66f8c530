"""Whether a key policy gives a second administrator what the first one has, and no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from helpers.course.content import Verdict, not_yet

from .policies import MANAGING, USING, rights
from .probes import allows

__all__ = ["Team", "not_alike"]
Statements = Sequence[Mapping[str, Any]]


class Person(NamedTuple):
    """A user, as prose names them, and their ARN."""

    name: str
    arn: str


class Team:
    """The people of a key: its first and second administrator, and who uses it.

    Args:
        people: a name and an ARN for each, in this order.
    """

    def __init__(self, *people: tuple[str, str]) -> None:
        self.first, self.second, self.user = (Person(*one) for one in people)

    @property
    def account(self) -> str:
        """The ARN of the account itself."""
        return f"{self.first.arn.partition(':user/')[0]}:root"


def not_alike(team: Team, now: list[Any], before: list[Any]) -> Verdict | None:
    """What is wrong with a key policy that was to have a second administrator; or None.

    Args:
        now: its statements.
        before: its statements when it had one administrator.
    """
    return _uses(team, now) or _lacks(team, now) or _others(team, now, before)


def _does(actions: list[str]) -> str:
    """Decrypt, or the first of other actions."""
    return "decrypt" if "kms:Decrypt" in actions else f"perform {actions[0]}"


def _uses(team: Team, now: list[Any]) -> Verdict | None:
    for one in (team.second, team.first):
        for statement in now:
            if may := [x for x in USING if allows([statement], one.arn, x)]:
                sid = statement.get("Sid", "without a Sid")
                return not_yet(
                    f"{one.name} as an administrator only.",
                    f"the statement “{sid}” lets {one.name} {_does(may)} as well. Statements "
                    "that you have put there stay until you put a policy without them.",
                )
    return None


def _lacks(team: Team, now: list[Any]) -> Verdict | None:
    for one, may_no in ((team.second, "may not"), (team.first, "may no longer")):
        if lacking := [x for x in MANAGING if not allows(now, one.arn, x)]:
            return not_yet(
                "two administrators with the same actions.",
                f"a key policy under which {one.name} {may_no} perform {lacking[0]}.",
            )
    return None


def _others(team: Team, now: list[Any], before: list[Any]) -> Verdict | None:
    """Whether the rights of all others are as they were, and the second has no others."""
    user = team.user
    if lost_uses := [x for x in USING if not allows(now, user.arn, x)]:
        return not_yet(
            f"{user.name}'s rights as before.",
            f"one that no longer lets {user.name} {_does(lost_uses[:1])}.",
        )
    if not allows(now, team.account, "kms:PutKeyPolicy"):
        return not_yet(
            "the account's statement as before.",
            "a key policy without it: IAM policies no longer count.",
        )
    old, new = rights(before), rights(now)
    if lost := [right for right in old if right not in new]:
        seen = f"no statement “{old[lost[0]]}” as it was."
        return not_yet("the other statements as before.", seen)
    mine = [right for right in old if right.principal == team.first.arn]
    shared = {right._replace(principal=team.second.arn) for right in mine}
    if more := [right for right in new if right not in shared | set(old)]:
        seen = f"{more[0].effect} of {more[0].action} in the statement “{new[more[0]]}”."
        whose = f"{team.first.name}'s statement for {team.second.name} as well, and no more."
        return not_yet(whose, seen)
    return None
