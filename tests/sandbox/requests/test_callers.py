"""Who calls: keys, secrets, tokens, signatures, and what IAM says of their owner."""

from __future__ import annotations

import datetime

import boto3
import botocore.auth
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.sandbox.conftest import session_for
from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    allow,
    assumed,
    code_of,
    document,
    make_role,
    refusal,
    session_of,
    statement,
)

USER = f"arn:aws:iam::{ACCOUNT}:user/u"
#: A call of each service, and whether it speaks JSON or XML.
CALLS = {
    "kms": ("list_keys", True),
    "dynamodb": ("list_tables", True),
    "cloudtrail": ("lookup_events", True),
    "iam": ("list_users", False),
    "sts": ("get_caller_identity", False),
}
services = pytest.mark.parametrize("service", CALLS)


def call(service: str, session: boto3.Session | None = None, **config):
    client = (session or boto3.Session(region_name="us-east-1")).client(service, **config)
    return getattr(client, CALLS[service][0])()


def session_with(key_id: str, secret: str, token: str | None = None) -> boto3.Session:
    return boto3.Session(key_id, secret, token, region_name="us-east-1")


def admin():
    return boto3.Session().get_credentials()


def unknown(service: str):
    """How a service answers a key or a token that it does not know."""
    text = "The security token included in the request is invalid."
    if CALLS[service][1]:
        return 400, "UnrecognizedClientException", text
    return 403, "InvalidClientTokenId", text


@services
def test_a_wrong_secret(sandbox, service):
    session = session_with(admin().access_key, "x" * 40)
    status, code, message = refusal(call, service, session)
    if CALLS[service][1]:
        assert (status, code) == (400, "InvalidSignatureException")
    else:
        assert (status, code) == (403, "SignatureDoesNotMatch")
    assert message.startswith("The request signature we calculated does not match the signature")


@services
@pytest.mark.parametrize("key_id", ["AKIAIOSFODNN7EXAMPLE", "FOOBARKEY", "testing"])
def test_an_unknown_key(sandbox, service, key_id):
    session = session_with(key_id, admin().secret_key)
    assert refusal(call, service, session) == unknown(service)


@services
@pytest.mark.parametrize("token", [None, "x", "another's"])
def test_temporary_credentials_need_their_own_token(sandbox, service, token):
    arn = make_role("r", policy=allow("*"))
    given, other = (assumed(arn).get_credentials() for _ in range(2))
    token = other.token if token == "another's" else token
    session = session_with(given.access_key, given.secret_key, token)
    assert refusal(call, service, session) == unknown(service)
    assert call(service, session_with(given.access_key, given.secret_key, given.token))


@services
def test_a_token_beside_a_users_own_key(sandbox, service):
    token = assumed(make_role("r")).get_credentials().token
    session = session_with(admin().access_key, admin().secret_key, token)
    assert refusal(call, service, session) == unknown(service)


@services
def test_temporary_credentials_end_by_the_clock_of_the_sandbox(sandbox, service):
    session = assumed(make_role("r", policy=allow("*")))
    sandbox.advance(minutes=59)
    assert call(service, session)
    sandbox.advance(minutes=1)
    status, code, message = refusal(call, service, session)
    json = CALLS[service][1]
    expected = (400, "ExpiredTokenException") if json else (403, "ExpiredToken")
    assert (status, code) == expected
    assert message == "The security token included in the request is expired"


@services
def test_nobody_signed(sandbox, service):
    status, code, message = refusal(call, service, config=Config(signature_version=UNSIGNED))
    json = CALLS[service][1]
    assert (status, message) == (400 if json else 403, "Request is missing Authentication Token")
    assert code == ("MissingAuthenticationTokenException" if json else "MissingAuthenticationToken")


