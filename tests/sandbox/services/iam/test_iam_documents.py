"""Policy documents are checked when they are written, and what is refused is not stored."""

from __future__ import annotations

import json

import boto3
import pytest

from tests.sandbox.services.iam.asking import (
    ACCOUNT,
    ROOT,
    allow,
    code_of,
    make_role,
    refusal,
    statement,
    text,
    trusting,
)

GOOD = statement("kms:Decrypt")
BAD = {
    "not JSON": "{",
    "no object": "[]",
    "no statement": '{"Version": "2012-10-17"}',
    "empty": "{}",
    "another version": json.dumps({"Version": "2020-01-01", "Statement": [GOOD]}),
    "no effect": text({"Action": "*", "Resource": "*"}),
    "another effect": text({**GOOD, "Effect": "allow"}),
    "no action": text({"Effect": "Allow", "Resource": "*"}),
    "action and not action": text({**GOOD, "NotAction": "kms:*"}),
    "an action without a service": text({**GOOD, "Action": "Decrypt"}),
    "no resource": text({"Effect": "Allow", "Action": "kms:Decrypt"}),
    "a resource that is no ARN": text({**GOOD, "Resource": "my-key"}),
    "a principal": text({**GOOD, "Principal": "*"}),
    "an unknown element": text({**GOOD, "Actions": "kms:*"}),
    "an unknown operator": text({**GOOD, "Condition": {"StringIs": {"aws:username": "u"}}}),
    "a date that is none": text({**GOOD, "Condition": {"DateLessThan": {"aws:CurrentTime": "x"}}}),
    "a Sid with a space": text({**GOOD, "Sid": "read the table"}),
    "a Sid with a hyphen": text({**GOOD, "Sid": "read-table"}),
    "a Sid twice": text({**GOOD, "Sid": "Read"}, {**GOOD, "Sid": "Read"}),
    "a variable that is none": text({**GOOD, "Resource": "arn:aws:kms:::key/${aws:"}),
}


@pytest.fixture
def iam(sandbox):
    client = boto3.client("iam")
    client.create_user(UserName="u")
    client.create_group(GroupName="g")
    make_role("r")
    return client


def writes(iam):
    """Every operation that writes an identity-based policy."""
    arn = f"arn:aws:iam::{ACCOUNT}:policy/p"
    return {
        "user": lambda d: iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=d),
        "group": lambda d: iam.put_group_policy(GroupName="g", PolicyName="p", PolicyDocument=d),
        "role": lambda d: iam.put_role_policy(RoleName="r", PolicyName="p", PolicyDocument=d),
        "policy": lambda d: iam.create_policy(PolicyName="new", PolicyDocument=d),
        "version": lambda d: iam.create_policy_version(PolicyArn=arn, PolicyDocument=d),
    }


def stored(iam):
    details = iam.get_account_authorization_details()
    return {name: details[name] for name in details if name != "ResponseMetadata"}


@pytest.mark.parametrize("bad", list(BAD))
def test_a_malformed_policy_is_refused_wherever_it_is_written(iam, bad):
    iam.create_policy(PolicyName="p", PolicyDocument=allow("kms:*"))
    before = stored(iam)
    for write in writes(iam).values():
        status, code, message = refusal(write, BAD[bad])
        assert (status, code) == (400, "MalformedPolicyDocument")
        assert message
    assert stored(iam) == before


@pytest.mark.parametrize(
    ("where", "limit"),
    [("user", 2048), ("group", 5120), ("role", 10240), ("policy", 6144), ("version", 6144)],
)
def test_a_policy_has_a_size(iam, where, limit):
    """IAM User Guide, "IAM and AWS STS quotas"; white space does not count."""
    iam.create_policy(PolicyName="p", PolicyDocument=allow("kms:*"))
    write, bare = writes(iam)[where], len(allow("kms:").replace(" ", ""))
    longest = allow("kms:" + "x" * (limit - bare))
    assert refusal(write, longest.replace("xx", "xxx", 1))[:2] == (409, "LimitExceeded")
    write(longest.replace(" ", "  "))


@pytest.mark.parametrize(
    "trust",
    [
        "{",
        text(trusting(ROOT, "s3:GetObject")),
        text(trusting(ROOT, "*")),
        text({**trusting(ROOT), "Resource": "*"}),
        text({"Effect": "Allow", "Action": "sts:AssumeRole"}),
        text({"Effect": "Deny", "NotPrincipal": {"AWS": ROOT}, "Action": "sts:AssumeRole"}),
        text(trusting(f"arn:aws:iam::{ACCOUNT}:user/nobody")),
        text(trusting(f"arn:aws:iam::{ACCOUNT}:role/nobody")),
        text(trusting(f"arn:aws:iam::{ACCOUNT}:group/g")),
        text(trusting(f"arn:aws:iam::{ACCOUNT}:user/*")),
        text(trusting({"Person": ROOT})),
        text(trusting([])),
    ],
    ids=[
        *("not JSON", "another service", "everything", "a resource", "no principal"),
        *("NotPrincipal", "no such user", "no such role", "a group", "part of a name"),
        *("no such kind", "nobody"),
    ],
)
def test_a_malformed_trust_policy_is_refused(iam, trust):
    before = stored(iam)
    make = iam.create_role
    assert code_of(make, RoleName="s", AssumeRolePolicyDocument=trust) == "MalformedPolicyDocument"
    update = iam.update_assume_role_policy
    assert code_of(update, RoleName="r", PolicyDocument=trust) == "MalformedPolicyDocument"
    assert stored(iam) == before


@pytest.mark.parametrize(
    "trust",
    [
        trusting(ROOT, "sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"),
        trusting("*"),
        trusting("999999999999"),
        trusting({"Service": ["dynamodb.amazonaws.com", "ec2.amazonaws.com"]}),
        trusting({"Federated": "cognito-identity.amazonaws.com"}, "sts:AssumeRoleWithWebIdentity"),
        trusting(f"arn:aws:sts::{ACCOUNT}:assumed-role/r/night"),
    ],
)
def test_trust_policies_that_are_taken(iam, trust):
    iam.update_assume_role_policy(RoleName="r", PolicyDocument=text(trust))
    kept = iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"]
    assert kept["Statement"] == [trust]


def test_a_policy_reads_as_it_was_written(iam):
    """Also with characters that a form or XML would change."""
    written = allow("kms:Decrypt", resource="arn:aws:kms:*:*:key/*", Sid="A")
    written = written.replace("}", "\n}\t")
    condition = {"StringLike": {"aws:PrincipalTag/a b&c=d+<é>%20": "x & y"}}
    for document in (written, allow("kms:*", Condition=condition)):
        iam.put_user_policy(UserName="u", PolicyName="p", PolicyDocument=document)
        kept = iam.get_user_policy(UserName="u", PolicyName="p")["PolicyDocument"]
        assert kept == json.loads(document)
