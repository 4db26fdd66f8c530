"""Session policies and permissions boundaries limit what KMS and DynamoDB do for a caller."""

from __future__ import annotations

import boto3
import pytest

from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    allow,
    assumed,
    code_of,
    make_role,
    refusal,
    session_of,
    statement,
    text,
)

A = pytest.mark.behaviour
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/r/night"
USER = f"arn:aws:iam::{ACCOUNT}:user/u"
CAROL = f"arn:aws:sts::{ACCOUNT}:federated-user/carol"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
HASH = [{"AttributeName": "id", "KeyType": "HASH"}]
ITEM = {"id": {"S": "mira"}}


@pytest.fixture
def key(sandbox):
    """The ARN of a key whose policy leaves it to the account."""
    return boto3.client("kms").create_key()["KeyMetadata"]["Arn"]


@pytest.fixture
def table(sandbox, key):
    """A table under the key, with one item."""
    db = boto3.client("dynamodb")
    db.create_table(
        TableName="players",
        KeySchema=HASH,
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
    )
    db.put_item(TableName="players", Item=ITEM)
    return "players"


def name_in_key_policy(key, *principals, root=False):
    """A key policy for the administrator and these principals alone."""
    listed = [f"arn:aws:iam::{ACCOUNT}:user/admin", *principals]
    listed += [f"arn:aws:iam::{ACCOUNT}:root"] if root else []
    policy = text(statement("kms:*", Principal={"AWS": listed}))
    boto3.client("kms").put_key_policy(KeyId=key, Policy=policy)


def sentence(who, action, resource, reason):
    text = f"User: {who} is not authorized to perform: {action} on resource: {resource} {reason}"
    return 400, "AccessDeniedException", text


def encrypt(session, key):
    return session.client("kms").encrypt(KeyId=key, Plaintext=b"x")


def get(session, table="players"):
    return session.client("dynamodb").get_item(TableName=table, Key=ITEM)


def test_a_session_policy_takes_away(key):
    arn = make_role("r", policy=allow("kms:*", "dynamodb:*"))
    session = assumed(arn, Policy=allow("dynamodb:ListTables"))
    assert session.client("dynamodb").list_tables()["TableNames"] == []
    reason = "because no session policy allows the kms:Encrypt action"
    assert refusal(encrypt, session, key) == sentence(SESSION, "kms:Encrypt", key, reason)
    assert encrypt(assumed(arn), key)["KeyId"] == key


def test_a_session_policy_never_adds(key):
    arn = make_role("r", policy=allow("dynamodb:*"))
    reason = "because no identity-based policy allows the kms:Encrypt action"
    refused = refusal(encrypt, assumed(arn, Policy=allow("*")), key)
    assert refused == sentence(SESSION, "kms:Encrypt", key, reason)


def test_a_session_policy_denies(key):
    arn = make_role("r", policy=allow("kms:*"))
    policy = text(statement("*"), statement("kms:Encrypt", effect="Deny"))
    reason = "with an explicit deny in a session policy"
    refused = refusal(encrypt, assumed(arn, Policy=policy), key)
    assert refused == sentence(SESSION, "kms:Encrypt", key, reason)


