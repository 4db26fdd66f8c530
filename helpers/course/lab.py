"""The lab of a notebook: a sandbox, and in it the world as it stands when the notebook begins."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from html import escape
from typing import Any

import boto3

from helpers.display.controls import available
from helpers.messages import say
from refusal import AnySandbox, Sandbox, SandboxError

from .calling import called_like
from .chapter import chapter, notebook_of
from .errors import CourseError, NoSuchName

#: In the environment where a grader serves the sandbox: its address and its token.
SERVED = "COURSE_SANDBOX"
#: What Tab offers beside the names of the world.
_OFFERED = (
    *("account_id", "advance", "as_user", "at_rest", "names", "notebook", "opened", "region"),
    *("sandbox", "trail"),
)
#: What is the learner's own and outlives an account; by notebook, and whether progress counts.
_OWN = ("predictions", "revealed", "hints_shown")
_kept: dict[tuple[str, bool], dict[str, Any]] = {}
_current: Lab | None = None


class Lab:
    """What the cells of one notebook work with; made by ``open_lab``.

    Args:
        built: the ``names`` and ``opened`` of a world that a grader built and serves.
        standing: what says where the learner stands in a notebook.

    Attributes:
        notebook: its two digits.
        sandbox: the running sandbox, in this process or served by a grader.
        names: what the world calls its things, such as ``table_name``; also attributes.
        keeps_progress: False in a solved notebook.
        predictions: the learner's own, by number.
        revealed: the predictions whose answers were shown.
        hints_shown: how many of an exercise's hints were shown.
        started_over: whether this kernel had the same notebook's lab before.
        done: what was done in a lab that keeps no progress.
        opened: the sandbox's time when the world stood and the notebook began.
    """

    def __init__(
        self,
        notebook: str,
        sandbox: AnySandbox,
        *,
        keeps_progress: bool = True,
        built: Mapping[str, Any] | None = None,
        standing: Callable[[str], str] | None = None,
    ) -> None:
        self.notebook = notebook
        self.sandbox = sandbox
        self.keeps_progress = keeps_progress
        self.predictions: dict[str, str] = {}
        self.revealed: set[str] = set()
        self.hints_shown: dict[str, int] = {}
        self.started_over = False
        self.done: set[str] = set()
        self._standing = standing
        self._sessions: dict[str, boto3.Session] = {}
        self.names: dict[str, str]
        if built is not None:  # On the other side of a served sandbox.
            self.names = dict(built["names"])
            self.opened = datetime.datetime.fromisoformat(built["opened"])
            return
        # The session behind plain `boto3.client`: what it has read of AWS's models is read once.
        boto3.setup_default_session()
        self.names = chapter(notebook).world(boto3.DEFAULT_SESSION, str(sandbox.seed))
        # The world was built a while ago: no table key of the set-up is kept any more, and the
        # trail tells what was there from what the learner did.
        self.opened = sandbox.advance(hours=1).replace(microsecond=0)

    def __getattr__(self, name: str) -> str:
        names: dict[str, str] = self.__dict__.get("names", {})
        if name in names:
            return names[name]
        raise NoSuchName(say("lab.no_name", name=name, known=", ".join(names)))

    def __dir__(self) -> list[str]:
        return [*self.names, *_OFFERED]

    def __repr__(self) -> str:
        contents = ", ".join(f"{name} = {value}" for name, value in self.names.items())
        ready = say("lab.ready", notebook=self.notebook, contents=contents or say("lab.empty"))
        return "\n".join([ready, *self._beside()])

    def _beside(self) -> list[str]:
        """What starting over has forgotten, and where the learner stands."""
        over = [say("lab.started_over")] if self.started_over else []
        return over + ([self._standing(self.notebook)] if self._standing else [])

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><code>lab.{escape(name)}</code>: <code>{escape(value)}</code></li>"
            for name, value in self.names.items()
        )
        contents = say("lab.below") if items else say("lab.empty")
        head = escape(say("lab.ready", notebook=self.notebook, contents=contents))
        listed = f"<ul>{items}</ul>" if items else ""
        return f"<p>{head}</p>{listed}" + "".join(f"<p>{escape(x)}</p>" for x in self._beside())

    @property
    def controls(self) -> bool:
        """Whether to show controls: not in a solved notebook, whose outputs are kept."""
        return self.keeps_progress and available()

    def remember(self) -> None:
        """Take over what the learner has said and seen in this notebook, and let the next lab do
        so: a new account does not undo it."""
        key = self.notebook, self.keeps_progress
        vars(self).update(_kept.get(key, {}), started_over=key in _kept)
        _kept[key] = {name: vars(self)[name] for name in _OWN}

    @property
    def in_process(self) -> Sandbox:
        """The sandbox, for a check, which needs it in its own process.

        Raises:
            CourseError: another process serves it.
        """
        if isinstance(self.sandbox, Sandbox):
            return self.sandbox
        raise CourseError(say("lab.served"))

    @property
    def account_id(self) -> str:
        """Twelve digits."""
        return self.sandbox.account_id

    @property
    def region(self) -> str:
        """The Region that clients use."""
        return self.sandbox.region

    @property
    def trail(self) -> Any:
        """The audit trail."""
        return self.sandbox.trail

    def as_user(self, name: str) -> boto3.Session:
        """A session that acts as an IAM user, with an access key made for it once.

        Raises:
            CourseError: there is no such user.
        """
        if name not in self._sessions:
            self._sessions[name] = self._log_in(name)
        return self._sessions[name]

    def _log_in(self, name: str) -> boto3.Session:
        iam = self.sandbox.session().client("iam")
        users = [user["UserName"] for user in iam.list_users()["Users"]]
        if name not in users:
            raise CourseError(say("lab.no_user", name=name, known=", ".join(users)))
        if len(iam.list_access_keys(UserName=name)["AccessKeyMetadata"]) > 1:
            raise CourseError(say("lab.too_many_keys", name=name))
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name=self.region)

    @called_like("lab.advance(minutes=6)", raises=True)
    def advance(self, **duration: float) -> datetime.datetime:
        """Let time pass: ``lab.advance(minutes=6)``.

        Raises:
            CourseError: what is given is no duration, or goes back.
        """
        if not duration:
            raise CourseError(say("lab.no_duration"))
        try:
            return self.sandbox.advance(**duration)
        except (SandboxError, ValueError) as error:
            raise CourseError(str(error)) from None

    def at_rest(self, table_name: str | None = None) -> Any:
        """What the disk holds of a table, of the lab's own if none is named."""
        try:
            return self.sandbox.at_rest(table_name or self.names["table_name"])
        except SandboxError as error:
            raise CourseError(str(error)) from None


def keep(lab: Lab | None) -> None:
    """Make a lab the open one; None if none is open any more."""
    global _current  # noqa: PLW0603 - one lab per process, as there is one sandbox
    _current = lab


def lab_of(number: str) -> Lab:
    """The open lab, which must be that of ``"5.2"``'s notebook.

    Raises:
        CourseError: no lab is open, or another one.
    """
    notebook, lab = notebook_of(number), current_lab()
    if lab is None:
        raise CourseError(say("course.no_lab", notebook=notebook))
    if lab.notebook != notebook:
        raise CourseError(say("course.other_lab", open=lab.notebook, notebook=notebook))
    return lab


def current_lab() -> Lab | None:
    """The open lab, if there is one whose sandbox runs."""
    if _current is None:
        return None
    here = isinstance(_current.sandbox, Sandbox)
    return _current if not here or Sandbox.running() is _current.sandbox else None
