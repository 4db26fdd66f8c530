"""The one gate: who calls, may they, then the service acts, then the trail records.

Every request comes through ``Gate.handle``; a call that a service makes for a caller, such as
DynamoDB's to KMS, comes through ``Gate.call_for``. Both run the same steps. Denied means that
nothing happened.
"""

from __future__ import annotations

import contextlib
import datetime
import re
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, Protocol

from botocore import validate
from botocore.awsrequest import AWSPreparedRequest
from botocore.model import OperationModel

from .authorization import Decision, PolicyError, Request, authorize, denial_message
from .errors import AwsError, SandboxError, not_in_sandbox
from .moto.http import RawResponse
from .requests import protocols, shapes, wire
from .requests.callers import Directory
from .requests.calls import Call, Caller, ContextValue, Forwarded, Permission
from .world.clock import Clock
from .world.entropy import Entropy


class Service(Protocol):
    """An AWS service as the gate sees it."""

    def permissions(self, call: Call) -> Iterable[Permission]:
        """What must be allowed before the call may act; raises AwsError for bad input that
        AWS refuses before it authorizes."""

    def act(self, call: Call) -> dict[str, Any] | Forwarded:
        """Do it; called only when every permission is allowed."""


class Recorder(Protocol):
    """Where calls are written down."""

    def new_event_id(self) -> str:
        """The ID of the event that a call which is under way will have; empty if nothing is
        written down."""

    def call_ended(
        self, call: Call, result: dict[str, Any] | Forwarded | None, error: AwsError | None
    ) -> None:
        """Write down a call that has come to its end, with its result or its error."""


class _Nothing:
    """A recorder that writes nothing down."""

    def new_event_id(self) -> str:
        return ""

    def call_ended(
        self, call: Call, result: dict[str, Any] | Forwarded | None, error: AwsError | None
    ) -> None:
        pass


#: The gates whose recorders do not hear of what this thread or task does.
_UNRECORDED: ContextVar[tuple[Gate, ...]] = ContextVar("unrecorded", default=())