def test_managed_and_inline_session_policies_add_up(key, table):
    arn = make_role("r", policy=allow("kms:*", "dynamodb:*"))
    both = assumed(arn, Policy=allow("kms:Decrypt"), PolicyArns=[{"arn": READ_ONLY}])
    assert get(both)["Item"] == ITEM
    put = both.client("dynamodb").put_item
    assert "no session policy" in refusal(put, TableName=table, Item=ITEM)[2]
    reads = assumed(arn, PolicyArns=[{"arn": READ_ONLY}])
    assert "no session policy allows the kms:Decrypt action" in refusal(get, reads)[2]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"Policy": "{"}, "MalformedPolicyDocument"),
        ({"Policy": allow("kms:*", Principal="*")}, "MalformedPolicyDocument"),
        ({"Policy": allow("kms:*", resource="key")}, "MalformedPolicyDocument"),
        ({"Policy": allow(*["kms:Decrypt"] * 200)}, "PackedPolicyTooLarge"),
        ({"PolicyArns": [{"arn": "arn:aws:iam::aws:policy/None"}]}, "MalformedPolicyDocument"),
        ({"PolicyArns": [{"arn": READ_ONLY}] * 11}, "ValidationError"),
    ],
    ids=["not JSON", "a principal", "no ARN", "too long", "not there", "too many"],
)
def test_session_policies_that_are_refused(sandbox, given, code):
    arn = make_role("r", policy=allow("*"))
    assert code_of(assumed, arn, **given) == code
    if code != "PackedPolicyTooLarge":
        sts = boto3.client("sts")
        assert code_of(sts.get_federation_token, Name="carol", **given) == code


def test_how_much_of_the_limit_a_session_policy_fills(sandbox):
    arn = make_role("r")
    ask = {"RoleArn": arn, "RoleSessionName": "night", "Policy": allow("kms:*")}
    assert boto3.client("sts").assume_role(**ask)["PackedPolicySize"] == 5


@A(59)
@pytest.mark.parametrize("named", [ROLE, SESSION])
def test_a_key_policy_and_a_session_policy(key, named):
    """A session that the key policy names itself is not limited by its session policy; a role
    that it names is (D6)."""
    arn = make_role("r")
    name_in_key_policy(key, named)
    session = assumed(arn, Policy=allow("dynamodb:*"))
    if named == SESSION:
        assert encrypt(session, key)["KeyId"] == key
    else:
        reason = "because no session policy allows the kms:Encrypt action"
        assert refusal(encrypt, session, key) == sentence(SESSION, "kms:Encrypt", key, reason)
    assert encrypt(assumed(arn), key)["KeyId"] == key


@A(58, 59)
@pytest.mark.parametrize("named", [USER, ROLE, SESSION])
def test_a_key_policy_and_a_boundary(key, make_user, named):
    iam = boto3.client("iam")
    user, arn = make_user("u"), make_role("r", PermissionsBoundary=READ_ONLY)
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=READ_ONLY)
    name_in_key_policy(key, named)
    session = user if named == USER else assumed(arn)
    if named == ROLE:
        reason = "because no permissions boundary allows the kms:Encrypt action"
        assert refusal(encrypt, session, key) == sentence(SESSION, "kms:Encrypt", key, reason)
    else:
        assert encrypt(session, key)["KeyId"] == key


@A(53)
@pytest.mark.parametrize("named", [USER, ROLE, SESSION])
def test_an_iam_deny_beats_the_key_policy(key, make_user, named):
    user = make_user("u", inline={"Version": "2012-10-17", "Statement": DENY})
    arn = make_role("r", policy=text(*DENY))
    name_in_key_policy(key, named)
    session, who = (user, USER) if named == USER else (assumed(arn), SESSION)
    reason = "with an explicit deny in an identity-based policy"
    assert refusal(encrypt, session, key) == sentence(who, "kms:Encrypt", key, reason)


DENY = [statement("kms:Encrypt", effect="Deny")]


@A(58)
def test_a_boundary_limits_what_the_account_allows(key, table, make_user):
    iam = boto3.client("iam")
    user = make_user("u", inline={"Version": "2012-10-17", "Statement": [statement("*")]})
    assert get(user)["Item"] == ITEM
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=READ_ONLY)
    reason = "because no permissions boundary allows the kms:Encrypt action"
    assert refusal(encrypt, user, key) == sentence(USER, "kms:Encrypt", key, reason)
    arn = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/players"
    put = user.client("dynamodb").put_item
    reason = "because no permissions boundary allows the dynamodb:PutItem action"
    refused = refusal(put, TableName=table, Item=ITEM)
    assert refused == sentence(USER, "dynamodb:PutItem", arn, reason)
    iam.delete_user_permissions_boundary(UserName="u")
    put(TableName=table, Item=ITEM)


