"""What a change to IAM brings with it: boundaries, conflicts, new names, principals that go."""

from __future__ import annotations

import boto3
import pytest

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
    text,
    trusting,
)

READ_ONLY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
SHOWN = {
    "PermissionsBoundaryType": "PermissionsBoundaryPolicy",
    "PermissionsBoundaryArn": READ_ONLY,
}
TAG = [{"Key": "team", "Value": "blue"}]


@pytest.fixture
def iam(sandbox):
    return boto3.client("iam")


@pytest.fixture
def edge(iam):
    """The ARN of a managed policy of the account's own."""
    return iam.create_policy(PolicyName="edge", PolicyDocument=allow("kms:*"))["Policy"]["Arn"]


def conflict(call, *args, **kwargs):
    """The message of a DeleteConflict."""
    status, code, message = refusal(call, *args, **kwargs)
    assert (status, code) == (409, "DeleteConflict")
    return message


def test_a_users_boundary_is_put_shown_and_taken_away(iam):
    iam.create_user(UserName="u")
    assert "PermissionsBoundary" not in iam.get_user(UserName="u")["User"]
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=READ_ONLY)
    assert iam.get_user(UserName="u")["User"]["PermissionsBoundary"] == SHOWN
    details = iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
    shown = {user["UserName"]: user.get("PermissionsBoundary") for user in details}
    assert shown == {"admin": None, "u": SHOWN}
    iam.delete_user_permissions_boundary(UserName="u")
    assert "PermissionsBoundary" not in iam.get_user(UserName="u")["User"]
    refused = refusal(iam.delete_user_permissions_boundary, UserName="u")
    assert refused[:2] == (404, "NoSuchEntity")


def test_a_boundary_comes_with_a_new_user_or_role(iam):
    user = iam.create_user(UserName="u", PermissionsBoundary=READ_ONLY)["User"]
    assert user["PermissionsBoundary"] == SHOWN
    make_role("r", PermissionsBoundary=READ_ONLY)
    shown = iam.get_role(RoleName="r")["Role"]["PermissionsBoundary"]
    assert shown["PermissionsBoundaryArn"] == READ_ONLY
    iam.delete_role_permissions_boundary(RoleName="r")
    assert "PermissionsBoundary" not in iam.get_role(RoleName="r")["Role"]


@pytest.mark.parametrize("arn", ["arn:aws:iam::aws:policy/None", f"arn:aws:iam::{ACCOUNT}:user/u"])
def test_a_boundary_that_is_not_there(iam, arn):
    iam.create_user(UserName="u")
    make_role("r")
    expected = 404, "NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable."
    put = iam.put_user_permissions_boundary
    assert refusal(put, UserName="u", PermissionsBoundary=arn) == expected
    put = iam.put_role_permissions_boundary
    assert refusal(put, RoleName="r", PermissionsBoundary=arn) == expected
    assert refusal(iam.create_user, UserName="v", PermissionsBoundary=arn) == expected
    assert code_of(iam.get_user, UserName="v") == "NoSuchEntity"


def test_a_boundary_of_nobody(iam):
    for call in (iam.put_user_permissions_boundary, iam.put_role_permissions_boundary):
        name = "UserName" if "user" in call.__name__ else "RoleName"
        assert code_of(call, **{name: "none"}, PermissionsBoundary=READ_ONLY) == "NoSuchEntity"
    assert code_of(iam.delete_user_permissions_boundary, UserName="none") == "NoSuchEntity"


def test_a_boundary_follows_its_policys_default_version(iam, edge, make_user):
    user = make_user("u", inline=document(statement("*")))
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=edge)
    assert user.client("kms").list_keys()["Keys"] == []
    iam.create_policy_version(PolicyArn=edge, PolicyDocument=allow("dynamodb:*"), SetAsDefault=True)
    assert "no permissions boundary" in refusal(user.client("kms").list_keys)[2]
    assert user.client("dynamodb").list_tables()["TableNames"] == []


def test_a_boundary_stays_with_its_user_and_not_with_the_name(iam, make_user):
    user = make_user("u", inline=document(statement("*")))
    iam.put_user_permissions_boundary(UserName="u", PermissionsBoundary=READ_ONLY)
    iam.update_user(UserName="u", NewUserName="v")
    assert "no permissions boundary" in refusal(user.client("kms").list_keys)[2]
    assert iam.get_user(UserName="v")["User"]["PermissionsBoundary"] == SHOWN
    make_user("u", inline=document(statement("kms:*"))).client("kms").list_keys()
    iam.create_user(UserName="w", PermissionsBoundary=READ_ONLY)
    iam.delete_user(UserName="w")
    iam.create_user(UserName="w")
    assert "PermissionsBoundary" not in iam.get_user(UserName="w")["User"]


def test_a_group_of_a_users_name_has_no_boundary(iam):
    iam.create_user(UserName="u", PermissionsBoundary=READ_ONLY)
    iam.create_group(GroupName="u")
    arn = f"arn:aws:iam::{ACCOUNT}:group/u"
    answer = iam.simulate_principal_policy(PolicySourceArn=arn, ActionNames=["kms:Decrypt"])
    assert "PermissionsBoundaryDecisionDetail" not in answer["EvaluationResults"][0]


