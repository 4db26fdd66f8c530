"""The sandbox's hold on moto and botocore while it runs, and requests handed to moto."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

import botocore.session
import moto.core.utils
import moto.dynamodbstreams.models
import moto.iam.models
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.httpsession import URLLib3Session
from botocore.loaders import Loader
from moto.core.authorization import ActionAuthenticatorMixin
from moto.core.botocore_stubber import BotocoreStubber
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.moto_api._internal import mock_random
from werkzeug.exceptions import HTTPException

from ..errors import SandboxError
from . import asynchronous, contract, quicker
from .http import JsonRequest, RawResponse, header_dict
from .loader import LOADER

Handler = Callable[[AWSPreparedRequest], RawResponse]
#: Stands where a connection of botocore's sends a request.
Guard = Callable[[object, AWSPreparedRequest], AWSResponse]
#: moto's own, also while a sandbox has put its gate in this place.
_PROCESS_REQUEST = BotocoreStubber.process_request


class Hooks:
    """The sandbox's hold on moto while it runs; ``remove`` leaves no trace."""

    def __init__(self, handler: Handler, guard: Guard, clock_module: ModuleType) -> None:
        contract.check()
        self._undo: list[Callable[[], None]] = []
        self.replace(BotocoreStubber, "process_request", lambda _stubber, request: handler(request))
        self.replace(URLLib3Session, "send", guard)
        self.replace(URLLib3Session, "__init__", _guarded_for_good(URLLib3Session.__init__, guard))
        for owner, name, value in (*asynchronous.replacements(guard), *quicker.replacements()):
            self.replace(owner, name, value)
        self.replace(moto.core.utils, "datetime", clock_module)
        for module in (moto.dynamodbstreams.models, moto.iam.models):
            self.replace(module, "os", _seeded_os())
        self.replace(moto.core.utils, "create_loader", _shared_loader)
        self.replace(botocore.session, "create_loader", _shared_loader)
        # moto's own checks of credentials and policies, which a test may have turned on.
        own = "_authenticate_and_authorize_action"
        self.replace(ActionAuthenticatorMixin, own, lambda *_asked, **_more: None)
        state = mock_random.getstate()
        self._undo.append(lambda: mock_random.setstate(state))

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Put another value in a name's place until ``remove``."""
        before = getattr(owner, name)
        self._undo.append(lambda: setattr(owner, name, before))
        setattr(owner, name, value)

    def remove(self) -> None:
        """Put everything back as it was."""
        while self._undo:
            self._undo.pop()()

    def forward(
        self,
        request: AWSPreparedRequest,
        *,
        service: str,
        region: str,
        account: str,
        body: bytes | None = None,
    ) -> RawResponse:
        """Let moto answer a request, with another body if one is given. Of its headers moto sees
        none: it takes some as orders."""
        sent = copy.copy(request)
        sent.url = endpoint(service, region)
        sent.body = request.body if body is None else body
        form = "application/x-www-form-urlencoded"
        sent.headers = header_dict({"content-type": form, "x-moto-account-id": account})
        response = _PROCESS_REQUEST(_STUBBER, sent)
        if response is None:
            raise SandboxError(f"moto has no answer for {sent.url}")
        return response

    @staticmethod
    def forward_json(
        service: str, target: str, body: bytes, *, region: str, account: str
    ) -> RawResponse:
        """Let moto's handler of DynamoDB or its Streams answer, past moto's search for it.

        Args:
            target: the request's ``X-Amz-Target``.
        """
        request = JsonRequest(endpoint(service, region), target, account, body)
        try:
            answer = _HANDLERS[service].dispatch(request, request.raw_url, request.headers)
        except HTTPException as error:
            return error.code or 400, dict(error.get_headers()), error.get_body()
        return answer  # type: ignore[no-any-return]  # moto has no types here


def _guarded_for_good(init: Callable[..., None], guard: Guard) -> Callable[..., None]:
    """The ``__init__`` of a connection that stays guarded when the sandbox has stopped: what a
    learner does in the sandbox is not sent to AWS by a client that outlives it."""

    def guarded(connection: Any, *args: Any, **more: Any) -> None:
        init(connection, *args, **more)
        connection.send = partial(guard, connection)

    return guarded


def _shared_loader(search_path: str | None = None) -> Loader:
    """One loader for every session made while the sandbox runs: each would read AWS's models
    anew. boto3 adds its own folder to the loader of every session; here it stands there once."""
    LOADER.search_paths[:] = dict.fromkeys(LOADER.search_paths)
    return LOADER


_STUBBER = BotocoreStubber()
_HANDLERS: dict[str, Any] = {"dynamodb": DynamoHandler, "dynamodbstreams": DynamoDBStreamsHandler}
_HOSTS = {"dynamodbstreams": "streams.dynamodb.{}", "iam": "iam", "sts": "sts"}


def endpoint(service: str, region: str) -> str:
    """The address under which moto knows a service."""
    return f"https://{_HOSTS.get(service, service + '.{}').format(region)}.amazonaws.com/"


def _seeded_os() -> ModuleType:
    """A stand-in for the ``os`` module whose random bytes follow the seed, too."""
    module = ModuleType("os")
    module.__dict__.update(os.__dict__, urandom=mock_random.randbytes)
    return module
