"""AWS STS: who gets temporary credentials, what they may do, and when they end."""

from __future__ import annotations

import datetime
import json

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config

from refusal.requests import callers
from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    ROOT,
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
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/night"
#: Leaves it to the service to refuse a member.
UNCHECKED = Config(parameter_validation=False)
MAY_ASSUME = {"Version": "2012-10-17", "Statement": [statement("sts:AssumeRole")]}


def assume(session: boto3.Session, arn: str = ROLE, name: str = "night", **more):
    sts = session.client("sts", config=UNCHECKED)
    return sts.assume_role(RoleArn=arn, RoleSessionName=name, **more)


@pytest.fixture
def user(make_user) -> boto3.Session:
    """The session of a user without permissions."""
    return make_user("u")


def denied(action: str, resource: str, reason: str, who: str = USER):
    sentence = f"User: {who} is not authorized to perform: {action} on resource: {resource}{reason}"
    return 403, "AccessDenied", sentence


def test_a_session_is_its_role_under_a_name(sandbox, make_user):
    make_role("r", Path="/night/")
    arn = f"arn:aws:iam::{ACCOUNT}:role/night/r"
    answer = assume(make_user("u", inline=MAY_ASSUME), arn)
    role_id = boto3.client("iam").get_role(RoleName="r")["Role"]["RoleId"]
    assert answer["AssumedRoleUser"] == {"AssumedRoleId": f"{role_id}:night", "Arn": SESSION}
    assert "PackedPolicySize" not in answer
    identity = session_of(answer).client("sts").get_caller_identity()
    assert [identity[m] for m in ("UserId", "Account", "Arn")] == [
        f"{role_id}:night",
        ACCOUNT,
        SESSION,
    ]
    given = answer["Credentials"]
    assert given["AccessKeyId"].startswith("ASIA") and len(given["AccessKeyId"]) == 20
    left = given["Expiration"] - sandbox.clock.now()
    assert datetime.timedelta(minutes=59) < left <= datetime.timedelta(hours=1)


BY_IDENTITY = " because no identity-based policy allows the sts:AssumeRole action"
BY_TRUST = " because no role trust policy allows the sts:AssumeRole action"


@pytest.mark.parametrize(
    ("trust", "inline", "reason"),
    [
        ([trusting(ROOT)], MAY_ASSUME, None),
        ([trusting(ACCOUNT)], MAY_ASSUME, None),
        ([trusting(ROOT)], None, BY_IDENTITY),
        ([trusting(USER)], None, None),
        ([trusting("*")], None, None),
        ([trusting(f"arn:aws:iam::{ACCOUNT}:user/admin")], MAY_ASSUME, BY_TRUST),
        ([trusting({"Service": "ec2.amazonaws.com"})], MAY_ASSUME, BY_TRUST),
        ([trusting(ROOT, "sts:TagSession")], MAY_ASSUME, BY_TRUST),
        (
            [trusting(ROOT), trusting(USER, effect="Deny")],
            MAY_ASSUME,
            " with an explicit deny in the role trust policy",
        ),
        (
            [trusting(USER)],
            {"Version": "2012-10-17", "Statement": [statement("sts:*", effect="Deny")]},
            " with an explicit deny in an identity-based policy",
        ),
    ],
    ids=[
        *("account and policy", "account ID", "account alone", "the user", "everyone"),
        *("another user", "a service", "another action", "denied by trust", "denied by policy"),
    ],
)
def test_the_trust_policy_decides(make_user, trust, inline, reason):
    user = make_user("u", inline=inline)
    make_role("r", *trust)
    if reason is None:
        assert assume(user)["AssumedRoleUser"]["Arn"] == SESSION
    else:
        assert refusal(assume, user) == denied("sts:AssumeRole", ROLE, reason)


@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:iam::{ACCOUNT}:role/nobody",
        f"arn:aws:iam::{ACCOUNT}:role/path/r",
        "arn:aws:iam::999999999999:role/r",
        f"arn:aws:iam::{ACCOUNT}:user/admin",
    ],
)
def test_a_role_that_is_not_there(make_user, arn):
    make_role("r")
    user = make_user("u", inline=MAY_ASSUME)
    assert refusal(assume, user, arn) == denied("sts:AssumeRole", arn, "")


@pytest.mark.parametrize("given", [{}, {"ExternalId": "54321"}])
def test_an_external_id_that_is_wrong_or_not_there(user, given):
    condition = {"StringEquals": {"sts:ExternalId": "12345"}}
    make_role("r", trusting(USER, Condition=condition))
    assert refusal(assume, user, **given) == denied("sts:AssumeRole", ROLE, BY_TRUST)
    assert assume(user, ExternalId="12345")["AssumedRoleUser"]["Arn"] == SESSION


def test_a_session_must_bear_the_name_of_its_user(make_user):
    condition = {"StringLike": {"sts:RoleSessionName": "${aws:username}"}}
    mira = make_user("mira")
    make_role("r", trusting(f"arn:aws:iam::{ACCOUNT}:user/mira", Condition=condition))
    assert code_of(assume, mira, name="night") == "AccessDenied"
    assert assume(mira, name="mira")["AssumedRoleUser"]["Arn"].endswith("assumed-role/r/mira")