def test_a_user_in_use_is_not_deleted(iam, make_user):
    user = make_user("u", inline=document(statement("*")))
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="u")
    iam.create_login_profile(UserName="u", Password="Correct-Horse-9")
    iam.attach_user_policy(UserName="u", PolicyArn=READ_ONLY)
    key = user.get_credentials().access_key
    steps = [
        (iam.delete_user_policy, {"PolicyName": "inline"}),
        (iam.detach_user_policy, {"PolicyArn": READ_ONLY}),
        (iam.delete_login_profile, {}),
        (iam.remove_user_from_group, {"GroupName": "g"}),
        (iam.delete_access_key, {"AccessKeyId": key}),
    ]
    for step, more in steps:
        assert conflict(iam.delete_user, UserName="u").startswith("Cannot delete entity, must ")
        step(UserName="u", **more)
    iam.delete_user(UserName="u")
    assert code_of(iam.get_user, UserName="u") == "NoSuchEntity"


def test_a_role_and_a_group_in_use_are_not_deleted(iam):
    make_role("r", policy=allow("kms:*"))
    assert "must delete policies first" in conflict(iam.delete_role, RoleName="r")
    iam.delete_role_policy(RoleName="r", PolicyName="inline")
    iam.delete_role(RoleName="r")
    iam.create_group(GroupName="g")
    iam.create_user(UserName="u")
    iam.add_user_to_group(GroupName="g", UserName="u")
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=allow("kms:*"))
    iam.attach_group_policy(GroupName="g", PolicyArn=READ_ONLY)
    steps = [
        (iam.remove_user_from_group, {"UserName": "u"}, "remove users from group"),
        (iam.detach_group_policy, {"PolicyArn": READ_ONLY}, "detach all policies"),
        (iam.delete_group_policy, {"PolicyName": "p"}, "delete policies"),
    ]
    for step, more, advice in steps:
        assert advice in conflict(iam.delete_group, GroupName="g")
        step(GroupName="g", **more)
    iam.delete_group(GroupName="g")


@pytest.mark.parametrize("holder", ["user", "role", "group", "user boundary", "role boundary"])
def test_a_policy_in_use_is_not_deleted(iam, edge, holder):
    iam.create_user(UserName="x")
    make_role("x")
    iam.create_group(GroupName="x")
    hold, let_go = {
        "user": (iam.attach_user_policy, iam.detach_user_policy),
        "role": (iam.attach_role_policy, iam.detach_role_policy),
        "group": (iam.attach_group_policy, iam.detach_group_policy),
        "user boundary": (
            iam.put_user_permissions_boundary,
            iam.delete_user_permissions_boundary,
        ),
        "role boundary": (
            iam.put_role_permissions_boundary,
            iam.delete_role_permissions_boundary,
        ),
    }[holder]
    name = {f"{holder.split()[0].title()}Name": "x"}
    member = "PermissionsBoundary" if "boundary" in holder else "PolicyArn"
    hold(**name, **{member: edge})
    message = conflict(iam.delete_policy, PolicyArn=edge)
    assert message == "Cannot delete a policy attached to entities."
    let_go(**name, **({} if "boundary" in holder else {member: edge}))
    iam.delete_policy(PolicyArn=edge)


def test_a_policy_with_versions_is_not_deleted(iam, edge):
    made = iam.create_policy_version(PolicyArn=edge, PolicyDocument=allow("kms:Decrypt"))
    assert "more than one version" in conflict(iam.delete_policy, PolicyArn=edge)
    version = {"PolicyArn": edge, "VersionId": made["PolicyVersion"]["VersionId"]}
    iam.delete_policy_version(**version)
    iam.delete_policy(PolicyArn=edge)
    assert code_of(iam.get_policy, PolicyArn=edge) == "NoSuchEntity"


def test_attaching_twice_counts_once(iam, edge):
    iam.create_user(UserName="u")
    make_role("r")
    for _ in range(2):
        iam.attach_user_policy(UserName="u", PolicyArn=edge)
        iam.attach_role_policy(RoleName="r", PolicyArn=edge)
    assert iam.get_policy(PolicyArn=edge)["Policy"]["AttachmentCount"] == 2
    iam.detach_user_policy(UserName="u", PolicyArn=edge)
    iam.detach_role_policy(RoleName="r", PolicyArn=edge)
    assert iam.get_policy(PolicyArn=edge)["Policy"]["AttachmentCount"] == 0


