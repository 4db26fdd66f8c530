"""IAM's words and shapes, as recordings of AWS have them (H62, H63)."""

from __future__ import annotations

import json

import boto3
import pytest
from botocore.config import Config

from tests.sandbox.services.iam.asking import ACCOUNT, allow, make_role, refusal, statement, text

NOPE = f"arn:aws:iam::{ACCOUNT}:policy/nope"
MINE = f"arn:aws:iam::{ACCOUNT}:policy/p"
KEY = "AKIAIOSFODNN7EXAMPLE"
TAG = [{"Key": "team", "Value": "sales"}]
USER = "The user with name x cannot be found."
ROLE = "The role with name x cannot be found."
GROUP = "The group with name x cannot be found."
NO_POLICY = f"Policy {NOPE} was not found."
NOT_ATTACHABLE = f"Policy {NOPE} does not exist or is not attachable."


@pytest.fixture
def iam(sandbox):
    """IAM with a user ``u``, a group ``g``, a role ``r`` and a policy ``p``."""
    client = boto3.client("iam", config=Config(parameter_validation=False))
    client.create_user(UserName="u")
    client.create_group(GroupName="g")
    make_role("r")
    client.create_policy(PolicyName="p", PolicyDocument=allow("kms:*"))
    return client


def version(arn, number):
    return f"Policy {arn} version {number} does not exist or is not attachable."


MISSING = [
    ("get_user", {"UserName": "x"}, USER),
    ("update_user", {"UserName": "x"}, USER),
    ("delete_user", {"UserName": "x"}, USER),
    ("tag_user", {"UserName": "x", "Tags": TAG}, USER),
    ("untag_user", {"UserName": "x", "TagKeys": ["a"]}, USER),
    ("list_user_tags", {"UserName": "x"}, USER),
    ("create_access_key", {"UserName": "x"}, USER),
    ("create_login_profile", {"UserName": "x", "Password": "Long-1-password"}, USER),
    ("attach_user_policy", {"UserName": "x", "PolicyArn": MINE}, USER),
    ("add_user_to_group", {"GroupName": "g", "UserName": "x"}, USER),
    ("remove_user_from_group", {"GroupName": "x", "UserName": "x"}, USER),
    ("add_user_to_group", {"GroupName": "x", "UserName": "u"}, GROUP),
    ("get_group", {"GroupName": "x"}, GROUP),
    ("update_group", {"GroupName": "x", "NewGroupName": "y"}, GROUP),
    ("delete_group", {"GroupName": "x"}, GROUP),
    ("get_role", {"RoleName": "x"}, ROLE),
    ("update_role", {"RoleName": "x"}, ROLE),
    ("delete_role", {"RoleName": "x"}, ROLE),
    ("tag_role", {"RoleName": "x", "Tags": TAG}, ROLE),
    ("untag_role", {"RoleName": "x", "TagKeys": ["a"]}, ROLE),
    ("list_role_tags", {"RoleName": "x"}, ROLE),
    ("get_policy", {"PolicyArn": NOPE}, NO_POLICY),
    ("delete_policy", {"PolicyArn": NOPE}, NO_POLICY),
    ("tag_policy", {"PolicyArn": NOPE, "Tags": TAG}, NO_POLICY),
    ("untag_policy", {"PolicyArn": NOPE, "TagKeys": ["a"]}, NO_POLICY),
    ("list_entities_for_policy", {"PolicyArn": NOPE}, NO_POLICY),
    ("detach_user_policy", {"UserName": "u", "PolicyArn": NOPE}, NO_POLICY),
    ("detach_role_policy", {"RoleName": "r", "PolicyArn": NOPE}, NO_POLICY),
    ("detach_group_policy", {"GroupName": "g", "PolicyArn": NOPE}, NO_POLICY),
    ("attach_user_policy", {"UserName": "u", "PolicyArn": NOPE}, NOT_ATTACHABLE),
    ("attach_role_policy", {"RoleName": "r", "PolicyArn": NOPE}, NOT_ATTACHABLE),
    ("attach_group_policy", {"GroupName": "g", "PolicyArn": NOPE}, NOT_ATTACHABLE),
    ("get_policy_version", {"PolicyArn": NOPE, "VersionId": "v1"}, version(NOPE, "v1")),
    ("set_default_policy_version", {"PolicyArn": NOPE, "VersionId": "v1"}, version(NOPE, "v1")),
    ("get_policy_version", {"PolicyArn": MINE, "VersionId": "v9"}, version(MINE, "v9")),
    ("delete_policy_version", {"PolicyArn": MINE, "VersionId": "v9"}, version(MINE, "v9")),
    *(
        (f"{verb}_{kind}_policy", {f"{kind.title()}Name": kind[0], "PolicyName": "x"}, words)
        for kind in ("user", "role", "group")
        for verb in ("get", "delete")
        for words in [f"The {kind} policy with name x cannot be found."]
    ),
    (
        "get_instance_profile",
        {"InstanceProfileName": "x"},
        "Instance Profile x cannot be found.",
    ),
    ("get_login_profile", {"UserName": "u"}, "Login Profile for User u cannot be found."),
    ("delete_login_profile", {"UserName": "u"}, "Login Profile for User u cannot be found."),
    (
        "update_access_key",
        {"UserName": "u", "AccessKeyId": KEY, "Status": "Active"},
        f"The Access Key with id {KEY} cannot be found.",
    ),
]


