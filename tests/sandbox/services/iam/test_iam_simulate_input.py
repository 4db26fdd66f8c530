"""What the IAM policy simulator takes and refuses, and who may ask it."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    allow,
    code_of,
    document,
    refusal,
    statement,
    text,
)
from tests.sandbox.services.iam.simulator import LATER, NAMED, USER, decisions, simulate

FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess"


@pytest.fixture
def iam(sandbox):
    return boto3.client("iam")


def invalid(call, *args, **more):
    """The message of an InvalidInput."""
    status, code, message = refusal(call, *args, **more)
    assert (status, code) == (400, "InvalidInput")
    return message


def test_page_by_page(iam):
    actions = [f"kms:Action{number}" for number in range(7)]
    ask = {"PolicyInputList": [allow("kms:*")], "ActionNames": actions}
    first = iam.simulate_custom_policy(**ask, MaxItems=3)
    assert first["IsTruncated"] and len(first["EvaluationResults"]) == 3
    pages = iam.get_paginator("simulate_custom_policy").paginate(
        **ask, PaginationConfig={"PageSize": 3}
    )
    found = [[r["EvalActionName"] for r in page["EvaluationResults"]] for page in pages]
    assert found == [actions[:3], actions[3:6], actions[6:]]
    assert code_of(iam.simulate_custom_policy, **ask, Marker="x") == "ValidationError"
    last = iam.simulate_custom_policy(**ask, Marker="9")
    assert (last["IsTruncated"], last["EvaluationResults"]) == (False, [])
    ask["ActionNames"] = [f"kms:Action{number}" for number in range(101)]
    assert len(iam.simulate_custom_policy(**ask)["EvaluationResults"]) == 100


@pytest.mark.parametrize("kind", ["user", "group", "role"])
def test_nobody_of_that_name(iam, make_user, kind):
    make_user("mira")
    for name in ("nobody", "path/mira"):
        source = f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"
        message = f"The {kind} with name {name.split('/')[-1]} cannot be found."
        ask = {"PolicySourceArn": source}
        refused = refusal(iam.simulate_principal_policy, **ask, ActionNames=["kms:Decrypt"])
        assert refused == (404, "NoSuchEntity", message)
        refused = refusal(iam.get_context_keys_for_principal_policy, **ask)
        assert refused == (404, "NoSuchEntity", message)


@pytest.mark.parametrize(
    "source",
    [
        f"arn:aws:sts::{ACCOUNT}:assumed-role/keeper/night",
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:iam::{ACCOUNT}:policy/own",
        "dynamodb.amazonaws.com",
    ],
)
def test_who_has_no_policies_of_its_own(iam, make_user, source):
    make_user("mira")
    message = f"Invalid Entity Arn: {source} does not clearly define entity type and name."
    for more in ({"PolicySourceArn": source}, {"PolicySourceArn": USER, "CallerArn": source}):
        call = iam.simulate_principal_policy
        assert invalid(call, ActionNames=["kms:Decrypt"], **more) == message


def test_another_account_is_not_simulated(iam):
    source = "arn:aws:iam::999999999999:user/mira"
    call = iam.simulate_principal_policy
    message = invalid(call, PolicySourceArn=source, ActionNames=["kms:Decrypt"])
    assert message.endswith(
        f"caller's account {ACCOUNT} does not have access to policies in account 999999999999"
    )


@pytest.mark.parametrize(
    "more",
    [
        {"ActionNames": ["kms:*"]},
        {"ActionNames": ["Decrypt"]},
        {"PolicyInputList": ["{"]},
        {"PolicyInputList": [text({**statement("kms:*"), "Principal": "*"})]},
        {"PermissionsBoundaryPolicyInputList": [allow("*"), allow("*")]},
        {"PermissionsBoundaryPolicyInputList": ["{}"]},
        {"ResourceArns": ["my-key"]},
        {"ResourcePolicy": text({**statement("kms:*"), "Principal": "*"})},
        {"ResourcePolicy": "{", "CallerArn": USER},
        {"ResourcePolicy": allow("*"), "CallerArn": USER},
        {"ResourcePolicy": allow("*"), "CallerArn": f"arn:aws:iam::{ACCOUNT}:role/r"},
        {"ResourceOwner": "nobody"},
        {"ContextEntries": [{**LATER, "ContextKeyValues": ["a", "b"]}]},
        {"ContextEntries": [{**LATER, "ContextKeyName": "CurrentTime"}]},
    ],
    ids="-".join,
)
def test_input_that_is_refused(iam, more):
    ask = {"PolicyInputList": [allow("*")], "ActionNames": ["kms:Decrypt"], **more}
    assert invalid(iam.simulate_custom_policy, **ask)


@pytest.mark.parametrize(
    "more",
    [
        {"ResourceHandlingOption": "EC2-VPC-InstanceStore"},
        {"OrderedOrganizationPolicyInputList": [{"ServiceControlPolicyInputList": [allow("*")]}]},
    ],
)
def test_what_the_simulator_of_the_sandbox_has_not(iam, more):
    ask = {"PolicyInputList": [allow("*")], "ActionNames": ["kms:Decrypt"], **more}
    status, code, message = refusal(iam.simulate_custom_policy, **ask)
    assert (status, code) == (501, "NotInSandbox")
    assert next(iter(more)) in message


def test_who_may_simulate(iam, make_user):
    user = make_user(
        "mira", inline=document(statement("iam:SimulatePrincipalPolicy", resource=USER))
    )
    mira = user.client("iam")
    assert decisions(simulate(mira, "kms:Decrypt")) == ["implicitDeny"]
    other = f"arn:aws:iam::{ACCOUNT}:user/admin"
    call = mira.simulate_principal_policy
    message = refusal(call, PolicySourceArn=other, ActionNames=["kms:Decrypt"])[2]
    assert f"iam:SimulatePrincipalPolicy on resource: {other}" in message
    call = mira.simulate_custom_policy
    ask = {"PolicyInputList": [allow("*")], "ActionNames": ["kms:Decrypt"]}
    assert refusal(call, **ask)[:2] == (403, "AccessDenied")


def test_the_keys_that_a_principals_policies_name(iam, make_user):
    make_user("mira", FULL_ACCESS, inline=json.loads(NAMED))
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="mira")
    # The older version of the language has no variables.
    old = text(statement("s3:*", resource="arn:aws:s3:::${aws:userid}/*"))
    condition = {"StringLike": {"AWS:Username": "${aws:PrincipalTag/x, 'y'}"}}
    policy = allow("kms:*", Condition=condition)
    iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=policy)
    ask = {"PolicySourceArn": USER, "PolicyInputList": [old.replace("2012-10-17", "2008-10-17")]}
    keys = iam.get_context_keys_for_principal_policy(**ask)["ContextKeyNames"]
    assert keys == [
        *("aws:username", "aws:CurrentTime", "iam:PassedToService", "iam:AWSServiceName"),
        "aws:PrincipalTag/x",
    ]
    group = {"PolicySourceArn": f"arn:aws:iam::{ACCOUNT}:group/g"}
    keys = iam.get_context_keys_for_principal_policy(**group)["ContextKeyNames"]
    assert keys == ["AWS:Username", "aws:PrincipalTag/x"]


def test_the_simulator_agrees_with_the_gate(iam, make_user):
    """On what only IAM decides, the simulator and the gate say the same."""
    policy = document(
        statement("iam:List*", "kms:List*"),
        statement("iam:ListRoles", effect="Deny"),
        statement("iam:Get*", resource=f"arn:aws:iam::{ACCOUNT}:user/mira"),
    )
    session = make_user("mira", inline=policy)
    own, kms = session.client("iam"), session.client("kms")
    calls = {
        "iam:ListUsers": (own.list_users, "*"),
        "iam:ListRoles": (own.list_roles, "*"),
        "iam:GetUser": (own.get_user, USER),
        "iam:CreateUser": (lambda: own.create_user(UserName="v"), f"{USER[:-4]}v"),
        "kms:ListKeys": (kms.list_keys, "*"),
        "kms:CreateKey": (kms.create_key, "*"),
    }
    for action, (call, resource) in calls.items():
        result = simulate(iam, action, ResourceArns=[resource])[0]
        if result["EvalDecision"] == "allowed":
            call()
        else:
            explicit = "with an explicit deny" in refusal(call)[2]
            assert explicit == (result["EvalDecision"] == "explicitDeny"), action
