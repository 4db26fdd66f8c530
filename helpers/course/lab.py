"""The lab of a notebook: a sandbox, and in it the world as it stands when the notebook begins."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from html import escape
from typing import Any

import boto3

from helpers.messages import say
from refusal import AnySandbox, Sandbox, SandboxError

from .browser import explain_shell
from .chapter import chapter, notebook_of
from .errors import CourseError, NoSuchName
from .worlds import PLAIN_SEED, Studio

#: In the environment where a grader serves the sandbox: its address and its token.
SERVED = "COURSE_SANDBOX"
_current: Lab | None = None


class Lab:
    """What the cells of one notebook work with; made by ``open_lab``.

    Args:
        built: the ``names`` and ``opened`` of a world that a grader built and serves.

    Attributes:
        notebook: its two digits.
        sandbox: the running sandbox, in this process or served by a grader.
        names: what the world calls its things, such as ``table_name``; also attributes.
        keeps_progress: False in a solved notebook.
        predictions: the learner's own, by number.
        hints_shown: how many of an exercise's hints were shown.
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
    ) -> None:
        self.notebook = notebook
        self.sandbox = sandbox
        self.keeps_progress = keeps_progress
        self.predictions: dict[str, str] = {}
        self.hints_shown: dict[str, int] = {}
        self.done: set[str] = set()
        self._sessions: dict[str, boto3.Session] = {}
        self.names: dict[str, str]
        self.opened: datetime.datetime
        if built is not None:  # On the other side of a served sandbox.
            self.names = dict(built["names"])
            self.opened = datetime.datetime.fromisoformat(built["opened"])
            return
        # The session behind plain `boto3.client`: what it has read of AWS's models is read once.
        boto3.setup_default_session()
        self.names = chapter(notebook).world(Studio(boto3.DEFAULT_SESSION, sandbox.seed))
        # The world was built a while ago: no table key of the set-up is kept any more, and the
        # trail tells what was there from what the learner did.
        self.opened = sandbox.advance(hours=1).replace(microsecond=0)

    def __getattr__(self, name: str) -> str:
        names: dict[str, str] = self.__dict__.get("names", {})
        if name in names:
            return names[name]
        raise NoSuchName(say("lab.no_name", name=name, known=", ".join(names)))

    def __repr__(self) -> str:
        contents = ", ".join(f"{name} = {value}" for name, value in self.names.items())
        return say("lab.ready", notebook=self.notebook, contents=contents or say("lab.empty"))

    def _repr_html_(self) -> str:
        items = "".join(
            f"<li><code>lab.{escape(name)}</code>: <code>{escape(value)}</code></li>"
            for name, value in self.names.items()
        )
        contents = say("lab.below") if items else say("lab.empty")
        head = escape(say("lab.ready", notebook=self.notebook, contents=contents))
        return f"<p>{head}</p><ul>{items}</ul>" if items else f"<p>{head}</p>"

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
        return boto3.Session(
            aws_access_key_id=key["AccessKeyId"],
            aws_secret_access_key=key["SecretAccessKey"],
            region_name=self.region,
        )

    def advance(self, **duration: float) -> datetime.datetime:
        """Let time pass: ``lab.advance(minutes=6)``.

        Raises:
            CourseError: what is given is no duration, or goes back.
        """
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


def open_lab(notebook: str, *, seed: int | str | None = None, keep_progress: bool = True) -> Lab:
    """Build the world of a notebook anew; whatever ran before in this process is stopped.

    Args:
        notebook: two digits, such as ``"05"``.
        seed: another seed gives another world; ``COURSE_SEED`` or 0 if left out.
        keep_progress: whether checks that are passed count as the learner's progress.

    Raises:
        CourseError: there is no such notebook.
    """
    global _current  # noqa: PLW0603 - one lab per process, as there is one sandbox
    number = notebook_of(notebook)
    explain_shell()
    if served := os.environ.get(SERVED):
        remote = Sandbox.connect(*served.split())
        _current = Lab(number, remote, keeps_progress=False, built=remote.open(number))
        return _current
    running = Sandbox.running()
    if running is not None:
        running.stop()
    _current = None
    sandbox = Sandbox(
        seed=os.environ.get("COURSE_SEED", PLAIN_SEED) if seed is None else seed
    ).start()
    _current = Lab(number, sandbox, keeps_progress=keep_progress)
    return _current


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
