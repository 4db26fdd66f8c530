"""The one place that leans on names of moto and botocore which are not promised to stay.

``CONTRACT`` lists each of them; tests/sandbox/moto/test_bridge.py holds moto against the list, and
``install`` refuses to start where one is missing.
"""

from __future__ import annotations

import contextlib
import copy
import os
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl

import botocore.session
import moto.core.utils
import moto.dynamodbstreams.models
import moto.iam.models
from botocore.awsrequest import AWSPreparedRequest
from botocore.compat import HTTPHeaders
from botocore.httpsession import URLLib3Session
from botocore.parsers import create_parser
from moto.core.base_backend import BackendDict
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse
from moto.core.parse import QueryParser
from moto.core.request import Request
from moto.core.serialize import QuerySerializer, SerializationContext
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import StreamRecord, Table
from moto.dynamodb.responses import DynamoHandler
from moto.dynamodbstreams.responses import DynamoDBStreamsHandler
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.models import AWSManagedPolicy, Group, User, iam_backends
from moto.moto_api._internal import mock_random
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from ..errors import SandboxError
from ..requests import shapes
from ..requests.calls import RawResponse

#: module, attribute path: what this file reads of moto and botocore beyond ``mock_aws``.
CONTRACT: tuple[tuple[str, str], ...] = (
    ("moto.core.base_backend", "BackendDict._instances"),
    ("moto.core.botocore_stubber", "BotocoreStubber.process_request"),
    ("moto.core.botocore_stubber", "MockRawResponse"),
    ("moto.core.utils", "datetime"),
    ("moto.dynamodbstreams.models", "os.urandom"),
    ("moto.iam.models", "os.urandom"),
    ("moto.core.utils", "utcnow"),
    ("botocore.session", "create_loader"),
    ("moto.core.utils", "create_loader"),
    ("moto.core.utils", "get_service_model"),
    ("moto.core.parse", "QueryParser.parse"),
    ("moto.core.serialize", "QuerySerializer.serialize"),
    ("moto.core.serialize", "SerializationContext"),
    ("moto.iam.models", "iam_backends"),
    ("moto.iam.models", "Group.__init__"),
    ("moto.iam.models", "User.__init__"),
    ("moto.iam.models", "AWSManagedPolicy.from_data"),
    ("moto.iam.models", "IAMBackend.create_user"),
    ("moto.iam.models", "IAMBackend.create_access_key"),
    ("moto.iam.models", "IAMBackend.create_temp_access_key"),
    ("moto.iam.models", "ManagedPolicy"),
    ("moto.iam.models", "PolicyVersion"),
    ("moto.iam.aws_managed_policies", "aws_managed_policies_data"),
    ("moto.core.exceptions", "HTTPException"),
    ("moto.core.request", "Request.from_primitives"),
    ("moto.dynamodb.responses", "DynamoHandler.dispatch"),
    ("moto.dynamodbstreams.responses", "DynamoDBStreamsHandler.dispatch"),
    ("moto.dynamodb.models", "dynamodb_backends"),
    ("moto.dynamodb.models.dynamo_type", "DynamoType"),
    ("moto.dynamodb.models.dynamo_type", "LimitedSizeDict"),
    ("moto.dynamodb.models.dynamo_type", "Item.instances_tracked"),
    ("moto.dynamodb.models.table", "StreamRecord.instances_tracked"),
    ("moto.dynamodb.models.table", "Table.instances_tracked"),
    ("moto.dynamodb.models.table", "Table.query"),
    ("moto.moto_api._internal", "mock_random.seed"),
    ("moto.settings", "TEST_SERVER_MODE"),
    ("botocore.httpsession", "URLLib3Session.__init__"),
    ("botocore.httpsession", "URLLib3Session.send"),
    ("botocore.parsers", "create_parser"),
)

Handler = Callable[[AWSPreparedRequest], RawResponse]
#: moto's own, also while a sandbox has put its gate in this place.
_PROCESS_REQUEST = BotocoreStubber.process_request


def check_contract() -> None:
    """Refuse to start on a moto or a botocore that lacks what the sandbox leans on.

    Raises:
        SandboxError: names what is missing.
    """
    for module, path in CONTRACT:
        target: Any = import_module(module)
        for name in path.split("."):
            if not hasattr(target, name):
                raise SandboxError(
                    f"This moto or botocore has no {module}.{path}; the sandbox needs it. "
                    "Install the versions of requirements.lock with `make setup`."
                )
            target = getattr(target, name)