def test_another_account_needs_both_sides(sandbox):
    other = sandbox.session("222222222222")
    iam = other.client("iam")
    iam.create_user(UserName="guest")
    key = iam.create_access_key(UserName="guest")["AccessKey"]
    guest = boto3.Session(key["AccessKeyId"], key["SecretAccessKey"], region_name="us-east-1")
    arn = make_role("r", trusting("arn:aws:iam::222222222222:user/guest"), policy=allow("kms:*"))
    who = "arn:aws:iam::222222222222:user/guest"
    assert refusal(assume, guest) == denied("sts:AssumeRole", arn, BY_IDENTITY, who)
    iam.put_user_policy(UserName="guest", PolicyName="p", PolicyDocument=json.dumps(MAY_ASSUME))
    visitor = session_of(assume(guest))
    key_id = visitor.client("kms").create_key()["KeyMetadata"]["Arn"]
    assert key_id.split(":")[4] == ACCOUNT


@pytest.mark.parametrize("seconds", [899, 43201])
def test_no_session_is_shorter_than_15_minutes_or_longer_than_12_hours(user, seconds):
    make_role("r", trusting(USER))
    status, code, message = refusal(assume, user, DurationSeconds=seconds)
    assert (status, code) == (400, "ValidationError")
    assert message.startswith(
        f"1 validation error detected: Value '{seconds}' at 'durationSeconds'"
    )


def test_a_role_sets_how_long_its_sessions_may_be(sandbox, user):
    make_role("r", trusting(USER), MaxSessionDuration=7200)
    longest = session_of(assume(user, DurationSeconds=7200)).client("sts")
    text = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."
    assert refusal(assume, user, DurationSeconds=7201) == (400, "ValidationError", text)
    sandbox.advance(seconds=7190)
    assert longest.get_caller_identity()["Arn"] == SESSION
    sandbox.advance(seconds=10)
    assert code_of(longest.get_caller_identity) == "ExpiredToken"


def test_a_role_chain(user):
    make_role("r", trusting(USER))
    make_role("s", trusting(ROLE), MaxSessionDuration=43200)
    second = f"arn:aws:iam::{ACCOUNT}:role/s"
    first = session_of(assume(user))
    answer = assume(first, second, "chained")
    assert answer["AssumedRoleUser"]["Arn"] == f"arn:aws:sts::{ACCOUNT}:assumed-role/s/chained"
    text = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by "
    refused = refusal(assume, first, second, DurationSeconds=3601)
    assert refused == (400, "ValidationError", text + "role chaining")
    assert code_of(assume, session_of(answer), second) == "AccessDenied"  # It does not trust s.


def test_trust_in_one_session_is_no_trust_in_another(user):
    make_role("r", trusting(USER))
    second = make_role("s", trusting(SESSION))
    assert assume(session_of(assume(user)), second)["AssumedRoleUser"]
    assert code_of(assume, session_of(assume(user, name="day")), second) == "AccessDenied"


def test_tags_need_a_permission_of_their_own(user):
    make_role("r", trusting(USER))
    make_role("s", trusting(USER, "sts:AssumeRole", "sts:TagSession"))
    tags = [{"Key": "team", "Value": "blue"}]
    reason = " because no role trust policy allows the sts:TagSession action"
    assert refusal(assume, user, Tags=tags) == denied("sts:TagSession", ROLE, reason)
    assert assume(user, f"arn:aws:iam::{ACCOUNT}:role/s", Tags=tags)["Credentials"]


def test_the_trust_policy_sees_the_tags_of_a_request(user):
    condition = {
        "StringEquals": {"aws:RequestTag/team": ["blue", "red"]},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team"]},
    }
    make_role("r", trusting(USER, "sts:AssumeRole", "sts:TagSession", Condition=condition))
    blue, green = ({"Key": "team", "Value": value} for value in ("blue", "green"))
    assert assume(user, Tags=[blue])["Credentials"]
    for tags in ([], [green], [blue, {"Key": "level", "Value": "9"}]):
        assert code_of(assume, user, Tags=tags) == "AccessDenied"


def test_a_session_tag_overrides_the_tag_of_the_role_whatever_its_case(sandbox):
    condition = {"StringEquals": {"aws:PrincipalTag/Team": "blue"}}
    policy = allow("kms:ListKeys", Condition=condition)
    trust = trusting(ROOT, "sts:AssumeRole", "sts:TagSession")
    tags = [{"Key": "Team", "Value": "red"}, {"Key": "Level", "Value": "1"}]
    arn = make_role("r", trust, policy=policy, Tags=tags)
    assert code_of(assumed(arn).client("kms").list_keys) == "AccessDeniedException"
    blue = assumed(arn, Tags=[{"Key": "team", "Value": "blue"}])
    assert blue.client("kms").list_keys()["Keys"] == []


def test_a_tag_is_not_given_twice(user):
    make_role("r", trusting(USER, "sts:AssumeRole", "sts:TagSession"))
    tags = [{"Key": key, "Value": "x"} for key in ("team", "Team")]
    text = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    assert refusal(assume, user, Tags=tags) == (400, "InvalidParameterValue", text)  # H64.