class Gate:
    """Takes requests in, one at a time."""

    #: Set by services.build, which makes the trail.
    recorder: Recorder

    def __init__(self, clock: Clock, entropy: Entropy, directory: Directory) -> None:
        self.clock = clock
        self.entropy = entropy
        self.directory = directory
        self.services: dict[str, Service] = {}
        self._lock = threading.RLock()

    def paused(self) -> AbstractContextManager[bool]:
        """Hold requests back while something reads or changes the account from outside."""
        return self._lock

    def handle_at_once(self, request: AWSPreparedRequest) -> RawResponse | None:
        """The same, unless another thread is in the gate: then None, and nothing has been done."""
        if not self._lock.acquire(blocking=False):
            return None
        try:
            return self.handle(request)
        finally:
            self._lock.release()

    @property
    def listener(self) -> Recorder:
        """What hears of the calls of this thread or task: the recorder, or nothing."""
        return _Nothing() if self in _UNRECORDED.get() else self.recorder

    @contextlib.contextmanager
    def unrecorded(self) -> Iterator[None]:
        """Calls that this thread or task makes in this block are not written down; those of others
        are."""
        outer = _UNRECORDED.get()
        _UNRECORDED.set((*outer, self))
        try:
            yield
        finally:
            _UNRECORDED.set(outer)

    def handle(self, request: AWSPreparedRequest) -> RawResponse:
        """Answer a request; whatever it holds, the answer is AWS's or a clear refusal."""
        with self._lock:
            self.clock.tick()
            request_id = self.entropy.uuid("request")
            message: wire.Message | None = None
            try:
                message = wire.read(request)
                return self._answer(request, message, request_id)
            except AwsError as error:
                refused = error
            except Exception as error:
                refused = _failure("this request", error)
            if message is None:
                return protocols.refusal(request, refused, request_id)
            return wire.error_answer(message, refused, request_id)

    def _answer(
        self, request: AWSPreparedRequest, message: wire.Message, request_id: str
    ) -> RawResponse:
        caller = self.directory.identify(request, message)
        call = Call(
            service=message.service,
            operation=message.operation,
            params=wire.params_of(message),
            caller=caller,
            account=caller.account,
            region=message.region,
            request_id=request_id,
            time=self.clock.now(),
            user_agent=_in_order(message.headers.get("user-agent", "")),
            request=request,
        )
        result = self.run(call)
        if isinstance(result, Forwarded):
            # moto made an ID of its own; the trail knows the request by this one.
            kept = {k: v for k, v in result.headers.items() if k.lower() != "x-amzn-requestid"}
            return result.status, {**kept, "x-amzn-requestid": request_id}, result.body
        return wire.answer(message, result, request_id)

    def call_for(
        self,
        call: Call,
        service: str,
        operation: str,
        params: dict[str, Any],
        *,
        via: str,
        caller: Caller | None = None,
    ) -> dict[str, Any]:
        """Make a call for another call's caller, as an integrated service does.

        Args:
            call: the caller's own request; its caller, account and Region are taken over.
            via: the service principal that makes the call, such as ``dynamodb.amazonaws.com``.
            caller: who the call is made as; the outer call's caller if left out.

        Raises:
            AwsError: as the called service refuses it.
        """
        inner = Call(
            service=service,
            operation=operation,
            params=params,
            caller=caller or call.caller,
            account=call.account,
            region=call.region,
            request_id=self.entropy.uuid("request"),
            time=self.clock.now(),
            source_ip=via,
            user_agent=via,
            via=via,
            parent=call.request_id,
        )
        try:
            result = self.run(inner)
        except AwsError as error:
            error.request_id = inner.request_id
            raise
        assert isinstance(result, dict)  # KMS never forwards.
        return result

    def run(self, call: Call) -> dict[str, Any] | Forwarded:
        """Authorize, act, record."""
        try:
            result = self._authorize_and_act(call)
        except AwsError as error:
            self.listener.call_ended(call, None, error)
            raise
        failed = result.error if isinstance(result, Forwarded) else None
        self.listener.call_ended(call, None if failed else result, failed)
        return result

    def _authorize_and_act(self, call: Call) -> dict[str, Any] | Forwarded:
        service = self.services[call.service]
        try:
            for permission in service.permissions(call):
                self.require(call, permission)
            return service.act(call)
        except AwsError:
            raise
        except PolicyError as error:
            raise AwsError("MalformedPolicyDocument", str(error)) from error
        except NotImplementedError:
            raise not_in_sandbox(call.action) from None
        except Exception as error:
            raise _failure(call.action, error) from error

    def require(self, call: Call, permission: Permission) -> Decision:
        """Let a permission pass, or refuse the call; or the part of it that needs the permission,
        which the service then leaves undone.

        Raises:
            AwsError: ``AccessDeniedException`` (JSON services) or ``AccessDenied`` (IAM, STS)
                with AWS's sentence.
        """
        decision = self.decide(call, permission)
        call.decisions.append(decision)
        if not decision.allowed:
            query = call.service in wire.QUERY_SERVICES
            code, status = ("AccessDenied", 403) if query else ("AccessDeniedException", 400)
            error = AwsError(code, denial_message(decision), status)
            if permission.part is None:
                raise error
            call.refused.setdefault(permission.part, error)
        return decision

    def decide(self, call: Call, permission: Permission) -> Decision:
        """Decide one permission of a call, without consequence."""
        caller = call.caller
        details = self.directory.details_of(caller)
        request = Request(
            principal=caller.arn,
            action=permission.action,
            resource=permission.resource,
            context={**self.global_context(call), **permission.context},
            resource_account=permission.resource_account or call.account,
        )
        return authorize(
            request,
            identity_policies=details.identity_policies,
            permissions_boundary=details.boundary,
            session_policies=caller.session_policies,
            resource_policy=permission.resource_policy,
            grants=permission.grants,
            resource_rules=permission.rules,
        )

    def would_allow(
        self,
        user_name: str,
        account: str,
        region: str,
        service: str,
        operation: str,
        params: dict[str, Any],
        via: str = "",
    ) -> bool:
        """Whether every permission would be given if a user or role made a call, without
        consequence: see ``Sandbox.would_allow``.

        Raises:
            SandboxError: there is no such operation, or the parameters are not its own.
        """
        model = self._model(service, operation)
        if not isinstance(user_name, str):
            raise SandboxError(
                f"{user_name!r} is neither a user's name nor the ARN of a user or role."
            )
        with self.paused():
            caller = self.directory.find(user_name, account)
            if caller is None:
                return False
            call = Call(service, operation, params, caller, account, region, "", self.clock.now())
            call.via, call.source_ip = via or None, via or call.source_ip
            try:
                asked = self.services[service].permissions(call)
                return all(self.decide(call, permission).allowed for permission in asked)
            except AwsError:
                return False
            except (KeyError, TypeError, ValueError, AttributeError):
                wrong = validate.ParamValidator().validate(params, model.input_shape)
                if not wrong.has_errors():
                    raise
                why = " ".join(wrong.generate_report().split())
                raise SandboxError(f"{service}:{operation} does not take this: {why}") from None

    def _model(self, service: str, operation: str) -> OperationModel:
        """botocore's model of an operation.

        Raises:
            SandboxError: there is none.
        """
        if service not in self.services:
            raise SandboxError(f"The sandbox has no {service}; it has {', '.join(self.services)}.")
        model = shapes.operation_model(service, operation)
        if model is None:
            wanted = operation.lower().replace("_", "")
            names = shapes.service_model(service).operation_names
            near = next((one for one in names if one.lower() == wanted), "")
            advice = f"it is written {near}." if near else "give a name such as Decrypt."
            raise SandboxError(f"{service} has no operation {operation}; {advice}")
        return model

    def global_context(self, call: Call) -> dict[str, ContextValue]:
        """The global condition keys of a request: those that do not depend on the service."""
        now = self.clock.now()
        context = self.directory.principal_context(call.caller)
        context["aws:CurrentTime"], context["aws:EpochTime"] = _times(now.replace(microsecond=0))
        context["aws:RequestedRegion"] = call.region
        context["aws:SecureTransport"] = "true"
        context["aws:UserAgent"] = call.user_agent
        context["aws:ViaAWSService"] = "true" if call.via else "false"
        if call.via:
            context["aws:CalledVia"] = [call.via]
        else:
            context["aws:SourceIp"] = call.source_ip
        return context


@lru_cache(maxsize=16)
def _times(now: datetime.datetime) -> tuple[str, str]:
    """A second, as the two condition keys of the time have it."""
    return now.strftime("%Y-%m-%dT%H:%M:%SZ"), str(int(now.timestamp()))


@lru_cache(maxsize=64)
def _in_order(user_agent: str) -> str:
    """A client's name with its list of features in order: botocore's has the order of a set."""
    return re.sub(r"(?<= m/)[A-Za-z0-9,]+", lambda m: ",".join(sorted(m[0].split(","))), user_agent)


def _failure(what: str, error: Exception) -> AwsError:
    """A fault of the sandbox's own: it must not happen, and the next request is answered."""
    text = f"The sandbox failed on {what} ({type(error).__name__}: {error})."
    return AwsError("InternalFailure", text, 500)


def service_principal(name: str, account: str) -> Caller:
    """An AWS service acting in its own name, such as DynamoDB under a grant."""
    return Caller(
        arn=name, account=account, kind="service", user_id="", name=name, principal_arn=name
    )
