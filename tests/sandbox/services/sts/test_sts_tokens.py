"""GetSessionToken and GetFederationToken: sessions of users, and what they may call."""

from __future__ import annotations

import datetime

import boto3
import pytest
from botocore.config import Config

from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    allow,
    assumed,
    code_of,
    make_role,
    refusal,
    session_of,
    statement,
    trusting,
)

USER = f"arn:aws:iam::{ACCOUNT}:user/u"


ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"


#: Leaves it to the service to refuse a member.
UNCHECKED = Config(parameter_validation=False)


def test_a_federated_session_says_how_full_its_policy_is(sandbox):
    """H64."""
    sts = boto3.client("sts")
    assert sts.get_federation_token(Name="bob")["PackedPolicySize"] == 0
    assert sts.get_federation_token(Name="bob", Policy=allow("kms:*"))["PackedPolicySize"] > 0
    make_role("r")
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    assert "PackedPolicySize" not in sts.assume_role(RoleArn=role, RoleSessionName="night")


def test_a_users_token_does_what_the_user_may_do(sandbox, make_user):
    everything = statement("sts:*", effect="Deny")  # No policy keeps a user from a session.
    inline = {"Version": "2012-10-17", "Statement": [statement("kms:ListKeys"), everything]}
    user = make_user("u", inline=inline)
    answer = user.client("sts").get_session_token()
    session = session_of(answer)
    assert session.client("sts").get_caller_identity()["Arn"] == USER
    assert session.client("kms").list_keys()["Keys"] == []
    assert code_of(session.client("kms").create_key) == "AccessDeniedException"
    left = answer["Credentials"]["Expiration"] - sandbox.clock.now()
    assert datetime.timedelta(hours=11) < left <= datetime.timedelta(hours=12)


@pytest.mark.parametrize("operation", ["get_session_token", "get_federation_token"])
@pytest.mark.parametrize("seconds", [900, 129600])
def test_how_long_a_users_session_may_be(sandbox, operation, seconds):
    more = {"Name": "carol"} if operation == "get_federation_token" else {}
    call = getattr(boto3.client("sts", config=UNCHECKED), operation)
    ends = call(DurationSeconds=seconds, **more)["Credentials"]["Expiration"]
    left = (ends - sandbox.clock.now()).total_seconds()
    assert seconds - 2 < left <= seconds
    wrong = seconds - 1 if seconds == 900 else seconds + 1
    assert code_of(call, DurationSeconds=wrong, **more) == "ValidationError"


CALLS = {
    "AssumeRole": lambda sts: sts.assume_role(RoleArn=ROLE, RoleSessionName="night"),
    "GetAccessKeyInfo": lambda sts: sts.get_access_key_info(AccessKeyId="A" * 20),
    "GetCallerIdentity": lambda sts: sts.get_caller_identity(),
    "GetFederationToken": lambda sts: sts.get_federation_token(Name="carol"),
    "GetSessionToken": lambda sts: sts.get_session_token(),
}


@pytest.mark.parametrize(
    ("kind", "may_not"),
    [
        ("user", {"GetAccessKeyInfo", "GetFederationToken", "GetSessionToken"}),
        ("federated", set(CALLS) - {"GetCallerIdentity"}),
        ("role", {"GetFederationToken", "GetSessionToken"}),
    ],
)
def test_what_temporary_credentials_may_not_call(sandbox, kind, may_not):
    """AWS STS API Reference: the permissions of each operation that gives credentials out."""
    make_role("r", trusting("*"), policy=allow("*"))
    sts, everything = boto3.client("sts"), allow("*")
    session = {
        "user": lambda: session_of(sts.get_session_token()),
        "federated": lambda: session_of(sts.get_federation_token(Name="carol", Policy=everything)),
        "role": lambda: assumed(ROLE),
    }[kind]()
    for operation, call in CALLS.items():
        if operation in may_not:
            text = f"Cannot call {operation} with session credentials"
            assert refusal(call, session.client("sts")) == (403, "AccessDenied", text)
        elif operation == "GetAccessKeyInfo":
            assert "is not known" in refusal(call, session.client("sts"))[2]
        else:
            call(session.client("sts"))
    iam = session.client("iam")
    if kind == "role":
        assert iam.list_users()["Users"]
    else:
        text = "The security token included in the request is invalid."
        assert refusal(iam.list_users) == (403, "InvalidClientTokenId", text)


def test_a_federated_user_is_named_and_permitted(make_user):
    arn = f"arn:aws:sts::{ACCOUNT}:federated-user/carol"
    only = {"Version": "2012-10-17", "Statement": [statement("sts:*", resource=arn)]}
    sts = make_user("u", inline=only).client("sts")
    answer = sts.get_federation_token(Name="carol", Policy=allow("kms:*"))
    assert answer["FederatedUser"] == {"FederatedUserId": f"{ACCOUNT}:carol", "Arn": arn}
    assert 0 < answer["PackedPolicySize"] < 100
    identity = session_of(answer).client("sts").get_caller_identity()
    assert (identity["Arn"], identity["UserId"]) == (arn, f"{ACCOUNT}:carol")
    status, code, message = refusal(sts.get_federation_token, Name="dave")
    assert (status, code) == (403, "AccessDenied")
    assert f"sts:GetFederationToken on resource: {arn[:-5]}dave" in message
    no_tags = {"Version": "2012-10-17", "Statement": [statement("sts:GetFederationToken")]}
    other = make_user("v", inline=no_tags).client("sts")
    tags = [{"Key": "team", "Value": "blue"}]
    assert "sts:TagSession" in refusal(other.get_federation_token, Name="carol", Tags=tags)[2]