@pytest.mark.parametrize(
    "arn",
    [
        "nothing-valid-in-here",
        "arn::b:::something/test-role",
        "arn:a::::something/test-role",
        "arn:a:::something/test-role",
        "arn:a:a::aaaaaaaaaa:",
    ],
)
def test_a_role_is_named_by_an_arn(sandbox, make_user, arn):
    """H64: read before anybody's permissions are, those of a user without any among them."""
    for client in (boto3.client("sts"), make_user("nobody").client("sts")):
        asked = {"RoleArn": arn, "RoleSessionName": "night"}
        assert refusal(client.assume_role, **asked) == (400, "ValidationError", f"{arn} is invalid")


def test_anyone_may_ask_who_they_are(make_user):
    nothing = {"Version": "2012-10-17", "Statement": [statement("*", effect="Deny")]}
    identity = make_user("u", inline=nothing).client("sts").get_caller_identity()
    user = boto3.client("iam").get_user(UserName="u")["User"]
    assert (identity["Arn"], identity["UserId"]) == (USER, user["UserId"])
    assert user["UserId"].startswith("AIDA")
    request = identity["ResponseMetadata"]
    assert request["RequestId"] == request["HTTPHeaders"]["x-amzn-requestid"]


def test_whose_an_access_key_is(sandbox, make_user):
    sts = boto3.client("sts")
    other_account = sandbox.session("222222222222").get_credentials().access_key
    temporary = sts.get_session_token()["Credentials"]["AccessKeyId"]
    own = boto3.client("iam").create_access_key(UserName="admin")["AccessKey"]["AccessKeyId"]
    boto3.client("iam").update_access_key(UserName="admin", AccessKeyId=own, Status="Inactive")
    for key, account in ((other_account, "222222222222"), (temporary, ACCOUNT), (own, ACCOUNT)):
        assert sts.get_access_key_info(AccessKeyId=key)["Account"] == account
    assert code_of(sts.get_access_key_info, AccessKeyId="AKIA" + "A" * 16) == "ValidationError"
    denied = make_user("u").client("sts")
    assert code_of(denied.get_access_key_info, AccessKeyId=own) == "AccessDenied"


@pytest.mark.parametrize(
    "member",
    [
        {"SerialNumber": "GAHT12345678"},
        {"TokenCode": "123456"},
        {"ProvidedContexts": [{"ProviderArn": "arn:aws:iam::aws:contextProvider/IdentityCenter"}]},
    ],
)
def test_what_the_sandbox_has_not_is_refused_by_name(user, member):
    make_role("r", trusting(USER))
    status, code, message = refusal(assume, user, **member)
    assert (status, code) == (501, "NotInSandbox")
    assert f"sts:AssumeRole with {next(iter(member))}" in message


def test_there_is_no_message_to_decode(sandbox, make_user):
    refused = refusal(boto3.client("sts").decode_authorization_message, EncodedMessage="x")
    assert refused[:2] == (501, "NotInSandbox")
    assert refused[2].startswith("The sandbox does not have sts:DecodeAuthorizationMessage. ")
    other = make_user("u").client("sts")
    assert code_of(other.decode_authorization_message, EncodedMessage="x") == "AccessDenied"


def test_federation_from_outside_is_refused_as_such(sandbox):
    sts = boto3.client("sts", config=Config(signature_version=UNSIGNED))
    web = {"RoleArn": ROLE, "RoleSessionName": "night", "WebIdentityToken": "token"}
    assert code_of(sts.assume_role_with_web_identity, **web) == "NotInSandbox"
    saml = {"RoleArn": ROLE, "PrincipalArn": ROLE, "SAMLAssertion": "text"}
    assert code_of(sts.assume_role_with_saml, **saml) == "NotInSandbox"
    assert code_of(sts.get_caller_identity) == "MissingAuthenticationToken"


@pytest.mark.parametrize("least", [0, 128, 129, 4096])
def test_a_token_is_as_long_as_asked(sandbox, least):
    answer = boto3.client("sts").get_session_token(MinimumSessionTokenSize=least)
    assert len(answer["Credentials"]["SessionToken"]) >= least
    assert session_of(answer).client("sts").get_caller_identity()["Account"] == ACCOUNT


def test_of_very_many_sessions_those_that_are_over_are_forgotten(sandbox, monkeypatch):
    """One that is over and still known says so; the others go, so that memory has a bound."""
    monkeypatch.setattr(callers, "MOST_SESSIONS", 3)
    sts, kept = boto3.client("sts"), sandbox._gate.directory.sessions
    old = [session_of(sts.get_federation_token(Name="bob")) for _ in range(3)]
    sandbox.advance(hours=13)
    assert code_of(old[0].client("kms").list_keys) == "ExpiredTokenException"
    new = session_of(sts.get_federation_token(Name="bob", Policy=allow("kms:*")))
    assert list(kept) == [new.get_credentials().access_key]
    assert new.client("kms").list_keys()["Keys"] == []
    assert code_of(old[0].client("kms").list_keys) == "UnrecognizedClientException"