class Hooks:
    """The sandbox's hold on moto while it runs; ``remove`` leaves no trace."""

    def __init__(self, handler: Handler, guard: Callable[..., Any], clock_module: Any) -> None:
        check_contract()
        self._undo: list[Callable[[], None]] = []
        self.replace(BotocoreStubber, "process_request", lambda _stubber, request: handler(request))
        self.replace(URLLib3Session, "send", guard)
        self.replace(URLLib3Session, "__init__", _guarded_for_good(URLLib3Session.__init__, guard))
        self.replace(moto.core.utils, "datetime", clock_module)
        for module in (moto.dynamodbstreams.models, moto.iam.models):
            self.replace(module, "os", _seeded_os())
        self.replace(moto.core.utils, "create_loader", _shared_loader)
        self.replace(botocore.session, "create_loader", _shared_loader)
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
        headers = {
            "content-type": "application/x-amz-json-1.0",
            "x-amz-target": target,
            "x-moto-account-id": account,
        }
        request = Request.from_primitives("POST", endpoint(service, region), headers, body)
        try:
            answer = _HANDLERS[service].dispatch(request, request.raw_url, request.headers)
        except HTTPException as error:
            return error.code or 400, dict(error.get_headers()), error.get_body()
        return answer  # type: ignore[no-any-return]  # moto has no types here


def _guarded_for_good(init: Callable[..., None], guard: Callable[..., Any]) -> Callable[..., None]:
    """The ``__init__`` of a connection that stays guarded when the sandbox has stopped: what a
    learner does in the sandbox is not sent to AWS by a client that outlives it."""

    def guarded(connection: Any, *args: Any, **more: Any) -> None:
        init(connection, *args, **more)
        connection.send = partial(guard, connection)

    return guarded


def _shared_loader(search_path: str | None = None) -> Any:
    """One loader for every session made while the sandbox runs: each would read AWS's models
    anew. boto3 adds its own folder to the loader of every session; here it stands there once."""
    loader = shapes.LOADER
    loader.search_paths[:] = dict.fromkeys(loader.search_paths)
    return loader


_STUBBER = BotocoreStubber()
_HANDLERS: dict[str, Any] = {"dynamodb": DynamoHandler, "dynamodbstreams": DynamoDBStreamsHandler}
_HOSTS = {"dynamodbstreams": "streams.dynamodb.{}", "iam": "iam", "sts": "sts"}


def endpoint(service: str, region: str) -> str:
    """The address under which moto knows a service."""
    return f"https://{_HOSTS.get(service, service + '.{}').format(region)}.amazonaws.com/"


def _seeded_os() -> Any:
    """A stand-in for the ``os`` module whose random bytes follow the seed, too."""
    module = ModuleType("os")
    module.__dict__.update(os.__dict__, urandom=mock_random.randbytes)
    return module


def seed_moto(seed: str) -> None:
    """Make moto's ids, keys and secrets follow the sandbox's seed."""
    mock_random.seed(seed)


def iam(account: str) -> Any:
    """moto's IAM backend of an account: users, roles, groups, policies, access keys."""
    return iam_backends[account]["aws"]


def dynamodb(account: str, region: str) -> Any:
    """moto's DynamoDB backend of an account and Region: its tables."""
    return dynamodb_backends[account][region]


def attribute_value(kind: str, data: Any) -> Any:
    """An attribute value as moto keeps it; members of lists and maps are such values already."""
    value: Any = DynamoType.__new__(DynamoType)
    value.type, value.value = kind, data
    return value


def item(attributes: dict[str, Any], hash_attribute: str, range_attribute: str | None) -> Any:
    """A row as moto keeps it. It was checked when it was written, and is not counted as new."""
    row: Any = object.__new__(Item)
    row.attrs = LimitedSizeDict.__new__(LimitedSizeDict)
    dict.update(row.attrs, attributes)
    row.hash_key = attributes[hash_attribute]
    row.range_key = attributes[range_attribute] if range_attribute else None
    return row


def stream_record(record: dict[str, Any]) -> Any:
    """A stream record as moto keeps it."""
    made: Any = object.__new__(StreamRecord)
    made.record = record
    return made


def forget_rows() -> None:
    """Empty moto's lists of every row, record and table ever made."""
    models: tuple[Any, ...] = (Item, StreamRecord, Table)
    for model in models:
        model.instances_tracked.clear()


def narrow_queries(hooks: Hooks) -> None:
    """Let a Query see the rows alone that have its partition key; moto would read the whole
    table. A local index has the table's partitions."""
    query = Table.query

    def narrowed(table: Any, hash_key: Any, *args: Any, **more: Any) -> Any:
        name = more.get("index_name", args[6] if len(args) > 6 else None)
        local = [i.name for i in table.indexes if i.schema_key_attrs[0] == table.hash_key_attr]
        if hash_key is not None and (name is None or name in local):
            table.items.only(hash_key)
        elif name in [index.name for index in table.global_indexes]:
            table.items.only_where(dict(more.get("hash_key_conditions") or ()))
        return query(table, hash_key, *args, **more)

    hooks.replace(Table, "query", narrowed)