def test_a_user_keeps_everything_under_another_name(iam, make_user):
    user = make_user("u", READ_ONLY, inline=document(statement("kms:ListKeys")))
    iam.tag_user(UserName="u", Tags=TAG)
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="u")
    before = iam.get_user(UserName="u")["User"]
    iam.update_user(UserName="u", NewUserName="v", NewPath="/new/")
    assert code_of(iam.get_user, UserName="u") == "NoSuchEntity"
    after = iam.get_user(UserName="v")["User"]
    assert after["Arn"] == f"arn:aws:iam::{ACCOUNT}:user/new/v"
    assert (after["UserId"], after["Tags"]) == (before["UserId"], TAG)
    assert user.client("sts").get_caller_identity()["Arn"] == after["Arn"]
    assert user.client("kms").list_keys()["Keys"] == []
    assert user.client("dynamodb").list_tables()["TableNames"] == []
    assert [u["UserName"] for u in iam.get_group(GroupName="g")["Users"]] == ["v"]
    keys = iam.list_access_keys(UserName="v")["AccessKeyMetadata"]
    assert [key["UserName"] for key in keys] == ["v"]


def test_a_name_that_is_taken(iam):
    for name in ("u", "v"):
        iam.create_user(UserName=name)
    taken = "EntityAlreadyExists"
    assert refusal(iam.update_user, UserName="u", NewUserName="v")[:2] == (409, taken)
    assert refusal(iam.create_user, UserName="u")[:2] == (409, taken)
    assert len(iam.list_users()["Users"]) == 3
    iam.update_user(UserName="u", NewUserName="u")


def test_trust_follows_a_renamed_user(iam, make_user):
    arn = f"arn:aws:iam::{ACCOUNT}:user/u"
    user = make_user("u")
    make_role("r", trusting([arn, f"arn:aws:iam::{ACCOUNT}:user/admin"]))
    iam.update_user(UserName="u", NewUserName="v")
    trust = iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"]["AWS"][0] == arn[:-1] + "v"
    ask = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "RoleSessionName": "night"}
    assert user.client("sts").assume_role(**ask)["Credentials"]
    assert code_of(make_user("u").client("sts").assume_role, **ask) == "AccessDenied"


def test_trust_in_a_deleted_principal_is_trust_in_nobody(iam, make_user):
    """A saved unique id stands for who was deleted (D8)."""
    iam.create_user(UserName="u")
    unique_id = iam.get_user(UserName="u")["User"]["UserId"]
    second = make_role("s")
    make_role("r", trusting([f"arn:aws:iam::{ACCOUNT}:user/u", second]))
    role_id = iam.get_role(RoleName="s")["Role"]["RoleId"]
    iam.delete_user(UserName="u")
    iam.delete_role(RoleName="s")
    trust = iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"]["AWS"] == [unique_id, role_id]
    assert (unique_id[:4], role_id[:4]) == ("AIDA", "AROA")
    ask = {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "RoleSessionName": "night"}
    assert code_of(make_user("u").client("sts").assume_role, **ask) == "AccessDenied"
    make_role("s")
    assert code_of(assumed(second).client("sts").assume_role, **ask) == "AccessDenied"


def test_a_key_policy_does_not_mean_whoever_takes_the_name(iam, make_user):
    kms = boto3.client("kms")
    admin = f"arn:aws:iam::{ACCOUNT}:user/admin"
    make_user("u")
    named = {"AWS": [admin, f"arn:aws:iam::{ACCOUNT}:user/u"]}
    policy = text(statement("kms:*", Principal=named))
    key = kms.create_key(Policy=policy)["KeyMetadata"]["KeyId"]
    for key_id in [
        k["AccessKeyId"] for k in iam.list_access_keys(UserName="u")["AccessKeyMetadata"]
    ]:
        iam.delete_access_key(UserName="u", AccessKeyId=key_id)
    iam.delete_user(UserName="u")
    heir = make_user("u").client("kms")
    assert code_of(heir.describe_key, KeyId=key) == "AccessDeniedException"
    shown = kms.get_key_policy(KeyId=key)["Policy"]
    assert "AIDA" in shown and "user/u" not in shown


def test_a_refused_change_changes_nothing(iam, make_user):
    user = make_user("u", inline=document(statement("iam:Get*", "iam:List*"))).client("iam")
    iam.create_group(GroupName="g")
    calls = [
        lambda: user.create_user(UserName="v"),
        lambda: user.delete_user(UserName="u"),
        lambda: user.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=allow("*")),
        lambda: user.attach_user_policy(UserName="u", PolicyArn=READ_ONLY),
        lambda: user.add_user_to_group(GroupName="g", UserName="u"),
        user.create_access_key,
        lambda: user.put_user_permissions_boundary(UserName="u", PermissionsBoundary=READ_ONLY),
        lambda: user.update_user(UserName="u", NewUserName="v"),
        lambda: user.tag_user(UserName="u", Tags=TAG),
    ]
    before = account(iam)
    for call in calls:
        assert code_of(call) == "AccessDenied"
    assert account(iam) == before


def account(iam):
    details = iam.get_account_authorization_details()
    del details["ResponseMetadata"]
    return details, iam.list_access_keys(UserName="u")["AccessKeyMetadata"]


def test_sessions_end_with_the_old_name(iam, make_user):
    sts = make_user("u", inline=document(statement("sts:*"))).client("sts")
    session = session_of(sts.get_session_token())
    iam.update_user(UserName="u", NewUserName="v")
    assert code_of(session.client("sts").get_caller_identity) == "InvalidClientTokenId"
