"""IAM authorizes each of its operations on the resource that it names, under its own keys."""

from __future__ import annotations

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    allow,
    assumed,
    code_of,
    document,
    make_role,
    refusal,
    statement,
    text,
    trusting,
)

ARN = f"arn:aws:iam::{ACCOUNT}:"
USER = f"{ARN}user/u"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
TAG = [{"Key": "team", "Value": "blue"}]
IN_PATH = f"{ARN}user/a/in-path"
EC2 = text(trusting({"Service": "ec2.amazonaws.com"}))

POLICY = {"PolicyName": "p", "PolicyDocument": allow("kms:*")}
EDGE = {"PermissionsBoundary": READ_ONLY}

#: Operation, its members, and the resource that it is authorized on (Service Authorization
#: Reference, "Actions, resources, and condition keys for AWS Identity and Access Management").
OPERATIONS = [
    ("get_user", {"UserName": "in-path"}, IN_PATH),
    ("get_user", {"UserName": "nobody"}, f"{ARN}user/nobody"),
    ("get_user", {}, USER),
    ("create_user", {"UserName": "v"}, f"{ARN}user/v"),
    ("create_user", {"UserName": "v", "Path": "/a/"}, f"{ARN}user/a/v"),
    ("delete_user", {"UserName": "v"}, f"{ARN}user/v"),
    ("update_user", {"UserName": "t", "NewUserName": "t"}, f"{ARN}user/t"),
    ("list_users", {}, "*"),
    ("tag_user", {"UserName": "in-path", "Tags": TAG}, IN_PATH),
    ("put_user_policy", {"UserName": "t", **POLICY}, f"{ARN}user/t"),
    ("attach_user_policy", {"UserName": "t", "PolicyArn": READ_ONLY}, f"{ARN}user/t"),
    ("put_user_permissions_boundary", {"UserName": "t", **EDGE}, f"{ARN}user/t"),
    ("delete_user_permissions_boundary", {"UserName": "t"}, f"{ARN}user/t"),
    ("create_access_key", {"UserName": "in-path"}, IN_PATH),
    ("create_access_key", {}, USER),
    ("list_access_keys", {}, USER),
    ("create_login_profile", {"UserName": "in-path", "Password": "Horse-9-x"}, IN_PATH),
    ("create_group", {"GroupName": "h"}, f"{ARN}group/h"),
    ("get_group", {"GroupName": "in-path"}, f"{ARN}group/a/in-path"),
    ("add_user_to_group", {"GroupName": "g", "UserName": "t"}, f"{ARN}group/g"),
    ("list_groups_for_user", {"UserName": "u"}, USER),
    ("attach_group_policy", {"GroupName": "g", "PolicyArn": READ_ONLY}, f"{ARN}group/g"),
    ("create_role", {"RoleName": "s", "AssumeRolePolicyDocument": EC2}, f"{ARN}role/s"),
    ("get_role", {"RoleName": "in-path"}, f"{ARN}role/a/in-path"),
    ("update_assume_role_policy", {"RoleName": "r", "PolicyDocument": EC2}, f"{ARN}role/r"),
    ("list_roles", {}, "*"),
    ("create_policy", {"PolicyName": "q", "PolicyDocument": allow("*")}, f"{ARN}policy/q"),
    ("get_policy", {"PolicyArn": READ_ONLY}, READ_ONLY),
    ("delete_policy", {"PolicyArn": f"{ARN}policy/a/p"}, f"{ARN}policy/a/p"),
    ("list_policies", {}, "*"),
    ("get_account_authorization_details", {}, "*"),
    ("create_instance_profile", {"InstanceProfileName": "i"}, f"{ARN}instance-profile/i"),
    ("get_instance_profile", {"InstanceProfileName": "i"}, f"{ARN}instance-profile/i"),
    ("simulate_custom_policy", {"PolicyInputList": [allow("*")], "ActionNames": ["a:B"]}, "*"),
    ("simulate_principal_policy", {"PolicySourceArn": IN_PATH, "ActionNames": ["a:B"]}, IN_PATH),
    ("get_context_keys_for_custom_policy", {"PolicyInputList": [allow("*")]}, "*"),
    ("get_context_keys_for_principal_policy", {"PolicySourceArn": IN_PATH}, IN_PATH),
]


@pytest.fixture
def iam(sandbox):
    """The administrator's client; an account with users, groups, roles and a policy."""
    client = boto3.client("iam")
    client.create_user(UserName="in-path", Path="/a/")
    client.create_user(UserName="t")
    client.create_group(GroupName="in-path", Path="/a/")
    client.create_group(GroupName="g")
    make_role("in-path", Path="/a/")
    make_role("r")
    client.create_policy(PolicyName="p", Path="/a/", PolicyDocument=allow("kms:*"))
    return client


@pytest.fixture
def user(iam, make_user):
    """The client of a user without permissions; ``permit`` gives it one policy."""
    client = make_user("u").client("iam")
    client.permit = lambda *statements: iam.put_user_policy(
        UserName="u", PolicyName="own", PolicyDocument=text(*statements)
    )
    return client