@services
@pytest.mark.parametrize("minutes", [-16, 16])
def test_a_signature_of_another_day(sandbox, service, minutes, monkeypatch):
    signed = datetime.datetime.now(datetime.UTC) + datetime.timedelta(minutes=minutes)
    now = botocore.auth.get_current_datetime
    monkeypatch.setattr(
        botocore.auth, "get_current_datetime", lambda *a, **k: signed.replace(tzinfo=now().tzinfo)
    )
    status, code, _ = refusal(call, service)
    json = CALLS[service][1]
    assert code == ("InvalidSignatureException" if json else "SignatureDoesNotMatch")
    assert status == (400 if json else 403)


@services
def test_a_request_changed_after_it_was_signed(sandbox, service):
    client = boto3.client(service)
    changed = []

    def change(request, **kwargs):
        request.headers["x-amz-date"] = "20260101T000000Z"
        changed.append(request)

    client.meta.events.register_first("before-send", change)
    assert "Signature" in code_of(getattr(client, CALLS[service][0]))
    assert changed


def test_an_inactive_key(sandbox, make_user):
    iam = boto3.client("iam")
    session = make_user("u", inline=document(statement("kms:*")))
    ours = {"UserName": "u", "AccessKeyId": session.get_credentials().access_key}
    assert call("kms", session)
    iam.update_access_key(**ours, Status="Inactive")
    assert refusal(call, "kms", session) == unknown("kms")
    assert refusal(call, "sts", session) == unknown("sts")
    iam.update_access_key(**ours, Status="Active")
    assert call("kms", session)
    iam.delete_access_key(**ours)
    assert refusal(call, "kms", session) == unknown("kms")


def test_each_key_is_its_own(sandbox, make_user):
    first = make_user("u", inline=document(statement("kms:*")))
    second = session_for("u")
    keys = [session.get_credentials().access_key for session in (first, second)]
    for session in (first, second):
        call("kms", session)
    events = boto3.client("cloudtrail").lookup_events()["Events"]
    used = [e["AccessKeyId"] for e in events if e["EventName"] == "ListKeys"]
    assert sorted(used) == sorted(keys)
    boto3.client("iam").delete_access_key(UserName="u", AccessKeyId=keys[0])
    assert refusal(call, "kms", first) == unknown("kms")
    assert call("kms", second)


def test_the_sessions_of_a_deleted_user(sandbox, make_user):
    iam = boto3.client("iam")
    user = make_user("u", inline=document(statement("kms:*", "sts:*")))
    sts = user.client("sts")
    sessions = [
        session_of(sts.get_session_token()),
        session_of(sts.get_federation_token(Name="carol", Policy=allow("*"))),
    ]
    assert [call("kms", session)["Keys"] for session in sessions] == [[], []]
    iam.delete_user_policy(UserName="u", PolicyName="inline")
    iam.delete_access_key(UserName="u", AccessKeyId=user.get_credentials().access_key)
    iam.delete_user(UserName="u")
    make_user("u", inline=document(statement("kms:*")))
    for session in (user, *sessions):
        assert refusal(call, "kms", session) == unknown("kms")


def test_the_sessions_of_a_deleted_role(sandbox):
    iam = boto3.client("iam")
    session = assumed(make_role("r", policy=allow("kms:*")))
    assert call("kms", session)
    iam.delete_role_policy(RoleName="r", PolicyName="inline")
    assert code_of(call, "kms", session) == "AccessDeniedException"
    iam.delete_role(RoleName="r")
    assert refusal(call, "kms", session) == unknown("kms")
    make_role("r", policy=allow("kms:*"))
    assert refusal(call, "kms", session) == unknown("kms")