def test_a_boundary_denies(key, make_user):
    iam = boto3.client("iam")
    policy = text(statement("*"), statement("kms:Encrypt", effect="Deny"))
    arn = iam.create_policy(PolicyName="edge", PolicyDocument=policy)["Policy"]["Arn"]
    user = make_user("u")
    name_in_key_policy(key, USER)
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=arn)
    reason = "with an explicit deny in a permissions boundary"
    assert refusal(encrypt, user, key) == sentence(USER, "kms:Encrypt", key, reason)


def test_boundary_and_session_policy_limit_together(key):
    edge = boto3.client("iam").create_policy(
        PolicyName="edge", PolicyDocument=allow("kms:Encrypt", "kms:DescribeKey")
    )["Policy"]["Arn"]
    arn = make_role("r", policy=allow("kms:*"), PermissionsBoundary=edge)
    session = assumed(arn, Policy=allow("kms:Encrypt", "kms:ListGrants")).client("kms")
    assert session.encrypt(KeyId=key, Plaintext=b"x")["KeyId"] == key
    assert "no session policy" in refusal(session.describe_key, KeyId=key)[2]
    assert "no permissions boundary" in refusal(session.list_grants, KeyId=key)[2]
    assert "no permissions boundary" in refusal(session.enable_key, KeyId=key)[2]


def test_a_federated_user_has_what_user_and_session_policy_share(key, table, make_user):
    inline = {"Version": "2012-10-17", "Statement": [statement("kms:*", "sts:*")]}
    sts = make_user("u", inline=inline).client("sts")
    session = session_of(sts.get_federation_token(Name="carol", Policy=allow("*")))
    assert encrypt(session, key)["KeyId"] == key
    refused = refusal(get, session)[2]
    assert "because no identity-based policy allows the dynamodb:GetItem action" in refused
    nothing = session_of(sts.get_federation_token(Name="carol"))
    reason = "because no session policy allows the kms:Encrypt action"
    assert refusal(encrypt, nothing, key) == sentence(CAROL, "kms:Encrypt", key, reason)


@pytest.mark.parametrize("named", [CAROL, USER])
def test_a_key_policy_names_a_federated_user(key, make_user, named):
    """Who is named itself needs no session policy; what its user may do, it limits (IAM User
    Guide, "Permissions for GetFederationToken")."""
    inline = {"Version": "2012-10-17", "Statement": [statement("sts:*")]}
    session = session_of(
        make_user("u", inline=inline).client("sts").get_federation_token(Name="carol")
    )
    name_in_key_policy(key, named)
    if named == CAROL:
        assert encrypt(session, key)["KeyId"] == key
    else:
        assert "no session policy" in refusal(encrypt, session, key)[2]


def test_a_grant_to_a_role_opens_its_sessions(key):
    arn = make_role("r")
    kms = boto3.client("kms")
    kms.create_grant(KeyId=key, GranteePrincipal=arn, Operations=["Encrypt"])
    assert encrypt(assumed(arn), key)["KeyId"] == key
    assert "no session policy" in refusal(encrypt, assumed(arn, Policy=allow("iam:*")), key)[2]


@A(84, 90)
def test_a_role_reads_an_encrypted_table(key, table):
    arn = make_role("r", policy=allow("dynamodb:*"))
    status, code, message = refusal(get, assumed(arn))
    assert (status, code) == (400, "AccessDeniedException")
    assert f"User: {SESSION} is not authorized to perform: kms:Decrypt" in message
    iam = boto3.client("iam")
    iam.put_role_policy(RoleName="r", PolicyName="keys", PolicyDocument=allow("kms:Decrypt"))
    assert get(assumed(arn))["Item"] == ITEM