def test_each_operation_is_authorized_on_its_own_resource(iam, user):
    """Refused without a permission, and with one on everything else; not with one on it alone."""
    for operation, members, resource in OPERATIONS:
        action = "iam:" + "".join(word.title() for word in operation.split("_"))
        call = getattr(user, operation)
        user.permit(statement("kms:*"))
        reason = f"because no identity-based policy allows the {action} action"
        who = f"User: {USER} is not authorized to perform: {action} on resource: {resource}"
        assert refusal(call, **members) == (403, "AccessDenied", f"{who} {reason}")
        user.permit(statement(action), {**statement(action, effect="Deny"), "Resource": resource})
        explicit = f"{who} with an explicit deny in an identity-based policy"
        assert refusal(call, **members) == (403, "AccessDenied", explicit)
        user.permit(statement(action, resource=resource))
        try:
            call(**members)
        except ClientError as error:
            found = error.response["Error"]["Code"]
            assert found in ("NoSuchEntity", "EntityAlreadyExists"), error


def test_a_user_minds_its_own_keys(iam, user):
    """IAM User Guide: what a user may do for itself, by the policy variable of its name."""
    user.permit(statement("iam:*AccessKey*", resource=f"{ARN}user/${{aws:username}}"))
    made = user.create_access_key()["AccessKey"]
    assert made["UserName"] == "u"
    listed = [key["AccessKeyId"] for key in user.list_access_keys()["AccessKeyMetadata"]]
    assert made["AccessKeyId"] in listed
    user.update_access_key(AccessKeyId=made["AccessKeyId"], Status="Inactive")
    user.delete_access_key(AccessKeyId=made["AccessKeyId"])
    assert code_of(user.create_access_key, UserName="in-path") == "AccessDenied"


def test_who_is_no_user_must_name_one(iam):
    session = assumed(make_role("s", policy=allow("iam:*"))).client("iam")
    message = "Must specify userName when calling with non-User credentials"
    for call in (session.get_user, session.create_access_key, session.list_access_keys):
        assert refusal(call) == (400, "ValidationError", message)
    assert session.get_user(UserName="in-path")["User"]["Arn"] == IN_PATH


def test_a_role_goes_into_a_profile_with_the_right_to_pass_it(iam, user):
    iam.create_role(RoleName="ec2", AssumeRolePolicyDocument=EC2)
    iam.create_instance_profile(InstanceProfileName="i")
    members = {"InstanceProfileName": "i", "RoleName": "ec2"}
    user.permit(statement("iam:AddRoleToInstanceProfile"))
    assert (
        "iam:PassRole on resource: " + f"{ARN}role/ec2"
        in refusal(user.add_role_to_instance_profile, **members)[2]
    )
    passed = {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}
    user.permit(
        statement("iam:AddRoleToInstanceProfile"),
        statement("iam:PassRole", resource=f"{ARN}role/ec2", Condition=passed),
    )
    user.add_role_to_instance_profile(**members)
    profile = iam.get_instance_profile(InstanceProfileName="i")["InstanceProfile"]
    assert [role["RoleName"] for role in profile["Roles"]] == ["ec2"]


def test_only_some_policies_may_be_attached(iam, user):
    own = f"{ARN}policy/a/p"
    user.permit(
        statement(
            *("iam:AttachUserPolicy", "iam:DetachUserPolicy"),
            Condition={"ArnEquals": {"iam:PolicyARN": own}},
        )
    )
    user.attach_user_policy(UserName="in-path", PolicyArn=own)
    attach = user.attach_user_policy
    assert code_of(attach, UserName="in-path", PolicyArn=READ_ONLY) == "AccessDenied"
    user.detach_user_policy(UserName="in-path", PolicyArn=own)


