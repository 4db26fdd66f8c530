"""Task 5: nothing lets the one who has left in any more, by whichever way."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from helpers.messages import say
from tests.lessons.capstone.clinic import Clinic

Steps = Callable[[Clinic], object]
FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"
DENY = "arn:aws:iam::aws:policy/AWSDenyAll"


def access_key(clinic: Clinic) -> dict[str, str]:
    (key,) = clinic.iam.list_access_keys(UserName="max")["AccessKeyMetadata"]
    return {"UserName": "max", "AccessKeyId": key["AccessKeyId"]}


def key_deleted(clinic: Clinic) -> None:
    clinic.iam.delete_access_key(**access_key(clinic))


def key_off(clinic: Clinic) -> None:
    clinic.iam.update_access_key(**access_key(clinic), Status="Inactive")


def detached(clinic: Clinic) -> None:
    clinic.iam.detach_user_policy(UserName="max", PolicyArn=FULL)


def all_denied(clinic: Clinic) -> None:
    clinic.iam.attach_user_policy(UserName="max", PolicyArn=DENY)


def user_deleted(clinic: Clinic) -> None:
    clinic.iam.delete_user(UserName="max")


def grants(clinic: Clinic, whose: str) -> list[dict[str, str]]:
    key = clinic.lab.invoices_key_arn
    found = clinic.kms.list_grants(KeyId=key)["Grants"]
    return [
        {"KeyId": key, "GrantId": x["GrantId"]}
        for x in found
        if whose in x["GranteePrincipal"] or whose == "AIDA" in x["GranteePrincipal"][:4]
    ]


def revoked(clinic: Clinic) -> None:
    for grant in grants(clinic, "/max"):
        clinic.kms.revoke_grant(**grant)


def all_revoked(clinic: Clinic) -> None:
    for grant in grants(clinic, ""):
        clinic.kms.revoke_grant(**grant)


def key_policy_names_him(clinic: Clinic) -> None:
    text = clinic.document("account may everything", "max may look")
    clinic.kms.put_key_policy(KeyId=clinic.lab.invoices_key_arn, Policy=text)


def in_a_group(clinic: Clinic) -> None:
    clinic.iam.create_group(GroupName="former")
    clinic.iam.attach_group_policy(GroupName="former", PolicyArn=FULL)
    clinic.iam.add_user_to_group(GroupName="former", UserName="max")


def bounded(clinic: Clinic) -> None:
    clinic.iam.put_user_permissions_boundary(UserName="max", PermissionsBoundary=DENY)


def bounded_to_reading(clinic: Clinic) -> None:
    reads = "arn:aws:iam::aws:policy/AmazonDynamoDBReadOnlyAccess"
    clinic.iam.put_user_permissions_boundary(UserName="max", PermissionsBoundary=reads)


def denied(*actions: str, without_mfa: bool = False) -> Steps:
    """An inline policy that denies Max these actions."""

    def steps(clinic: Clinic) -> None:
        deny = {"Effect": "Deny", "Action": list(actions), "Resource": "*"}
        condition = {"Bool": {"aws:MultiFactorAuthPresent": "false"}}
        clinic.more = [{**deny, **({"Condition": condition} if without_mfa else {})}]
        clinic.policy("max", name="denied")

    return steps


def one_grant_of_dynamodb(clinic: Clinic) -> None:
    clinic.kms.revoke_grant(**grants(clinic, "amazonaws")[0])


def renamed(clinic: Clinic) -> None:
    clinic.iam.update_user(UserName="max", NewUserName="former")


def trusted_by_a_role(clinic: Clinic) -> None:
    trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
    named = {**trust, "Principal": {"AWS": clinic.arn("max")}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [named]})
    clinic.iam.create_role(RoleName="night", AssumeRolePolicyDocument=text)


def let_in_by_a_table(clinic: Clinic) -> None:
    arn = clinic.dynamodb.describe_table(TableName=clinic.visits)["Table"]["TableArn"]
    allow = {"Effect": "Allow", "Action": "dynamodb:GetItem", "Resource": arn}
    named = {**allow, "Principal": {"AWS": clinic.arn("max")}}
    text = json.dumps({"Version": "2012-10-17", "Statement": [named]})
    clinic.dynamodb.put_resource_policy(ResourceArn=arn, Policy=text)


def key_policy_for_everyone(clinic: Clinic) -> None:
    text = clinic.document("account may everything", "everyone may decrypt; of the account")
    clinic.kms.put_key_policy(KeyId=clinic.lab.invoices_key_arn, Policy=text)


def retires_a_grant(clinic: Clinic) -> None:
    clinic.kms.create_grant(
        KeyId=clinic.lab.invoices_key_arn,
        GranteePrincipal=clinic.arn("bo"),
        RetiringPrincipal=clinic.arn("max"),
        Operations=["Decrypt"],
    )


@pytest.mark.parametrize(
    "steps",
    [
        [revoked, key_deleted, detached, user_deleted],
        [key_deleted, detached, revoked],
        [key_off, detached, revoked],
        [key_off, all_denied, revoked],
        [detached, key_deleted, user_deleted, revoked],
        [key_off, bounded, revoked],
        [key_off, denied("*:*"), revoked],
        [key_deleted, detached, revoked, renamed],
    ],
    ids=[
        *("deleted", "nothing left", "inactive", "all denied", "grant first", "bounded"),
        *("denied by an inline policy", "renamed as well"),
    ],
)
def test_nothing_lets_max_in(clinic: Clinic, steps: list[Steps]) -> None:
    if steps[-1] is revoked and steps[-2] is user_deleted:
        (grant,) = grants(clinic, "/max")
        steps = [*steps[:-1], lambda one: one.kms.revoke_grant(**grant)]
    for step in steps:
        step(clinic)
    note = clinic.says("8.5")
    assert note.word == say("check.correct"), note


@pytest.mark.parametrize(
    ("steps", "says"),
    [
        ([detached], "2 of 4 parts are met"),
        ([revoked], "is active"),
        ([key_deleted, detached], "a grant on"),
        ([key_deleted, detached, user_deleted], "for AIDA"),
        ([key_deleted, revoked], "AmazonDynamoDBFullAccess_v2"),
        ([key_deleted, detached, revoked, in_a_group], "AmazonDynamoDBFullAccess_v2"),
        ([key_off, detached, revoked, key_policy_names_him], "a key policy names max"),
        ([key_off, detached, all_revoked], "no grant on the invoices' key"),
        ([key_off, detached, revoked, one_grant_of_dynamodb], "1 of its 2 grants"),
        ([renamed], "is active"),
        ([renamed, revoked], "is active"),
        ([key_off, revoked, bounded_to_reading], "AmazonDynamoDBFullAccess_v2"),
        ([key_off, revoked, denied("dynamodb:*")], "AmazonDynamoDBFullAccess_v2"),
        ([key_off, revoked, denied("*", without_mfa=True)], "AmazonDynamoDBFullAccess_v2"),
        ([key_off, detached, revoked, trusted_by_a_role], "role/night"),
        ([key_off, detached, revoked, let_in_by_a_table], "the policy of the table visits"),
        ([key_off, detached, revoked, key_policy_for_everyone], "max could call kms:Decrypt"),
        ([key_off, detached, revoked, retires_a_grant], "a grant on"),
    ],
)
def test_what_is_left_of_max_is_named(clinic: Clinic, steps: list[Steps], says: str) -> None:
    for step in steps:
        step(clinic)
    note = clinic.says("8.5")
    assert note.word == say("check.not yet"), note
    assert says in note.sentence


def test_a_removal_that_failed_is_named(clinic: Clinic) -> None:
    with pytest.raises(ClientError):
        user_deleted(clinic)
    note = clinic.says("8.5")
    assert note.word == say("check.not yet"), note
    assert "DeleteUser failed with DeleteConflict" in note.sentence
