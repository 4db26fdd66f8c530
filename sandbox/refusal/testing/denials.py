"""``denied``: who was denied which action, by which statement or type of policy.

It reads the audit trail, so it sees a denial wherever the code under test leaves it: raised,
caught, or one of several answers in a batch; and it tells a denial of KMS from one of DynamoDB,
which look alike to the code.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterable, Sequence
from types import TracebackType
from typing import Any

from botocore.exceptions import ClientError

from ..authorization import Decision
from ..errors import SandboxError
from ..explain import Explanation, Step
from ..explain.steps import short
from ..explained import reasons
from ..sandbox import Sandbox
from ..services.audit import Event
from .principals import _running

_CODES = ("AccessDenied", "AccessDeniedException")
#: One action; in a policy it may be a pattern, in a request it is not.
_ACTION = re.compile(r"[A-Za-z0-9-]+:[A-Za-z0-9]+", re.ASCII)


class Denial:
    """A context manager that asserts a denial; ``denied`` makes one.

    Attributes:
        decision: after the block, the decision that denied.
        error: after the block, the error that left it; None if the code under test caught it.
    """

    def __init__(
        self, action: str, by: str, because: Sequence[str], sandbox: Sandbox | None
    ) -> None:
        self.decision: Decision | None = None
        self.error: ClientError | None = None
        self._action, self._by, self._because = action, by, because
        self._sandbox = sandbox
        self._last: Event | None = None
        self._entered = False

    def __del__(self) -> None:
        if not self._entered:
            warnings.warn(
                f'denied("{self._action}", by="{self._by}") asserted nothing: it needs a block, '
                "`with denied(…):`.",
                RuntimeWarning,
                stacklevel=2,
            )

    def __enter__(self) -> Denial:
        self._entered = True
        self._sandbox = self._sandbox or _running()
        if self._sandbox is not Sandbox.running():
            raise SandboxError("This sandbox is not running; start it with sandbox.start().")
        events = self._sandbox.trail.events()
        self._last = events[-1] if events else None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        __tracebackhide__ = True
        raised = error if isinstance(error, ClientError) else None
        if error is not None and (raised is None or not _is_denial(raised)):
            return False  # Something else went wrong, and says so itself.
        events = self._new_events()
        steps = list(_steps(events))
        denials = [step for step in steps if self._is_asked(step) and not step.decision.allowed]
        fitting = [step.decision for step in denials if self._fits(step)]
        if not fitting:
            raise AssertionError(self._message(steps, denials)) from error
        self.decision, self.error = fitting[0], raised
        behind = [step.decision for step in _steps(_behind(raised, events))]
        if raised is None or any(one is decision for one in fitting for decision in behind):
            return True
        raised.add_note(f"{self._by} was denied {self._action}, and this is another denial.")
        return False

    def _new_events(self) -> list[Event]:
        assert self._sandbox is not None
        events = self._sandbox.trail.events()
        for number, event in enumerate(events):
            if event is self._last:
                return events[number + 1 :]
        return events

    def _is_asked(self, step: Step) -> bool:
        request = step.decision.request
        return request.action.lower() == self._action.lower() and self._by in _names(step)

    def _fits(self, step: Step) -> bool:
        names = {name.lower() for name in reasons(step.decision)}
        return all(wanted.lower() in names for wanted in self._because)

    def _message(self, steps: list[Step], denials: list[Step]) -> str:
        expected = f"Expected that {self._by} is denied {self._action}"
        if denials:
            because = " and ".join(f"“{text}”" for text in self._because)
            fitting = ", ".join(f"“{name}”" for name in reasons(denials[0].decision))
            said = f"{expected} because of {because}. It was denied, but because of {fitting}."
            return f"{said}\n{Explanation(denials)}"
        if asked := [step for step in steps if self._is_asked(step)]:
            return f"{expected}, but it was allowed.\n{Explanation(asked)}"
        if own := [step.decision.request.action for step in steps if self._by in _names(step)]:
            said = f"{self._by} asked for {_listed(own)} only"
        elif steps:
            others = _listed(short(step.decision.request.principal) for step in steps)
            said = f"nobody of that name asked for anything, only {others} did"
        else:
            return f"{expected}; no request in the block was decided by a policy."
        return f"{expected}; {said}.\n{Explanation(steps)}"


def _listed(names: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(names))


def denied(
    action: str,
    *,
    by: str,
    because: str | Iterable[str] = (),
    sandbox: Sandbox | None = None,
) -> Denial:
    """Assert that somebody is denied an action in a ``with`` block.

    The denial may be raised (the ``ClientError`` is suppressed) or caught by the code under test.
    Other errors are passed on, the denial of another action too. If the code wraps the error in one
    of its own, put ``pytest.raises`` inside the block. Calls that other threads make during the
    block count as well.

    Args:
        action: the action, such as ``kms:Decrypt``. It may be one that a service asked for on the
            caller's behalf.
        by: who is denied: the name of a user or role, or an ARN.
        because: what denies: the Sid or the number of a statement, the name or ARN of a policy, a
            type of policy (``key policy``, ``identity-based policy``, ``permissions boundary``,
            ``session policy``), ``explicit deny`` or ``implicit deny``. If several are given, all
            must fit. For an implicit deny, the type of policy is the one that has no Allow.
        sandbox: the sandbox whose trail is read; the running one if left out.

    Raises:
        AssertionError: at the end of the block, if there was no such denial. The message explains
            the decisions.
        SandboxError: no sandbox is running, or an argument is such that no denial could fit it.
    """
    one = isinstance(because, str) or not isinstance(because, Iterable)
    wanted: tuple[Any, ...] = (because,) if one else tuple(because)
    _check(action, by, wanted, sandbox)
    return Denial(action, by, wanted, sandbox)


def _check(action: object, by: object, because: tuple[object, ...], sandbox: object) -> None:
    """Refuse what no denial could ever fit."""
    if not isinstance(action, str) or not _ACTION.fullmatch(action):
        raise SandboxError(f"`{action}` is not an action; give one such as kms:Decrypt.")
    if not isinstance(by, str) or not by.strip():
        raise SandboxError(f"`by` is {by!r}; give the name of a user or role, or an ARN, as text.")
    for one in because:
        if not isinstance(one, str) or not one.strip():
            raise SandboxError(
                f"`because` has {one!r}; give text: a Sid, the name of a policy, a type of policy "
                "such as “key policy”, or several of these in a list."
            )
    if sandbox is not None and not isinstance(sandbox, Sandbox):
        raise SandboxError(f"`sandbox` is {sandbox!r}; give a Sandbox, or leave it out.")


def _behind(error: ClientError | None, events: list[Event]) -> list[Event]:
    """The call that an error is the answer to, with what a service asked for its caller; all calls
    if the error does not say."""
    answer = error.response.get("ResponseMetadata", {}) if error else {}
    wanted = answer.get("RequestId")
    return [one for one in events if not wanted or wanted in (one.call.request_id, one.call.parent)]


def _is_denial(error: ClientError) -> bool:
    return error.response.get("Error", {}).get("Code") in _CODES or any(
        reason.get("Code") in ("AccessDenied",) for reason in _cancellations(error)
    )


def _cancellations(error: ClientError) -> Sequence[dict[str, str]]:
    found: Sequence[dict[str, str]] = error.response.get("CancellationReasons") or ()
    return found


def _steps(events: Iterable[Event]) -> Iterable[Step]:
    for event in events:
        for decision in event.decisions:
            yield Step(decision, event.call.via or "")


def _names(step: Step) -> set[str]:
    request = step.decision.request
    name = request.caller.name
    arn = request.keys.get("aws:principalarn", "")
    return {name, request.principal, *([arn] if isinstance(arn, str) and arn else [])}
