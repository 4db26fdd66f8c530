"""``denied``: who was denied which action, by which statement or type of policy.

It reads the audit trail, so it sees a denial wherever the code under test leaves it: raised,
caught, or one of several answers in a batch; and it tells a denial of KMS from one of DynamoDB,
which look alike to the code.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import TracebackType

from botocore.exceptions import ClientError

from ..authorization import Decision
from ..errors import SandboxError
from ..explain import Explanation, Step
from ..explained import reasons
from ..sandbox import Sandbox
from ..services.audit import Event
from .principals import _running

_CODES = ("AccessDenied", "AccessDeniedException")


class Denial:
    """A context manager that asserts a denial; made by ``denied``.

    Attributes:
        decision: after the block, the decision that denied.
        error: the error that left the block; None where the code under test caught it.
    """

    def __init__(
        self, action: str, by: str, because: Sequence[str], sandbox: Sandbox | None
    ) -> None:
        self.decision: Decision | None = None
        self.error: ClientError | None = None
        self._action, self._by, self._because = action, by, because
        self._sandbox = sandbox
        self._last: Event | None = None

    def __enter__(self) -> Denial:
        self._sandbox = self._sandbox or _running()
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
        steps = list(_steps(self._new_events()))
        found = [step for step in steps if self._is_asked(step) and not step.decision.allowed]
        fitting = [step for step in found if self._fits(step.decision)]
        if not fitting:
            raise AssertionError(self._message(steps, found)) from error
        self.decision, self.error = fitting[0].decision, raised
        return True

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

    def _fits(self, decision: Decision) -> bool:
        names = {name.lower() for name in reasons(decision)}
        return all(wanted.lower() in names for wanted in self._because)

    def _message(self, steps: list[Step], found: list[Step]) -> str:
        expected = f"Expected that {self._by} is denied {self._action}"
        because = " and ".join(f"“{text}”" for text in self._because)
        if found:
            fitting = ", ".join(f"“{name}”" for name in reasons(found[0].decision))
            said = f"{expected} because of {because}. It was denied, and what fits is {fitting}."
            return f"{said}\n{Explanation(found)}"
        asked = [step for step in steps if self._is_asked(step)]
        if asked:
            return f"{expected}, and it was allowed.\n{Explanation(asked)}"
        if steps:
            return f"{expected}; nobody of that name asked for it. Asked was:\n{Explanation(steps)}"
        return f"{expected}; no request was made in the block that any policy was asked about."


def denied(
    action: str,
    *,
    by: str,
    because: str | Iterable[str] = (),
    sandbox: Sandbox | None = None,
) -> Denial:
    """Assert that somebody is denied an action in a ``with`` block.

    The denial may be raised (the ``ClientError`` is suppressed) or caught by the code under test.
    Other errors are passed on. If the code wraps the error in one of its own, put
    ``pytest.raises`` inside the block.

    Args:
        action: such as ``kms:Decrypt``; a service may have asked for it on the caller's behalf.
        by: who is denied: the name of a user or role, or an ARN.
        because: what denied: the Sid or number of a statement, the name or ARN of a policy, a type
            of policy (``key policy``, ``identity-based policy``, ``permissions boundary``,
            ``session policy``), ``explicit deny`` or ``implicit deny``. If several are given, all
            must match. No statement makes an implicit deny: its type of policy is the one that
            has no Allow.
        sandbox: the one to look at; the running one if left out.

    Raises:
        AssertionError: at the end of the block, with the decisions explained.
        SandboxError: no sandbox is running, or the action does not begin with a service.
    """
    if ":" not in action:
        raise SandboxError(f"`{action}` is no action; give one such as kms:Decrypt.")
    wanted = (because,) if isinstance(because, str) else tuple(because)
    return Denial(action, by, wanted, sandbox)


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