@pytest.mark.parametrize(("operation", "params", "words"), MISSING)
def test_what_is_not_there(iam, operation, params, words):
    assert refusal(getattr(iam, operation), **params) == (404, "NoSuchEntity", words)


def test_what_is_there_already(iam):
    iam.create_login_profile(UserName="u", Password="Long-1-password")
    trust = iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"]
    for operation, params, words in (
        ("create_user", {"UserName": "u"}, "User with name u already exists."),
        ("create_group", {"GroupName": "g"}, "Group with name g already exists."),
        (
            "create_role",
            {"RoleName": "r", "AssumeRolePolicyDocument": json.dumps(trust)},
            "Role with name r already exists.",
        ),
        (
            "create_policy",
            {"PolicyName": "p", "PolicyDocument": allow("kms:*")},
            "A policy called p already exists. Duplicate names are not allowed.",
        ),
        (
            "create_login_profile",
            {"UserName": "u", "Password": "Long-1-password"},
            "Login Profile for user u already exists.",
        ),
    ):
        said = refusal(getattr(iam, operation), **params)
        assert said == (409, "EntityAlreadyExists", words)


def test_names_are_not_distinguished_by_case(iam):
    """Of users, groups, roles and policies (H73)."""
    trust = json.dumps(iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"])
    iam.create_user(UserName="other")
    iam.create_group(GroupName="other")
    twice = "A policy called P already exists. Duplicate names are not allowed."
    for operation, params, words in (
        ("create_user", {"UserName": "U"}, "User with name U already exists."),
        ("create_group", {"GroupName": "G"}, "Group with name G already exists."),
        ("create_role", {"RoleName": "R", "AssumeRolePolicyDocument": trust},
         "Role with name R already exists."),
        ("create_policy", {"PolicyName": "P", "PolicyDocument": allow("kms:*")}, twice),
        ("update_user", {"UserName": "other", "NewUserName": "U"},
         "User with name U already exists."),
        ("update_group", {"GroupName": "other", "NewGroupName": "G"},
         "Group with name G already exists."),
    ):  # fmt: skip
        said = refusal(getattr(iam, operation), **params)
        assert said == (409, "EntityAlreadyExists", words)
    iam.update_user(UserName="u", NewUserName="U")  # One's own name may change its case.
    assert iam.get_user(UserName="U")["User"]["UserName"] == "U"


@pytest.mark.parametrize("kind", ["user", "role", "group"])
def test_a_policy_is_named_by_its_arn(iam, make_user, kind):
    """Read before anybody's permissions are, those of a user without any among them."""
    nobody = make_user("nobody").client("iam", config=Config(parameter_validation=False))
    for client in (iam, nobody):
        for verb in ("attach", "detach"):
            operation = getattr(client, f"{verb}_{kind}_policy")
            said = refusal(
                operation, **{f"{kind.title()}Name": kind[0], "PolicyArn": "longpolicynamebutnoarn"}
            )
            assert said == (400, "ValidationError", "Invalid ARN:  Could not be parsed!")


def test_the_last_use_of_a_key_that_is_not_there(iam):
    admin = boto3.client("sts").get_caller_identity()["Arn"]
    words = (
        f"User: {admin} is not authorized to perform iam:GetAccessKeyLastUsed on resource: "
        f"access key {KEY}"
    )
    said = refusal(iam.get_access_key_last_used, AccessKeyId=KEY)
    assert said == (403, "AccessDenied", words)


def test_tags_and_broken_constraints(iam):
    twice = [{"Key": key, "Value": "x"} for key in ("a", "A")]
    words = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    said = refusal(iam.tag_role, RoleName="r", Tags=twice)
    assert said == (400, "InvalidInput", words)
    said = refusal(iam.tag_policy, PolicyArn=MINE, Tags=TAG * 2)
    assert said == (400, "InvalidInput", "Duplicate tag keys found.")
    pattern = r"v[1-9][0-9]*(\.[A-Za-z0-9-]*)?"
    words = (
        "1 validation error detected: Value at 'versionId' failed to satisfy constraint: Member "
        f"must satisfy regular expression pattern: {pattern}"
    )
    said = refusal(iam.set_default_policy_version, PolicyArn=MINE, VersionId="x")
    assert said == (400, "ValidationError", words)


GOOD = statement("kms:Decrypt")
MALFORMED = {
    "Syntax errors in policy.": "{",
    "Policy document must be version 2012-10-17 or greater.": json.dumps({"Statement": [GOOD]}),
    "Policy statement must contain actions.": text({"Effect": "Allow", "Resource": "*"}),
    "Policy statement must contain resources.": text({"Effect": "Allow", "Action": "kms:*"}),
    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.": allow("Decrypt"),
    "Actions/Condition can contain only one colon.": allow("kms:De:crypt"),
    "Vendor a a is not valid": allow("a a:Get"),
    'Resource key must be in ARN format or "*".': allow("kms:*", resource="key"),
    'Partition "b" is not valid for resource "arn:b:c:d:e:f:g:h".': allow(
        "kms:*", resource="arn:b:c:d:e:f:g:h"
    ),
    "Policy document should not specify a principal.": text({**GOOD, "Principal": "*"}),
}


@pytest.mark.parametrize("words", list(MALFORMED))
def test_malformed_policies(iam, words):
    document = MALFORMED[words]
    expected = (400, "MalformedPolicyDocument", words)
    assert refusal(iam.create_policy, PolicyName="new", PolicyDocument=document) == expected
    put = {"UserName": "u", "PolicyName": "new", "PolicyDocument": document}
    assert refusal(iam.put_user_policy, **put) == expected


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "This policy contains invalid Json"),
        (
            text({"Effect": "Allow", "Principal": "*", "Action": "s3:Get"}),
            "AssumeRole policy may only specify STS AssumeRole actions.",
        ),
        (
            text(
                {"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole", "Resource": "*"}
            ),
            "Has prohibited field Resource",
        ),
    ],
)
def test_malformed_trust_policies(iam, document, words):
    said = refusal(iam.update_assume_role_policy, RoleName="r", PolicyDocument=document)
    assert said == (400, "MalformedPolicyDocument", words)


