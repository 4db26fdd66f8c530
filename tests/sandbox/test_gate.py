"""The one gate: who calls, may they, act, record. Denied means that nothing happened."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from refusal import Sandbox
from refusal.requests.calls import Call
from tests.sandbox.serving.served import TABLE
from tests.sandbox.worlds import something_of_everything

MakeUser = Callable[..., boto3.Session]
TRUST = '{"Version":"2012-10-17","Statement":[]}'
#: A change through each service, as a user without any permission tries it.
CHANGES: dict[str, tuple[str, dict[str, Any]]] = {
    "kms": ("create_key", {}),
    "dynamodb": ("put_item", {"TableName": "players", "Item": {"id": {"S": "kai"}}}),
    "dynamodbstreams": ("describe_stream", {}),
    "iam": ("create_role", {"RoleName": "mine", "AssumeRolePolicyDocument": TRUST}),
    "sts": ("get_federation_token", {"Name": "kai"}),
    "cloudtrail": ("lookup_events", {}),
}
READ = {"TableName": "players", "Key": {"id": {"S": "mira"}}}


def code_of(method: Callable[..., Any], **params: Any) -> str:
    """The error code of a call that is refused."""
    with pytest.raises(ClientError) as caught:
        method(**params)
    return str(caught.value.response["Error"]["Code"])


def allow(*actions: str, **condition: Any) -> dict[str, Any]:
    """An identity-based policy."""
    statement: dict[str, Any] = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    if condition:
        statement["Condition"] = condition
    return {"Version": "2012-10-17", "Statement": [statement]}


@pytest.mark.parametrize("service", CHANGES)
def test_who_is_denied_changes_nothing(
    sandbox: Sandbox, make_user: MakeUser, monkeypatch: pytest.MonkeyPatch, service: str
) -> None:
    known = something_of_everything()
    method, params = CHANGES[service]
    params = {"StreamArn": known["StreamArn"][0]} if service == "dynamodbstreams" else params
    client = make_user("nobody").client(service)
    before = sandbox.at_rest("players").pages

    def act(_: Call) -> None:
        raise AssertionError("a denied call was carried out")

    monkeypatch.setattr(getattr(sandbox.services, service), "act", act, raising=False)
    assert code_of(getattr(client, method), **params).startswith("AccessDenied")
    assert sandbox.at_rest("players").pages == before
    [event] = sandbox.trail.events(user="nobody")
    assert event.record["errorCode"] == "AccessDenied"
    assert [decision.allowed for decision in event.decisions] == [False]


def test_permissions_are_asked_in_order_until_one_is_denied(
    sandbox: Sandbox, make_user: MakeUser
) -> None:
    """ReEncrypt asks for the source key, then for the destination (A44)."""
    kms = boto3.client("kms")
    keys = [kms.create_key()["KeyMetadata"]["KeyId"] for _ in range(2)]
    blob = kms.encrypt(KeyId=keys[0], Plaintext=b"x")["CiphertextBlob"]
    asked = {"CiphertextBlob": blob, "DestinationKeyId": keys[1]}
    for name, policy, expected in (
        ("neither", None, ["kms:ReEncryptFrom"]),
        ("from", allow("kms:ReEncryptFrom"), ["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
        ("both", allow("kms:ReEncrypt*"), ["kms:ReEncryptFrom", "kms:ReEncryptTo"]),
    ):
        client = make_user(name, inline=policy).client("kms")
        if name == "both":
            client.re_encrypt(**asked)
        else:
            assert code_of(client.re_encrypt, **asked) == "AccessDeniedException"
        [event] = sandbox.trail.events(user=name)
        assert [decision.request.action for decision in event.decisions] == expected
        assert event.decisions[-1].allowed is (name == "both")


def test_each_request_is_recorded_once_however_it_ends(sandbox: Sandbox) -> None:
    kms, iam = boto3.client("kms"), boto3.client("iam")
    kms.create_key()
    assert code_of(kms.describe_key, KeyId="none") == "NotFoundException"
    assert code_of(kms.describe_custom_key_stores) == "NotInSandbox"
    assert code_of(iam.get_user, UserName="none") == "NoSuchEntity"
    assert code_of(iam.create_policy, PolicyName="p", PolicyDocument="{}").startswith("Malformed")
    found = [(event.name, event.record.get("errorCode", "")) for event in sandbox.trail.events()]
    assert found == [
        ("CreateKey", ""),
        ("DescribeKey", "NotFoundException"),
        ("DescribeCustomKeyStores", "NotInSandbox"),
        ("GetUser", "NoSuchEntity"),
        ("CreatePolicy", "MalformedPolicyDocument"),
    ]


@pytest.mark.parametrize(
    ("service", "method", "params"),
    [
        ("kms", "list_keys", {}),
        ("dynamodb", "list_tables", {}),
        ("dynamodbstreams", "list_streams", {}),
        ("iam", "list_users", {}),
        ("sts", "get_caller_identity", {}),
        ("cloudtrail", "lookup_events", {}),
    ],
)
def test_an_answer_carries_the_id_that_the_trail_has(
    sandbox: Sandbox, service: str, method: str, params: dict[str, Any]
) -> None:
    answer = getattr(boto3.client(service), method)(**params)
    [event] = sandbox.trail.events()
    assert answer["ResponseMetadata"]["RequestId"] == event.record["requestID"]


def test_who_only_looks_leaves_no_trace_in_the_trail(sandbox: Sandbox) -> None:
    kms = boto3.client("kms")
    with sandbox.unrecorded():
        kms.list_keys()
        with pytest.raises(RuntimeError), sandbox.unrecorded():
            raise RuntimeError
    kms.list_aliases()
    assert [event.name for event in sandbox.trail.events()] == ["ListAliases"]


def test_who_looks_hides_nothing_that_others_do_meanwhile(sandbox: Sandbox) -> None:
    """And two who look at the same time leave the trail as it was: it records again afterwards."""
    inside, done = threading.Barrier(3), threading.Barrier(3)
    kms = boto3.client("kms")

    def look() -> None:
        with sandbox.unrecorded():
            inside.wait(30)
            kms.list_keys()
            done.wait(30)

    with ThreadPoolExecutor() as others:
        looking = [others.submit(look) for _ in range(2)]
        inside.wait(30)
        kms.list_aliases()
        done.wait(30)
        for one in looking:
            one.result(30)
    boto3.client("iam").list_users()
    assert [event.name for event in sandbox.trail.events()] == ["ListAliases", "ListUsers"]


def test_another_sandbox_records_while_one_does_not(sandbox: Sandbox) -> None:
    with sandbox.unrecorded():
        other = Sandbox().start(aside=True)
        try:
            boto3.client("kms").list_keys()
            assert [event.name for event in other.trail.events()] == ["ListKeys"]
        finally:
            other.stop()
    assert sandbox.trail.events() == []


def test_a_services_own_call_says_on_whose_behalf(sandbox: Sandbox) -> None:
    """Global condition keys of forward access (IAM User Guide, "AWS global condition context
    keys": aws:CalledVia, aws:ViaAWSService)."""
    something_of_everything()
    sandbox.advance(minutes=6)
    boto3.client("dynamodb").get_item(**READ)
    [read] = sandbox.trail.events(name="GetItem")
    decrypt = sandbox.trail.events(name="Decrypt")[-1]
    outer, inner = (event.decisions[0].request for event in (read, decrypt))
    assert outer.principal == inner.principal
    assert outer.context["aws:ViaAWSService"] == "false"
    assert outer.context["aws:SourceIp"] == "127.0.0.1"
    assert inner.context["aws:ViaAWSService"] == "true"
    assert list(inner.context["aws:CalledVia"]) == ["dynamodb.amazonaws.com"]
    assert "aws:SourceIp" not in inner.context


HOLDS = [
    ("StringEquals", "aws:username", "mira"),
    ("StringLike", "aws:userid", "AIDA*"),
    ("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/mira"),
    ("StringEquals", "aws:PrincipalAccount", "123456789012"),
    ("StringEquals", "aws:PrincipalType", "User"),
    ("StringEquals", "aws:RequestedRegion", "us-east-1"),
    ("IpAddress", "aws:SourceIp", "127.0.0.0/8"),
    ("Bool", "aws:SecureTransport", "true"),
    ("Bool", "aws:ViaAWSService", "false"),
    ("StringLike", "aws:UserAgent", "*Boto3*"),
    ("DateLessThan", "aws:CurrentTime", "2026-01-06T00:00:00Z"),
    ("NumericLessThan", "aws:EpochTime", "1767700000"),
    ("Null", "aws:TokenIssueTime", "true"),
    ("Null", "aws:MultiFactorAuthPresent", "true"),
]
FAILS = [
    ("StringEquals", "aws:username", "Mira"),
    ("StringEquals", "aws:RequestedRegion", "eu-west-1"),
    ("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    ("Bool", "aws:SecureTransport", "false"),
    ("Bool", "aws:MultiFactorAuthPresent", "true"),
    ("DateGreaterThan", "aws:CurrentTime", "2026-01-06T00:00:00Z"),
    ("StringEquals", "aws:SourceVpc", "vpc-1"),
]


@pytest.mark.parametrize(("condition", "holds"), [(c, c in HOLDS) for c in [*HOLDS, *FAILS]])
def test_conditions_on_the_request_itself(
    make_user: MakeUser, condition: tuple[str, str, str], holds: bool
) -> None:
    operator, key, value = condition
    client = make_user("mira", inline=allow("kms:ListKeys", **{operator: {key: value}}))
    if holds:
        client.client("kms").list_keys()
    else:
        assert code_of(client.client("kms").list_keys) == "AccessDeniedException"


def test_the_time_in_a_condition_is_the_sandboxs(sandbox: Sandbox, make_user: MakeUser) -> None:
    later = {"DateGreaterThan": {"aws:CurrentTime": "2026-01-12T00:00:00Z"}}
    kms = make_user("mira", inline=allow("kms:ListKeys", **later)).client("kms")
    assert code_of(kms.list_keys) == "AccessDeniedException"
    sandbox.advance(days=7)
    kms.list_keys()


def test_a_change_of_policy_is_felt_by_the_next_request(
    sandbox: Sandbox, make_user: MakeUser
) -> None:
    iam, kms = boto3.client("iam"), make_user("mira").client("kms")
    named = {"UserName": "mira", "PolicyName": "own"}
    for _ in range(2):
        assert code_of(kms.list_keys) == "AccessDeniedException"
        iam.put_user_policy(**named, PolicyDocument=json.dumps(allow("kms:ListKeys")))
        kms.list_keys()
        iam.delete_user_policy(**named)


def test_threads_of_one_process_take_turns(sandbox: Sandbox) -> None:
    boto3.client("dynamodb").create_table(TableName="scores", **TABLE)
    clients = [boto3.client("dynamodb") for _ in range(8)]

    def play(client: Any) -> None:
        for _ in range(10):
            client.update_item(
                TableName="scores",
                Key={"id": {"S": "all"}},
                UpdateExpression="ADD points :one",
                ExpressionAttributeValues={":one": {"N": "1"}},
            )

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(play, clients))
    [row] = boto3.client("dynamodb").scan(TableName="scores")["Items"]
    assert row["points"] == {"N": "80"}
    assert len(sandbox.trail.events(name="UpdateItem")) == 80


def test_the_features_in_a_clients_name_have_one_order() -> None:
    """botocore writes a set, whose order differs from process to process."""
    from refusal.gate import _in_order

    names = [
        f"Boto3/1 md/Botocore#1 m/{features} cfg/retry-mode" for features in ("Z,b,E", "E,Z,b")
    ]
    assert _in_order(names[0]) == _in_order(names[1]) == names[1]
    assert _in_order("aws-cli/2 m/a") == "aws-cli/2 m/a"
    assert _in_order("") == ""