def test_policies_are_read_anew_after_each_change(sandbox, make_user):
    iam = boto3.client("iam")
    session = make_user("u")
    policy = iam.create_policy(PolicyName="keys", PolicyDocument=allow("kms:ListAliases"))
    arn = policy["Policy"]["Arn"]
    iam.create_group(GroupName="u")
    iam.attach_group_policy(GroupName="u", PolicyArn=arn)
    assert code_of(call, "kms", session) == "AccessDeniedException"
    iam.add_user_to_group(GroupName="u", UserName="u")
    assert code_of(call, "kms", session) == "AccessDeniedException"
    version = iam.create_policy_version(
        PolicyArn=arn, PolicyDocument=allow("kms:ListKeys"), SetAsDefault=False
    )["PolicyVersion"]["VersionId"]
    assert code_of(call, "kms", session) == "AccessDeniedException"
    iam.set_default_policy_version(PolicyArn=arn, VersionId=version)
    assert call("kms", session)
    iam.remove_user_from_group(GroupName="u", UserName="u")
    assert code_of(call, "kms", session) == "AccessDeniedException"
    iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=allow("kms:*"))
    assert call("kms", session)
    iam.put_group_policy(
        GroupName="u", PolicyName="p", PolicyDocument=allow("kms:ListKeys", effect="Deny")
    )
    assert call("kms", session)
    iam.add_user_to_group(GroupName="u", UserName="u")
    assert "explicit deny in an identity-based policy" in refusal(call, "kms", session)[2]


BLUE = [{"Key": "team", "Value": "blue"}]
TEMPORARY = {"token", "federated", "role"}
EVERYONE = {"user", *TEMPORARY}
#: Operator, condition key, value, and whose requests meet it.
CONDITIONS = [
    ("StringEquals", "aws:username", "u", {"user", "token"}),
    ("ArnEquals", "aws:PrincipalArn", USER, {"user", "token", "federated"}),
    ("ArnEquals", "aws:PrincipalArn", f"arn:aws:iam::{ACCOUNT}:role/p/r", {"role"}),
    ("StringEquals", "aws:PrincipalAccount", ACCOUNT, EVERYONE),
    ("StringEquals", "aws:PrincipalType", "User", {"user", "token"}),
    ("StringEquals", "aws:PrincipalType", "AssumedRole", {"role"}),
    ("StringEquals", "aws:PrincipalType", "FederatedUser", {"federated"}),
    ("Bool", "aws:PrincipalIsAWSService", "false", EVERYONE),
    ("Null", "aws:PrincipalServiceName", "true", EVERYONE),
    ("StringLike", "aws:userid", "AIDA*", {"user", "token"}),
    ("StringLike", "aws:userid", "AROA*:night", {"role"}),
    ("StringEquals", "aws:userid", f"{ACCOUNT}:carol", {"federated"}),
    ("StringEquals", "aws:PrincipalTag/team", "blue", EVERYONE),
    ("Null", "aws:TokenIssueTime", "true", {"user"}),
    ("DateLessThan", "aws:TokenIssueTime", "2026-01-06T00:00:00Z", TEMPORARY),
    ("Bool", "aws:MultiFactorAuthPresent", "false", TEMPORARY),
    ("BoolIfExists", "aws:MultiFactorAuthPresent", "true", {"user"}),
]


def test_the_condition_keys_of_a_caller(sandbox, make_user):
    """IAM User Guide, "AWS global condition context keys"."""
    iam = boto3.client("iam")
    user = make_user("u", inline=document(statement("sts:*")))
    iam.tag_user(UserName="u", Tags=BLUE)
    sts = user.client("sts")
    sessions = {
        "user": user,
        "token": session_of(sts.get_session_token()),
        "federated": session_of(sts.get_federation_token(Name="carol", Policy=allow("*"))),
        "role": assumed(make_role("r", Path="/p/", Tags=BLUE)),
    }
    clients = {name: session.client("kms") for name, session in sessions.items()}
    for operator, key, value, who in CONDITIONS:
        policy = allow("kms:ListKeys", Condition={operator: {key: value}})
        iam.put_user_policy(UserName="u", PolicyName="keys", PolicyDocument=policy)
        iam.put_role_policy(RoleName="r", PolicyName="keys", PolicyDocument=policy)
        allowed = set()
        for name, client in clients.items():
            try:
                client.list_keys()
                allowed.add(name)
            except ClientError as error:
                assert error.response["Error"]["Code"] == "AccessDeniedException"
        assert allowed == who, (operator, key, value)
