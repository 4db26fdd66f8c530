"""Whatever is sent, the answer is AWS's or a clear refusal; nothing breaks.

Every operation of the sandbox's services gets random members that botocore takes, and then the
same with members of the wrong type, which only a client of one's own can send. FUZZ_ROUNDS=100
in the environment makes the search longer; each kind of find has a test of its own below.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import boto3
import pytest
from botocore import xform_name
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError
from botocore.serialize import create_serializer

from refusal import Sandbox
from refusal.requests.shapes import service_model
from tests.sandbox.inputs import TEXTS, Inputs
from tests.sandbox.raw import MEANT, PREFIXES, Raw, is_aws_shaped, plain
from tests.sandbox.worlds import administrator, something_of_everything

#: Each round is a new account, in which every operation is asked for twice.
ROUNDS = int(os.environ.get("FUZZ_ROUNDS", "1"))
SEED = os.environ.get("FUZZ_SEED", "")
SERVICES = ["kms", "dynamodb", "dynamodbstreams", "iam", "sts", "cloudtrail"]
ENDINGS = ("Delete", "Schedule", "Remove", "Detach", "Disable", "Deactivate", "Revoke", "Retire")
Find = tuple[Any, ...]


def rounds(service: str, kind: str) -> Iterator[tuple[Sandbox, boto3.Session, Inputs]]:
    """New accounts, each with its administrator and its source of requests."""
    for number in range(ROUNDS):
        with Sandbox() as sandbox:
            inputs = Inputs(f"{SEED}/{service}/{kind}/{number}", something_of_everything())
            yield sandbox, administrator(), inputs


def requests(service: str, inputs: Inputs) -> Iterator[tuple[str, Any]]:
    """Every operation of a service with members for it, twice, in random order; most that put
    an end to something come last."""
    model = service_model(service)
    names = [*model.operation_names] * 2
    inputs.random.shuffle(names)
    names.sort(key=lambda name: name.startswith(ENDINGS) and inputs.random.random() < 0.9)
    for name in names:
        yield name, inputs.request(model.operation_model(name).input_shape)


@pytest.mark.parametrize("service", SERVICES)
def test_whatever_botocore_can_form(service: str) -> None:
    broken = []
    for sandbox, session, inputs in rounds(service, "formed"):
        once = {"retries": {"total_max_attempts": 1}}
        clients = [
            session.client(service, config=Config(**once, parameter_validation=check))
            for check in (True, False)
        ]
        for name, params in requests(service, inputs):
            fault = outcome(
                sandbox, getattr(inputs.random.choice(clients), xform_name(name)), params
            )
            broken += [(name, params, fault)] if fault else []
    show(broken)


def outcome(sandbox: Sandbox, method: Callable[..., Any], params: dict[str, Any]) -> str:
    """What is wrong with the answer; nothing, for an answer of AWS's."""
    before = sandbox.clock.now()
    try:
        method(**params)
    except ParamValidationError:
        pass
    except ClientError as error:
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
        if status == 500 and not error.response["Error"]["Message"].startswith(MEANT):
            return str(error)
    except Exception as error:  # The fault is botocore's where nothing was sent.
        return repr(error) if sandbox.clock.now() != before else ""
    return ""


def show(broken: list[Find]) -> None:
    """Fail with the shortest find of each kind, if there is any."""
    kinds: dict[str, Find] = {}
    for find in sorted(broken, key=lambda find: len(repr(find))):
        kinds.setdefault(f"{find[0]}: {find[-1]}"[:160], find)
    assert not broken, "\n\n".join(repr(find)[:1500] for find in kinds.values())


@pytest.mark.parametrize("service", list(PREFIXES))
def test_members_of_the_wrong_type(service: str) -> None:
    broken = []
    for sandbox, session, inputs in rounds(service, "spoilt"):
        raw = Raw(sandbox, session)
        for name, params in requests(service, inputs):
            body = json.dumps(inputs.spoilt(params), default=plain).encode()
            answer = raw.operation(service, name, body)
            broken += [] if is_aws_shaped(*answer) else [(name, body, answer)]
    show(broken)


@pytest.mark.parametrize("service", ["iam", "sts"])
def test_forms_with_something_wrong_in_them(service: str) -> None:
    model = service_model(service)
    serializer = create_serializer("query", include_validation=False)
    broken = []
    for sandbox, session, inputs in rounds(service, "forms"):
        raw = Raw(sandbox, session)
        for name, params in requests(service, inputs):
            form = serializer.serialize_to_request(params, model.operation_model(name))["body"]
            body = urlencode(misshapen(form, inputs), errors="replace").encode()
            answer = raw.send(service, body)
            broken += [] if is_aws_shaped(*answer) else [(name, body, answer)]
    show(broken)


def misshapen(form: dict[str, Any], inputs: Inputs) -> dict[str, Any]:
    """The same with one field's name or value spoilt."""
    fields = [name for name in form if name not in ("Action", "Version")] or ["Version"]
    name = inputs.random.choice(fields)
    other = inputs.random.choice(
        [f"{name}.x", f"{name}.member.1", name.replace("1", "7"), name.rpartition(".")[0], name]
    )
    return {**form, name: inputs.random.choice(TEXTS), other: inputs.random.choice(TEXTS)}


#: One request of each kind that the search has found, and the code that answers it.
FORMED = [
    ("cloudtrail", "LookupEvents", {"NextToken": "é"}, "InvalidNextTokenException"),
    ("iam", "ListRoles", {"Marker": "a"}, "ValidationError"),
    ("iam", "CreateServiceLinkedRole", {"AWSServiceName": "a"}, "NotInSandbox"),
    ("iam", "DeleteGroup", {"GroupName": "\x00"}, "ValidationError"),
    ("kms", "CreateKey", {"Description": "\ud800"}, "SerializationException"),
]
SPOILT = [
    ("Scan", {"TableName": "players", "AttributesToGet": ["at", {"S": 5}]}),
    ("PutItem", {"TableName": "players", "Item": {"id": {"S": 5}}}),
    ("PutItem", {"TableName": "players", "Item": [None]}),
    ("Query", {"TableName": "players", "KeyConditions": [[]]}),
    ("BatchWriteItem", {"RequestItems": {"players": [{"PutRequest": {"Item": 5}}]}}),
    ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": ["players"], "Item": {}}}]}),
]


@pytest.mark.parametrize(("service", "name", "params", "code"), FORMED)
def test_what_the_search_has_found(
    sandbox: Sandbox, service: str, name: str, params: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(boto3.client(service), xform_name(name))(**params)
    assert caught.value.response["Error"]["Code"] == code


@pytest.mark.parametrize(("name", "params"), SPOILT)
def test_what_the_search_has_found_of_the_wrong_type(
    sandbox: Sandbox, name: str, params: dict[str, Any]
) -> None:
    something_of_everything()
    raw = Raw(sandbox, boto3.Session())
    status, answer = raw.operation("dynamodb", name, json.dumps(params).encode())
    assert status == 400
    assert json.loads(answer)["__type"] in ("SerializationException", "ValidationException")
