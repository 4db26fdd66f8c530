"""Task 4: the clerk's permission narrowed to one key, of today's and of tomorrow's."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from helpers.messages import say
from tests.lessons.capstone.clinic import Clinic

Steps = Callable[[Clinic], object]
Condition = dict[str, dict[str, Any]]
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


def beside_the_old(statement: dict[str, Any]) -> Steps:
    """Bo's policy as it was, and a statement of another policy beside it."""

    def steps(clinic: Clinic) -> None:
        clinic.more = [{**statement, "NotResource": clinic.lab.invoices_key_arn}]
        clinic.policy("bo", name="limits")

    return steps


def with_more(action: Any, condition: Condition | None = None, resource: str = "*") -> Steps:
    """The narrow policy, and one more statement in it."""

    def steps(clinic: Clinic) -> None:
        key = clinic.lab.invoices_key_arn
        found = {
            "Effect": "Allow",
            "Action": action,
            "Resource": resource.replace("KEY", key[:-34]),
        }
        clinic.more = [{**found, "Condition": condition} if condition else found]
        clinic.policy("bo", "bo may decrypt", resource=key)

    return steps


def by_boundary(*lines: str) -> Steps:
    """The old policy, under a boundary that has these lines for the invoices' key."""

    def steps(clinic: Clinic) -> None:
        clinic.more = [{"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"}]
        key = clinic.lab.invoices_key_arn
        text = clinic.document(*lines, resource=key, named=False)
        made = clinic.iam.create_policy(PolicyName="most", PolicyDocument=text)["Policy"]
        clinic.iam.put_user_permissions_boundary(UserName="bo", PermissionsBoundary=made["Arn"])

    return steps


def by_role(everywhere: bool) -> Steps:
    """The narrow policy, and a role that Bo can take on."""

    def steps(clinic: Clinic) -> None:
        by_policy("bo may decrypt")(clinic)
        trust = {"Effect": "Allow", "Action": "sts:AssumeRole"}
        trust["Principal"] = {"AWS": clinic.arn("bo")}  # type: ignore[assignment]
        text = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
        clinic.iam.create_role(RoleName="billing", AssumeRolePolicyDocument=text)
        key = "" if everywhere else clinic.lab.invoices_key_arn
        document = clinic.document("bo may decrypt", resource=key, named=False)
        clinic.iam.put_role_policy(RoleName="billing", PolicyName="keys", PolicyDocument=document)

    return steps


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
    "a denial of every other key beside the old policy": beside_the_old(
        {"Effect": "Deny", "Action": "kms:*"}
    ),
    "a boundary over the old policy": by_boundary("bo may decrypt"),
    "all but KMS, and the key": with_more("dynamodb:*"),
    "a role with the same key": by_role(everywhere=False),
    "a key that is not there": with_more("kms:Decrypt", None, "KEY-not-a-key"),
}


def deleted(clinic: Clinic) -> None:
    no_policy(clinic)
    clinic.iam.detach_user_policy(UserName="bo", PolicyArn=FULL)
    clinic.iam.delete_user(UserName="bo")


def every_key_of_the_account(clinic: Clinic) -> None:
    keys = clinic.lab.invoices_key_arn.partition("/")[0] + "/*"
    clinic.policy("bo", "bo may decrypt", resource=keys)


def emptied(clinic: Clinic) -> None:
    by_policy("bo may decrypt")(clinic)
    key = {"invoice_id": {"S": "i-003"}}
    clinic.dynamodb.delete_item(TableName=clinic.lab.invoices_table_name, Key=key)


def tagged(clinic: Clinic) -> None:
    tag = {"TagKey": "team", "TagValue": "billing"}
    clinic.kms.tag_resource(KeyId=clinic.lab.invoices_key_arn, Tags=[tag])
    with_more("kms:Decrypt", {"StringEquals": {"aws:ResourceTag/team": "billing"}})(clinic)


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
    "every key, through DynamoDB": (
        by_policy("bo may use; via", anywhere=True),
        "created tomorrow",
    ),
    "every key, for the invoices": (
        by_policy("bo may decrypt; invoices", anywhere=True),
        "created tomorrow",
    ),
    "every key of the account": (every_key_of_the_account, "created tomorrow"),
    "every key, beside the one": (beside("bo may use"), "created tomorrow"),
    "he may grant": (by_policy("bo may use", "bo may grant"), "who can use the invoices' key"),
    "everything on the key": (by_policy("bo may everything"), "kms:PutKeyPolicy"),
    "the wrong action": (by_policy("bo may look"), "KMS would refuse Bo kms:Decrypt, because"),
    "the wrong table": (
        by_policy("bo may decrypt; via, table"),
        "KMS would refuse Bo kms:Decrypt, because",
    ),
    "the invoices moved": (moved, "under the AWS owned key"),
    "the visits' key, too": (the_visits_too, "any other key of the clinic"),
    "a grant beside the old policy": (
        lambda clinic: clinic.grant("bo", clinic.lab.invoices_key_arn),
        "bo-inline has not changed",
    ),
    "an invoice is lost": (emptied, "a table without i-003"),
    "keys with a tag": (tagged, "aws:ResourceTag/team is billing"),
    "keys with an alias of a kind": (
        with_more(
            "kms:Decrypt", {"ForAnyValue:StringLike": {"kms:ResourceAliases": "alias/clinic-*"}}
        ),
        "kms:ResourceAliases is alias/clinic-",
    ),
    "keys with an alias of tomorrow": (
        with_more("kms:Decrypt", {"StringEquals": {"kms:RequestAlias": "alias/clinic-pay"}}),
        "kms:RequestAlias is alias/clinic-pay",
    ),
    "keys of a kind": (
        with_more("kms:Decrypt", {"StringEquals": {"kms:KeySpec": "RSA_2048"}}),
        "kms:KeySpec is RSA_2048",
    ),
    "keys with such an ID": (with_more("kms:Decrypt", None, "KEY*"), "created tomorrow"),
    "through another service": (
        with_more("kms:Decrypt", {"StringLike": {"kms:ViaService": "s3.*"}}),
        "created tomorrow",
    ),
    "with another context": (
        with_more("kms:Decrypt", {"StringEquals": {"kms:EncryptionContext:for": "pay"}}),
        "created tomorrow",
    ),
    "from a day on": (
        with_more("kms:*", {"DateGreaterThan": {"aws:CurrentTime": "2099-01-01T00:00:00Z"}}),
        "aws:CurrentTime is 2099",
    ),
    "to sign": (with_more("kms:Sign"), "kms:Sign"),
    "to encrypt again": (with_more("kms:ReEncryptTo"), "kms:ReEncryptTo"),
    "everything but to encrypt": (
        beside_the_old({"Effect": "Deny", "Action": "kms:Encrypt"}),
        "bo-inline has not changed",
    ),
    "a role with every key": (by_role(everywhere=True), "as the role"),
    "grants within limits": (
        with_more(
            "kms:CreateGrant",
            {"StringEquals": {"kms:GrantConstraintType": "EncryptionContextSubset"}},
        ),
        "kms:CreateGrant, when",
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
