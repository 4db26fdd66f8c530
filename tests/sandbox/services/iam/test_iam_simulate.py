"""The IAM policy simulator: its decisions, its reasons, and what it does not see."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    ROOT,
    allow,
    document,
    make_role,
    statement,
    text,
    trusting,
)
from tests.sandbox.services.iam.simulator import (
    DATED,
    EARLIER,
    LATER,
    NAMED,
    USER,
    custom,
    decisions,
    simulate,
)

A = pytest.mark.behaviour
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"
READ_ONLY = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ABROAD = KEY.replace(ACCOUNT, "999999999999")
TABLE = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/players"


@pytest.fixture
def iam(sandbox):
    return boto3.client("iam")


def test_the_examples_of_the_cli(iam):
    assert custom(iam, DATED, "dynamodb:CreateBackup", ContextEntries=[LATER]) == [
        {
            "EvalActionName": "dynamodb:CreateBackup",
            "EvalResourceName": "*",
            "EvalDecision": "allowed",
            "MatchedStatements": [
                {
                    "SourcePolicyId": "PolicyInputList.1",
                    "SourcePolicyType": "none",
                    "StartPosition": {"Line": 1, "Column": 38},
                    "EndPosition": {"Line": 1, "Column": 167},
                }
            ],
            "MissingContextValues": [],
        }
    ]
    assert custom(iam, DATED, "dynamodb:CreateBackup", ContextEntries=[EARLIER]) == [
        {
            "EvalActionName": "dynamodb:CreateBackup",
            "EvalResourceName": "*",
            "EvalDecision": "implicitDeny",
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
    ]
    keys = iam.get_context_keys_for_custom_policy(PolicyInputList=[NAMED])["ContextKeyNames"]
    assert keys == ["aws:username", "aws:CurrentTime"]


@pytest.mark.parametrize(
    ("laid_out", "start", "end"),
    [
        # As live answers count a statement of AWS's AdministratorAccess, and one on one line.
        (json.dumps(document(statement("*")), indent=2), (3, 17), (10, 6)),
        ('{"Version": "2012-10-17", "Statement": [{', (1, 41), None),
        ('{"Statement":[{', (1, 15), None),
    ],
)
def test_where_a_statement_is(iam, laid_out, start, end):
    rest = '"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    laid_out = laid_out if end else laid_out + rest
    end = end or (1, len(laid_out) - 1)
    found = custom(iam, laid_out, "kms:Decrypt")[0]["MatchedStatements"][0]
    assert (found["StartPosition"]["Line"], found["StartPosition"]["Column"]) == start
    assert (found["EndPosition"]["Line"], found["EndPosition"]["Column"]) == end


def test_each_statement_has_its_own_place(iam):
    policy = text(statement("kms:*"), statement("s3:*"), statement("kms:Decrypt"))
    found = custom(iam, policy, "kms:Decrypt")[0]["MatchedStatements"]
    places = [(m["StartPosition"]["Column"], m["EndPosition"]["Column"]) for m in found]
    parts = [policy[start - 1 : end - 1].strip(" ,") for start, end in places]
    assert [json.loads(part)["Action"] for part in parts] == [["kms:*"], ["kms:Decrypt"]]


@A(55, 56)
def test_what_the_crux_looks_like_to_the_simulator(iam, make_user):
    make_user("mira", FULL_ACCESS)
    actions = ["dynamodb:GetItem", "kms:DescribeKey", "kms:Decrypt", "kms:CreateGrant"]
    results = simulate(iam, *actions)
    assert [result["EvalActionName"] for result in results] == actions
    assert decisions(results) == ["allowed", "allowed", "implicitDeny", "implicitDeny"]
    matched = results[0]["MatchedStatements"]
    assert [(m["SourcePolicyId"], m["SourcePolicyType"]) for m in matched] == [
        ("AmazonDynamoDBFullAccess", "aws-managed")
    ]
    assert results[2]["MatchedStatements"] == []


@A(54)
def test_a_key_policy_is_not_seen_unless_it_is_passed(iam, make_user):
    """What the simulator says is not what AWS KMS does."""
    user = make_user("mira")
    named = {**statement("kms:*"), "Principal": {"AWS": [USER, f"{USER[:-4]}admin"]}}
    kms = boto3.client("kms")
    key = kms.create_key(Policy=text(named))["KeyMetadata"]["Arn"]
    kms.create_grant(KeyId=key, GranteePrincipal=USER, Operations=["Decrypt"])
    user.client("kms").encrypt(KeyId=key, Plaintext=b"x")
    assert decisions(simulate(iam, "kms:Encrypt", ResourceArns=[key])) == ["implicitDeny"]
    policy = kms.get_key_policy(KeyId=key)["Policy"]
    results = simulate(iam, "kms:Encrypt", ResourceArns=[key], ResourcePolicy=policy)
    assert decisions(results) == ["allowed"]
    matched = results[0]["MatchedStatements"]
    assert [m["SourcePolicyType"] for m in matched] == ["resource"]


@A(51, 52)
@pytest.mark.parametrize("delegates", [True, False])
def test_a_key_policy_that_leaves_it_to_the_account_or_not(iam, delegates):
    principal = ROOT if delegates else f"arn:aws:iam::{ACCOUNT}:user/admin"
    policy = text({**statement("kms:*"), "Principal": {"AWS": principal}})
    more = {"ResourceArns": [KEY], "ResourcePolicy": policy, "CallerArn": USER}
    results = custom(iam, allow("kms:Decrypt"), "kms:Decrypt", "kms:Encrypt", **more)
    assert decisions(results) == ["allowed" if delegates else "implicitDeny", "implicitDeny"]
    types = [m["SourcePolicyType"] for m in results[0]["MatchedStatements"]]
    assert types == (["none", "resource"] if delegates else [])


def test_a_denying_statement_is_the_only_one_that_matches(iam):
    deny = statement("kms:Decrypt", effect="Deny", resource=KEY)
    results = custom(iam, [allow("*"), text(deny)], "kms:Decrypt", ResourceArns=[KEY])
    assert decisions(results) == ["explicitDeny"]
    assert [m["SourcePolicyId"] for m in results[0]["MatchedStatements"]] == ["PolicyInputList.2"]
    assert decisions(custom(iam, [allow("*"), text(deny)], "kms:Decrypt")) == ["allowed"]


def test_policies_of_every_kind_are_named(iam, make_user):
    make_user("mira", READ_ONLY, inline=document(statement("dynamodb:*")))
    own = iam.create_policy(PolicyName="own", PolicyDocument=allow("dynamodb:Get*"))["Policy"]
    iam.create_group(GroupName="players")
    iam.add_user_to_group(GroupName="players", UserName="mira")
    iam.attach_group_policy(GroupName="players", PolicyArn=own["Arn"])
    iam.put_group_policy(GroupName="players", PolicyName="g", PolicyDocument=allow("*"))
    iam.create_group(GroupName="others")
    iam.put_group_policy(GroupName="others", PolicyName="g", PolicyDocument=allow("*"))
    named = {
        (m["SourcePolicyId"], m["SourcePolicyType"])
        for m in simulate(iam, "dynamodb:GetItem", PolicyInputList=[allow("*")])[0][
            "MatchedStatements"
        ]
    }
    assert named == {
        ("AmazonDynamoDBReadOnlyAccess", "aws-managed"),
        ("own", "user-managed"),
        ("user_mira_inline", "user"),
        ("group_players_g", "group"),
        ("PolicyInputList.1", "none"),
    }
    group = f"arn:aws:iam::{ACCOUNT}:group/players"
    assert decisions(simulate(iam, "kms:Decrypt", source=group)) == ["allowed"]


def test_a_role(iam):
    arn = make_role("keeper", policy=allow("kms:*"), Path="/night/", PermissionsBoundary=READ_ONLY)
    results = simulate(iam, "kms:Decrypt", "dynamodb:GetItem", source=arn)
    assert decisions(results) == ["implicitDeny", "implicitDeny"]
    sides = [result["PermissionsBoundaryDecisionDetail"] for result in results]
    assert [side["AllowedByPermissionsBoundary"] for side in sides] == [False, True]
    iam.delete_role_permissions_boundary(RoleName="keeper")
    results = simulate(iam, "kms:Decrypt", source=arn)
    assert decisions(results) == ["allowed"]
    assert results[0]["MatchedStatements"][0]["SourcePolicyId"] == "role_keeper_inline"
    assert "PermissionsBoundaryDecisionDetail" not in results[0]


@A(58)
def test_a_boundary_passed_takes_the_place_of_the_own(iam, make_user):
    make_user("mira", inline=document(statement("*")))
    iam.put_user_permissions_boundary(UserName="mira", PermissionsBoundary=READ_ONLY)
    assert decisions(simulate(iam, "kms:Decrypt")) == ["implicitDeny"]
    edge = {"PermissionsBoundaryPolicyInputList": [allow("kms:*")]}
    results = simulate(iam, "kms:Decrypt", "dynamodb:GetItem", **edge)
    assert decisions(results) == ["allowed", "implicitDeny"]
    deny = text(statement("*"), statement("kms:Decrypt", effect="Deny"))
    results = simulate(iam, "kms:Decrypt", PermissionsBoundaryPolicyInputList=[deny])
    assert decisions(results) == ["explicitDeny"]
    assert results[0]["MatchedStatements"] == []
    side = results[0]["PermissionsBoundaryDecisionDetail"]
    assert side == {"AllowedByPermissionsBoundary": False}
    # A key policy that names the user is not limited by what the boundary leaves out (D6).
    named = text({**statement("kms:*"), "Principal": {"AWS": USER}})
    more = {"ResourceArns": [KEY], "ResourcePolicy": named}
    assert decisions(simulate(iam, "kms:Decrypt", **more)) == ["allowed"]


def test_conditions_see_the_entries_alone(iam, make_user):
    """No key is filled in: not who calls, not the time."""
    make_user("mira")
    policy = text(
        statement("kms:Decrypt", Condition={"StringEquals": {"aws:username": "mira"}}),
        statement("s3:*", resource="arn:aws:s3:::${aws:PrincipalTag/team}/*"),
    )
    results = simulate(iam, "kms:Decrypt", PolicyInputList=[policy])
    assert decisions(results) == ["implicitDeny"]
    assert results[0]["MissingContextValues"] == ["aws:username", "aws:PrincipalTag/team"]
    entry = {"ContextKeyValues": ["mira"], "ContextKeyType": "string"}
    entries = [{**entry, "ContextKeyName": "AWS:UserName"}]
    results = simulate(iam, "kms:Decrypt", PolicyInputList=[policy], ContextEntries=entries)
    assert decisions(results) == ["allowed"]
    assert results[0]["MissingContextValues"] == ["aws:PrincipalTag/team"]


def test_an_encryption_context_of_several_keys(iam):
    condition = {
        "ForAllValues:StringEquals": {"kms:EncryptionContextKeys": ["team", "level"]},
        "NumericLessThan": {"kms:PendingWindow": "9"},
        "Bool": {"kms:Flag": True},
        "IpAddress": {"aws:SourceIp": "10.0.0.0/8"},
    }
    entries = [
        ("kms:EncryptionContextKeys", ["team"], "stringList"),
        ("kms:PendingWindow", ["7"], "numeric"),
        ("kms:Flag", ["true"], "boolean"),
        ("aws:SourceIp", ["10.1.1.1"], "ip"),
    ]

    def ask(*given):
        listed = [
            {"ContextKeyName": name, "ContextKeyValues": values, "ContextKeyType": kind}
            for name, values, kind in given
        ]
        policy = allow("kms:Decrypt", Condition=condition)
        return decisions(custom(iam, policy, "kms:Decrypt", ContextEntries=listed))

    assert ask(*entries) == ["allowed"]
    assert ask(("kms:EncryptionContextKeys", ["team", "pay"], "stringList"), *entries[1:]) == [
        "implicitDeny"
    ]
    assert ask(*entries[:3]) == ["implicitDeny"]


def test_several_resources(iam):
    policy = text(
        statement("kms:Decrypt", resource=KEY), statement("kms:*", effect="Deny", resource=TABLE)
    )
    other = KEY.replace("1234abcd", "00000000")
    result = custom(iam, policy, "kms:Decrypt", ResourceArns=[KEY, other])[0]
    assert result["EvalResourceName"] == "arn:${Partition}:kms:${Region}:${Account}:key/${KeyId}"
    assert result["EvalDecision"] == "implicitDeny"  # The most restrictive leads.
    assert result["EvalDecisionDetails"] == {}
    each = [
        (one["EvalResourceName"], one["EvalResourceDecision"], len(one["MatchedStatements"]))
        for one in result["ResourceSpecificResults"]
    ]
    assert each == [(KEY, "allowed", 1), (other, "implicitDeny", 0)]
    result = custom(iam, policy, "kms:Decrypt", ResourceArns=[KEY, other, TABLE])[0]
    assert (result["EvalDecision"], result["EvalResourceName"]) == ("explicitDeny", "*")
    assert len(result["MatchedStatements"]) == 2
    result = custom(iam, policy, "kms:Decrypt", ResourceArns=[KEY])[0]
    assert (result["EvalDecision"], result["EvalResourceName"]) == ("allowed", KEY)
    assert "ResourceSpecificResults" not in custom(iam, policy, "kms:Decrypt")[0]


@A(60)
def test_a_resource_of_another_account_needs_both_sides(iam):
    named = text({**statement("kms:*"), "Principal": {"AWS": USER}})
    more = {"ResourceArns": [ABROAD], "CallerArn": USER}
    both = custom(iam, allow("kms:*"), "kms:Decrypt", ResourcePolicy=named, **more)[0]
    assert both["EvalDecision"] == "allowed"
    one = custom(iam, allow("s3:*"), "kms:Decrypt", ResourcePolicy=named, **more)[0]
    other = custom(iam, allow("kms:*"), "kms:Decrypt", **more)[0]
    sides = [list(result["EvalDecisionDetails"].values()) for result in (both, one, other)]
    assert sides == [
        ["allowed", "allowed"],
        ["implicitDeny", "allowed"],
        ["allowed", "implicitDeny"],
    ]
    assert decisions([one, other]) == ["implicitDeny", "implicitDeny"]
    bucket = {"ResourceArns": ["arn:aws:s3:::bucket"], "CallerArn": USER}
    owner = "arn:aws:iam::999999999999:root"
    assert decisions(custom(iam, allow("s3:*"), "s3:GetObject", **bucket)) == ["allowed"]
    result = custom(iam, allow("s3:*"), "s3:GetObject", ResourceOwner=owner, **bucket)
    assert decisions(result) == ["implicitDeny"]


def test_as_another_caller(iam, make_user):
    make_user("mira", inline=document(statement("s3:*")))
    bob = f"arn:aws:iam::{ACCOUNT}:user/bob"
    policy = text({**statement("kms:*"), "Principal": {"AWS": bob}})
    more = {"ResourceArns": [KEY], "ResourcePolicy": policy}
    assert decisions(simulate(iam, "kms:Decrypt", **more)) == ["implicitDeny"]
    assert decisions(simulate(iam, "kms:Decrypt", CallerArn=bob, **more)) == ["allowed"]


@pytest.mark.parametrize("action", ["sts:AssumeRole", "STS:assumerole"])
def test_trust_policies_are_left_out(iam, action):
    """H69: a fault of AWS's own, and not what AssumeRole does."""
    denied = trusting(USER, "sts:*", effect="Deny", Resource="*")
    role = f"arn:aws:iam::{ACCOUNT}:role/r"
    more = {"ResourceArns": [role], "ResourcePolicy": text(denied), "CallerArn": USER}
    for allowed, decision in (("sts:AssumeRole", "allowed"), ("kms:*", "implicitDeny")):
        (result,) = custom(iam, allow(allowed), action, **more)
        assert result["EvalDecision"] == decision
    (result,) = custom(iam, allow("sts:*"), "sts:GetFederationToken", **more)
    assert result["EvalDecision"] == "explicitDeny"