def test_roles_show_what_they_show_on_aws(iam):
    """H63."""
    trust = json.dumps(iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"])
    made = iam.create_role(RoleName="s", AssumeRolePolicyDocument=trust)["Role"]
    common = {"Arn", "AssumeRolePolicyDocument", "CreateDate", "Path", "RoleId", "RoleName"}
    assert set(made) == common
    told = iam.update_role_description(RoleName="s", Description="night shift")["Role"]
    assert set(told) == common | {"Description"}
    shown = iam.get_role(RoleName="s")["Role"]
    assert set(shown) >= common | {"Description", "MaxSessionDuration", "RoleLastUsed"}


def test_policies_show_what_they_show_on_aws(iam):
    """H63."""
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=MINE)
    assert iam.get_policy(PolicyArn=MINE)["Policy"]["PermissionsBoundaryUsageCount"] == 1
    made = iam.create_policy(PolicyName="q", PolicyDocument=allow("kms:*"))["Policy"]
    assert made["PermissionsBoundaryUsageCount"] == 0 and "Tags" not in made
    (listed,) = (p for p in iam.list_policies(Scope="Local")["Policies"] if p["Arn"] == MINE)
    assert listed["PermissionsBoundaryUsageCount"] == 1
    new = iam.create_policy_version(PolicyArn=MINE, PolicyDocument=allow("kms:List*"))
    assert set(new["PolicyVersion"]) == {"VersionId", "IsDefaultVersion", "CreateDate"}
    versions = iam.list_policy_versions(PolicyArn=MINE)["Versions"]
    assert [entry["VersionId"] for entry in versions] == ["v2", "v1"]
    assert not any("Document" in entry for entry in versions)
    kept = iam.get_policy_version(PolicyArn=MINE, VersionId="v2")["PolicyVersion"]["Document"]
    assert kept == json.loads(allow("kms:List*"))


def test_instance_profiles_show_what_they_show_on_aws(iam):
    """H63."""
    made = iam.create_instance_profile(InstanceProfileName="web")["InstanceProfile"]
    assert "Tags" not in made
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="r")
    shown = iam.get_instance_profile(InstanceProfileName="web")["InstanceProfile"]
    (listed,) = iam.list_instance_profiles()["InstanceProfiles"]
    assert shown["Tags"] == [] and "Tags" not in listed
    for profile in (shown, listed):
        (role,) = profile["Roles"]
        assert not {"MaxSessionDuration", "RoleLastUsed", "Tags"} & set(role)


@pytest.mark.parametrize(
    ("operation", "params"),
    [
        ("list_access_keys", {"UserName": "u"}),
        ("list_user_policies", {"UserName": "u"}),
        ("list_groups_for_user", {"UserName": "u"}),
        ("list_group_policies", {"GroupName": "g"}),
        ("get_group", {"GroupName": "g"}),
        ("list_role_policies", {"RoleName": "r"}),
        ("list_policy_versions", {"PolicyArn": MINE}),
    ],
)
def test_every_list_says_whether_it_goes_on(iam, operation, params):
    """H63."""
    assert getattr(iam, operation)(**params)["IsTruncated"] is False
