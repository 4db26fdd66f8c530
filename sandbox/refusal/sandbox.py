"""The sandbox: moto that behaves like AWS, in this process."""

from __future__ import annotations

import contextlib
import datetime
import os
from collections.abc import Callable, Iterator
from typing import Any

import boto3
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import ClientError

from . import storage
from .authorization import Decision
from .errors import SandboxError
from .explain import Explanation
from .explained import explain
from .gate import Gate, Recorder
from .moto import http, process
from .moto.hooks import Hooks
from .moto.http import RawResponse
from .moto.iam import iam
from .remote import RemoteSandbox
from .requests.callers import ADMINISTRATOR, Directory
from .services.audit import Event, Trail
from .services.dynamodb import AtRest
from .services.registry import build
from .world.clock import Clock
from .world.entropy import Entropy
from .world.environment import Environment

ACCOUNT = "123456789012"
REGION = "us-east-1"


class Sandbox:
    """A simulated AWS account with KMS, DynamoDB, IAM, STS and an audit trail.

    Inside ``with Sandbox() as sandbox:`` plain ``boto3.client("kms")`` acts as the IAM user
    ``admin``, who has AdministratorAccess. Access keys that IAM or STS give out act as their own
    principal. No request leaves the machine.

    Args:
        seed: the same seed and the same calls always give the same bytes.

    Attributes:
        account_id: the account's twelve digits.
        region: the Region that clients use unless told otherwise.
    """

    _running: Sandbox | None = None

    def __init__(self, seed: int | str = 0) -> None:
        self.seed = seed
        self.account_id = ACCOUNT
        self.region = REGION
        self._stack: contextlib.ExitStack | None = None
        self._saved: Any = None

    def __enter__(self) -> Sandbox:
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()

    def start(self, *, aside: bool = False) -> Sandbox:
        """Start from an empty account, or from the one that ``load`` read.

        Args:
            aside: suspend the sandbox that is running until this one stops. Then that one
                continues as it was. With the same seed the administrator's access key is
                the same, so clients made earlier work here as well.

        Raises:
            SandboxError: a sandbox runs already in this process, or moto has changed.
        """
        other = Sandbox._running
        if other is not None and not aside:
            raise SandboxError(
                "A sandbox is already running in this process; stop it first with sandbox.stop()."
            )
        with contextlib.ExitStack() as stack:
            stack.enter_context(process.in_process())
            moto = process.running() if other is None else process.other_accounts()
            stack.enter_context(moto)
            stack.callback(setattr, Sandbox, "_running", other)
            self.clock = Clock()
            entropy = Entropy(self.seed)
            self._directory = Directory(self.clock)

            def guard(session: object, request: AWSPreparedRequest) -> AWSResponse:
                return self._guard(session, request)  # Becomes a method of connections.

            self._hooks = Hooks(self.handle, guard, self.clock.as_datetime_module())
            stack.callback(self._hooks.remove)
            process.seed_moto(f"{self.seed}/moto")
            self._gate = Gate(self.clock, entropy, self._directory)
            self.services = build(self._gate, self._hooks)
            if self._saved is not None:
                storage.apply(self._saved, self._gate, self.services)
            self._environment = Environment(self.region, *self._admin_keys(self.account_id))
            stack.enter_context(self._environment)
            self._stack = stack.pop_all()
        Sandbox._running = self
        return self

    def stop(self) -> None:
        """Drop the account and leave the process as it was. Stopping twice is harmless."""
        if self._stack is not None:
            stack, self._stack = self._stack, None
            stack.close()

    def _admin_keys(self, account: str) -> tuple[str, str]:
        backend = iam(account)
        if "admin" not in backend.users:
            backend.create_user("us-east-1", "admin")
            self.services.iam.load_managed_policy(ADMINISTRATOR, account)
            backend.attach_user_policy(ADMINISTRATOR, "admin")
            backend.create_access_key("admin")
        if not backend.users["admin"].access_keys:
            backend.create_access_key("admin")
        key = backend.users["admin"].access_keys[0]
        return key.access_key_id, key.secret_access_key

    def save(self, path: str | os.PathLike[str]) -> None:
        """Save the account to a file, from which ``Sandbox.load`` restores it.

        The file holds keys, aliases and grants; tables, streams and backups, with their items as
        ciphertext; users, roles, groups, policies and temporary credentials; and the state of the
        clock and of the random numbers. It does not hold the audit trail, or the table keys that
        DynamoDB caches for five minutes. It also holds the key material, so it protects nothing.

        Raises:
            SandboxError: the file cannot be written, and is unchanged; or something in the account
                cannot be saved.
        """
        self._check_running()
        with self._gate.paused():
            account = storage.gather(self._gate, self.services)
        storage.write(path, account)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Sandbox:
        """A sandbox that starts from a saved account: ``with Sandbox.load(path) as sandbox:``.

        Loading a file executes nothing in it.

        Raises:
            SandboxError: the file cannot be read, was not written by ``save``, is damaged, or was
                saved by another version of this library or of moto.
        """
        saved = storage.read(path)
        sandbox = cls(storage.seed_of(saved))
        sandbox._saved = saved
        return sandbox

    @classmethod
    def running(cls) -> Sandbox | None:
        """The sandbox that runs in this process, if one does."""
        return cls._running

    def log(self, put_before: Callable[[Recorder], Recorder]) -> None:
        """Put a recorder in front of the audit trail; it sees each call when it ends.

        Args:
            put_before: takes the present recorder, and returns the one that replaces it.
        """
        self._check_running()
        self._gate.recorder = put_before(self._gate.recorder)

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Calls made in this block are not recorded in the audit trail.

        The block is that of one thread or asynchronous task: calls that others make meanwhile are
        recorded.
        """
        self._check_running()
        with self._gate.unrecorded():
            yield

    @staticmethod
    def connect(url: str, token: str) -> RemoteSandbox:
        """A sandbox that ``python -m refusal`` serves, with the methods of ``AnySandbox``.

        Raises:
            SandboxError: nothing answers there, or the token is wrong.
        """
        return RemoteSandbox(url, token)

    def session(self, account_id: str | None = None) -> boto3.Session:
        """A boto3 session of the user ``admin`` of an account, made if it is not there yet.

        Args:
            account_id: twelve digits; the sandbox's own account if left out.
        """
        account = account_id or self.account_id
        if len(account) != 12 or not (account.isascii() and account.isdigit()):
            raise SandboxError(f"`{account}` is not an account ID; give twelve digits.")
        self._check_running()
        key_id, secret = self._admin_keys(account)
        return boto3.Session(
            aws_access_key_id=key_id, aws_secret_access_key=secret, region_name=self.region
        )

    def advance(self, **duration: float) -> datetime.datetime:
        """Let time pass: ``advance(minutes=6)``, ``advance(days=7)``.

        Args:
            duration: what ``datetime.timedelta`` takes.

        Returns:
            The sandbox's new time, in UTC.
        """
        self._check_running()
        try:
            delta = datetime.timedelta(**duration)
        except (TypeError, ValueError, OverflowError):
            raise SandboxError(
                f"advance({', '.join(duration)}) is not understood; "
                "give days, hours, minutes or seconds, for example advance(minutes=6)."
            ) from None
        with self._gate.paused():
            self.clock.advance(delta)
            self.services.age()
        return self.clock.now()

    def at_rest(self, table_name: str, account_id: str | None = None) -> AtRest:
        """What is stored of a table, in its stored form: see ``AtRest``."""
        self._check_running()
        with self._gate.paused():
            return self.services.dynamodb.at_rest(
                table_name, account_id or self.account_id, self.region
            )

    def would_allow(
        self, user_name: str, service: str, operation: str, params: dict[str, Any], via: str = ""
    ) -> bool:
        """Whether a user or role has every permission that a call needs.

        The call is not made, nothing is recorded, and no table key is cached. The answer is also
        False if AWS would refuse the call for another reason before it authorizes, for example
        because the key does not exist.

        The answer is about this call only. To read an encrypted table, for example, a caller needs
        two permissions: ``dynamodb:GetItem``, and ``kms:Decrypt`` in a call that DynamoDB makes for
        the caller. Ask for each, the second with ``via``.

        Args:
            user_name: the name of a user of this account, or the ARN of a user or role of it; if
                there is none, the answer is False.
            service: its name in boto3, such as ``kms``.
            operation: its name in the AWS API, such as ``Decrypt``.
            params: the parameters, as boto3 takes them.
            via: the service that makes the call for the caller, such as
                ``dynamodb.amazonaws.com``.

        Raises:
            SandboxError: the sandbox is not running, it has no such service or operation, or the
                parameters do not have the operation's form.
        """
        self._check_running()
        return self._gate.would_allow(
            user_name, self.account_id, self.region, service, operation, params, via
        )

    def explain(self, subject: Decision | Event | ClientError) -> Explanation:
        """Why a request was allowed or denied, as text (``str``) and as JSON (``to_json``).

        Args:
            subject: the error of a call, as boto3 raises it; an event of the trail; or a decision.

        Raises:
            SandboxError: the error belongs to no call in this sandbox's trail.
        """
        return explain(subject, self.trail.events())

    @property
    def trail(self) -> Trail:
        """The audit trail: every call, newest last."""
        return self.services.cloudtrail.trail

    def _check_running(self) -> None:
        if self._stack is None:
            raise SandboxError("This sandbox is not running; start it with sandbox.start().")

    def handle(self, request: AWSPreparedRequest) -> RawResponse:
        """Answer one AWS request: status, headers, body."""
        return self._gate.handle(request)

    def handle_at_once(self, request: AWSPreparedRequest) -> RawResponse | None:
        """The same, unless another thread's request is being answered: then None, and nothing has
        been done."""
        return self._gate.handle_at_once(request)

    def _guard(self, _session: object, request: AWSPreparedRequest) -> AWSResponse:
        """Stands where botocore would open a connection: answers instead.

        A client made before the sandbox started gets here; so does any request to an address
        that is not AWS's, such as the instance metadata service.

        Raises:
            SandboxError: the client was made in this sandbox, which has stopped.
        """
        if self._stack is None:
            raise SandboxError(
                "This client belongs to a sandbox that has stopped; make a new one, for example "
                'boto3.client("kms").'
            )
        status, headers, body = self._gate.handle(request)
        raw = http.raw_body(body)
        return AWSResponse(request.url, status, http.header_dict(headers), raw)