def key_types(table: Any) -> dict[str, str]:
    """Attribute -> type, of the attributes that are keys of a table or of its indexes."""
    return {it["AttributeName"]: it["AttributeType"] for it in table.attr}


def global_index_keys(table: Any) -> list[str]:
    """The attributes that are partition keys of a table's global indexes."""
    schemas = [index.schema for index in table.global_indexes]
    return [k["AttributeName"] for schema in schemas for k in schema if k["KeyType"] == "HASH"]


def name_unique_ids(hooks: Hooks) -> None:
    """Give users and groups unique ids of AWS's form, such as ``AIDA…`` (IAM User Guide, "IAM
    identifiers"); moto's are random lower-case letters."""
    for model, prefix in ((User, "AIDA"), (Group, "AGPA")):

        def made(
            one: Any, *args: Any, _init: Any = model.__init__, _prefix: str = prefix, **more: Any
        ) -> None:
            _init(one, *args, **more)
            if not one.id.startswith(_prefix):  # A sandbox aside another names no id twice.
                one.id = _prefix + one.id[:17].upper()

        hooks.replace(model, "__init__", made)


def managed_policies_text() -> str:
    """The AWS managed policies that moto brings: JSON, laid out with one space of indentation."""
    return str(aws_managed_policies_data)


def managed_policy(name: str, account: str, data: dict[str, Any]) -> Any:
    """A policy object of moto's for an AWS managed policy."""
    return AWSManagedPolicy.from_data(name, account, "us-east-1", data)


def document(policy: Any) -> str:
    """The document of a managed policy's default version."""
    default = policy.default_version_id
    return str(next(v.document for v in policy.versions if v.version_id == default))


def role(account: str, name: str) -> Any:
    """A role by its name, None if there is none: moto keeps roles by their ids."""
    return next((role for role in iam(account).roles.values() if role.name == name), None)


def parse_query(service: str, operation: str, body: bytes) -> dict[str, Any]:
    """The members of a request in the query protocol."""
    model = moto.core.utils.get_service_model(service).operation_model(operation)
    values = MultiDict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))
    request: Any = {"values": values, "headers": {}, "body": body, "method": "POST"}
    request.update(url_path="/", url_params={})
    parsed = QueryParser(model).parse(request)
    return dict(parsed or {})


def serialize_query(
    service: str, operation: str, result: dict[str, Any], request_id: str
) -> RawResponse:
    """A result in the query protocol's XML."""
    model = moto.core.utils.get_service_model(service).operation_model(operation)
    context = SerializationContext(request_id)
    done = QuerySerializer(operation_model=model, context=context).serialize(result)
    headers = {**done["headers"], "x-amzn-requestid": request_id}
    return done["status_code"], headers, done["body"]


def read_query_answer(service: str, operation: str, answer: RawResponse) -> dict[str, Any]:
    """The result, or the ``Error``, that an answer in the query protocol holds."""
    model = moto.core.utils.get_service_model(service).operation_model(operation)
    status, headers, body = answer
    raw = body.encode() if isinstance(body, str) else body
    response = {"status_code": status, "headers": header_dict(headers), "body": raw}
    parsed: dict[str, Any] = create_parser("query").parse(response, model.output_shape)
    parsed.pop("ResponseMetadata", None)
    return parsed


def accounts() -> list[str]:
    """The accounts that exist so far."""
    return list(iam_backends)


@contextlib.contextmanager
def other_accounts() -> Iterator[None]:
    """Inside, moto has none of the accounts that it had; afterwards it has them again."""
    backend_dict: Any = BackendDict  # Generic, and its list is shared by all.
    in_use = backend_dict._instances
    kept = [(backends, dict(backends)) for backends in in_use]
    _empty(in_use)
    try:
        yield
    finally:
        _empty(in_use)
        for backends, accounts in kept:
            backends.update(accounts)
            in_use.append(backends)


def _empty(in_use: list[Any]) -> None:
    for backends in in_use:
        backends.clear()
    in_use.clear()


def raw_body(body: str | bytes) -> Any:
    """A body as botocore's HTTP layer would hand it over."""
    return MockRawResponse(body)


def header_dict(headers: dict[str, str]) -> Any:
    """Headers that compare without regard to case."""
    result = HTTPHeaders()
    for name, value in headers.items():
        result[name] = str(value)
    return result
