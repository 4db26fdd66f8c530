"""IAM's quotas, the tags that it takes, and its lists page by page (H62, H81)."""

from __future__ import annotations

import json

import boto3
import pytest

from refusal.services.iam import limits
from tests.sandbox.services.iam.asking import ACCOUNT, allow, make_role, refusal, text, trusting

#: What is attached to whom: a user, a group or a role.
KINDS = ("user", "group", "role")


@pytest.fixture
def iam(sandbox):
    iam = boto3.client("iam")
    iam.create_user(UserName="x")
    iam.create_group(GroupName="x")
    make_role("x")
    return iam


def long(size: int) -> str:
    """A policy of so many characters without white space."""
    short = len(allow("kms:*", Sid="").replace(" ", ""))
    return json.dumps(json.loads(allow("kms:*", Sid="S" * (size - short))), indent=4)


def long_trust(size: int) -> str:
    """A trust policy of so many characters without white space."""
    short = len(text(trusting(ACCOUNT, Sid="")).replace(" ", ""))
    return text(trusting(ACCOUNT, Sid="S" * (size - short)))


def exceeded(quota: str, most: int) -> tuple[int, str, str]:
    return 409, "LimitExceeded", f"Cannot exceed quota for {quota}: {most}"


@pytest.mark.parametrize("kind", KINDS)
def test_so_many_managed_policies_are_attached(iam, kind):
    attach, name = getattr(iam, f"attach_{kind}_policy"), {f"{kind.title()}Name": "x"}
    arns = [
        iam.create_policy(PolicyName=f"p{n}", PolicyDocument=allow("kms:*"))["Policy"]["Arn"]
        for n in range(limits.MOST_ATTACHED + 1)
    ]
    for arn in arns[:-1]:
        attach(PolicyArn=arn, **name)
    attach(PolicyArn=arns[0], **name)
    assert refusal(attach, PolicyArn=arns[-1], **name) == exceeded(
        f"PoliciesPer{kind.title()}", limits.MOST_ATTACHED
    )


def test_a_user_is_in_so_many_groups(iam):
    for number in range(limits.MOST_GROUPS + 1):
        iam.create_group(GroupName=f"g{number}")
    for number in range(limits.MOST_GROUPS):
        iam.add_user_to_group(UserName="x", GroupName=f"g{number}")
    iam.add_user_to_group(UserName="x", GroupName="g0")
    refused = refusal(iam.add_user_to_group, UserName="x", GroupName=f"g{limits.MOST_GROUPS}")
    assert refused == exceeded("GroupsPerUser", limits.MOST_GROUPS)


@pytest.mark.parametrize(("kind", "most"), [("user", 2048), ("group", 5120), ("role", 10240)])
def test_inline_policies_have_a_size_together(iam, kind, most):
    put, name = getattr(iam, f"put_{kind}_policy"), {f"{kind.title()}Name": "x"}
    put(PolicyName="first", PolicyDocument=long(most - 200), **name)
    put(PolicyName="second", PolicyDocument=long(200), **name)
    put(PolicyName="second", PolicyDocument=long(199), **name)
    refused = refusal(put, PolicyName="second", PolicyDocument=long(201), **name)
    words = f"Maximum policy size of {most} bytes exceeded for {kind} x"
    assert refused == (409, "LimitExceeded", words)


def test_a_managed_policy_and_a_trust_policy_have_a_size(iam):
    arn = iam.create_policy(PolicyName="p", PolicyDocument=long(6144))["Policy"]["Arn"]
    words = exceeded("PolicySize", 6144)
    assert refusal(iam.create_policy, PolicyName="q", PolicyDocument=long(6145)) == words
    assert refusal(iam.create_policy_version, PolicyArn=arn, PolicyDocument=long(6145)) == words
    words = exceeded("ACLSizePerRole", 2048)
    iam.update_assume_role_policy(RoleName="x", PolicyDocument=long_trust(2048))
    update = iam.update_assume_role_policy
    assert refusal(update, RoleName="x", PolicyDocument=long_trust(2049)) == words
    role = {"RoleName": "y", "AssumeRolePolicyDocument": long_trust(2049)}
    assert refusal(iam.create_role, **role) == words


@pytest.mark.parametrize("kind", ["user", "role"])
def test_tags_are_counted_over_requests(iam, kind):
    tag, name = getattr(iam, f"tag_{kind}"), {f"{kind.title()}Name": "x"}
    tags = [{"Key": f"k{n}", "Value": "v"} for n in range(limits.MOST_TAGS + 1)]
    tag(Tags=tags[:-1], **name)
    tag(Tags=tags[:1], **name)
    words = exceeded(f"TagsPer{kind.title()}", limits.MOST_TAGS)
    assert refusal(tag, Tags=tags[-1:], **name) == words


def test_tags_that_iam_does_not_take(iam):
    twice = [{"Key": "k", "Value": "1"}, {"Key": "K", "Value": "2"}]
    words = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
    assert refusal(iam.tag_user, UserName="x", Tags=twice) == (400, "InvalidInput", words)
    assert refusal(iam.create_user, UserName="y", Tags=twice) == (400, "InvalidInput", words)
    own = [{"Key": "aws:team", "Value": "1"}]
    assert refusal(iam.tag_role, RoleName="x", Tags=own)[:2] == (400, "InvalidInput")


@pytest.mark.parametrize(
    ("operation", "member", "name", "entries"),
    [
        ("list_users", "Users", "UserName", ["admin", "u1", "u2", "u3", "x"]),
        ("list_groups_for_user", "Groups", "GroupName", ["g1", "g2", "g3"]),
        ("list_user_policies", "PolicyNames", None, ["p1", "p2", "p3"]),
    ],
)
def test_a_list_comes_in_pages(iam, operation, member, name, entries):
    for number in "123":
        iam.create_user(UserName=f"u{number}")
        iam.create_group(GroupName=f"g{number}")
        iam.add_user_to_group(UserName="x", GroupName=f"g{number}")
        policy = {"PolicyName": f"p{number}", "PolicyDocument": allow("kms:*")}
        iam.put_user_policy(UserName="x", **policy)
    whom = {} if operation == "list_users" else {"UserName": "x"}
    first = getattr(iam, operation)(MaxItems=2, **whom)
    assert (len(first[member]), first["IsTruncated"]) == (2, True) and first["Marker"]
    assert "Marker" not in getattr(iam, operation)(MaxItems=len(entries), **whom)
    pages = iam.get_paginator(operation).paginate(PaginationConfig={"PageSize": 2}, **whom)
    found = [entry if name is None else entry[name] for page in pages for entry in page[member]]
    assert sorted(found) == entries


def test_several_lists_are_paged_as_one(iam):
    pages = list(
        iam.get_paginator("get_account_authorization_details").paginate(
            Filter=["User", "Role", "Group"], PaginationConfig={"PageSize": 1}
        )
    )
    members = ("UserDetailList", "GroupDetailList", "RoleDetailList")
    assert [sum(len(page.get(m, ())) for m in members) for page in pages] == [1] * len(pages)
    assert [sum(len(page.get(m, ())) for page in pages) for m in members] == [2, 1, 1]
