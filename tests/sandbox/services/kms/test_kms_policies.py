"""Key policies: the default one, and what KMS refuses to take."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from refusal.services.kms.policies import default_policy, read_policy

A = pytest.mark.behaviour
ACCOUNT = "123456789012"
INVALID = "Policy contains a statement with one or more invalid principals."
LOCKED_OUT = "The new key policy will not allow you to update the key policy in the future."
NOBODY = {"Version": "2012-10-17", "Statement": []}


@A(2)
def test_the_default_policy_leaves_all_to_the_account(kms, key):
    answer = kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")
    assert answer["PolicyName"] == "default"
    assert answer["Policy"] == (
        '{\n  "Version" : "2012-10-17",\n  "Id" : "key-default-1",\n  "Statement" : [ {\n'
        '    "Sid" : "Enable IAM User Permissions",\n    "Effect" : "Allow",\n'
        '    "Principal" : {\n      "AWS" : "arn:aws:iam::123456789012:root"\n    },\n'
        '    "Action" : "kms:*",\n    "Resource" : "*"\n  } ]\n}'
    )


@A(3)
def test_the_only_policy_is_called_default(kms, key, refused):
    answer = kms.list_key_policies(KeyId=key["KeyId"])
    assert (answer["PolicyNames"], answer["Truncated"]) == (["default"], False)
    with refused("NotFoundException", "No such policy exists"):
        kms.get_key_policy(KeyId=key["KeyId"], PolicyName="other")


def test_a_policy_says_what_was_put_and_is_laid_out_anew(kms, key, policy):
    """A10: with newlines in it, whatever it looked like."""
    text = policy()
    kms.put_key_policy(KeyId=key["KeyId"], Policy=text)
    got = kms.get_key_policy(KeyId=key["KeyId"])["Policy"]
    assert json.loads(got) == json.loads(text)
    assert got.startswith('{\n  "Version" : "2012-10-17",\n  "Statement" : [ {\n')
    kms.put_key_policy(KeyId=key["KeyId"], Policy=got)
    assert kms.get_key_policy(KeyId=key["KeyId"])["Policy"] == got


def test_letters_beyond_ascii_stay_as_they_are(kms, key, policy, statement):
    listed = statement(f"arn:aws:iam::{ACCOUNT}:root", "kms:Describe*", Sid="schl\u00fcssel")
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(listed))
    assert "schl\u00fcssel" in kms.get_key_policy(KeyId=key["KeyId"])["Policy"]


@A(5)
@pytest.mark.parametrize("actions", [(), ("kms:Encrypt",), ("kms:GetKeyPolicy", "kms:Describe*")])
def test_a_policy_must_leave_the_caller_a_way_back(kms, key, refused, policy, statement, actions):
    listed = [statement(f"arn:aws:iam::{ACCOUNT}:user/admin", *actions)] if actions else []
    text = policy(*listed, admin=False)
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        kms.create_key(Policy=text)
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        kms.put_key_policy(KeyId=key["KeyId"], Policy=text)


@A(5)
def test_a_deny_locks_out_as_well(kms, refused, policy, statement):
    deny = statement(f"arn:aws:iam::{ACCOUNT}:user/admin", "kms:Put*", Effect="Deny")
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        kms.create_key(Policy=policy(deny, root=True))


@A(6)
def test_the_check_can_be_bypassed(kms, key, refused):
    made = kms.create_key(Policy=json.dumps(NOBODY), BypassPolicyLockoutSafetyCheck=True)
    with refused("AccessDeniedException", contains="no resource-based policy allows"):
        kms.describe_key(KeyId=made["KeyMetadata"]["KeyId"])
    kms.put_key_policy(
        KeyId=key["KeyId"], Policy=json.dumps(NOBODY), BypassPolicyLockoutSafetyCheck=True
    )


@pytest.mark.parametrize(
    "principal",
    [
        f"arn:aws:iam::{ACCOUNT}:user/nobody",
        f"arn:aws:iam::{ACCOUNT}:role/none",
        f"arn:aws:iam::{ACCOUNT}:group/staff",
        f"arn:aws:iam::{ACCOUNT}:user/path/admin",
        f"arn:aws:iam::{ACCOUNT}:user/adm*",
        "arn:aws:iam::999999999999:user/admin",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/none/session",
        "AIDAJQABLZS4A3QDU576Q",
        f"arn:aws:iam::{ACCOUNT}:user/*",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/r/*",
        f"arn:aws:sts::{ACCOUNT}:federated-user/*",
        f"arn:aws:sts::{ACCOUNT}:federated-user/jun?",
        "admin",
    ],
)
def test_principals_must_exist(kms, refused, policy, statement, principal):
    boto3.client("iam").create_group(GroupName="staff")
    with refused("MalformedPolicyDocumentException", INVALID):
        kms.create_key(Policy=policy(statement(principal, "kms:Decrypt")))


@pytest.mark.parametrize(
    "principal",
    ["*", "999999999999", "arn:aws:iam::999999999999:root", f"arn:aws:iam::{ACCOUNT}:user/admin"],
)
def test_principals_that_exist(kms, policy, statement, principal):
    kms.create_key(Policy=policy(statement(principal, "kms:Decrypt")))


@pytest.mark.parametrize("service", ["dynamodb", "example.com"])
def test_service_principals_have_their_form(kms, refused, policy, statement, service):
    wrong = {**statement("*", "kms:Decrypt"), "Principal": {"Service": service}}
    with refused("MalformedPolicyDocumentException", INVALID):
        kms.create_key(Policy=policy(wrong))
    right = {**wrong, "Principal": {"Service": "dynamodb.amazonaws.com"}}
    kms.create_key(Policy=policy(right))


@pytest.mark.parametrize("text", ["x", "[]", "{}", '"a"', "null", '{"Statement": 5}'])
def test_a_policy_must_be_a_policy(kms, refused, text):
    with refused("MalformedPolicyDocumentException"):
        kms.create_key(Policy=text)


def test_whatever_is_put_as_a_policy_the_answer_is_clear(sandbox, kms, key, refused):
    simple = st.one_of(st.none(), st.booleans(), st.integers(), st.sampled_from(WORDS))
    anything = st.recursive(
        simple,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner),
        max_leaves=6,
    )
    statements = st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("Effect", "Principal", "Action", "Condition"), anything)
    )
    documents = st.fixed_dictionaries(
        {"Statement": st.lists(statements | anything, max_size=2)},
        optional={"Version": anything, "Id": anything},
    )

    @given(documents | anything)
    @settings(deadline=None, max_examples=150)
    def check(document):
        try:
            text = json.dumps(document)
            kms.put_key_policy(KeyId=key["KeyId"], Policy=text, BypassPolicyLockoutSafetyCheck=True)
        except ClientError as error:
            assert error.response["Error"]["Code"] == "MalformedPolicyDocumentException"
            assert error.response["Error"]["Message"]
            return
        # It was taken, so it counts; give the key back to the account.
        sandbox_key = sandbox.services.kms.find(key["KeyId"], ACCOUNT, "us-east-1")
        sandbox_key.policy = read_policy(default_policy(ACCOUNT))

    check()
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key["KeyId"], Policy="[" * 20000)


WORDS = ["*", "Allow", "Deny", "kms:*", "2012-10-17", ACCOUNT, f"arn:aws:iam::{ACCOUNT}:user/admin"]
NAMES = st.sampled_from(["AWS", "Service", "StringEquals", "ForAllValues:StringLike", "kms:x", "a"])


def test_a_policy_has_at_most_32_kilobytes(kms, refused, policy, statement):
    long = {**statement("*", "kms:Decrypt"), "Sid": "a" * 32768}
    with refused("LimitExceededException"):
        kms.create_key(Policy=policy(long))


def test_for_all_values_on_a_single_valued_key_is_too_permissive(kms, refused, policy, statement):
    condition = {"ForAllValues:StringEquals": {"kms:EncryptionContext:AppName": "x"}}
    wide = statement("*", "kms:Decrypt", Condition=condition)
    text = (
        "OverlyPermissiveCondition:EncryptionContext: Using the ForAllValues set operator with a "
        "single-valued condition key matches requests without the specified encryption context "
        "or with an unspecified encryption context. To fix, remove ForAllValues."
    )
    with refused("MalformedPolicyDocumentException", text):
        kms.create_key(Policy=policy(wide))


def test_a_statement_without_action_or_resource_is_taken_and_does_nothing(
    kms, make_user, refused, policy, statement
):
    user = make_user("u").client("kms")
    arn = f"arn:aws:iam::{ACCOUNT}:user/u"
    for missing in ("Action", "Resource"):
        without = statement(arn, "kms:DescribeKey")
        del without[missing]
        key = kms.create_key(Policy=policy(without))["KeyMetadata"]["KeyId"]
        with refused("AccessDeniedException"):
            user.describe_key(KeyId=key)


def test_a_user_made_anew_is_not_the_one_the_policy_names(
    kms, make_user, refused, policy, statement
):
    first = make_user("u")
    arn = f"arn:aws:iam::{ACCOUNT}:user/u"
    iam = boto3.client("iam")
    unique_id = iam.get_user(UserName="u")["User"]["UserId"]
    text = policy(statement(arn, "kms:DescribeKey"))
    key = kms.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    assert first.client("kms").describe_key(KeyId=key)
    access_key = first.get_credentials().access_key
    iam.delete_access_key(UserName="u", AccessKeyId=access_key)
    iam.delete_user(UserName="u")
    shown = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
    assert shown["Statement"][0]["Principal"] == {"AWS": unique_id}
    second = make_user("u")
    with refused("AccessDeniedException"):
        second.client("kms").describe_key(KeyId=key)
    kms.put_key_policy(KeyId=key, Policy=text)
    assert second.client("kms").describe_key(KeyId=key)


def test_a_user_who_is_renamed_stays_the_one_who_is_meant(
    kms, key, policy, statement, make_user, refused
):
    """KMS saves a user by its unique id (D8), and shows the ARN it has."""
    session = make_user("mira")
    user = f"arn:aws:iam::{ACCOUNT}:user/mira"
    kms.put_key_policy(KeyId=key["KeyId"], Policy=policy(statement(user, "kms:Encrypt")))
    boto3.client("iam").update_user(UserName="mira", NewUserName="mina")
    shown = kms.get_key_policy(KeyId=key["KeyId"])["Policy"]
    assert f"arn:aws:iam::{ACCOUNT}:user/mina" in shown
    assert user not in shown
    assert session.client("kms").encrypt(KeyId=key["KeyId"], Plaintext=b"x")
    other = make_user("mira").client("kms")
    with refused("AccessDeniedException"):
        other.encrypt(KeyId=key["KeyId"], Plaintext=b"x")


def test_a_statement_names_somebody(kms, key, policy, refused):
    """H65; an empty list names nobody either."""
    text = "Policy contains a statement with no principal."
    bare = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
    for more in ({}, {"Principal": {}}, {"Principal": {"AWS": []}}, {"Principal": []}):
        for attempt in (
            lambda document: kms.create_key(Policy=document),
            lambda document: kms.put_key_policy(KeyId=key["KeyId"], Policy=document),
        ):
            with refused("MalformedPolicyDocumentException", text):
                attempt(policy({**bare, **more}))


def test_the_lockout_check_asks_the_callers_own_policies(kms, make_user, policy, refused):
    """H66: where the key policy leaves the decision to the account."""

    def user(name, *actions):
        one = {"Effect": "Allow", "Action": ["kms:CreateKey", *actions], "Resource": "*"}
        return make_user(name, inline={"Version": "2012-10-17", "Statement": [one]}).client("kms")

    delegating, maker = policy(root=True, admin=False), user("maker", "kms:Describe*")
    with refused("MalformedPolicyDocumentException", LOCKED_OUT):
        maker.create_key(Policy=delegating)
    maker.create_key(Policy=delegating, BypassPolicyLockoutSafetyCheck=True)
    maker.create_key()
    user("owner", "kms:PutKeyPolicy").create_key(Policy=delegating)


def test_who_is_named_beside_a_deleted_user_stays_named(kms, policy, statement, make_user):
    names = [f"arn:aws:iam::{ACCOUNT}:user/{name}" for name in ("u", "v")]
    ids = []
    for name in ("u", "v"):
        make_user(name)
        ids.append(boto3.client("iam").get_user(UserName=name)["User"]["UserId"])
    text = policy(statement(names, "kms:DescribeKey"))
    key = kms.create_key(Policy=text)["KeyMetadata"]["KeyId"]
    for name, shown in (("u", [ids[0], names[1]]), ("v", ids)):
        iam = boto3.client("iam")
        (access_key,) = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
        iam.delete_access_key(UserName=name, AccessKeyId=access_key["AccessKeyId"])
        iam.delete_user(UserName=name)
        current = json.loads(kms.get_key_policy(KeyId=key)["Policy"])
        assert current["Statement"][0]["Principal"] == {"AWS": shown}


@pytest.mark.parametrize("depth", [50, 200, 400, 600, 800, 900, 950, 990, 5_000])
@pytest.mark.parametrize("member", ["Statement", "Principal", "Action", "Condition"])
def test_a_policy_nested_deeply_is_malformed(kms, key, statement, refused, depth, member):
    """Whatever recursion meets its end first: reading, checking or laying out anew."""
    nested = "[" * depth + "]" * depth
    if member == "Condition":
        nested = nested.replace("[", '{"a":').replace(":]", ":0]").replace("]", "}")
    held = {**statement("*", "kms:*"), member: "HERE"}
    document = {"Version": "2012-10-17", "Statement": "HERE" if member == "Statement" else held}
    text = json.dumps(document).replace('"HERE"', nested)
    with refused("MalformedPolicyDocumentException"):
        kms.put_key_policy(KeyId=key["KeyId"], Policy=text)
