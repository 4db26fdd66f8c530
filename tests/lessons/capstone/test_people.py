"""Tasks 4 and 5: the clerk's permission narrowed, and nothing left for the one who has gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from helpers.messages import say
from tests.lessons.capstone.clinic import Clinic

Steps = Callable[[Clinic], object]
FULL = "arn:aws:iam::aws:policy/AmazonDynamoDBFullAccess_v2"


def by_policy(*lines: str, anywhere: bool = False) -> Steps:
    """Bo's inline policy, on the invoices' key or on every key."""

    def steps(clinic: Clinic) -> None:
        key = clinic.lab.invoices_key_arn
        clinic.policy("bo", *lines, resource="" if anywhere else key)

    return steps


def no_policy(clinic: Clinic) -> None:
    clinic.iam.delete_user_policy(UserName="bo", PolicyName="bo-inline")


def by_grant(table: bool) -> Steps:
    def steps(clinic: Clinic) -> None:
        no_policy(clinic)
        name = clinic.lab.invoices_table_name if table else ""
        clinic.grant("bo", clinic.lab.invoices_key_arn, name)

    return steps


def by_key_policy(clinic: Clinic) -> None:
    no_policy(clinic)
    text = clinic.document("account may everything", "bo may decrypt; via, invoices")
    clinic.kms.put_key_policy(KeyId=clinic.lab.invoices_key_arn, Policy=text)


def beside(line: str) -> Steps:
    """Bo's narrow policy, and another one on every key beside it."""

    def steps(clinic: Clinic) -> None:
        by_policy("bo may decrypt")(clinic)
        clinic.policy("bo", line, name="more")

    return steps


def by_group(*lines: str) -> Steps:
    def steps(clinic: Clinic) -> None:
        no_policy(clinic)
        text = clinic.document(*lines, resource=clinic.lab.invoices_key_arn, named=False)
        clinic.iam.create_group(GroupName="billing")
        clinic.iam.put_group_policy(GroupName="billing", PolicyName="keys", PolicyDocument=text)
        clinic.iam.add_user_to_group(GroupName="billing", UserName="bo")

    return steps


def attached(clinic: Clinic) -> None:
    no_policy(clinic)
    key = clinic.lab.invoices_key_arn
    text = clinic.document("bo may use", resource=key, named=False)
    made = clinic.iam.create_policy(PolicyName="invoices", PolicyDocument=text)
    clinic.iam.attach_user_policy(UserName="bo", PolicyArn=made["Policy"]["Arn"])


RIGHT: dict[str, Steps] = {
    "decrypt": by_policy("bo may decrypt"),
    "decrypt through DynamoDB": by_policy("bo may decrypt; via"),
    "for the table, too": by_policy("bo may decrypt; via any Region, invoices"),
    "all that AWS lists": by_policy("bo may use", "bo may attach; for DynamoDB"),
    "on every key with this alias": by_policy("bo may decrypt; alias", anywhere=True),
    "and list aliases": beside("bo may list aliases"),
    "and look at keys": beside("bo may look"),
    "and denied to make grants": beside("bo must not grant"),
    "a grant": by_grant(table=False),
    "a grant for the table": by_grant(table=True),
    "the key policy": by_key_policy,
    "a group": by_group("bo may decrypt"),
    "a managed policy": attached,
}


def deleted(clinic: Clinic) -> None:
    no_policy(clinic)
    clinic.iam.detach_user_policy(UserName="bo", PolicyArn=FULL)
    clinic.iam.delete_user(UserName="bo")


def every_key_of_the_account(clinic: Clinic) -> None:
    keys = clinic.lab.invoices_key_arn.partition("/")[0] + "/*"
    clinic.policy("bo", "bo may decrypt", resource=keys)


def moved(clinic: Clinic) -> None:
    no_policy(clinic)
    table = clinic.lab.invoices_table_name
    clinic.dynamodb.update_table(TableName=table, SSESpecification={"Enabled": False})
    clinic.lab.advance(minutes=1)


def the_visits_too(clinic: Clinic) -> None:
    by_policy("bo may decrypt")(clinic)
    clinic.key("admin may everything", "bo may use; via")


def a_policy_that_is_refused(clinic: Clinic) -> None:
    with pytest.raises(ClientError):
        clinic.iam.put_user_policy(UserName="bo", PolicyName="bo-inline", PolicyDocument="{}")


WRONG: dict[str, tuple[Steps, str]] = {
    "only taken away": (no_policy, "Bo can read an invoice"),
    "Bo deleted": (deleted, "Bo can read an invoice"),
    "every key, through DynamoDB": (by_policy("bo may use; via", anywhere=True), "made tomorrow"),
    "every key, for the invoices": (
        by_policy("bo may decrypt; invoices", anywhere=True),
        "made tomorrow",
    ),
    "every key of the account": (every_key_of_the_account, "made tomorrow"),
    "every key, beside the one": (beside("bo may use"), "made tomorrow"),
    "he may grant": (by_policy("bo may use", "bo may grant"), "who can use the invoices' key"),
    "everything on the key": (by_policy("bo may everything"), "kms:PutKeyPolicy"),
    "the wrong action": (by_policy("bo may look"), "he would be refused"),
    "the wrong table": (by_policy("bo may decrypt; via, table"), "he would be refused"),
    "the invoices moved": (moved, "under the AWS owned key"),
    "the visits' key, too": (the_visits_too, "no other key of the clinic"),
    "a grant beside the old policy": (
        lambda clinic: clinic.grant("bo", clinic.lab.invoices_key_arn),
        "bo-inline is as it was",
    ),
    "a policy that is refused": (
        a_policy_that_is_refused,
        "PutUserPolicy failed with MalformedPolicyDocument",
    ),
}


@pytest.mark.parametrize("steps", RIGHT.values(), ids=RIGHT)
def test_every_narrow_way_for_the_clerk_is_right(clinic: Clinic, steps: Steps) -> None:
    steps(clinic)
    note = clinic.says("8.4")
    assert note.word == say("check.correct"), note
    assert clinic.reads("bo", clinic.lab.invoices_table_name)


@pytest.mark.parametrize(("steps", "says"), WRONG.values(), ids=WRONG)
def test_every_other_way_misses_a_part(clinic: Clinic, steps: Steps, says: str) -> None:
    steps(clinic)
    note = clinic.says("8.4")
    assert note.word == say("check.not yet"), note
    assert says in note.sentence
    assert clinic.says("8.4") == note


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
    deny = "arn:aws:iam::aws:policy/AWSDenyAll"
    clinic.iam.attach_user_policy(UserName="max", PolicyArn=deny)


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


@pytest.mark.parametrize(
    "steps",
    [
        [revoked, key_deleted, detached, user_deleted],
        [key_deleted, detached, revoked],
        [key_off, detached, revoked],
        [key_off, all_denied, revoked],
        [detached, key_deleted, user_deleted, revoked],
    ],
    ids=["deleted", "nothing left", "inactive", "all denied", "grant first"],
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
        ([key_off, detached, all_revoked], "no grant on their key"),
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