def test_users_are_made_with_a_boundary_or_not_at_all(iam, user):
    """IAM User Guide, "Permissions boundaries": delegating responsibility."""
    edge = {"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}}
    user.permit(
        statement(
            *("iam:CreateUser", "iam:AttachUserPolicy", "iam:PutUserPermissionsBoundary"),
            *("iam:DeleteUserPermissionsBoundary", "iam:PutUserPolicy"),
            Condition=edge,
        )
    )
    assert code_of(user.create_user, UserName="v") == "AccessDenied"
    other = f"{ARN}policy/a/p"
    assert code_of(user.create_user, UserName="v", PermissionsBoundary=other) == "AccessDenied"
    user.create_user(UserName="v", PermissionsBoundary=READ_ONLY)
    document = allow("*")
    user.put_user_policy(UserName="v", PolicyName="p", PolicyDocument=document)
    put = user.put_user_policy
    members = {"UserName": "in-path", "PolicyName": "p", "PolicyDocument": document}
    assert code_of(put, **members) == "AccessDenied"  # It has no boundary.
    put = user.put_user_permissions_boundary
    assert code_of(put, UserName="v", PermissionsBoundary=other) == "AccessDenied"
    put(UserName="in-path", PermissionsBoundary=READ_ONLY)


def test_roles_are_made_with_a_boundary_or_not_at_all(iam, user):
    edge = {"StringEquals": {"iam:PermissionsBoundary": READ_ONLY}}
    user.permit(statement("iam:CreateRole", "iam:PutRolePolicy", Condition=edge))
    role = {"RoleName": "s", "AssumeRolePolicyDocument": EC2}
    assert code_of(user.create_role, **role) == "AccessDenied"
    user.create_role(**role, PermissionsBoundary=READ_ONLY)
    document = {"PolicyName": "p", "PolicyDocument": allow("*")}
    user.put_role_policy(RoleName="s", **document)
    assert code_of(user.put_role_policy, RoleName="r", **document) == "AccessDenied"


@pytest.mark.parametrize("prefix", ["aws", "iam"])
def test_a_right_by_the_tags_of_a_user_or_a_role(iam, user, prefix):
    blue = {"StringEquals": {f"{prefix}:ResourceTag/team": "blue"}}
    user.permit(statement("iam:GetUser", "iam:GetRole", "iam:DeleteUser", Condition=blue))
    for call, name in ((user.get_user, "UserName"), (user.get_role, "RoleName")):
        assert code_of(call, **{name: "in-path"}) == "AccessDenied"
    iam.tag_user(UserName="in-path", Tags=TAG)
    iam.tag_role(RoleName="in-path", Tags=TAG)
    assert user.get_user(UserName="in-path")["User"]["Tags"] == TAG
    assert user.get_role(RoleName="in-path")["Role"]["Tags"] == TAG
    iam.untag_user(UserName="in-path", TagKeys=["team"])
    assert code_of(user.get_user, UserName="in-path") == "AccessDenied"


def test_a_right_by_the_tags_of_a_request(iam, user):
    condition = {
        "StringEquals": {"aws:RequestTag/team": ["blue", "red"]},
        "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "level"]},
    }
    user.permit(statement("iam:CreateUser", "iam:TagUser", Condition=condition))
    assert code_of(user.create_user, UserName="v") == "AccessDenied"
    user.create_user(UserName="v", Tags=TAG)
    assert iam.list_user_tags(UserName="v")["Tags"] == TAG
    green, more = ({"Key": "team", "Value": "green"}, {"Key": "pay", "Value": "9"})
    for tags in ([green], [*TAG, more]):
        assert code_of(user.tag_user, UserName="v", Tags=tags) == "AccessDenied"
    only = {"ForAllValues:StringEquals": {"aws:TagKeys": ["level"]}}
    user.permit(statement("iam:UntagUser", Condition=only))
    assert code_of(user.untag_user, UserName="v", TagKeys=["team"]) == "AccessDenied"
    user.untag_user(UserName="v", TagKeys=["level"])


def test_a_right_by_the_tags_of_who_asks(iam, user):
    match = {"StringEquals": {"aws:ResourceTag/team": "${aws:PrincipalTag/team}"}}
    user.permit(statement("iam:GetUser", Condition=match))
    iam.tag_user(UserName="in-path", Tags=TAG)
    assert code_of(user.get_user, UserName="in-path") == "AccessDenied"
    iam.tag_user(UserName="u", Tags=TAG)
    assert user.get_user(UserName="in-path")["User"]["Arn"] == IN_PATH


def test_the_policy_of_another_user_is_of_no_use(iam, user, make_user):
    make_user("rich", inline=document(statement("*")))
    assert code_of(user.list_users) == "AccessDenied"


def test_another_accounts_users_are_out_of_reach(sandbox, iam):
    other = sandbox.session("222222222222").client("iam")
    assert [user["UserName"] for user in other.list_users()["Users"]] == ["admin"]
    assert code_of(other.get_user, UserName="in-path") == "NoSuchEntity"
    arn = f"{ARN}policy/a/p"
    assert code_of(other.attach_user_policy, UserName="admin", PolicyArn=arn) == "NoSuchEntity"


def test_a_new_name_needs_permission_on_the_new_name(sandbox, make_user):
    """botocore's model of UpdateUser and UpdateGroup: on the source and on the target."""
    iam = boto3.client("iam")
    iam.create_group(GroupName="staff")
    ours = [f"arn:aws:iam::123456789012:{what}" for what in ("user/rita*", "group/staff*")]
    own = {"Effect": "Allow", "Action": "iam:*", "Resource": ours}
    client = make_user("rita", inline={"Version": "2012-10-17", "Statement": [own]}).client("iam")
    for rename in (
        lambda: client.update_user(UserName="rita", NewUserName="admin2"),
        lambda: client.update_user(UserName="rita", NewPath="/heads/"),
        lambda: client.update_group(GroupName="staff", NewGroupName="heads"),
    ):
        with pytest.raises(ClientError) as caught:
            rename()
        assert caught.value.response["Error"]["Code"] == "AccessDenied"
    client.update_group(GroupName="staff", NewGroupName="staff2")
    client.update_user(UserName="rita", NewUserName="rita2")
